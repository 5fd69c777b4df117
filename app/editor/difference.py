"""
From "these blocks were, those are" to the edits that lead from one to the other.

Qt's signals only hint at a window of blocks; this compares the window's old and new blocks. Common ends are
trimmed; in a run of equal letters the caret says which of them was typed or deleted; what is left between two
distant edits is kept, so that a move or a union of edits never deletes text it did not touch. Pure, no Qt.

Invariant: carrying `operations_between(old, new, ...)` out turns old into new, whatever the caret.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Final, NamedTuple

from app.editor.keys import EMBED, Marks, key_of, values_of
from app.editor.mirror import MirrorBlock, Spans, cut
from app.editor.operations import Delete, Format, Operation, SetBlock, inserted_spans

MATCH_MIN: Final = 3  # shorter agreements between two different texts are chance, not text that stayed
_MATCH_COST_MAX: Final = (
    400_000  # characters of one times the other: bounds an inner comparison to some 50 ms
)
_PRIVATE: Final = 0x10F000  # embeds are compared as private characters, one for each payload
_NEWLINE: Final = "\n"  # stands where a key stands: no key is a newline


class Splice(NamedTuple):
    """old[start:stop] became new[low:high]."""

    start: int
    stop: int
    low: int
    high: int


class _Flat(NamedTuple):
    """Blocks as one text, each with its newline, and the keys over it."""

    text: str
    spans: Spans


def _common_prefix(old: str, new: str) -> int:
    """Cost: O(log) comparisons of slices."""
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        if old[low:middle] == new[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_suffix(old: str, new: str) -> int:
    """Cost: O(log) comparisons of slices."""
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        if old[len(old) - middle : len(old) - low] == new[len(new) - middle : len(new) - low]:
            low = middle
        else:
            high = middle - 1
    return low


def splices(old: str, new: str, caret: int | None) -> list[Splice]:
    """
    Say which stretches of a text were replaced, from left to right.

    Args:
        old, new: The texts. caret: Where the caret is in new, if it is there: the end of what was typed, the
        place of what was deleted.
    """
    if old == new:
        return []
    head, tail = _common_prefix(old, new), _common_suffix(old, new)
    shorter = min(len(old), len(new))
    if head + tail > shorter:
        wanted = tail if caret is None else len(new) - caret
        tail = max(shorter - head, min(tail, wanted))
        head = shorter - tail
    whole = Splice(head, len(old) - tail, head, len(new) - tail)
    if whole.start == whole.stop or whole.low == whole.high:
        return [whole]
    return _inner(old, new, whole)


def _inner(old: str, new: str, whole: Splice) -> list[Splice]:
    """Cut a replaced stretch at what stayed inside it."""
    before, after = old[whole.start : whole.stop], new[whole.low : whole.high]
    found: list[Splice] = []
    if len(before) * len(after) <= _MATCH_COST_MAX:
        start, low = whole.start, whole.low
        for match in SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks():
            if match.size >= MATCH_MIN or not match.size:
                stop, high = whole.start + match.a, whole.low + match.b
                if (start, low) != (stop, high):
                    found.append(Splice(start, stop, low, high))
                start, low = stop + match.size, high + match.size
        return found
    lines, others = before.splitlines(keepends=True), after.splitlines(keepends=True)
    if len(lines) == 1 or len(others) == 1 or len(lines) * len(others) > _MATCH_COST_MAX:
        return [whole]
    starts, lows = _ends(lines, whole.start), _ends(others, whole.low)
    for tag, a, b, c, d in SequenceMatcher(None, lines, others, autojunk=False).get_opcodes():
        if tag != "equal":
            part = Splice(starts[a], starts[b], lows[c], lows[d])
            found.extend(_inner(old, new, part) if b - a < len(lines) or d - c < len(others) else [part])
    return found


def _ends(lines: Sequence[str], at: int) -> list[int]:
    """Where each line starts, and where the last one ends."""
    ends = [at]
    for line in lines:
        ends.append(ends[-1] + len(line))
    return ends


def _flatten(blocks: Sequence[MirrorBlock], embeds: dict[str, str]) -> _Flat:
    parts: list[str] = []
    spans: Spans = []
    for block in blocks:
        if '"embed"' not in "".join(key for _, key in block.spans):
            parts.append(block.text)
        else:
            at = 0
            for length, key in block.spans:
                payload = values_of(key).get(EMBED)
                if payload is None:
                    parts.append(block.text[at : at + length])
                else:
                    stand_in = embeds.setdefault(key_of({EMBED: payload}), chr(_PRIVATE + len(embeds)))
                    parts.append(stand_in * length)
                at += length
        parts.append("\n")
        spans.extend(block.spans)
        spans.append((1, _NEWLINE))
    return _Flat("".join(parts), spans)


def operations_between(
    old: Sequence[MirrorBlock], new: Sequence[MirrorBlock], base: int, caret: int | None
) -> list[Operation]:
    """
    Say what to do to turn a run of blocks into another.

    Args:
        old, new: What was and what is there; neither empty. The newline behind the last one stays.
        base: The index in the note at which both begin.
        caret: Code points from base in new, or None.

    Returns:
        Operations in indexes of the note: text from the end backwards, then marks, then attributes of blocks.
    """
    embeds: dict[str, str] = {}
    before, after = _flatten(old, embeds), _flatten(new, embeds)
    changed = splices(before.text, after.text, caret)
    plain = "\n".join(block.text for block in new) + "\n"
    made: list[Operation] = []
    attributes = [block.attributes for block in old]
    for splice in reversed(changed):
        at = base + splice.start
        if splice.stop > splice.start:
            made.append(Delete(at, splice.stop - splice.start))
        if splice.high > splice.low:
            made.extend(
                _insertion(at, plain[splice.low : splice.high], cut(after.spans, splice.low, splice.high))
            )
        number = before.text.count("\n", 0, splice.start)
        del attributes[number : number + before.text.count("\n", splice.start, splice.stop)]
        attributes[number:number] = [attributes[number]] * after.text.count("\n", splice.low, splice.high)
    made.extend(_formats(before, after, changed, base))
    at = base
    for block, shown in zip(new, attributes, strict=True):
        if block.attributes != shown:
            made.append(SetBlock(at, attribute_changes(shown, block.attributes)))
        at += len(block.text) + 1
    return made


def _insertion(at: int, text: str, spans: Spans) -> list[Operation]:
    """Insert text with its marks."""
    pieces: list[tuple[str, Marks]] = []
    offset = 0
    for length, key in spans:
        pieces.append((text[offset : offset + length], {} if key == _NEWLINE else values_of(key)))
        offset += length
    return inserted_spans(at, pieces)


def _formats(before: _Flat, after: _Flat, changed: Sequence[Splice], base: int) -> list[Operation]:
    """Compare the marks of the text that stayed."""
    found: dict[tuple[str, str], list[Format]] = {}
    start = low = 0
    for splice in [*changed, Splice(len(before.text), 0, len(after.text), 0)]:
        at = base + low
        ahead, behind = cut(before.spans, start, splice.start), cut(after.spans, low, splice.low)
        for length, old_key, new_key in _in_step(ahead, behind):
            if old_key != new_key:
                _compare(found, at, at + length, old_key, new_key)
            at += length
        start, low = splice.stop, splice.high
    return [operation for run in found.values() for operation in run]


def _compare(
    found: dict[tuple[str, str], list[Format]], start: int, end: int, old_key: str, new_key: str
) -> None:
    """Note which kinds differ on a stretch; one that continues the stretch before makes that longer."""
    old, new = values_of(old_key), values_of(new_key)
    for kind in sorted(old.keys() | new.keys()):
        if kind != EMBED and old.get(kind) != new.get(kind):
            value = new.get(kind)
            run = found.setdefault((kind, key_of({kind: value})), [])
            if run and run[-1].end == start:
                run[-1] = run[-1]._replace(end=end)
            else:
                run.append(Format(start, end, kind, value))


def _in_step(one: Spans, other: Spans) -> list[tuple[int, str, str]]:
    """Walk two lists of spans over equally long texts together."""
    made: list[tuple[int, str, str]] = []
    i = j = used_i = used_j = 0
    while i < len(one) and j < len(other):
        length = min(one[i][0] - used_i, other[j][0] - used_j)
        made.append((length, one[i][1], other[j][1]))
        used_i, used_j = used_i + length, used_j + length
        if used_i == one[i][0]:
            i, used_i = i + 1, 0
        if used_j == other[j][0]:
            j, used_j = j + 1, 0
    return made


def attribute_changes(old_key: str, new_key: str) -> dict[str, object]:
    """Say what to set (None: remove) so that one set of block attributes becomes another."""
    old, new = values_of(old_key), values_of(new_key)
    changes: dict[str, object] = {name: None for name in old if name not in new}
    changes.update({name: value for name, value in new.items() if old.get(name) != value or name not in old})
    return changes
