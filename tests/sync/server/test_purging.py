"""What leaves the trash, when, and that nobody loses or brings back anything by it."""

from __future__ import annotations

import pytest

from crdt import Document
from sync.model import v1
from sync.protocol import messages as m
from sync.server import purging
from sync.server.core import Gone
from sync.server.outcome import AdminError
from sync.server.purging import DAY_MS, TOMBSTONE_MS, TRASH_MS, Purged, purge
from sync.storage.purge_store import bin_of
from sync.storage.server_store import HeadMoved
from tests.support.peer import Author, new_id
from tests.support.session_world import SessionWorld
from tests.support.worlds import talk_of, world_of

world = world_of(SessionWorld, verified=True)
ann = talk_of("ann")


def written(talk, *, trashed=False, text="beans"):
    """A note on the server."""
    note, made = talk.author.note(talk.notes, "Plan")
    talk.push(talk.notes, made, talk.author.type(talk.notes, note, text))
    if trashed:
        trash(talk, note, 1)
    return note


def trash(talk, note, trashed_ms):
    delta = talk.author.edit(talk.notes, note, lambda edit: v1.set_trashed(edit, trashed_ms))
    assert talk.push(talk.notes, delta).one(m.Ack).rejected == ()
    return delta


def comment(talk, note):
    """A comment on a note, on the server."""
    stamp = talk.author.clock.tick(talk.author.documents[note].updated_ms())
    made = v1.new_comment(talk.author.rid, stamp, note=note, start=None, end=None, quote="q")[1]
    stream, name = f"{talk.personal}/comments", new_id()
    assert talk.push(stream, talk.author.numbered(stream, name, made)).one(m.Ack).rejected == ()
    return name


def purged(world) -> Purged:
    """As the server does a few times a day; connections are told."""
    done = Purged()
    for _ in purge(world.opened.core, world.now_ms, done, lambda segment: world.hub.committed([segment])):
        pass
    return done


def there(world, stream):
    """The documents of a stream."""
    row = world.opened.store.stream(stream)
    return {one.id for one in world.opened.store.documents(row.key)} if row is not None else set()


def held(world, note):
    """Everything that the database holds of a note's content."""
    db, row = world.opened.store.db, world.opened.store.document(note)
    states = db.all("SELECT length(state) FROM states WHERE document = ?", (row.key,))
    bodies = db.all("SELECT length(body) FROM log WHERE document = ?", (row.key,))
    return sum(size for (size,) in states + bodies)


def test_a_note_leaves_the_trash_after_thirty_days_and_not_a_moment_earlier(world, ann):
    gone, kept = written(ann, trashed=True), written(ann)
    world.now_ms += TRASH_MS - 1
    assert purged(world).notes_purged == 0
    world.now_ms += 1
    assert purged(world).notes_purged == 1
    assert there(world, ann.notes) == {kept}
    assert there(world, bin_of(ann.notes)) == {gone}
    assert purged(world) == Purged()


def test_days_are_counted_by_the_server_from_the_last_change_that_it_took(world, ann):
    note = written(ann)
    world.now_ms += 5 * TRASH_MS
    purged(world)
    trash(ann, note, 1)  # says a clock that is decades behind
    world.now_ms += TRASH_MS - 1
    assert purged(world).notes_purged == 0
    ann.push(ann.notes, ann.author.type(ann.notes, note, "I still write here "))
    world.now_ms += TRASH_MS - 1
    assert purged(world).notes_purged == 0
    world.now_ms += 1
    assert purged(world).notes_purged == 1


def test_what_was_taken_out_of_the_trash_stays(world, ann):
    note = written(ann, trashed=True)
    world.now_ms += TRASH_MS - 1
    trash(ann, note, None)
    world.now_ms += 10 * TRASH_MS
    assert purged(world).notes_purged == 0
    assert there(world, ann.notes) == {note}


