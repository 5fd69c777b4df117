"""Documents in a newer model: the very bytes that the lenses make, by whomever they were written."""

import pytest

from crdt import Delta, Document, Stamp
from sync.model import v1
from sync.model.versions import chain
from sync.storage.reshaping import reshaped, reshaped_late, translated
from sync.storage.rows import LocalChange
from tests.support.lens_world import LENSES, LensWorld, copied

WAY = chain(v1.NOTES, "1.0", "2.0")


def built(state, bodies):
    document = Document(99) if state is None else Document.decode(state, 99)
    for body in bodies:
        document.apply(Delta.decode(body))
    return document


def in_order(world):
    """The deltas of a world in an order in which they can be applied, and what they make."""
    document = Document(98)
    for delta in world.deltas:
        document.apply(delta)
    return [delta.encode() for delta in world.deltas], document


@pytest.mark.parametrize("name", sorted(LENSES))
@pytest.mark.parametrize("seed", range(6))
def test_wherever_the_line_to_what_is_confirmed_lies_the_outcome_is_that_of_the_lens(name, seed):
    way = LENSES[name]
    bodies, document = in_order(LensWorld(seed))
    expected = way.state(copied(document)).encode()
    for line in (0, 1, len(bodies) // 2, len(bodies)):
        found = reshaped(None, bodies[:line], bodies[line:], way)
        assert not found.lost
        assert built(found.confirmed, [made.body for made in found.unsent]).encode() == expected
        assert (found.confirmed is None) == (line == 0)


def test_what_cannot_be_translated_is_said_and_stops_nothing_behind_it():
    new = WAY.state(Document(5))
    first = Delta.decode(in_order(LensWorld(1))[0][0])
    made, lost = translated(new, [first.encode(), first.renumbered(first.rid, 77).encode()], WAY)
    assert len(made) == 2
    gap = Delta(5, 900, 901, Stamp(9, 0, 5), [[18, 5, 900, 0, 0, 0, "icon"]])
    made, lost = translated(new, [gap.encode(), first.renumbered(first.rid, 78).encode()], WAY)
    assert [one.body for one in lost] == [gap.encode()]
    assert len(made) == 1
    assert lost[0].why


def test_late_changes_follow_each_other_in_one_commit(desk):
    note = desk.new_note("N", "text")
    view = desk.note(note)
    stream = f"{desk.notebook}/notes"
    one = view.edit(desk.ticker.stamp(), lambda edit: v1.set_pinned(edit, True))
    two = view.edit(desk.ticker.stamp(), lambda edit: v1.add_tag(edit, "a", 1))
    with desk.store._reading() as connection:
        documents = [LocalChange(stream, "new", delta, model="1.0") for delta in (one, two)]
        made = reshaped_late(connection, LocalChange(stream, "f" * 22, one, model="1.0"), "1.0", [])
        assert made == [LocalChange(stream, "f" * 22, one)]
        first = reshaped_late(connection, documents[0], "2.0", [])
    assert [change.carried for change in first] == [True, False]
    assert all(change.model is None for change in first)
