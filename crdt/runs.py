"""
Runs and chunks: the records that the order of a text is made of. They hold; ``crdt.sequence`` moves them.

An element id packed in one int is ``replica << ID_BITS | counter``. Invariants: S1 the elements of a run have
consecutive counters of one replica and the same right origin; every element but the first has its predecessor
as left origin. S2 all elements of a run are hidden for the same number of reasons and carry the same marks.
S3 a chunk's ``visible`` is the sum over its runs, its ``order`` its place among the chunks.
"""

from bisect import bisect_right
from typing import Final

ID_BITS: Final = 40
COUNTER_MASK: Final = (1 << ID_BITS) - 1
START: Final = -1 << ID_BITS
"""The id of the element before all others; a run of its own, always hidden."""
END: Final = -2 << ID_BITS
"""The id of the element behind all others: the last block's newline."""

CHUNK_RUNS_MAX: Final = 64
"""Fewer makes the list of chunks long, more makes finding a run inside its chunk slow."""


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


class ReplicaRuns:
    """
    All runs of one replica by counter, and its characters by counter ('' where a counter is no element).
    """

    __slots__ = ("characters", "runs", "starts")

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.runs: list[Run] = []
        self.characters: list[str] = []

    def add(self, run: Run) -> None:
        """Enter a run that is new or was split off."""
        place = bisect_right(self.starts, run.start)
        self.starts.insert(place, run.start)
        self.runs.insert(place, run)

    def forget(self, run: Run) -> None:
        """Take out a run whose elements another run has taken over."""
        place = bisect_right(self.starts, run.start) - 1
        del self.starts[place]
        del self.runs[place]

    def move_start(self, run: Run, start: int) -> None:
        """Let a run begin at another counter, between its neighbours'."""
        self.starts[bisect_right(self.starts, run.start) - 1] = start
        run.start = start

    def find(self, counter: int) -> Run | None:
        """The run that holds this counter, or None when it is no element of this text. Cost: O(log runs)."""
        place = bisect_right(self.starts, counter) - 1
        if place < 0:
            return None
        run = self.runs[place]
        return run if counter < run.start + run.length else None

    def store(self, counter: int, text: str) -> None:
        """Keep the characters of the counters from ``counter`` on."""
        missing = counter - len(self.characters)
        if missing > 0:
            self.characters.extend([""] * missing)
        self.characters.extend(text)

    def overlapping(self, start: int, end: int) -> list[Run]:
        """The runs that hold any counter ``start <= c < end``, by counter."""
        place = bisect_right(self.starts, start) - 1
        if place < 0 or self.runs[place].start + self.runs[place].length <= start:
            place += 1
        last = place
        while last < len(self.starts) and self.starts[last] < end:
            last += 1
        return self.runs[place:last]