def test_followers_and_whoever_comes_later_are_told_that_it_is_gone(world, ann):
    phone, away = world.device(ann), world.device(ann)
    phone.subscribe(ann.notes)
    epoch = away.subscribe(ann.notes).epoch
    note, kept = written(ann, trashed=True), written(ann)
    phone.heard()
    cursor = world.opened.store.stream(ann.notes).head
    world.talks.remove(away)
    world.now_ms += TRASH_MS
    purged(world)
    (told,) = phone.heard().all(m.Deltas)
    assert [(row.document, row.body) for row in told.deltas] == [(note, b"")]
    back = world.device(ann)
    back.subscribe(ann.notes, epoch=epoch, cursor=cursor)
    (told,) = back.heard().all(m.Deltas)
    assert [(row.document, row.body) for row in told.deltas] == [(note, b"")]
    log = world.opened.core.log_page(ann.notes, 0)
    assert not isinstance(log, Gone)
    assert {row.body for row in log.rows if row.document == note} == {b""}
    fresh = world.device(ann)
    fresh.subscribe(ann.notes)
    assert {row.document for told in fresh.heard().all(m.Deltas) for row in told.deltas if row.body} == {kept}


def test_whoever_was_away_for_years_is_told_too(world, ann):
    note = written(ann, trashed=True)
    cursor, epoch = world.opened.store.stream(ann.notes).head, world.opened.store.stream(ann.notes).epoch
    world.now_ms += TRASH_MS
    world.administer("compact", keep_days=0, keep_deltas=0)
    world.now_ms += 10 * TOMBSTONE_MS
    world.administer("compact", keep_days=0, keep_deltas=0)
    late = world.device(ann)
    assert late.subscribe(ann.notes, epoch=epoch, cursor=cursor - 1).via == "state"
    (state,) = late.heard().all(m.State)
    assert [(chunk.document, chunk.total) for chunk in state.documents] == [(note, 0)]


@pytest.mark.parametrize("later_ms", [0, TOMBSTONE_MS, 20 * TOMBSTONE_MS])
def test_edits_that_come_late_are_refused_and_bring_nothing_back(world, ann, later_ms):
    note = written(ann, trashed=True)
    other = Author()
    other.documents[note] = Document.decode(ann.author.documents[note].encode(), other.rid)
    world.now_ms += TRASH_MS
    purged(world)
    world.now_ms += later_ms
    purged(world)
    late = world.hello(other)
    late.enter("sign_in", email=ann.email, password="correct horse battery")
    typed = other.type(ann.notes, note, "late ")
    back = other.edit(ann.notes, note, lambda edit: v1.set_trashed(edit, None))
    ack = late.push(ann.notes, typed, back).one(m.Ack)
    assert [rejected.code for rejected in ack.rejected] == ["forbidden", "forbidden"]
    assert there(world, ann.notes) == set()


def test_nobody_can_ask_for_what_lies_in_the_bin(world, ann):
    note = written(ann, trashed=True)
    world.now_ms += TRASH_MS
    purged(world)
    world.opened.people.roles_changed(None)
    assert world.opened.people.role_in(ann.account, bin_of(ann.notes)) is None
    assert ann.call("move", document=note, notebook=ann.personal).one(m.Result).code == "none"
    ann.subscribe(ann.notes)
    ann.heard()
    ann.do(m.Pull(ann.notes, 0, 0, (note,), id=5))
    assert ann.heard().one(m.State).documents == ()


def test_comments_go_with_their_note_whenever_they_were_written(world, ann):
    kept, gone = written(ann), written(ann, trashed=True)
    old, other = comment(ann, gone), comment(ann, kept)
    world.now_ms += TRASH_MS - DAY_MS
    young = comment(ann, gone)
    world.now_ms += DAY_MS
    assert purged(world) == Purged(notes_purged=1, comments_purged=2)
    assert there(world, f"{ann.personal}/comments") == {other}
    assert there(world, bin_of(f"{ann.personal}/comments")) == {old, young}


def test_after_half_a_year_nothing_is_left_of_it_but_its_name(world, ann):
    note = written(ann, trashed=True, text="a secret")
    world.now_ms += TRASH_MS
    purged(world)
    world.now_ms += TOMBSTONE_MS - 1
    assert purged(world).tombstones_emptied == 0
    assert held(world, note) > 0
    world.now_ms += 1
    assert purged(world).tombstones_emptied == 1
    assert held(world, note) == 0
    assert purged(world).tombstones_emptied == 0


