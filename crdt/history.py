"""
A text as it was: at any past version, between two versions, and who wrote it burst by burst.

Nothing is replayed. The order of elements never changes, so a past text is the present order filtered by what
the
version had seen: elements, deletes, marks, blocks, flips. Cost of each question: O(runs + elements + marks x
    runs).
"""

from itertools import accumulate, groupby, pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from crdt.patch import Marks
from crdt.replicas import Flip, Replicas
from crdt.runs import COUNTER_MASK, END, ID_BITS, Run
from crdt.version import Version

if TYPE_CHECKING:
    from crdt.marks import Mark
    from crdt.reading import Block, Span, TextReading

KEPT: Final = "kept"
INSERTED: Final = "inserted"
DELETED: Final = "deleted"


class Burst(NamedTuple):
    """
    One edit group: the counters ``start <= c < end`` of ``rid``, begun at ``time`` (0 when none is known).
    """

    rid: int
    start: int
    end: int
    time: int


class Difference(NamedTuple):
    """A stretch of text: ``kept``, ``inserted`` or ``deleted``, with what it showed before and after."""

    kind: str
    text: str
    before: Marks
    after: Marks


def bursts(replicas: Replicas) -> list[Burst]:
    """All edit groups of a document, the oldest first."""
    found: list[Burst] = []
    for replica, starts in enumerate(replicas.group_starts):
        edges = [*starts, replicas.ends[replica]]
        for (start, end), time in zip(pairwise(edges), replicas.group_times[replica], strict=True):
            found.append(Burst(replicas.rids[replica], start, end, time))
    found.sort(key=_when)
    return found


def _when(burst: Burst) -> tuple[int, int, int]:
    return (burst.time, burst.rid, burst.start)


def versions(replicas: Replicas) -> list[tuple[Burst, Version]]:
    """Each burst with the version right after it: the stops of a slider through time."""
    ends: dict[int, int] = {}
    found: list[tuple[Burst, Version]] = []
    for burst in bursts(replicas):
        ends[burst.rid] = max(burst.end, ends.get(burst.rid, 0))
        found.append((burst, Version(ends)))
    return found


class Horizon:
    """What of a text a version had seen, by the small numbers of its replicas."""

    __slots__ = ("_deciders", "_replicas", "ends", "reasons")

    def __init__(self, text: "TextReading", version: Version) -> None:
        replicas = text._replicas
        self._replicas: Final = replicas
        ends = zip(replicas.rids, replicas.ends, strict=True)
        self.ends: list[int] = [min(version.end(rid), end) for rid, end in ends]
        self._deciders: dict[tuple[int, int], list[Flip]] = {}
        for group, flips in replicas.flips.items():
            seen = [flip for flip in flips if flip.counter < self.ends[flip.replica]]
            if seen:
                self._deciders[group] = replicas.deciders_of(seen)
        self.reasons: list[list[int]] = self._count_reasons(text)

    def is_live(self, replica: int, counter: int) -> bool:
        """Whether the group of this op was live."""
        if not self._deciders:
            return True
        deciders = self._deciders.get((replica, self._replicas.group_of(replica, counter)))
        winner = self._replicas.deciding(deciders, counter) if deciders is not None else None
        return winner is None or winner.live

    def has(self, replica: int, counter: int) -> bool:
        """Whether this op had been seen and its group was live."""
        return counter < self.ends[replica] and self.is_live(replica, counter)

    def _count_reasons(self, text: "TextReading") -> list[list[int]]:
        """For each replica and counter how many reasons hid it; one more for what had not been seen."""
        sizes = [here.characters.end for here in text._sequence.replicas]
        changes = [[0] * (size + 1) for size in sizes]
        for replica, size in enumerate(sizes):
            seen = min(self.ends[replica], size)
            changes[replica][seen] += 1
            changes[replica][size] -= 1
        for author, log in enumerate(text._erasures):
            for erased in log.between(0, self.ends[author]):
                if not self._deciders:
                    _hide(changes, erased.lowest(), erased.size)
                    continue
                for offset in range(erased.ops()):
                    if self.is_live(author, erased.counter + offset):
                        target = erased.target + erased.step * offset
                        _hide(changes, target, 1 if erased.step else erased.size)
        for (replica, begin), deciders in self._deciders.items():
            if replica < len(sizes):
                for flip in deciders:
                    if not flip.live:
                        changes[replica][min(begin, sizes[replica])] += 1
                        changes[replica][min(flip.until, sizes[replica])] -= 1
                    begin = flip.until
        return [list(accumulate(change)) for change in changes]


def _hide(changes: list[list[int]], element: int, count: int) -> None:
    change = changes[element >> ID_BITS]
    start = element & COUNTER_MASK
    change[start] += 1
    change[start + count] -= 1


