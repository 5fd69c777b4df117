from __future__ import annotations

from dataclasses import replace

import pytest

from crdt import Document, Stamp
from sync.limits import CLOCK_AHEAD_MS_MAX, DELTA_SIZE_MAX
from sync.model.v1 import new_comment, new_folder
from sync.protocol.messages import Ack, Nack
from sync.protocol.rows import PushedDelta
from sync.server import ingest, roles
from tests.support.core_world import CoreWorld, bodies
from tests.support.peer import Author, new_id
from tests.support.worlds import account_of, world_of

world = world_of(CoreWorld)
ann = account_of("ann")


# --- who may write what ------------------------------------------------------------------------------

MATRIX = {
    "owner": {"notes", "folders", "comments"},
    "editor": {"notes", "folders", "comments"},
    "commenter": {"comments"},
    "viewer": set(),
}


@pytest.mark.parametrize("role", [*roles.ROLES, None])
@pytest.mark.parametrize("collection", ["notes", "folders", "comments"])
def test_the_role_matrix_decides_who_may_write_which_collection(world, ann, role, collection):
    bob, author = world.account("bob"), Author()
    notebook = world.notebook(ann)
    if role is not None:
        world.opened.people.set_role(notebook, bob.id, role)
    stream = f"{notebook}/{collection}"
    answer = world.push(bob, author, stream, _first_delta(author, stream, collection))
    if role is None:
        assert answer == Nack(stream, 1, "not_subscribed")
    elif collection in MATRIX[role]:
        assert answer == Ack(stream, 1, 1, 1)
    else:
        assert [(rejected.n, rejected.code) for rejected in answer.rejected] == [(1, "forbidden")]
        assert world.log(stream) == []
    world.check()


@pytest.mark.covers("nack not_subscribed")
def test_no_access_and_no_such_stream_are_answered_alike(world, ann):
    bob, author = world.account("bob"), Author()
    there, nowhere = world.notebook(ann) + "/notes", new_id() + "/notes"
    answers = [world.push(bob, author, stream, author.note(stream)[1]) for stream in (there, nowhere)]
    assert [replace(answer, stream="") for answer in answers] == [Nack("", 1, "not_subscribed")] * 2


def test_a_role_taken_away_counts_for_the_very_next_batch(world, ann):
    bob, author = world.account("bob"), Author()
    notebook = world.notebook(ann)
    stream = f"{notebook}/notes"
    world.opened.people.set_role(notebook, bob.id, "editor")
    note, first = author.note(stream)
    assert isinstance(world.push(bob, author, stream, first), Ack)
    world.opened.people.set_role(notebook, bob.id, None)
    assert world.push(bob, author, stream, author.type(stream, note, "x")) == Nack(
        stream, 1, "not_subscribed"
    )


@pytest.mark.covers("reject unknown_collection")
def test_a_collection_without_a_row_is_written_by_nobody(world, ann):
    author = Author()
    stream = world.notebook(ann, "drawings") + "/drawings"
    answer = world.push(ann, author, stream, author.note(stream)[1])
    assert answer.rejected[0].code == "unknown_collection"


def test_the_server_itself_may_write(world, ann):
    author = Author()
    stream = ann.personal + "/notes"
    batch = world.batch(ann, author, stream, (author.note(stream)[1],), 1)
    written = world.write(replace(batch, account=ingest.SERVER_ACCOUNT))
    assert written.answers[0].message == Ack(stream, 1, 1, 1)


# --- whose delta it is ---------------------------------------------------------------------------------


def test_a_delta_of_another_persons_replica_is_refused(world, ann):
    author, forger = Author(), Author()
    stream = ann.personal + "/notes"
    stolen = author.note(stream)[1]
    world.opened.accounts.bind(author.rid, world.account("bob").id, 1)
    answer = world.push(ann, forger, stream, forger.numbered_bytes(stream, stolen.document, stolen.body))
    assert answer.rejected[0].code == "forbidden"
    assert world.log(stream) == []


@pytest.mark.parametrize("bound", [False, True])
def test_what_a_replica_of_nobody_or_of_the_same_account_wrote_may_be_carried(world, ann, bound):
    author, carrier = Author(), Author()
    stream = ann.personal + "/notes"
    note, made = author.note(stream)
    if bound:
        world.opened.accounts.bind(author.rid, ann.id, 1)
    answer = world.push(ann, carrier, stream, carrier.numbered_bytes(stream, note, made.body))
    assert answer == Ack(stream, 1, 1, 1)
    assert [row.body for row in world.log(stream)] == [made.body]
    world.check()