def test_an_administrator_brings_it_back_into_the_trash_for_another_month(world, ann):
    phone = world.device(ann)
    phone.subscribe(ann.notes)
    note = written(ann, trashed=True, text="found again")
    phone.heard()
    world.now_ms += TRASH_MS
    assert world.administer("note list", purged=True)["notes"] == []
    purged(world)
    phone.heard()
    (listed,) = world.administer("note list", purged=True)["notes"]
    assert (listed["id"], listed["title"]) == (note, "Plan")
    assert world.administer("note list")["notes"] == []
    assert world.administer("note recover", note=note) == {"id": note, "notebook": ann.personal}
    (state,) = phone.heard().all(m.State)
    assert [chunk.document for chunk in state.documents] == [note]
    trash(ann, note, None)
    assert ann.push(ann.notes, ann.author.type(ann.notes, note, "! ")).one(m.Ack).rejected == ()
    assert "found again" in world.administer("note show", note=note)["text"]
    trash(ann, note, 2)
    world.now_ms += TRASH_MS - 1
    assert purged(world).notes_purged == 0
    world.now_ms += 1
    assert purged(world).notes_purged == 1


def test_what_cannot_be_brought_back_is_said(world, ann):
    note = written(ann, trashed=True)
    with pytest.raises(AdminError, match="has not left the trash"):
        world.administer("note recover", note=note)
    world.now_ms += TRASH_MS
    purged(world)
    world.now_ms += TOMBSTONE_MS
    purged(world)
    with pytest.raises(AdminError, match="too long ago"):
        world.administer("note recover", note=note)


def test_an_administrator_writes_into_nothing_that_has_left_the_trash(world, ann):
    note = written(ann, trashed=True)
    world.now_ms += TRASH_MS
    purged(world)
    with pytest.raises(AdminError, match="note recover"):
        world.administer("note append", note=note, text="x")


def test_a_note_that_is_written_in_while_it_is_looked_at_stays(world, ann, monkeypatch):
    note = written(ann, trashed=True)
    world.now_ms += TRASH_MS
    looks = purging._is_trashed

    def written_meanwhile(core, row):
        found = looks(core, row)
        ann.push(ann.notes, ann.author.type(ann.notes, note, "wait "))
        return found

    with monkeypatch.context() as patch:
        patch.setattr(purging, "_is_trashed", written_meanwhile)
        assert purged(world).notes_purged == 0
    assert there(world, ann.notes) == {note}
    world.now_ms += TRASH_MS
    assert purged(world).notes_purged == 1


def test_what_others_kept_from_going_goes_the_next_time(world, ann, monkeypatch):
    written(ann, trashed=True)
    world.now_ms += TRASH_MS

    def overtaken(*arguments):
        raise HeadMoved("test")

    with monkeypatch.context() as patch:
        patch.setattr(world.opened.core.moving, "move", overtaken)
        assert purged(world).notes_purged == 0
    assert purged(world).notes_purged == 1


def test_a_kill_at_any_step_leaves_each_note_in_one_place(world, ann):
    notes = [written(ann, trashed=True) for _ in range(3)]
    comments = [comment(ann, note) for note in notes]
    world.now_ms += TRASH_MS
    while True:
        steps = purge(world.opened.core, world.now_ms, Purged(), lambda segment: None)
        if next(steps, "done") == "done":
            break
        steps.close()
        world.restart()
        for stream, all_of_it in ((ann.notes, notes), (f"{ann.personal}/comments", comments)):
            assert sorted([*there(world, stream), *there(world, bin_of(stream))]) == sorted(all_of_it)
    assert there(world, bin_of(ann.notes)) == set(notes)


def test_a_purged_note_and_an_emptied_one_go_to_the_next_model_with_the_others(tmp_path):
    world = SessionWorld(tmp_path)
    ann = world.signed_up("ann")
    emptied = written(ann, trashed=True)
    world.now_ms += TRASH_MS
    purged(world)
    world.now_ms += TOMBSTONE_MS - DAY_MS
    note = written(ann, trashed=True, text="found again")
    world.now_ms += TRASH_MS
    assert purged(world) == Purged(notes_purged=1, tombstones_emptied=1)
    assert world.administer("migrate dry-run")["failed"] == []
    world.administer("migrate run")
    world.administer("note recover", note=note)
    assert world.administer("note show", note=note)["text"] == "found again"
    assert there(world, bin_of(ann.notes)) == {emptied}
    world.close()
