"""
What Enter, Backspace, Delete, Tab and a deletion over several blocks do to the blocks they meet.

The written rule. Our model keeps a block's attributes on the newline at its end, Qt at its start, and a
person expects neither; so every split and join says what both halves become:

| key | where | becomes | |---|---|---| | Enter | end of a heading | a paragraph follows | | Enter |
elsewhere in a heading, in a paragraph | two of the kind; at the start of a heading an empty paragraph before
it | | Enter | in a list item | two items of the kind and level; the one that is new, or behind the caret, is
unchecked | | Enter | in an empty list item | one level out; at the outermost, a paragraph | | Enter | in an
empty quote, in the empty last line of a code block | a paragraph | | Backspace | start of a list item,
heading, quote, first code line | a paragraph; the next one joins | | Backspace, Delete, cut | joining two
blocks | the first one's attributes; the second one's if the first was empty | | Backspace, Delete | beside a
divider | the divider goes |

Pure: reads a mirror, gives operations and where the caret goes. No Qt.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from app.editor.difference import attribute_changes
from app.editor.keys import EMBED, OBJECT, Marks, key_of, values_of
from app.editor.looks import LEVEL_MAX, LIST_KINDS, look_of
from app.editor.mirror import Mirror, MirrorBlock
from app.editor.operations import Delete, Insert, Operation, SetBlock
from crdt.marks import GROWS_AT_END

_OF_A_KIND: Final = (
    "kind",
    "level",
    "checked",
    "language",
)  # attributes that make no sense without their kind

CODE_BLANKS: Final = 4
"""Blanks at the start of a line of code that count as one tab."""


class Plan(NamedTuple):
    """What a key does: operations, and the index of the caret after them."""

    operations: list[Operation]
    caret: int


def kind_of(block: MirrorBlock) -> str:
    """Give the kind of a block; "paragraph" if none is set."""
    kind = values_of(block.attributes).get("kind")
    return kind if isinstance(kind, str) else "paragraph"


def level_of(block: MirrorBlock) -> int:
    """Give the level of a list item, from 0."""
    level = values_of(block.attributes).get("level")
    return level if isinstance(level, int) else 0


def with_kind(attributes: str, wanted: Marks) -> str:
    """
    Give the key of a block that becomes another kind; what has nothing to do with kinds stays.

    Args:
        attributes: The key it has.
        wanted: "kind" and what goes with it; empty for a paragraph.
    """
    kept = {name: value for name, value in values_of(attributes).items() if name not in _OF_A_KIND}
    return key_of({**kept, **wanted})


def box_of(mirror: Mirror, number: int) -> tuple[int, int]:
    """Give the first and the last of the blocks of code that are drawn as one box with a block."""
    first = last = number
    box = look_of(mirror.blocks[number].attributes).box
    if kind_of(mirror.blocks[number]) == "code":
        while first > 0 and look_of(mirror.blocks[first - 1].attributes).box == box:
            first -= 1
        while last + 1 < len(mirror.blocks) and look_of(mirror.blocks[last + 1].attributes).box == box:
            last += 1
    return first, last


def unchecked(attributes: str) -> str:
    """Give the key of a list item as a new one has it: without a tick or a number of its own."""
    values = dict(values_of(attributes))
    if values.get("kind") == "check":
        values["checked"] = False
    values.pop("start", None)
    return key_of(values)


def _numberless(attributes: str) -> str:
    """The key of a list item that another now precedes."""
    return key_of({name: value for name, value in values_of(attributes).items() if name != "start"})


def growing(marks: Marks) -> Marks:
    """Give the marks that take in what is typed at their end."""
    return {kind: value for kind, value in marks.items() if kind in GROWS_AT_END}


def is_divider(block: MirrorBlock) -> bool:
    """Whether a block is nothing but a divider."""
    if block.text != OBJECT or not block.spans:
        return False
    payload = values_of(block.spans[0][1]).get(EMBED)
    return isinstance(payload, dict) and payload.get("type") == "divider"


def set_attributes(mirror: Mirror, number: int, attributes: str) -> list[Operation]:
    """Say how to give a block other attributes; nothing if it has them."""
    block = mirror.blocks[number]
    if block.attributes == attributes:
        return []
    return [SetBlock(mirror.start(number), attribute_changes(block.attributes, attributes))]


def remove(mirror: Mirror, start: int, end: int) -> list[Operation]:
    """Say how to delete start <= i < end, and what a block joined by it becomes."""
    if start >= end:
        return []
    first, inside = mirror.locate(start)
    last, stop = mirror.locate(end)
    head, tail = mirror.blocks[first], mirror.blocks[last]
    made: list[Operation] = [Delete(start, end - start)]
    wanted = tail.attributes if inside == 0 and stop < len(tail.text) else head.attributes
    if first != last and wanted != tail.attributes:
        made.append(SetBlock(start, attribute_changes(tail.attributes, wanted)))
    return made


def enter(mirror: Mirror, index: int) -> Plan:
    """Split the block around an index, or leave its list."""
    number, inside = mirror.locate(index)
    block = mirror.blocks[number]
    kind = kind_of(block)
    if not block.text and _leaves(mirror, number, kind):
        return Plan(set_attributes(mirror, number, _outwards(block, kind)), index)
    ahead = behind = block.attributes
    if kind == "heading" and inside == len(block.text):
        behind = with_kind(behind, {})
    elif kind == "heading" and inside == 0:
        ahead = with_kind(ahead, {})
    elif kind in LIST_KINDS and inside == 0:
        ahead, behind = unchecked(ahead), _numberless(behind)
    elif kind in LIST_KINDS:
        behind = unchecked(behind)
    made: list[Operation] = [Insert(index, "\n", None)]
    if ahead != block.attributes:
        made.append(SetBlock(index, attribute_changes(block.attributes, ahead)))
    if behind != block.attributes:
        made.append(SetBlock(index + 1, attribute_changes(block.attributes, behind)))
    return Plan(made, index + 1)


def _leaves(mirror: Mirror, number: int, kind: str) -> bool:
    """Whether Enter in this empty block leaves its kind instead of splitting it."""
    if kind in LIST_KINDS or kind == "quote" or (kind == "paragraph" and level_of(mirror.blocks[number])):
        return True
    is_last = number + 1 == len(mirror.blocks) or kind_of(mirror.blocks[number + 1]) != "code"
    has_before = number > 0 and kind_of(mirror.blocks[number - 1]) == "code"
    return kind == "code" and is_last and has_before


def _outwards(block: MirrorBlock, kind: str) -> str:
    """The key of an empty block after Enter: one level out, or a paragraph."""
    level = level_of(block)
    if kind in LIST_KINDS and level > 0:
        return unchecked(key_of({**values_of(block.attributes), "level": level - 1}))
    return with_kind(block.attributes, {})


def backspace_at_start(mirror: Mirror, number: int) -> Plan:
    """Do what Backspace does before the first character of a block: plain first, then join."""
    block = mirror.blocks[number]
    start = mirror.start(number)
    kind = kind_of(block)
    follows_code = kind == "code" and number > 0 and kind_of(mirror.blocks[number - 1]) == "code"
    plain = with_kind(block.attributes, {})
    if block.attributes != plain and not follows_code:
        return Plan(set_attributes(mirror, number, plain), start)
    if number == 0:
        return Plan([], start)
    if is_divider(mirror.blocks[number - 1]):
        begin = mirror.start(number - 1)
        return Plan([Delete(begin, start - begin)], begin)
    return Plan(_join(mirror, number - 1), start - 1)


def delete_at_end(mirror: Mirror, number: int) -> Plan:
    """Do what Delete does behind the last character of a block: join the next one."""
    end = mirror.start(number) + len(mirror.blocks[number].text)
    if number + 1 == len(mirror.blocks):
        return Plan([], end)
    if is_divider(mirror.blocks[number + 1]) and mirror.blocks[number].text:
        made: list[Operation] = [Delete(end, 2)]
        made.extend(_keep(mirror.blocks[number], mirror.blocks[number + 1], end))
        return Plan(made, end)
    return Plan(_join(mirror, number), end)


def _join(mirror: Mirror, number: int) -> list[Operation]:
    """Join a block with the next one."""
    block, following = mirror.blocks[number], mirror.blocks[number + 1]
    end = mirror.start(number) + len(block.text)
    kept = _keep(block, following, end) if block.text or not following.text else []
    return [Delete(end, 1), *kept]


def _keep(block: MirrorBlock, following: MirrorBlock, index: int) -> list[Operation]:
    """Keep a block's attributes when the following one's newline now ends it."""
    if block.attributes == following.attributes:
        return []
    return [SetBlock(index, attribute_changes(following.attributes, block.attributes))]


def indent(mirror: Mirror, first: int, last: int, by: int) -> list[Operation]:
    """
    Move list items in or out, first <= number <= last; other blocks stay.

    An item goes at most one level deeper than the item before it, so a list never skips a level.
    """
    made: list[Operation] = []
    before = (
        level_of(mirror.blocks[first - 1])
        if first and kind_of(mirror.blocks[first - 1]) in LIST_KINDS
        else -1
    )
    for number in range(first, last + 1):
        block = mirror.blocks[number]
        if kind_of(block) not in LIST_KINDS:
            before = -1
            continue
        level = max(0, min(level_of(block) + by, before + 1, LEVEL_MAX))
        if by < 0:
            level = max(0, level_of(block) + by)
        made.extend(set_attributes(mirror, number, key_of({**values_of(block.attributes), "level": level})))
        before = level
    return made


def indent_code(mirror: Mirror, first: int, last: int, by: int) -> list[Operation]:
    """Begin lines of code, first to last, with a tab more (1), or a tab or four blanks fewer (-1)."""
    made: list[Operation] = []
    for number in range(last, first - 1, -1):
        block = mirror.blocks[number]
        start = mirror.start(number)
        if kind_of(block) != "code":
            continue
        if by > 0:
            made.append(Insert(start, "\t", {}))
        elif block.text.startswith("\t"):
            made.append(Delete(start, 1))
        else:
            blanks = len(block.text) - len(block.text.lstrip(" "))
            if blanks:
                made.append(Delete(start, min(blanks, CODE_BLANKS)))
    return made