@pytest.mark.covers("reject forbidden")
def test_a_document_of_another_stream_is_out_of_reach(world, ann):
    author = Author()
    mine, other = ann.personal + "/notes", world.notebook(ann) + "/notes"
    note, first = author.note(mine)
    world.push(ann, author, mine, first)
    moved = author.documents[note].edit(author.clock.tick(world.now_ms), lambda e: e.set(("pinned",), True))
    answer = world.push(ann, author, other, author.numbered(other, note, moved))
    assert answer.rejected[0].code == "forbidden"
    world.check()


def test_a_refused_delta_makes_no_document_that_could_block_its_id(world, ann):
    author = Author()
    mine, other = ann.personal + "/notes", world.notebook(ann) + "/notes"
    note = new_id()
    world.push(ann, author, mine, author.numbered_bytes(mine, note, b"no delta"))
    author.documents[note] = Document(author.rid)
    wrong = author.edit(mine, note, lambda e: e.set(("pinned",), "yes"))
    assert world.push(ann, author, mine, wrong).rejected[0].code == "schema"
    assert world.push(ann, author, other, author.note(other, document=note)[1]) == Ack(other, 1, 1, 1)


# --- numbers and chain ----------------------------------------------------------------------------------


@pytest.mark.covers("nack gap", "message Nack")
def test_a_gap_is_refused_with_the_number_wanted(world, ann):
    author = Author()
    stream = ann.personal + "/notes"
    note, _ = author.note(stream)
    second = author.type(stream, note, "x")
    assert world.push(ann, author, stream, second) == Nack(stream, 1, "gap", want_n=1)
    assert world.log(stream) == []


@pytest.mark.covers("nack fork")
def test_another_past_is_a_fork(world, ann):
    author = Author()
    stream = ann.personal + "/notes"
    note, first = author.note(stream)
    world.push(ann, author, stream, first)
    author.type(stream, note, "lost with the store")
    copy = Author(author.rid)
    copy.documents, copy.clock = author.documents, author.clock
    copy.numbered_bytes(stream, note, b"another first delta")
    second = copy.type(stream, note, "x")
    assert world.push(ann, copy, stream, second) == Nack(stream, 1, "fork", want_n=2)


def test_a_repeated_number_with_another_body_is_a_fork(world, ann):
    author = Author()
    stream = ann.personal + "/notes"
    note, first = author.note(stream)
    world.push(ann, author, stream, first)
    forged = PushedDelta(note, first.body + b"!")
    answer = world.push(ann, author, stream, forged, n0=1)
    assert answer == Nack(stream, 1, "fork", want_n=2)


def test_a_repeated_batch_that_goes_on_is_taken_from_where_it_is_new(world, ann):
    author = Author()
    stream = ann.personal + "/notes"
    note, first = author.note(stream)
    deltas = [first, *[author.type(stream, note, "x") for _ in range(3)]]
    world.push(ann, author, stream, *deltas[:2], n0=1)
    assert world.push(ann, author, stream, *deltas, n0=1) == Ack(stream, 1, 4, 4)
    assert bodies(world.log(stream)) == [delta.body for delta in deltas]


def test_replicas_and_streams_have_numbers_of_their_own(world, ann):
    author, other = Author(), Author()
    stream, second = ann.personal + "/notes", world.notebook(ann) + "/notes"
    assert world.push(ann, author, stream, author.note(stream)[1]) == Ack(stream, 1, 1, 1)
    assert world.push(ann, other, stream, other.note(stream)[1]) == Ack(stream, 1, 1, 2)
    assert world.push(ann, author, second, author.note(second)[1]) == Ack(second, 1, 1, 1)


# --- the clock ------------------------------------------------------------------------------------------


