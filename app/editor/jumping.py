"""
Going to a heading of the note: the caret stands before it, and it is the first line on screen.

Not here: what a link means (`headings`), and opening notes (`widgets.browsing`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.editor.keys import values_of
from app.editor.list_keys import kind_of
from app.editor.standing import FirstLine
from app.editor.text_layout import TextLayout
from app.headings import TOP, Heading, Outline, headings_of

if TYPE_CHECKING:
    from app.editor.note_edit import NoteEdit

ABOVE_PX: Final = 12
"""Free above the heading."""


def jump_to_heading(view: NoteEdit, place: str, title: str) -> bool:
    """
    Go to the heading that a link means; to the top where that is the title, or where there is none such.

    Args:
        view: With an open note.
        place: As the link has it.
        title: Of the note.

    Returns:
        False if there is none.

    Cost: O(blocks).
    """
    binding = view.bound
    binding.settle()
    numbers, headings = headings_here(view)
    found = Outline(headings, title).find(place)
    start = binding.mirror.start(numbers[found]) if found is not None and found != TOP else 0
    binding.standing.select(start, start)
    if start:
        _measure_below(view)
        binding.standing.scroll_to(FirstLine(start, ABOVE_PX))
    else:
        view.verticalScrollBar().setValue(0)
    return found is not None


def headings_here(view: NoteEdit) -> tuple[list[int], list[Heading]]:
    """The numbers of the blocks that are headings, as far as they are shown, and what they say."""
    blocks = view.bound.mirror.blocks
    numbers = [number for number, block in enumerate(blocks) if kind_of(block) == "heading"]
    found = (blocks[number] for number in numbers)
    return numbers, headings_of(([(block.text, None)], values_of(block.attributes)) for block in found)


def _measure_below(view: NoteEdit) -> None:
    """Lay out what will be seen below the caret: as high as it is guessed, there may be no way there."""
    layout, top = view.document().documentLayout(), view.verticalScrollBar().value() + view.cursorRect().top()
    if isinstance(layout, TextLayout):
        layout.look_at(top, top + view.viewport().height())