class Moment:
    """A text as it was at a version. Reads like the text itself: ``text``, ``spans``, ``blocks``."""

    __slots__ = ("_horizon", "_shown", "_text")

    def __init__(self, text: "TextReading", version: Version) -> None:
        self._text: Final = text
        self._horizon: Final = Horizon(text, version)
        self._shown: dict[int, Marks] = {}

    def text(self) -> str:
        """The visible characters at that version."""
        replicas = self._text._sequence.replicas
        parts: list[str] = []
        for run, start, end in self._stretches():
            parts.append(replicas[run.replica].characters.between(start, end))
        return "".join(parts)

    def spans(self) -> "list[Span]":
        """The stretches of equal marks at that version."""
        spans: list[Span] = []
        for run, start, end in self._stretches():
            self._append(spans, run, start, end)
        return spans

    def blocks(self) -> "list[Block]":
        """The paragraphs at that version."""
        blocks: list[Block] = []
        spans: list[Span] = []
        for run, start, end in self._stretches():
            characters = self._text._sequence.replicas[run.replica].characters.between(start, end)
            begun = start
            found = characters.find("\n")
            while found >= 0:
                counter = start + found
                self._append(spans, run, begun, counter)
                blocks.append((spans, self._attributes(run.replica << ID_BITS | counter)))
                spans = []
                begun = counter + 1
                found = characters.find("\n", found + 1)
            self._append(spans, run, begun, end)
        blocks.append((spans, self._attributes(END)))
        return blocks

    def authors(self) -> list[tuple[int, int, int]]:
        """
        Who wrote what: ``[(start, end, rid)]`` over the text of then, neighbours of one replica joined.
        """
        rids = self._text._replicas.rids
        found: list[tuple[int, int, int]] = []
        at = 0
        for run, start, end in self._stretches():
            rid = rids[run.replica]
            if found and found[-1][2] == rid:
                found[-1] = (found[-1][0], at + end - start, rid)
            else:
                found.append((at, at + end - start, rid))
            at += end - start
        return found

    def is_visible(self, replica: int, counter: int) -> bool:
        """Whether an element of the text was visible."""
        return not self._horizon.reasons[replica][counter]

    def marks(self, run: Run) -> Marks:
        """What the elements of a run showed."""
        shown = self._shown.get(run.marks)
        if shown is None:
            table = self._text._marks
            shown = table.show_at([mark for mark in table.covering(run.marks) if self._has_mark(mark)])
            self._shown[run.marks] = shown
        return shown

    def _has_mark(self, mark: "Mark") -> bool:
        return self._horizon.has(mark.replica, mark.counter)

    def _stretches(self) -> "list[tuple[Run, int, int]]":
        """The visible stretches of all runs, in order, as (run, first counter, end)."""
        found: list[tuple[Run, int, int]] = []
        reasons = self._horizon.reasons
        for chunk in self._text._sequence.chunks:
            for run in chunk.runs:
                if run.replica < 0:
                    continue
                counts = reasons[run.replica][run.start : run.start + run.length]
                if not any(counts):
                    found.append((run, run.start, run.start + run.length))
                elif 0 in counts:
                    start = run.start
                    for hidden, group in groupby(counts):
                        end = start + len(list(group))
                        if not hidden:
                            found.append((run, start, end))
                        start = end
        return found

    def _append(self, spans: "list[Span]", run: Run, start: int, end: int) -> None:
        for piece, shown in self._text.shown(run, start, end, self.marks(run)):
            if piece and spans and spans[-1][1] == shown and "embed" not in shown:
                spans[-1] = (spans[-1][0] + piece, shown)
            elif piece:
                spans.append((piece, shown))

    def _attributes(self, target: int) -> Marks:
        table = self._text._blocks
        writes = [
            write for write in table.writes.get(target, ()) if self._horizon.has(write.replica, write.counter)
        ]
        return table.show_all(writes)


def difference(text: "TextReading", old: Version, new: Version) -> list[Difference]:
    """
    What lies between two versions of a text, as stretches in order.

    Returns:
        Everything visible at either version; neighbours that are alike are one stretch.
    """
    before, after = Moment(text, old), Moment(text, new)
    found: list[Difference] = []
    for chunk in text._sequence.chunks:
        for run in chunk.runs:
            if run.replica < 0:
                continue
            begun = run.start
            last = ""
            for counter in range(run.start, run.start + run.length):
                kind = _kind(before.is_visible(run.replica, counter), after.is_visible(run.replica, counter))
                if kind != last:
                    _note(found, text, (before, after), last, run, begun, counter)
                    begun, last = counter, kind
            _note(found, text, (before, after), last, run, begun, run.start + run.length)
    return found


def _kind(was: bool, is_now: bool) -> str:
    if was:
        return KEPT if is_now else DELETED
    return INSERTED if is_now else ""


def _note(
    found: list[Difference],
    text: "TextReading",
    moments: tuple[Moment, Moment],
    kind: str,
    run: Run,
    start: int,
    end: int,
) -> None:
    if not kind or start == end:
        return
    before, after = moments[0].marks(run), moments[1].marks(run)
    for piece, shown in text.shown(run, start, end, after):
        was = {**before, "embed": shown["embed"]} if "embed" in shown else before
        last = found[-1] if found and "embed" not in shown else None
        if last is not None and (last.kind, last.before, last.after) == (kind, was, shown):
            found[-1] = Difference(kind, last.text + piece, was, shown)
        else:
            found.append(Difference(kind, piece, was, shown))
