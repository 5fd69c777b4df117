"""Where a person stands in the text."""

from __future__ import annotations

from app.editor.standing import changed_place, selection_after
from crdt.patch import BlockSet, Deleted, Formatted, Inserted


def test_a_selection_takes_in_nothing_at_its_ends():
    assert selection_after(3, 6, [Inserted(3, "xx", {})]) == (5, 8)
    assert selection_after(3, 6, [Inserted(6, "xx", {})]) == (3, 6)
    assert selection_after(6, 3, [Inserted(4, "xx", {})]) == (8, 3)


def test_a_caret_stays_before_what_comes_in_at_it():
    assert selection_after(3, 3, [Inserted(3, "xx", {})]) == (3, 3)


def test_a_selection_that_is_deleted_is_a_caret():
    assert selection_after(3, 6, [Deleted(1, 10)]) == (1, 1)
    assert selection_after(3, 6, [Deleted(3, 3), Inserted(3, "xx", {})]) in ((3, 3), (5, 5))


def test_the_changed_place_is_that_of_the_last_change_of_text():
    assert changed_place([Inserted(3, "abc", {}), Formatted(0, 9, {})]) == 6
    assert changed_place([Inserted(3, "abc", {}), Deleted(1, 1)]) == 1
    assert changed_place([Formatted(2, 5, {}), BlockSet(7, {})]) == 5
    assert changed_place([BlockSet(7, {})]) == 7
    assert changed_place([]) == 0


def test_the_pending_marks_are_what_was_switched_on_and_nothing_else(one):
    standing = one.view.bound.standing
    one.place(5)
    assert standing.pending() is None
    standing.set_pending({"bold": True})
    assert standing.pending() == {"bold": True}
    one.key(0x01000012)  # Left
    assert standing.pending() is None


def test_the_first_line_is_found_again(one):
    standing = one.view.bound.standing
    line = standing.first_line()
    standing.scroll_to(line)
    assert standing.first_line() == line


def test_selecting_what_is_selected_does_nothing(one):
    moved = []
    one.place(2, 5)
    one.view.cursorPositionChanged.connect(lambda: moved.append(True))
    one.view.bound.standing.select(2, 5)
    assert not moved
