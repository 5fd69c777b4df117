"""Going to a heading of the note."""

import pytest

from app.editor.jumping import ABOVE_PX, jump_to_heading


def book(parts=40):
    """Blocks of a long note, whose headings are "Part 0", "Part 1" and so on."""
    blocks = []
    for number in range(parts):
        blocks.append(([(f"Part {number}", {})], {"kind": "heading", "level": 2}))
        blocks += [([(f"Words \U0001f350 of paragraph {line}. " * 8, {})], {}) for line in range(3)]
    return blocks


@pytest.fixture
def reader(one):
    one.view.show()
    one.place(0, len(one.text))
    one.view.commands.insert_blocks(book())
    one.place(0)
    one.view.verticalScrollBar().setValue(0)
    yield one
    one.view.hide()


def top(view):
    """Where the line of the caret is drawn."""
    return view.cursorRect().top()


def test_the_caret_stands_before_the_heading_and_that_is_the_first_line(reader):
    view = reader.view
    for place, words in (("part-20", "Part 20"), ("PART 3", "Part 3"), ("part-30", "Part 30")):
        assert jump_to_heading(view, place, "Book")
        assert view.textCursor().block().text() == words
        assert view.textCursor().positionInBlock() == 0
        assert top(view) == pytest.approx(ABOVE_PX, abs=1)


def test_a_heading_near_the_end_is_in_sight(reader):
    assert jump_to_heading(reader.view, "Part 39", "Book")
    assert ABOVE_PX <= top(reader.view) < reader.view.viewport().height()


@pytest.mark.parametrize(("place", "there"), [("Book", True), ("Part 40", False), ("Words", False)])
def test_the_title_and_what_is_not_there_are_the_top(reader, place, there):
    assert jump_to_heading(reader.view, "part-20", "Book")
    assert jump_to_heading(reader.view, place, "Book") is there
    assert (reader.caret, reader.view.verticalScrollBar().value()) == (0, 0)


def test_the_layout_of_the_note_before_moves_nothing_any_more(reader):
    before = reader.view.document().documentLayout()
    reader.open()
    assert jump_to_heading(reader.view, "part-20", "Book")
    place = reader.view.verticalScrollBar().value()
    before.shifted.emit(0.0, 300.0)
    assert reader.view.verticalScrollBar().value() == place > 0
