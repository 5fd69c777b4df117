from __future__ import annotations

import pytest

from crdt import Document
from sync.protocol import messages as m
from sync.storage.server_store import HeadMoved
from tests.support.peer import Author, new_id
from tests.support.session_world import SessionWorld
from tests.support.worlds import talk_of, world_of

world = world_of(SessionWorld, verified=True)
ann = talk_of("ann")


def shared(world, owner, other, role="editor"):
    """A notebook with two members."""
    notebook = new_id()
    owner.call("create_notebook", id=notebook, name="Garden")
    if other is not None:
        world.set_role(notebook, other.account, role)
        other.heard()
    return notebook


def written(talk, stream, text="beans "):
    """A note with a text, on the server."""
    note, made = talk.author.note(stream, "Plan")
    talk.push(stream, made)
    talk.push(stream, talk.author.type(stream, note, text))
    return note


def moved(talk, note, notebook):
    """Move a note: the outcome, or the code of the refusal."""
    result = talk.call("move", document=note, notebook=notebook).one(m.Result)
    return result.code or result.value["outcome"]


def text_of(world, note):
    _, state = world.opened.core.state_of(note)
    return Document.decode(state, 1).value(("body",))


def states(heard, stream):
    """{document: bytes} of the states of a stream that were heard."""
    return {
        chunk.document: chunk.chunk
        for state in heard.all(m.State)
        if state.stream == stream
        for chunk in state.documents
    }


def test_followers_of_both_notebooks_are_told_by_their_streams(world, ann):
    bob = world.signed_up("bob")
    notebook = shared(world, ann, bob)
    note = written(ann, ann.notes)
    ann.subscribe(ann.notes)
    bob.subscribe(f"{notebook}/notes")
    ann.heard()
    bob.heard()
    result = ann.say(m.Call(1, "move", {"document": note, "notebook": notebook}))
    assert result.one(m.Result).value == {"document": note, "notebook": notebook, "outcome": "moved"}
    core = world.opened.core
    assert core.state_of(note)[0].stream == core.stream(f"{notebook}/notes").key
    (row,) = [row for deltas in result.all(m.Deltas) for row in deltas.deltas]
    assert (row.document, row.body) == (note, b"")
    came = states(bob.heard(), f"{notebook}/notes")
    assert Document.decode(came[note], 1).value(("body",)) == "beans "


def test_what_was_moved_away_is_sent_to_nobody_who_comes_later(world, ann):
    bob = world.signed_up("bob")
    secret = new_id()
    ann.call("create_notebook", id=secret, name="Mine")
    notebook = shared(world, ann, None)
    stream = f"{notebook}/notes"
    note = written(ann, stream, "a secret ")
    stays = written(ann, stream, "for all ")
    assert moved(ann, note, secret) == "moved"
    world.set_role(notebook, bob.account, "viewer")
    bob.heard()
    bob.subscribe(stream)
    heard = bob.heard()
    bodies = b"".join([*heard.bodies(), *states(heard, stream).values()])
    assert b"for all " in bodies
    assert b"a secret " not in bodies
    assert world.opened.core.state_of(stays) is not None
    pulled = bob.say(m.Pull(stream, world.opened.core.stream(stream).epoch, 0, (note,), id=3))
    assert states(pulled, stream) == {}


def test_what_was_moved_away_is_not_sent_out_of_memory_either(world, ann):
    bob, cai = world.signed_up("bob"), world.signed_up("cai")
    secret = new_id()
    ann.call("create_notebook", id=secret, name="Mine")
    notebook = shared(world, ann, bob)
    bob.subscribe(f"{notebook}/notes")
    note = written(ann, f"{notebook}/notes", "a secret ")
    assert b"a secret " in b"".join(bob.heard().bodies())
    assert moved(ann, note, secret) == "moved"
    world.set_role(notebook, cai.account, "viewer")
    cai.heard()
    cai.subscribe(f"{notebook}/notes")
    assert b"".join(cai.heard().bodies()) == b""


def test_late_edits_follow_where_their_author_may_write(world, ann):
    bob = world.signed_up("bob")
    old = shared(world, ann, bob)
    new = shared(world, ann, bob)
    note = written(ann, f"{old}/notes")
    bob.subscribe(f"{old}/notes")
    bob.author.take(tuple(row for deltas in bob.heard().all(m.Deltas) for row in deltas.deltas))
    late = bob.author.type(f"{old}/notes", note, "peas ")
    assert moved(ann, note, new) == "moved"
    ack = bob.push(f"{old}/notes", late).one(m.Ack)
    assert (ack.n, ack.rejected) == (1, ())
    assert text_of(world, note) == "beans peas "
    again = bob.say(bob.author.push(f"{old}/notes", late)).one(m.Ack)
    assert again.n == 1
    assert text_of(world, note) == "beans peas ", "once"


def test_late_edits_of_whoever_may_not_write_there_are_rejected(world, ann):
    bob = world.signed_up("bob")
    old, new = shared(world, ann, bob), shared(world, ann, None)
    note = written(ann, f"{old}/notes")
    bob.subscribe(f"{old}/notes")
    bob.author.take(tuple(row for deltas in bob.heard().all(m.Deltas) for row in deltas.deltas))
    moved(ann, note, new)
    for role in (None, "viewer", "commenter"):
        world.set_role(new, bob.account, role)
        ack = bob.push(f"{old}/notes", bob.author.type(f"{old}/notes", note, "peas ")).all(m.Ack)[-1]
        assert [(rejected.code, rejected.state) for rejected in ack.rejected] == [("forbidden", None)]
    assert text_of(world, note) == "beans "