@pytest.mark.covers("nack clock_ahead", "limit CLOCK_AHEAD_MS_MAX")
def test_a_stamp_at_the_bound_passes_and_one_past_it_stores_nothing_of_the_batch(world, ann):
    author = Author()
    stream = ann.personal + "/notes"
    note, first = author.note(stream)
    world.now_ms = author.documents[note].updated_ms()
    limit = world.now_ms + CLOCK_AHEAD_MS_MAX
    pin = author.edit(stream, note, lambda e: e.set(("pinned",), True), now_ms=limit)
    past = author.edit(stream, note, lambda e: e.set(("pinned",), False), now_ms=limit + 1)
    answer = world.push(ann, author, stream, first, pin, past)
    assert answer == Nack(stream, 1, "clock_ahead", now=world.now_ms)
    assert world.log(stream) == []
    assert world.push(ann, author, stream, first, pin, n0=1) == Ack(stream, 1, 2, 2)
    world.check()


def test_a_stamp_of_long_ago_is_fine(world, ann):
    author = Author()
    author.clock.observe(Stamp(0, 1, author.rid), 0)
    stream = ann.personal + "/notes"
    assert world.push(ann, author, stream, author.note(stream)[1]) == Ack(stream, 1, 1, 1)


# --- what is wrong with one delta ------------------------------------------------------------------------


@pytest.mark.covers("reject too_big", "limit DELTA_SIZE_MAX")
def test_a_delta_at_its_limit_is_looked_at_and_one_past_it_is_too_big(world, ann):
    author = Author()
    stream = ann.personal + "/notes"
    note = new_id()
    at = author.numbered_bytes(stream, note, b"\0" * DELTA_SIZE_MAX)
    past = author.numbered_bytes(stream, note, b"\0" * (DELTA_SIZE_MAX + 1))
    codes = [rejected.code for rejected in world.push(ann, author, stream, at, past).rejected]
    assert codes == ["schema", "too_big"]


def test_a_document_beyond_its_bound_takes_no_more(world, ann, monkeypatch):
    author = Author()
    stream = ann.personal + "/notes"
    note, first = author.note(stream)
    world.push(ann, author, stream, first)
    weight = world.opened.core.documents.find(note).weight
    monkeypatch.setattr(ingest, "DOCUMENT_SIZE_MAX", weight)
    assert world.push(ann, author, stream, author.type(stream, note, "x")).rejected == ()
    rejected = world.push(ann, author, stream, author.type(stream, note, "y")).rejected
    assert [one.code for one in rejected] == ["too_big"]
    world.check()


def test_a_delta_against_the_schema_is_refused_by_path_and_reason(world, ann):
    author = Author()
    stream = ann.personal + "/notes"
    note, first = author.note(stream)
    wrong = author.edit(stream, note, lambda e: e.set(("pinned",), "yes"))
    answer = world.push(ann, author, stream, first, wrong)
    assert answer.rejected[0].code == "schema"
    assert "pinned" in answer.rejected[0].message


@pytest.mark.covers("reject missing_ref", "reject schema")
def test_a_delta_that_builds_on_a_refused_one_says_so(world, ann):
    author = Author()
    stream = ann.personal + "/notes"
    note, first = author.note(stream)
    wrong = author.edit(stream, note, lambda e: e.set(("pinned",), "yes"))
    next_one = author.type(stream, note, "x")
    answer = world.push(ann, author, stream, first, wrong, next_one)
    assert [rejected.code for rejected in answer.rejected] == ["schema", "missing_ref"]
    world.check()


def test_a_model_of_another_major_version_is_not_consumed_and_a_minor_is_welcome(world, ann):
    author = Author()
    stream = ann.personal + "/notes"
    batch = world.batch(ann, author, stream, (author.note(stream)[1],), 1)
    assert world.write(replace(batch, model="2.0")).answers[0].message == Nack(stream, 1, "migrating")
    assert world.write(replace(batch, model="1.7")).answers[0].message == Ack(stream, 1, 1, 1)


def test_an_empty_push_is_answered_with_where_the_replica_is(world, ann):
    author = Author()
    stream = ann.personal + "/notes"
    author.note(stream)
    author.chains[stream] = author.chains[stream][:1]
    assert world.write(world.batch(ann, author, stream, (), 1)).answers[0].message == Ack(stream, 1, 0, 0)


def _first_delta(author, stream, collection):
    stamp = author.clock.tick(1_795_000_000_000)
    if collection == "notes":
        return author.note(stream)[1]
    if collection == "folders":
        return author.numbered(stream, new_id(), new_folder(author.rid, stamp, name="F")[1])
    comment = new_comment(author.rid, stamp, note=new_id(), start=None, end=None, quote="")[1]
    return author.numbered(stream, new_id(), comment)
