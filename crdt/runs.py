"""
Runs and chunks: the records that the order of a text is made of. They hold; ``crdt.sequence`` moves them.

An element id packed in one int is ``replica << ID_BITS | counter``. Invariants: S1 the elements of a run have
consecutive counters of one replica and the same right origin; every element but the first has its predecessor
as left origin. S2 all elements of a run are hidden for the same number of reasons and carry the same marks.
S3 a chunk's ``visible`` is the sum over its runs, its ``order`` its place among the chunks.
"""

from bisect import bisect_right
from typing import Final

from crdt.characters import Characters

ID_BITS: Final = 40
COUNTER_MASK: Final = (1 << ID_BITS) - 1
START: Final = -1 << ID_BITS
"""The id of the element before all others; a run of its own, always hidden."""
END: Final = -2 << ID_BITS
"""The id of the element behind all others: the last block's newline."""

CHUNK_RUNS_MAX: Final = 64
"""Fewer makes the list of chunks long, more makes finding a run inside its chunk slow."""

PAGE_RUNS_MAX: Final = 128
"""Fewer makes the list of pages long, more makes entering a run in the middle of a page slow."""


class Run:
    """Elements of one replica with consecutive counters that stand side by side (S1, S2)."""

    __slots__ = ("chunk", "hidden", "left", "length", "marks", "replica", "right", "start")

    def __init__(
        self, replica: int, start: int, length: int, left: int, right: int, hidden: int, marks: int
    ) -> None:
        self.replica: Final = replica
        self.start: int = start
        self.length: int = length
        self.left: int = left
        self.right: int = right
        self.hidden: int = hidden
        self.marks: int = marks
        self.chunk: Chunk = NOWHERE

    def first_id(self) -> int:
        """The packed id of the first element."""
        return (self.replica << ID_BITS) + self.start

    def last_id(self) -> int:
        """The packed id of the last element."""
        return (self.replica << ID_BITS) + self.start + self.length - 1

    def part(self, offset: int, length: int) -> "Run":
        """A run of the ``length`` elements behind the first ``offset`` > 0, that stands in no chunk yet."""
        start = self.start + offset
        left = (self.replica << ID_BITS) + start - 1
        return Run(self.replica, start, length, left, self.right, self.hidden, self.marks)


def continues(run: Run, following: Run) -> bool:
    """Whether the run that stands right behind ``run`` differs from it in no more than what hides it."""
    return (
        following.start == run.start + run.length
        and following.replica == run.replica
        and following.marks == run.marks
        and following.right == run.right
        and following.left == (run.replica << ID_BITS) + following.start - 1
    )


class Chunk:
    """Some runs side by side and how many of their elements are visible (S3)."""

    __slots__ = ("order", "runs", "visible")

    def __init__(self, order: int) -> None:
        self.order: int = order
        self.runs: list[Run] = []
        self.visible: int = 0


NOWHERE: Final = Chunk(-1)
"""The chunk of a run that stands in no sequence yet."""


class Page:
    """Some runs of one replica with neighbouring counters, and where they start once that was asked."""

    __slots__ = ("runs", "starts")

    def __init__(self, runs: list[Run]) -> None:
        self.runs: list[Run] = runs
        self.starts: list[int] = []

    def list_starts(self) -> list[int]:
        """Let ``starts`` say where the runs start: most pages of a text that was loaded are never asked."""
        self.starts = [run.start for run in self.runs]
        return self.starts


class ReplicaRuns:
    """All runs of one replica by counter, in pages of which only the first may be empty; its characters."""

    __slots__ = ("_firsts", "_pages", "characters")

    def __init__(self) -> None:
        self.characters: Characters = Characters()
        self._pages: list[Page] = [Page([])]
        self._firsts: list[int] = [0]
        """Where each page starts; the first takes all that is less."""

    def fill(self, runs: list[Run]) -> None:
        """Take all runs of a replica that has none, by counter."""
        for begin in range(0, len(runs), PAGE_RUNS_MAX // 2):
            page = Page(runs[begin : begin + PAGE_RUNS_MAX // 2])
            if begin:
                self._pages.append(page)
                self._firsts.append(page.runs[0].start)
            else:
                self._pages[0] = page

    def all(self) -> list[Run]:
        """The runs by counter. Cost: O(runs)."""
        return [run for page in self._pages for run in page.runs]

    def starts(self) -> list[int]:
        """Where the runs are listed as starting, by counter. Cost: O(runs)."""
        return [start for page in self._pages for start in page.starts or page.list_starts()]

    def last(self) -> Run | None:
        """The run with the greatest counters, or None."""
        runs = self._pages[-1].runs
        return runs[-1] if runs else None

    def append(self, run: Run) -> None:
        """Enter a run behind all others."""
        page = self._pages[-1]
        starts = page.starts or page.list_starts()
        starts.append(run.start)
        page.runs.append(run)
        if len(page.runs) > PAGE_RUNS_MAX:
            self._halve(len(self._pages) - 1)

    def add(self, run: Run) -> None:
        """Enter a run that is new or was split off. Cost: O(log runs)."""
        start = run.start
        number = bisect_right(self._firsts, start) - 1
        page = self._pages[number]
        starts = page.starts or page.list_starts()
        place = bisect_right(starts, start)
        starts.insert(place, start)
        page.runs.insert(place, run)
        if len(page.runs) > PAGE_RUNS_MAX:
            self._halve(number)

    def _halve(self, number: int) -> None:
        page = self._pages[number]
        half = len(page.runs) // 2
        second = Page(page.runs[half:])
        del page.runs[half:]
        del page.starts[half:]
        self._pages.insert(number + 1, second)
        self._firsts.insert(number + 1, second.runs[0].start)

    def forget(self, run: Run) -> None:
        """Take out a run whose elements another run has taken over."""
        start = run.start
        number = bisect_right(self._firsts, start) - 1
        page = self._pages[number]
        starts = page.starts or page.list_starts()
        place = bisect_right(starts, start) - 1
        del starts[place]
        del page.runs[place]
        if place == 0 and number:
            if starts:
                self._firsts[number] = starts[0]
            else:
                del self._pages[number]
                del self._firsts[number]

    def move_start(self, run: Run, start: int) -> None:
        """Let a run begin at another counter, between its neighbours'."""
        number = bisect_right(self._firsts, run.start) - 1
        page = self._pages[number]
        starts = page.starts or page.list_starts()
        place = bisect_right(starts, run.start) - 1
        starts[place] = start
        run.start = start
        if place == 0 and number:
            self._firsts[number] = start

    def find(self, counter: int) -> Run | None:
        """The run that holds this counter, or None when it is no element of this text. Cost: O(log runs)."""
        page = self._pages[bisect_right(self._firsts, counter) - 1]
        place = bisect_right(page.starts or page.list_starts(), counter) - 1
        if place < 0:
            return None
        run = page.runs[place]
        return run if counter < run.start + run.length else None

    def overlapping(self, start: int, end: int) -> list[Run]:
        """The runs that hold any counter ``start <= c < end``, by counter."""
        number = bisect_right(self._firsts, start) - 1
        page = self._pages[number]
        place = max(bisect_right(page.starts or page.list_starts(), start) - 1, 0)
        found: list[Run] = []
        while True:
            for run in page.runs[place:]:
                if run.start >= end:
                    return found
                if run.start + run.length > start:
                    found.append(run)
            number += 1
            if number == len(self._pages):
                return found
            page = self._pages[number]
            place = 0
