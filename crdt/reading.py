"""
Reading a rich text: its characters, spans, blocks and authors. Changes nothing but the remembered place.
"""

from collections.abc import Iterator
from typing import TypeAlias

from crdt.errors import MalformedOp, OutOfRange
from crdt.history import Difference, Moment, difference
from crdt.patch import Marks
from crdt.runs import END, ID_BITS, Run
from crdt.text_state import TextState
from crdt.version import Version

Span: TypeAlias = tuple[str, Marks]
Block: TypeAlias = tuple[list[Span], Marks]


class TextReading(TextState):
    """The visible side of a text."""

    __slots__ = ()

    def __len__(self) -> int:
        """Visible code points; an embed is one."""
        return self._sequence.length

    def text(self) -> str:
        """The visible characters, an embed as U+FFFC. Cost: O(runs + characters)."""
        replicas = self._sequence.replicas
        parts: list[str] = []
        for run in self._visible_runs():
            parts.append(replicas[run.replica].characters.between(run.start, run.start + run.length))
        return "".join(parts)

    def spans(self) -> list[Span]:
        """
        The text as stretches of equal marks, ``[(str, {kind: value})]``; embeds alone, with ``"embed"``.
        """
        spans: list[Span] = []
        for run in self._visible_runs():
            self._append_spans(spans, run)
        return spans

    def blocks(self, most: int | None = None) -> list[Block]:
        """
        The paragraphs, ``[(spans, attributes)]`` without their newlines; at least one.

        Args:
            most: Stop after so many, at least 1; None for all.

        Cost: O(runs + characters) of what is read.
        """
        blocks: list[Block] = []
        spans: list[Span] = []
        for run in self._visible_runs():
            marks = self._marks.resolve(run.marks)
            element = run.first_id()
            for piece, payload in self._pieces(run):
                if payload is not None:
                    spans.append((piece, {**marks, "embed": payload}))
                    element += 1
                    continue
                lines = piece.split("\n")
                for line in lines[:-1]:
                    self._join(spans, line, marks)
                    element += len(line)
                    blocks.append((spans, dict(self._blocks.resolve(element))))
                    if len(blocks) == most:
                        return blocks
                    spans = []
                    element += 1
                self._join(spans, lines[-1], marks)
                element += len(lines[-1])
        blocks.append((spans, dict(self._blocks.resolve(END))))
        return blocks

    def authors(self) -> list[tuple[int, int, int]]:
        """Who wrote what: ``[(start, end, rid)]`` over the visible text, neighbours of one replica joined."""
        found: list[tuple[int, int, int]] = []
        at = 0
        for run in self._visible_runs():
            rid = self._replicas.rids[run.replica]
            if found and found[-1][2] == rid:
                found[-1] = (found[-1][0], at + run.length, rid)
            else:
                found.append((at, at + run.length, rid))
            at += run.length
        return found

    def marks_at(self, index: int) -> Marks:
        """
        What text typed at the gap ``index`` would take from its left (the rule of paragraph starts aside).
        Raises OutOfRange where there is no such gap.
        """
        self._check_index(index)
        if index == 0:
            run = self._sequence.start_run
            return dict(self._marks.resolve(self._marks.behind(run.marks, run.last_id())))
        run = self._sequence.seek(index - 1)
        element = run.first_id() + index - 1 - self._sequence.at
        number = run.marks
        if element == run.last_id():
            number = self._marks.behind(number, element)
        return dict(self._marks.resolve(number))

    def block_at(self, index: int) -> Marks:
        """
        The attributes of the block around ``index``. Raises OutOfRange outside the text. Cost: O(characters
        of the block).
        """
        self._check_index(index)
        if not self._blocks.writes:
            return {}
        return dict(self._blocks.resolve(self._newline_behind(index)))

    def shown(self, run: Run, start: int, end: int, marks: Marks) -> list[Span]:
        """The spans of the elements ``start <= c < end`` of a run that show ``marks``; embeds alone."""
        text = self._sequence.replicas[run.replica].characters.between(start, end)
        pieces = self._cut_at_embeds((run.replica << ID_BITS) + start, text)
        return [
            (piece, {**marks, "embed": payload} if payload is not None else marks)
            for piece, payload in pieces
        ]

    def at(self, version: Version) -> Moment:
        """The text as it was at a version: ``text()``, ``spans()``, ``blocks()``."""
        return Moment(self, version)

    def text_at(self, version: Version) -> str:
        """The visible characters at a version. Cost: O(elements), nothing is replayed."""
        return Moment(self, version).text()

    def difference(self, old: Version, new: Version) -> list[Difference]:
        """What was kept, inserted and deleted between two versions, as spans in order."""
        return difference(self, old, new)

    def _check_index(self, index: int) -> None:
        """What is no integer would be found at no element, and half of one would be deleted."""
        if not isinstance(index, int):
            raise MalformedOp(f"an index is an integer, not {index!r}")
        if not 0 <= index <= self._sequence.length:
            raise OutOfRange(f"index {index} is outside a text of {self._sequence.length} characters")

    def _check_range(self, start: int, end: int) -> None:
        if not isinstance(start, int) or not isinstance(end, int):
            raise MalformedOp(f"a range is of integers, not {start!r}..{end!r}")
        if not 0 <= start <= end <= self._sequence.length:
            raise OutOfRange(f"{start}..{end} is no range of a text of {self._sequence.length} characters")

    def _visible_runs(self) -> Iterator[Run]:
        for chunk in self._sequence.chunks:
            for run in chunk.runs:
                if not run.hidden:
                    yield run

    def _append_spans(self, spans: list[Span], run: Run) -> None:
        marks = self._marks.resolve(run.marks)
        for piece, payload in self._pieces(run):
            if payload is not None:
                spans.append((piece, {**marks, "embed": payload}))
            else:
                self._join(spans, piece, marks)

    def _join(self, spans: list[Span], text: str, marks: Marks) -> None:
        if not text:
            return
        if spans and spans[-1][1] == marks:
            spans[-1] = (spans[-1][0] + text, spans[-1][1])
        else:
            spans.append((text, dict(marks)))

    def _character(self, index: int) -> str:
        run = self._sequence.seek(index)
        return self._sequence.replicas[run.replica].characters.at(run.start + index - self._sequence.at)

    def _element(self, index: int) -> int:
        """The packed id of the visible element ``index``."""
        run = self._sequence.seek(index)
        return run.first_id() + index - self._sequence.at

    def _marks_of(self, index: int) -> Marks:
        return self._marks.resolve(self._sequence.seek(index).marks)

    def _marks_between(self, start: int, end: int) -> list[Marks]:
        """What the runs of a range show, in order."""
        found: list[Marks] = []
        while start < end:
            run = self._sequence.seek(start)
            found.append(self._marks.resolve(run.marks))
            start = self._sequence.at + run.length
        return found

    def _newline_behind(self, index: int) -> int:
        """The packed id of the newline that ends the block around ``index``; END for the last block."""
        while index < self._sequence.length:
            run = self._sequence.seek(index)
            offset = index - self._sequence.at
            place = self._characters(run).find("\n", offset)
            if place >= 0:
                return run.first_id() + place
            index = self._sequence.at + run.length
        return END
