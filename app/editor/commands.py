"""
What a person can do to the text with keys, toolbar and menus, as exact edits through the binding.

Each command reads the mirror and the selection, computes operations, and has the binding perform them. Not
here: which key calls what (`keyboard`), the rules of splits and joins (`list_keys`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from app.editor import autoformat, list_keys
from app.editor.binding import Binding
from app.editor.difference import attribute_changes
from app.editor.embeds import WIDTH
from app.editor.keys import EMBED, OBJECT, Marks, key_of, values_of
from app.editor.looks import LIST_KINDS
from app.editor.mirror import MirrorBlock, cut
from app.editor.operations import Delete, Format, Insert, InsertEmbed, Operation, SetBlock, inserted_spans

Spans = Sequence[tuple[str, Marks]]
Blocks = Sequence[tuple[Spans, Marks]]

SOFT_BREAK: Final = "\u2028"  # a new line inside a block
TOGGLES: Final = ("bold", "italic", "underline", "strike", "code")
_INLINE: Final = frozenset((*TOGGLES, "highlight", "colour", "link"))


class Commands:
    """The commands of one binding. Each returns whether it did something."""

    def __init__(self, binding: Binding) -> None:
        """Args: binding: What the commands read and edit."""
        self._binding: Final = binding

    # Reading

    def range(self) -> tuple[int, int]:
        """Give the selection from left to right."""
        self._binding.settle()
        anchor, head = self._binding.standing.selection()
        return min(anchor, head), max(anchor, head)

    def selected_blocks(self) -> tuple[int, int]:
        """Give the numbers of the first and last block the selection touches."""
        start, end = self.range()
        mirror = self._binding.mirror
        first = mirror.locate(start)[0]
        last, inside = mirror.locate(end)
        return first, last - 1 if last > first and inside == 0 else last

    def block(self) -> MirrorBlock:
        """Give the block the caret is in."""
        mirror = self._binding.mirror
        return mirror.blocks[mirror.locate(self._binding.standing.caret())[0]]

    def marks(self) -> Marks:
        """Give the marks of all that is selected, or those the next letter takes."""
        start, end = self.range()
        if start == end:
            pending = self._binding.standing.pending()
            return self._binding.typing_marks(start) if pending is None else pending
        common: Marks | None = None
        for _, key in self._selected_spans(start, end):
            values = values_of(key)
            if common is None:
                common = {kind: value for kind, value in values.items() if kind != EMBED}
            else:
                common = {kind: value for kind, value in common.items() if values.get(kind) == value}
        return common or {}

    def _selected_spans(self, start: int, end: int) -> list[tuple[int, str]]:
        mirror = self._binding.mirror
        first, inside = mirror.locate(start)
        last, stop = mirror.locate(end)
        found: list[tuple[int, str]] = []
        for number in range(first, last + 1):
            block = mirror.blocks[number]
            low = inside if number == first else 0
            found.extend(cut(block.spans, low, stop if number == last else len(block.text)))
        return found

    def blocks_between(self, start: int, end: int) -> list[tuple[list[tuple[str, Marks]], Marks]]:
        """Give what start <= i < end holds, block by block, as `RichText.blocks` would."""
        mirror = self._binding.mirror
        first, inside = mirror.locate(start)
        last, stop = mirror.locate(end)
        found: list[tuple[list[tuple[str, Marks]], Marks]] = []
        for number in range(first, last + 1):
            block = mirror.blocks[number]
            at = inside if number == first else 0
            spans: list[tuple[str, Marks]] = []
            for length, key in cut(block.spans, at, stop if number == last else len(block.text)):
                spans.append((block.text[at : at + length], dict(values_of(key))))
                at += length
            found.append((spans, dict(values_of(block.attributes))))
        return found

    def attributes_at(self, index: int) -> Marks:
        """Give the attributes of the block around an index."""
        mirror = self._binding.mirror
        return dict(values_of(mirror.blocks[mirror.locate(index)[0]].attributes))

    # Text

    def type(self, text: str) -> bool:
        """
        Type text in place of the selection, with the pending marks; then read the Markdown that it ends.
        """
        start, end = self.range()
        pending = self._binding.standing.pending()
        marks = self._binding.typing_marks(start) if pending is None else pending
        operations: list[Operation] = list_keys.remove(self._binding.mirror, start, end)
        if start != end:
            number, inside = self._binding.mirror.locate(start)
            marks = list_keys.growing(values_of(self._binding.mirror.blocks[number].key_at(inside)))
            self._binding.note.break_group()
        operations.append(Insert(start, text, marks))
        done = self._binding.perform(operations, start + len(text), apart=False)
        if done and text == " ":
            self._read_address(start)
            self._read_start(start + 1)
        elif done and text[-1:] in autoformat.CLOSING:
            self._read_span(start + len(text), marks)
        return done

    def _read_span(self, caret: int, typing: Marks) -> None:
        """Mark what stands between two signs; what is typed next is as before them."""
        before = self._before(caret)
        found = autoformat.span_of(before)
        if found is None or self._marks_between(caret - found.back, caret) & {"code", "link", found.kind}:
            return
        start, end = caret - found.back, caret - found.closing
        self._binding.perform(
            [
                Delete(end, found.closing),
                Delete(start, found.opening),
                Format(start, end - found.opening, found.kind, found.value),
            ],
            end - found.opening,
        )
        self._binding.standing.set_pending(typing)

    def _read_address(self, end: int) -> None:
        """Link the web address that ends at an index."""
        found = autoformat.address_before(self._before(end))
        if found is None or self._marks_between(end - found[0], end) & {"code", "link"}:
            return
        first, last, address = found
        self._binding.perform([Format(end - first, end - last, "link", address)])

    def _before(self, index: int) -> str:
        """The text of a block before an index; "" in code, where signs mean themselves."""
        mirror = self._binding.mirror
        number, inside = mirror.locate(index)
        block = mirror.blocks[number]
        return "" if list_keys.kind_of(block) == "code" else block.text[:inside]

    def _marks_between(self, start: int, end: int) -> set[str]:
        return {kind for _, key in self._selected_spans(start, end) for kind in values_of(key)}

    def _read_start(self, caret: int) -> None:
        mirror = self._binding.mirror
        number, inside = mirror.locate(caret)
        block = mirror.blocks[number]
        found = autoformat.start_of(block.text[:inside], list_keys.kind_of(block))
        if found is not None:
            self._become(number, found)

    def _become(self, number: int, found: autoformat.Start) -> bool:
        """Turn the characters at a block's start into its kind."""
        mirror = self._binding.mirror
        start = mirror.start(number)
        block = mirror.blocks[number]
        wanted = list_keys.with_kind(block.attributes, found.attributes)
        changes = attribute_changes(block.attributes, wanted)
        return self._binding.perform([Delete(start, found.length), SetBlock(start, changes)], start)

    def enter(self) -> bool:
        """Split the block, leave a list, or finish a fence or a rule; see `list_keys`."""
        start, end = self.range()
        if start != end:
            self._binding.perform(list_keys.remove(self._binding.mirror, start, end), start)
        self._read_address(start)
        mirror = self._binding.mirror
        number, inside = mirror.locate(start)
        block = mirror.blocks[number]
        if list_keys.kind_of(block) == "paragraph" and inside == len(block.text):
            fence = autoformat.fence_of(block.text)
            if fence is not None:
                return self._become(number, fence)
            if autoformat.is_rule(block.text):
                return self._rule(number)
        plan = list_keys.enter(mirror, start)
        pending = self._binding.standing.pending()
        done = self._binding.perform(plan.operations, plan.caret, apart=False)
        if done and pending is not None:
            self._binding.standing.set_pending(pending)
        return done

    def _rule(self, number: int) -> bool:
        start = self._binding.mirror.start(number)
        length = len(self._binding.mirror.blocks[number].text)
        divider = InsertEmbed(start, {"type": "divider"}, {})
        return self._binding.perform(
            [Delete(start, length), divider, Insert(start + 1, "\n", None)], start + 2
        )

    def insert_soft_break(self) -> bool:
        """Begin a new line in the same block."""
        return self.type(SOFT_BREAK)

    def delete_range(self, start: int, end: int) -> bool:
        """Delete start <= i < end."""
        operations = list_keys.remove(self._binding.mirror, start, end)
        return bool(operations) and self._binding.perform(operations, start, apart=end - start > 1)

    def backspace_at_block_start(self) -> bool:
        """Do what Backspace does before the first character of a block."""
        mirror = self._binding.mirror
        plan = list_keys.backspace_at_start(mirror, mirror.locate(self._binding.standing.caret())[0])
        return bool(plan.operations) and self._binding.perform(plan.operations, plan.caret)

    def delete_at_block_end(self) -> bool:
        """Do what Delete does behind the last character of a block."""
        mirror = self._binding.mirror
        plan = list_keys.delete_at_end(mirror, mirror.locate(self._binding.standing.caret())[0])
        return bool(plan.operations) and self._binding.perform(plan.operations, plan.caret)

    def replace_all(self, ranges: Sequence[tuple[int, int]], text: str) -> bool:
        """
        Put a text in place of each of some ranges, with the marks of what it replaces: one undo group.

        Args:
            ranges: (start, end), from left to right, none overlapping, none over two blocks.
            text: Without newlines.
        """
        self._binding.settle()
        operations: list[Operation] = []
        for start, end in reversed(ranges):
            number, inside = self._binding.mirror.locate(start)
            held = values_of(self._binding.mirror.blocks[number].key_at(inside))
            operations.append(Delete(start, end - start))
            if text:
                operations.append(Insert(start, text, {k: value for k, value in held.items() if k != EMBED}))
        if not operations:
            return False
        return self._binding.perform(operations, ranges[0][0] + len(text))

    # Marks

    def toggle(self, kind: str) -> bool:
        """Switch one of TOGGLES on, or off where all of the selection has it."""
        return self.set_mark(kind, None if self.marks().get(kind) else True)

    def set_mark(self, kind: str, value: Any) -> bool:
        """Give the selection, or the next letter, a mark; None takes it away."""
        start, end = self.range()
        if start == end:
            if not self._binding.note.writable:
                return False
            marks = {name: held for name, held in self.marks().items() if name != kind}
            self._binding.standing.set_pending(marks if value is None else {**marks, kind: value})
            return True
        return self._binding.perform([Format(start, end, kind, value)])

    def set_link(self, start: int, end: int, url: str | None) -> bool:
        """Link start <= i < end, or take the link away."""
        return start < end and self._binding.perform([Format(start, end, "link", url or None)], end)

    def link_here(self) -> tuple[int, int, str]:
        """Give the range and target of the link the caret is in; the selection and "" where there is none."""
        start, end = self.range()
        mirror = self._binding.mirror
        number, inside = mirror.locate(start)
        at = 0
        for length, key in mirror.blocks[number].spans:
            link = values_of(key).get("link")
            if (
                isinstance(link, str)
                and at <= inside <= at + length
                and end <= mirror.start(number) + at + length
            ):
                if start == end:
                    return mirror.start(number) + at, mirror.start(number) + at + length, link
                return start, end, link
            at += length
        return start, end, ""

    def set_width(self, index: int, width_px: int | None) -> bool:
        """Show the picture at an index so wide, or as wide as it is by itself."""
        return self._binding.perform([Format(index, index + 1, WIDTH, width_px)])

    def clear_marks(self) -> bool:
        """Take all formatting of characters off the selection; comments stay."""
        start, end = self.range()
        held = {
            kind for _, key in self._selected_spans(start, end) for kind in values_of(key) if kind in _INLINE
        }
        operations: list[Operation] = [Format(start, end, kind, None) for kind in sorted(held)]
        return bool(operations) and self._binding.perform(operations)

    # Blocks

    def set_kind(self, attributes: Marks) -> bool:
        """Make the selected blocks a kind: "kind" and what goes with it, or empty for a paragraph."""
        return self._set_blocks(
            lambda block: list_keys.with_kind(block.attributes, self._fitting(block, attributes))
        )

    def toggle_kind(self, attributes: Marks) -> bool:
        """Make the selected blocks a kind, or paragraphs if all of them are of it."""
        first, last = self.selected_blocks()
        blocks = self._binding.mirror.blocks[first : last + 1]
        wanted = {name: attributes[name] for name in ("kind",) if name in attributes}
        if attributes.get("kind") == "heading":
            wanted["level"] = attributes.get("level")
        if all(wanted.items() <= values_of(block.attributes).items() for block in blocks):
            return self.set_kind({})
        return self.set_kind(attributes)

    def _fitting(self, block: MirrorBlock, attributes: Marks) -> Marks:
        """
        Say of a check item whether it is ticked, and keep the level of an item that only changes its list.
        """
        if attributes.get("kind") == "check":
            attributes = {"checked": False, **attributes}
        if attributes.get("kind") in LIST_KINDS and list_keys.kind_of(block) in LIST_KINDS:
            return {**attributes, "level": list_keys.level_of(block)}
        return attributes

    def _set_blocks(self, change: Callable[[MirrorBlock], str]) -> bool:
        first, last = self.selected_blocks()
        mirror = self._binding.mirror
        operations: list[Operation] = []
        for number in range(first, last + 1):
            operations.extend(list_keys.set_attributes(mirror, number, change(mirror.blocks[number])))
        return bool(operations) and self._binding.perform(operations)

    def language_of(self, number: int) -> str:
        """Give the language of a code block; "" for none, and for what is no code."""
        self._binding.settle()
        blocks = self._binding.mirror.blocks
        found = values_of(blocks[number].attributes).get("language") if number < len(blocks) else None
        return found if isinstance(found, str) else ""

    def set_language(self, number: int, language: str) -> bool:
        """Say which language the code around a block is in: all lines of its box."""
        mirror = self._binding.mirror
        first, last = list_keys.box_of(mirror, number)
        operations: list[Operation] = []
        for line in range(first, last + 1):
            values = values_of(mirror.blocks[line].attributes)
            kept = {name: value for name, value in values.items() if name != "language"}
            changed = {**kept, "language": language} if language else kept
            operations.extend(list_keys.set_attributes(mirror, line, key_of(changed)))
        return bool(operations) and self._binding.perform(operations)

    def embed_here(self) -> Marks | None:
        """Give the payload of the embed that is selected, or that the caret is behind; None for no embed."""
        start, end = self.range()
        mirror = self._binding.mirror
        number, inside = mirror.locate(start if start != end else max(0, start - 1))
        block = mirror.blocks[number]
        if block.text[inside : inside + 1] != OBJECT:
            return None
        payload = values_of(block.key_at(inside)).get(EMBED)
        return payload if isinstance(payload, dict) else None

    def indent(self, by: int) -> bool:
        """Move the selected list items in (1) or out (-1)."""
        first, last = self.selected_blocks()
        operations = list_keys.indent(self._binding.mirror, first, last, by)
        return bool(operations) and self._binding.perform(operations)

    def in_list(self) -> bool:
        """Whether the selection begins in a list."""
        first, _ = self.selected_blocks()
        return list_keys.kind_of(self._binding.mirror.blocks[first]) in LIST_KINDS

    def in_code(self) -> bool:
        """Whether the selection begins in a block of code."""
        first, _ = self.selected_blocks()
        return list_keys.kind_of(self._binding.mirror.blocks[first]) == "code"

    def indent_code(self, by: int) -> bool:
        """Begin the selected lines of code with a tab more (1), or a tab or four blanks less (-1)."""
        first, last = self.selected_blocks()
        operations = list_keys.indent_code(self._binding.mirror, first, last, by)
        return bool(operations) and self._binding.perform(operations)

    def toggle_check(self, number: int | None = None) -> bool:
        """Tick or untick a check item; without a number the selected ones, which paragraphs become first."""
        if number is not None:
            self._binding.settle()
            mirror = self._binding.mirror
            if not 0 <= number < len(mirror.blocks) or list_keys.kind_of(mirror.blocks[number]) != "check":
                return False
            return self._binding.perform(
                list_keys.set_attributes(mirror, number, _ticked(mirror.blocks[number]))
            )
        first, last = self.selected_blocks()
        blocks = self._binding.mirror.blocks[first : last + 1]
        if all(list_keys.kind_of(block) == "check" for block in blocks):
            return self._set_blocks(_ticked)
        return self.set_kind({"kind": "check", "level": 0, "checked": False})

    # Whole pieces

    def insert_blocks(self, blocks: Blocks) -> bool:
        """
        Put blocks in place of the selection: a paste or a drop.

        The first one's text joins the block the caret is in; if that is empty it takes the attributes over
        too. The last one keeps its own when more than one comes.
        """
        start, end = self.range()
        return self.insert_blocks_at(start, end, blocks)

    def insert_blocks_at(self, start: int, end: int, blocks: Blocks) -> bool:
        """Put blocks in place of start <= i < end."""
        if not blocks:
            return False
        mirror = self._binding.mirror
        operations = list_keys.remove(mirror, start, end)
        number, inside = mirror.locate(start)
        last, stop = mirror.locate(end)
        rest = len(mirror.blocks[last].text) - stop
        here = mirror.blocks[number] if inside or not rest else mirror.blocks[last]
        if number == last:
            here = mirror.blocks[number]
        spans: list[tuple[str, Marks]] = []
        for count, (pieces, _) in enumerate(blocks):
            if count:
                spans.append(("\n", {}))
            spans.extend((text, marks) for text, marks in pieces)
        length = sum(len(text) for text, _ in spans)
        operations.extend(inserted_spans(start, spans))
        operations.extend(self._dress(start, blocks, here, bool(inside), bool(rest)))
        return self._binding.perform(operations, start + length)

    def _dress(
        self, start: int, blocks: Blocks, here: MirrorBlock, has_head: bool, has_tail: bool
    ) -> list[Operation]:
        """Give pasted blocks their attributes; `here` is what all of them got from the place."""
        made: list[Operation] = []
        at = start
        for count, (pieces, attributes) in enumerate(blocks):
            is_first, is_last = count == 0, count == len(blocks) - 1
            wanted = key_of(attributes)
            if (is_first and (has_head or (is_last and (has_tail or not attributes)))) or (
                is_last and has_tail and not is_first
            ):
                wanted = here.attributes
            if wanted != here.attributes:
                made.append(SetBlock(at, attribute_changes(here.attributes, wanted)))
            at += sum(len(text) for text, _ in pieces) + 1
        return made

    def move(self, start: int, end: int, target: int) -> bool:
        """Move start <= i < end to the gap `target` of the text as it is: a drag inside the note."""
        if start <= target <= end:
            return False
        blocks = self.blocks_between(start, end)
        operations = list_keys.remove(self._binding.mirror, start, end)
        at = target if target < start else target - (end - start)
        spans: list[tuple[str, Marks]] = []
        for count, (pieces, _) in enumerate(blocks):
            spans.extend([("\n", {})] if count else [])
            spans.extend(pieces)
        operations.extend(inserted_spans(at, spans))
        return self._binding.perform(operations, at + end - start, at)

    def insert_embed(self, payload: Marks, *, alone: bool = False) -> bool:
        """Put an embed in place of the selection; `alone` gives it a block of its own."""
        if not alone:
            return self.insert_blocks([([("\ufffc", {EMBED: payload})], {})])
        start, end = self.range()
        number, inside = self._binding.mirror.locate(start)
        block = self._binding.mirror.blocks[number]
        blocks: list[tuple[Spans, Marks]] = [([("\ufffc", {EMBED: payload})], {}), ([], {})]
        if inside or start != end:
            blocks.insert(0, ([], dict(values_of(block.attributes))))
        return self.insert_blocks_at(start, end, blocks)


def _ticked(block: MirrorBlock) -> str:
    """The key of a check item with its tick turned over."""
    values = dict(values_of(block.attributes))
    values["checked"] = values.get("checked") is not True
    return key_of(values)
