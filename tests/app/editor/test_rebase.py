"""Edits of a view that is behind, carried over to a note that is ahead."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.editor.operations import Delete, Format, Insert, InsertEmbed, SetBlock, play
from app.editor.rebase import Alignment, carried
from crdt.patch import Deleted, Inserted, Patch
from crdt.text import RichText


@st.composite
def edits(draw: st.DrawFn, length: int, mark: str) -> list[tuple[str, int, int | str]]:
    made: list[tuple[str, int, int | str]] = []
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, length))
        if draw(st.booleans()) or not length:
            text = mark * draw(st.integers(1, 3))
            made.append(("insert", start, text))
            length += len(text)
        else:
            count = min(draw(st.integers(0, 4)), length - start)
            made.append(("delete", start, count))
            length -= count
    return made


@given(st.data())
def test_the_result_is_that_of_two_replicas_that_merge(data):
    start = data.draw(st.text("abc", max_size=8))
    view, note = RichText(rid=1), RichText(rid=2)
    note.apply(view.insert(0, start))
    patches: list[Patch] = []
    for kind, at, what in data.draw(edits(len(start), "R")):
        if kind == "insert":
            note.insert(at, str(what))
            patches.append(Inserted(at, str(what), {}))
        else:
            note.delete(at, int(what))
            patches.append(Deleted(at, int(what)))
    mine = [
        Insert(at, str(what), {}) if kind == "insert" else Delete(at, int(what))
        for kind, at, what in data.draw(edits(len(start), "L"))
    ]
    alignment = Alignment()
    alignment.take_patches(patches)
    play(alignment.take_operations(mine), note)
    play(mine, view)
    # Both sides' letters are there, in their own order, and what either deleted is gone.
    expected = [c for c in view.text() if c == "L"] + [c for c in note.text() if c == "R"]
    assert sorted(c for c in note.text() if c in "LR") == sorted(expected)
    kept = [c for c in note.text() if c not in "LR"]
    assert len(kept) <= min(sum(c not in "LR" for c in view.text()), len(start))


def test_marks_blocks_and_embeds_find_their_places():
    alignment = Alignment()
    alignment.take_patches([Inserted(0, "XX", {}), Deleted(4, 2)])
    assert alignment.take_operations(
        [Format(1, 6, "bold", True), SetBlock(5, {"kind": "quote"}), InsertEmbed(1, {"type": "divider"}, {})]
    ) == [
        Format(3, 4, "bold", True),
        Format(4, 6, "bold", True),
        SetBlock(5, {"kind": "quote"}),
        InsertEmbed(3, {"type": "divider"}, {}),
    ]


def test_what_both_deleted_is_deleted_once():
    alignment = Alignment()
    alignment.take_patches([Deleted(2, 3)])
    assert alignment.take_operations([Delete(0, 6)]) == [Delete(0, 2), Delete(0, 1)]


def test_a_place_is_pushed_by_what_comes_before_it_and_not_by_what_comes_behind():
    patches: list[Patch] = [Inserted(2, "abc", {}), Deleted(0, 1), Inserted(9, "z", {})]
    assert carried(4, patches, False) == 6
    assert carried(2, patches, False) == 1
    assert carried(2, patches, True) == 4