@pytest.mark.parametrize(("source", "target", "code"), [
    ("editor", "editor", "moved"),
    ("editor", "viewer", "forbidden"),
    ("viewer", "editor", "forbidden"),
    ("commenter", "commenter", "forbidden"),
    ("editor", None, "none"),
    (None, "editor", "none"),
])  # fmt: skip
def test_whoever_moves_may_write_in_both(world, ann, source, target, code):
    bob = world.signed_up("bob")
    old, new = shared(world, ann, None), shared(world, ann, None)
    note = written(ann, f"{old}/notes")
    for notebook, role in ((old, source), (new, target)):
        world.set_role(notebook, bob.account, role)
    bob.heard()
    assert moved(bob, note, new) == code


@pytest.mark.covers("refusal busy")
def test_a_move_that_is_overtaken_again_and_again_is_for_later(world, ann, monkeypatch):
    new, note = shared(world, ann, None), written(ann, ann.notes)

    def overtaken(*arguments):
        raise HeadMoved("test")

    with monkeypatch.context() as patch:
        patch.setattr(world.opened.core.moving, "move", overtaken)
        assert moved(ann, note, new) == "busy"
    assert moved(ann, note, new) == "moved"


@pytest.mark.covers("refusal migrating")
def test_a_note_moves_between_notebooks_of_one_model_only(world, ann):
    new, note = shared(world, ann, None), written(ann, ann.notes)
    model = "UPDATE streams SET model = ? WHERE id = ?"
    world.opened.store.db.write(model, ("2.0", f"{new}/notes"))
    world.opened.core.forget_streams()
    assert moved(ann, note, new) == "migrating"
    world.opened.store.db.write(model, ("1.0", f"{new}/notes"))
    world.opened.core.forget_streams()
    assert moved(ann, note, new) == "moved"


def test_what_is_not_there_cannot_be_moved(world, ann):
    note = written(ann, ann.notes)
    assert moved(ann, new_id(), ann.personal) == "none"
    assert moved(ann, note, new_id()) == "none"
    assert moved(ann, note, ann.personal) == "already"
    for args in ({}, {"document": 7, "notebook": ann.personal}, {"document": note, "notebook": None}):
        assert ann.call("move", **args).one(m.Result).code in ("bad_args", "none")


def test_a_note_comes_back_and_whoever_was_away_meanwhile_has_it(world, ann):
    other = shared(world, ann, None)
    note = written(ann, ann.notes)
    at = world.opened.core.stream(ann.notes)
    moved(ann, note, other)
    ann.push(f"{other}/notes", ann.author.type(f"{other}/notes", note, "peas "))
    moved(ann, note, ann.personal)
    phone = world.device(ann)
    granted = phone.subscribe(ann.notes, epoch=at.epoch, cursor=at.head)
    assert granted.via == "state"
    came = states(phone.heard(), ann.notes)
    assert Document.decode(came[note], 1).value(("body",)) == "beans peas "


def test_whoever_was_away_is_told_what_left(world, ann):
    other = shared(world, ann, None)
    note, stays = written(ann, ann.notes), written(ann, ann.notes)
    at = world.opened.core.stream(ann.notes)
    moved(ann, note, other)
    phone = world.device(ann)
    phone.subscribe(ann.notes, epoch=at.epoch, cursor=at.head)
    assert [(row.document, row.body) for d in phone.heard().all(m.Deltas) for row in d.deltas] == [
        (note, b"")
    ]
    tablet = world.device(ann)
    tablet.do(m.Subscribe((m.Wanted(ann.notes, "content", at.epoch, at.head, 0, bytes(8), "", 1),)))
    assert world.states(ann.notes, at.head) == {note: b""}
    assert list(world.states(ann.notes)) == [stays]


def test_a_move_survives_a_kill_and_is_written_on_afterwards(world, ann):
    other = shared(world, ann, None)
    note = written(ann, ann.notes)
    moved(ann, note, other)
    world.restart()
    again = world.again(ann)
    again.author = Author(ann.author.rid)
    again.author.documents, again.author.chains = ann.author.documents, ann.author.chains
    late = again.author.type(ann.notes, note, "late ")
    again.push(ann.notes, late)
    assert text_of(world, note) == "beans late "


def test_the_attachments_of_a_note_are_where_it_goes(world, ann):
    from sync.storage.blob_store import BlobRow, BlobStore

    other = shared(world, ann, None)
    note = written(ann, ann.notes)
    name = "ab" * 32

    def attach(edit):
        edit.make(("attachments", name), "map")
        edit.set(("attachments", name, "name"), "x.png")
        edit.set(("attachments", name, "mime"), "image/png")
        edit.set(("attachments", name, "size_bytes"), 3)

    ann.push(ann.notes, ann.author.edit(ann.notes, note, attach))
    blobs = BlobStore(world.opened.store)
    blobs.add(BlobRow(name, ann.personal, 3, ann.account, 1, 0))
    moved(ann, note, other)
    assert blobs.blob(name, other).account == ann.account
    for notebook in (ann.personal, other):
        blobs.remove(name, notebook)


def test_a_state_that_waits_to_be_sent_is_dropped_when_its_note_leaves(world, ann):
    other = shared(world, ann, None)
    notes = [written(ann, ann.notes) for _ in range(3)]
    phone = world.device(ann)
    phone.subscribe(ann.notes)
    phone.do(m.Pull(ann.notes, world.opened.core.stream(ann.notes).epoch, 0, tuple(notes), id=9))
    moved(ann, notes[1], other)
    heard = phone.heard()
    pulled = [c.document for state in heard.all(m.State) if state.id == 9 for c in state.documents]
    assert sorted(pulled) == sorted({notes[0], notes[2]})
