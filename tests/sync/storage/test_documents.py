"""Loading, deltas and states from elsewhere, folding."""

from random import Random

import pytest

from crdt import Document, Stamp
from sync.errors import StoreUnavailable
from sync.model import v1
from sync.model.references import content_of_blocks
from sync.storage.rows import LocalChange, RemoteDelta
from tests.support.library import FOREIGN, NOTES, foreign_note, named


def test_remote_rows_and_cursor_are_one_commit(desk):
    _, bodies = foreign_note()
    fresh = desk.store.append_remote(
        NOTES, [RemoteDelta(FOREIGN, body, n) for n, body in enumerate(bodies, 1)], 2
    )
    assert fresh == {FOREIGN: bodies}
    desk.crash()
    desk.open()
    assert desk.store.stream(NOTES).cursor == 2
    assert desk.body(FOREIGN) == "from elsewhere"


def test_own_deltas_that_come_back_are_not_stored_twice(desk):
    note = desk.new_note("mine", "text")
    mine = [row.body for row in desk.store.unsent(NOTES, 0, count=9, size=1 << 20)]
    fresh = desk.store.append_remote(NOTES, [RemoteDelta(note, body, n) for n, body in enumerate(mine, 1)], 2)
    assert fresh == {}
    assert desk.store.stream(NOTES).cursor == 2
    assert desk.body(note) == "text"


def test_a_delta_for_a_document_of_another_stream_is_left_out(desk):
    note = desk.new_note("private")
    desk.store.add_notebook("O" * 22, "Other")
    _, bodies = foreign_note()
    other = "O" * 22 + "/notes"
    assert desk.store.append_remote(other, [RemoteDelta(note, bodies[0], 1)], 1) == {}
    assert desk.store.stream(other).cursor == 1
    assert desk.store.load(note).deltas == [desk.store.unsent(NOTES, 0, count=1, size=1)[0].body]


def test_a_long_confirmed_tail_is_folded_and_nothing_changes(desk):
    note = desk.new_note("long")
    for number in range(100):
        desk.type(note, f"{number} ")
    desk.store.refresh_projections()
    assert desk.store.load(note).snapshot is None  # nothing is confirmed, so nothing may be folded
    before = desk.note(note).encode()
    desk.store.acknowledge(NOTES, 90, [], 10)
    desk.type(note, "end")
    with_end = desk.note(note).encode()
    assert with_end != before
    desk.crash()
    desk.open()
    desk.store.refresh_projections()
    stored = desk.store.load(note)
    assert stored.snapshot is not None
    assert len(stored.deltas) == 102 - 90
    assert stored.build(1).encode() == with_end


def test_states_and_deltas_in_any_mixture_give_the_same_bytes(desk):
    theirs = Document(99)
    bodies, states = [], []
    theirs_note, first = v1.new_note(99, Stamp(10, 0, 99), title="t", created_ms=1)
    theirs = theirs_note
    bodies.append(first.encode())
    states.append(theirs.encode())
    for number in range(6):
        delta = theirs.edit(
            Stamp(20 + number, 0, 99),
            lambda e, number=number: e.text(("body",)).insert(number, "ab"[number % 2]),
        )
        bodies.append(delta.encode())
        states.append(theirs.encode())
    for cut in range(1, 7):
        document = named(cut, "m")
        desk.store.append_remote(NOTES, [RemoteDelta(document, body, 0) for body in bodies[:cut]], cut)
        desk.store.take_states(NOTES, [(document, states[cut // 2])])
        desk.store.append_remote(NOTES, [RemoteDelta(document, body, 0) for body in bodies[cut // 2 :]], 7)
        assert desk.note(document).encode() == states[-1]


def test_a_missing_document_is_reported_by_name(desk):
    with pytest.raises(StoreUnavailable) as caught:
        desk.store.load("nobody")
    assert caught.value.reason == "missing"


@pytest.mark.parametrize("acked", [False, True])
def test_a_note_that_is_typed_in_all_day_stays_quick_to_open(desk, acked):
    note = desk.new_note("diary")
    view = desk.note(note)
    for _ in range(300):
        delta = view.edit(desk.ticker.stamp(), lambda e: e.text(("body",)).insert(0, "x"))
        desk.store.append([LocalChange(NOTES, note, delta)])
        if acked:
            desk.store.acknowledge(NOTES, desk.store.stream(NOTES).next_n - 1, [], 5)
        desk.store.refresh_projections()
    stored = desk.store.load(note)
    assert len(stored.deltas) < 64
    assert stored.build(1).encode() == view.encode()
    desk.store.acknowledge(NOTES, desk.store.stream(NOTES).next_n - 1, [(250, "schema", "")], 9)
    assert desk.note(note).text(("body",)).text() == ("x" * 300 if acked else "x" * 248)


def test_a_note_with_a_long_paste_in_it_stays_quick_to_open(desk):
    note = desk.new_note("book")
    view = desk.note(note)
    for number, expected in enumerate((2, 3, 0)):
        delta = view.edit(desk.ticker.stamp(), lambda e, n=number: e.text(("body",)).insert(0, noise(n)))
        desk.store.append([LocalChange(NOTES, note, delta)])
        desk.store.refresh_projections()
        assert len(desk.store.load(note).deltas) == expected
    assert desk.note(note).encode() == view.encode()


def noise(seed):
    """Some 50 kB of text that no packing makes much shorter."""
    dice = Random(seed)
    return "".join(chr(dice.randrange(0x4E00, 0x9FFF)) for _ in range(18_000))


def new_with_state(desk, name):
    made, delta = v1.new_note(desk.store.rid, desk.ticker.stamp(), title="long", created_ms=1)
    change = LocalChange(NOTES, name, delta, v1.note_summary(made), None, False, content_of_blocks([]))
    return made, change._replace(state=made.encode())


def test_a_state_that_comes_with_a_new_note_is_what_it_is_opened_by(desk):
    made, change = new_with_state(desk, named(8))
    desk.store.append([change])
    stored = desk.store.load(named(8))
    assert (stored.snapshot, stored.deltas) == (made.encode(), [])
    edit = made.edit(desk.ticker.stamp(), lambda e: e.text(("body",)).insert(0, "more"))
    desk.store.append([LocalChange(NOTES, named(8), edit)])
    assert desk.note(named(8)).encode() == made.encode()
    desk.store.acknowledge(NOTES, desk.store.stream(NOTES).next_n - 1, [], 5)
    desk.store.refresh_projections()
    assert desk.note(named(8)).encode() == made.encode()


def test_a_state_of_a_former_replica_is_not_kept(desk):
    made, change = new_with_state(desk, named(8))
    desk.store.rotate(desk.store.rid + 1, {}, 7)
    assert desk.store.append([change]) == [named(8)]
    stored = desk.store.load(named(8))
    assert stored.snapshot is None
    assert stored.build(1).text(("title",)).text() == made.text(("title",)).text()
