"""Going to a newer data model: the eight steps, on real stores and with a real server."""

import asyncio
from pathlib import Path

import pytest

from crdt import Document
from sync.client.offers import STEPS
from sync.client.session import Client
from sync.client.upgrade import last_receipt
from sync.errors import UpgradeStopped
from sync.model import v1, v2
from sync.model.versions import chain
from sync.storage.beside import beside_path
from sync.storage.client_store import ClientStore
from sync.storage.old_copies import old_copies
from sync.storage.rows import LocalChange
from tests.support.library import Desk


def tagged(edit):
    """What only a lens can carry over: a flag and a tag."""
    v1.set_pinned(edit, True)
    v1.add_tag(edit, "work", 5)


@pytest.fixture
def desk(tmp_path):
    made = Desk(tmp_path / "library.sqlite3")
    yield made
    made.crash()


def local_client(desk):
    return Client(desk.store, desk.ticker, newest="2.0")


def upgraded(desk, steps=None):
    """Upgrade a library that no server has; the receipt."""
    show = (lambda progress: steps.append(progress.step)) if steps is not None else None
    return asyncio.run(local_client(desk).upgrade(show).run())


def lensed(states):
    """What the lens makes of states, as bytes."""
    way = chain(v1.NOTES, "1.0", "2.0")
    return {name: way.state(Document.decode(state, 5)).encode() for name, state in states.items()}


def test_notes_that_no_server_has_go_over_by_the_lenses_to_the_very_bytes(desk):
    notes = [desk.new_note(f"note {number}", "text") for number in range(5)]
    desk.edit(notes[0], tagged)
    desk.type(notes[1], " more")
    before = {name: desk.note(name).encode() for name in notes}
    steps = []
    receipt = upgraded(desk, steps)
    assert list(dict.fromkeys(steps)) == ["offer", "backup", "fetch", "catch_up", "swap", "done"]
    assert {name: desk.note(name).encode() for name in notes} == lensed(before)
    assert (receipt.old_model, receipt.new_model) == ("1.0", "2.0")
    assert (receipt.notes_before, receipt.notes_after, receipt.notes_new) == (5, 5, 0)
    assert receipt == last_receipt(desk.store)
    assert desk.store.model == "2.0"
    while desk.store.refresh_projections():
        pass
    rows = {row.id: row for row in desk.store.notes()}
    assert rows[notes[0]].pinned
    assert rows[notes[0]].tags == ("work",)
    desk.close()
    desk.open_as("2.0")
    assert {name: desk.note(name).encode() for name in notes} == lensed(before)


def test_what_is_written_after_it_and_undone_from_before_it_works(desk):
    note = desk.new_note("N", "first")
    desk.type(note, " second")
    upgraded(desk)
    document = desk.note(note)
    assert document.can_undo
    delta = document.undo(desk.ticker.stamp())
    desk.store.append([LocalChange(f"{desk.notebook}/notes", note, delta)])
    desk.edit(note, lambda edit: v2.set_archived(edit, True))
    assert desk.body(note) != "first second"
    assert desk.note(note).value(("state", "archived")) is True
    assert [row.archived for row in desk.store.notes()] == [True]


def test_a_change_that_comes_late_in_the_old_shape_is_carried_over_too(desk):
    note = desk.new_note("N", "first")
    view, draft = desk.note(note), v1.new_note(desk.store.rid, desk.ticker.stamp(), created_ms=1)
    upgraded(desk)
    stream = f"{desk.notebook}/notes"
    late = view.edit(desk.ticker.stamp(), tagged)
    more = view.edit(desk.ticker.stamp(), lambda edit: edit.text(("body",)).insert(0, "then "))
    written = draft[0].edit(desk.ticker.stamp(), lambda edit: edit.text(("body",)).insert(0, "a draft"))
    changes = [LocalChange(stream, note, delta, model="1.0") for delta in (late, more)]
    changes += [LocalChange(stream, "d" * 22, delta, model="1.0") for delta in (draft[1], written)]
    assert set(desk.store.append(changes)) == {note, "d" * 22}
    assert desk.note(note).encode() == lensed({note: view.encode()})[note]
    assert desk.note("d" * 22).encode() == lensed({note: draft[0].encode()})[note]


def test_the_old_copy_is_whole_two_are_kept_and_nothing_is_left_beside(desk):
    note = desk.new_note("N", "first")
    before = desk.note(note).encode()
    receipt = upgraded(desk)
    (copy,) = old_copies(desk.path)
    assert str(copy) == receipt.old_copy
    old = ClientStore.open(copy)
    assert old.model == "1.0"
    assert old.document(note, old.rid).encode() == before
    old.close()
    assert not beside_path(desk.path).exists()


def test_without_need_or_room_nothing_begins(desk, monkeypatch):
    desk.new_note("N")
    monkeypatch.setattr("sync.storage.old_copies.SPACE_FACTOR", 1e12)
    with pytest.raises(UpgradeStopped) as stopped:
        upgraded(desk)
    assert stopped.value.why == "disk"
    assert desk.store.model == "1.0"
    monkeypatch.undo()
    upgraded(desk)
    with pytest.raises(UpgradeStopped) as stopped:
        upgraded(desk)
    assert stopped.value.why == "no_need"


@pytest.mark.parametrize("step", STEPS[:-2])
def test_it_can_be_stopped_until_the_swap_and_begun_again(desk, step):
    note = desk.new_note("N", "first")
    attempts = []

    def show(progress):
        if progress.step == step:
            attempts[-1].cancel()

    async def scene():
        attempts.append(local_client(desk).upgrade(show))
        return await attempts[-1].run()

    if step in ("flush", "verify"):  # there is nobody to send to
        assert asyncio.run(scene()).notes_after == 1
        return
    with pytest.raises(UpgradeStopped) as stopped:
        asyncio.run(scene())
    assert stopped.value.why == "cancelled"
    assert desk.store.model == "1.0"
    desk.type(note, " and more")
    later = desk.new_note("N", "later")
    before = {name: desk.note(name).encode() for name in (note, later)}
    receipt = upgraded(desk)
    assert desk.body(note) == "first and more"
    assert (receipt.notes_before, receipt.notes_after, receipt.notes_new) == (2, 2, 0)
    old = ClientStore.open(Path(receipt.old_copy))
    assert {name: old.document(name, old.rid).encode() for name in before} == before
    old.close()


def test_what_goes_on_with_an_attempt_has_the_copy_that_was_made(desk):
    desk.new_note("N", "first")

    def stop(progress):
        if progress.step == "fetch":
            attempt.cancel()

    attempt = local_client(desk).upgrade(stop)
    with pytest.raises(UpgradeStopped):
        asyncio.run(attempt.run())
    (copy,) = old_copies(desk.path)
    assert upgraded(desk).old_copy == str(copy)


def test_a_note_that_nobody_else_has_is_not_waited_for(desk):
    """Where nothing may be sent any more, it would never come."""
    known, fresh = desk.new_note("known"), desk.new_note("fresh")
    stream = f"{desk.notebook}/notes"
    desk.store.acknowledge(stream, 1, [], 1)
    attempt = local_client(desk).upgrade()

    class Beside:
        def seen(self, name):
            return None

    assert attempt._behind(Beside(), [known, fresh]) == {known}
