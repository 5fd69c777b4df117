"""
Building the state of a text from its columns, checked as a stranger's, without replaying its history.

The order is taken as written; what hides an element and what formats it is worked out anew from the logs.
"""

from bisect import bisect_right
from itertools import accumulate, groupby, pairwise
from typing import TYPE_CHECKING, Final

from crdt.blocks import BlockWrite
from crdt.codec import Reader
from crdt.erasures import Erased, ErasureLog
from crdt.errors import MalformedOp
from crdt.marks import AFTER, BEFORE, Mark
from crdt.ops import COUNTER_MAX, EMBED_CHARACTER, KIND_LENGTH_MAX, TIME_MAX, check_value
from crdt.patch import Marks
from crdt.replicas import Replicas
from crdt.runs import CHUNK_RUNS_MAX, COUNTER_MASK, END, ID_BITS, START, Chunk, Run

if TYPE_CHECKING:
    from crdt.reading import TextReading
    from crdt.sequence import Sequence

LENGTH_MAX: Final = 1 << 26
"""
Elements of one text; hostile bytes may claim a run of any length, so the sum is bounded before memory is
taken.
"""


class TextColumns:
    """The columns of one text, read and bounds-checked."""

    __slots__ = (
        "_numbers",
        "_replicas",
        "embeds",
        "erasures",
        "hidden",
        "marks",
        "named_left",
        "named_right",
        "runs",
        "writes",
    )

    def __init__(self, reader: Reader, replicas: Replicas, numbers: list[int]) -> None:
        self._replicas: Final = replicas
        self._numbers: Final = numbers
        self.hidden: str = reader.string()
        self.named_left: list[int] = []
        self.named_right: list[int] = []
        """The places of the runs whose origins are written out, not implied by their neighbours."""
        self.runs: list[Run] = self._read_runs(reader)
        self.erasures: list[tuple[int, ErasureLog]] = []
        self.marks: list[Mark] = []
        self.writes: list[BlockWrite] = []
        for replica in numbers:
            self.erasures.append((replica, self._read_erasures(reader, replica)))
            self._read_marks(reader, replica)
            self._read_writes(reader, replica)
        self.embeds: dict[int, Marks] = self._read_embeds(reader)
        self._check_groups()

    def _check_groups(self) -> None:
        """Every op belongs to an edit group: none comes before the first of its author."""
        first: dict[int, int] = {}
        for run in self.runs:
            first[run.replica] = min(first.get(run.replica, run.start), run.start)
        for author, log in self.erasures:
            if log.counters:
                first[author] = min(first.get(author, log.counters[0]), log.counters[0])
        for mark in self.marks:
            first[mark.replica] = min(first.get(mark.replica, mark.counter), mark.counter)
        for write in self.writes:
            first[write.replica] = min(first.get(write.replica, write.counter), write.counter)
        for replica, counter in first.items():
            groups = self._replicas.group_starts[replica]
            if not groups or counter < groups[0]:
                raise MalformedOp("an op belongs to no edit group")

    def _replica(self, number: int) -> int:
        if number >= len(self._numbers):
            raise MalformedOp("a replica out of range")
        return self._numbers[number]

    def _element(self, reader: Reader) -> int:
        number = reader.uint()
        if number < 2:
            return END if number else START
        replica = self._replica(number - 2)
        counter = reader.uint()
        if counter >= self._replicas.ends[replica]:
            raise MalformedOp("an element out of range")
        return replica << ID_BITS | counter

    def _read_runs(self, reader: Reader) -> list[Run]:
        count = reader.count()
        heads = reader.uints(count)
        starts = reader.sints(count)
        lengths = reader.uints(count)
        ends: dict[int, int] = {}
        runs: list[Run] = []
        total = 0
        for place in range(count):
            replica = self._replica(heads[place] >> 2)
            start = ends.get(replica, 0) + starts[place]
            length = lengths[place]
            ends[replica] = start + length
            total += length
            if start < 0 or length < 1 or start + length > self._replicas.ends[replica] or total > LENGTH_MAX:
                raise MalformedOp("a run out of range")
            runs.append(Run(replica, start, length, START, END, 0, 0))
        for place, run in enumerate(runs):
            if heads[place] & 1:
                run.left = runs[place - 1].last_id() if place else START
            else:
                run.left = self._element(reader)
                self.named_left.append(place)
            if heads[place] & 2:
                run.right = runs[place + 1].first_id() if place + 1 < count else END
            else:
                run.right = self._element(reader)
                self.named_right.append(place)
        return runs

    def _read_erasures(self, reader: Reader, author: int) -> ErasureLog:
        log = ErasureLog()
        count = reader.count()
        gaps = reader.uints(count)
        heads = reader.uints(count)
        counts = reader.uints(count)
        targets = reader.sints(count)
        counter = target = 0
        for place in range(count):
            counter += gaps[place]
            target += targets[place]
            step = heads[place] % 3 - 1
            replica = self._replica(heads[place] // 3)
            length = counts[place]
            lowest = target - length + 1 if step < 0 else target
            size = length if step else 1
            if length < 1 or lowest < 0 or lowest + length > self._replicas.ends[replica]:
                raise MalformedOp("a delete out of range")
            if counter + size > self._replicas.ends[author] or (step and length < 2):
                raise MalformedOp("a delete out of range")
            log.counters.append(counter)
            log.targets.append(replica << ID_BITS | target)
            log.counts.append(length)
            log.steps.append(step)
            counter += size
            target += step * length
        return log

    def _own_counter(self, reader: Reader, author: int, last: int) -> int:
        counter = reader.bounded(COUNTER_MAX)
        if not last < counter < self._replicas.ends[author]:
            raise MalformedOp("a log out of order")
        return counter

    def _read_marks(self, reader: Reader, author: int) -> None:
        counter = -1
        for _ in range(reader.count()):
            counter = self._own_counter(reader, author, counter)
            time = reader.bounded(TIME_MAX)
            kind = reader.string()
            value = reader.value()
            check_value(value)
            start = self._element(reader)
            end = self._element(reader)
            sides = reader.bounded(3)
            edges = (start == END, end == START, start == START and sides < 2, end == END and sides & 1)
            if len(kind) > KIND_LENGTH_MAX or any(edges):
                raise MalformedOp("a mark out of range")
            start_side = AFTER if sides & 2 else BEFORE
            self.marks.append(Mark(author, counter, time, kind, value, start, start_side, end, sides & 1))

    def _read_writes(self, reader: Reader, author: int) -> None:
        counter = -1
        for _ in range(reader.count()):
            counter = self._own_counter(reader, author, counter)
            time = reader.bounded(TIME_MAX)
            target = self._element(reader)
            attributes = reader.marks()
            check_value(attributes)
            if target == START:
                raise MalformedOp("a block write out of range")
            self.writes.append(BlockWrite(author, counter, time, target, attributes))

    def _read_embeds(self, reader: Reader) -> dict[int, Marks]:
        embeds: dict[int, Marks] = {}
        for _ in range(reader.count()):
            replica = self._replica(reader.uint())
            element = replica << ID_BITS | reader.bounded(COUNTER_MAX)
            payload = reader.marks()
            check_value(payload)
            if element in embeds:
                raise MalformedOp("an embed twice")
            embeds[element] = payload
        return embeds


def load_columns(text: "TextReading", columns: TextColumns, visible: str) -> None:
    """
    Fill a fresh text. Raises MalformedOp where columns contradict each other. Cost: O(elements + marks x
    runs).
    """
    if sum([run.length for run in columns.runs]) != len(visible) + len(columns.hidden):
        raise MalformedOp("there is not one character for each element")
    _check_origins(columns)
    for replica, log in columns.erasures:
        if log.counters:
            while replica >= len(text._erasures):
                text._erasures.append(ErasureLog())
            text._erasures[replica] = log
    pieces = _cut_by_visibility(text, columns)
    _share_characters(text, pieces, visible, columns.hidden)
    _fill(text._sequence, pieces)
    _check_named(text, columns)
    text._embeds.update(columns.embeds)
    for mark in columns.marks:
        text.restore_mark(mark)
    for write in columns.writes:
        text.restore_block(write)


class Stretches:
    """
    Which counters of one replica are elements of the text, as stretches without gaps, and their places: the
    number of elements before each. So memory is taken for elements, never for the counters between them.
    """

    __slots__ = ("bases", "begins", "ends")

    def __init__(self, spans: list[tuple[int, int]]) -> None:
        """Join ``(first counter, end)`` of all runs of a replica. MalformedOp when they overlap."""
        spans.sort()
        self.begins: list[int] = []
        self.ends: list[int] = []
        self.bases: list[int] = []
        last = -1
        total = 0
        for begin, end in spans:
            if begin < last:
                raise MalformedOp("an element twice")
            if begin > last:
                self.begins.append(begin)
                self.bases.append(total)
                self.ends.append(end)
            else:
                self.ends[-1] = end
            last = end
            total += end - begin

    def size(self) -> int:
        """How many elements there are."""
        return self.bases[-1] + self.ends[-1] - self.begins[-1]

    def place(self, counter: int, count: int) -> int:
        """The place of an element when it and the ``count - 1`` behind it are elements; else MalformedOp."""
        found = bisect_right(self.begins, counter) - 1
        if found < 0 or counter + count > self.ends[found]:
            raise MalformedOp("a delete of no element")
        return self.bases[found] + counter - self.begins[found]

    def next_place(self, counter: int) -> int:
        """The place of the first element from ``counter`` on; ``size()`` where there is none."""
        found = bisect_right(self.begins, counter) - 1
        if found < 0:
            return 0
        return self.bases[found] + min(counter, self.ends[found]) - self.begins[found]


def _stretches(columns: TextColumns) -> dict[int, Stretches]:
    """The elements of each replica. Raises MalformedOp when one stands in two runs."""
    spans: dict[int, list[tuple[int, int]]] = {}
    for run in columns.runs:
        spans.setdefault(run.replica, []).append((run.start, run.start + run.length))
    return {replica: Stretches(own) for replica, own in spans.items()}


def _check_origins(columns: TextColumns) -> None:
    """An origin that is written out is an element; a left one stands before its run, a right one behind."""
    by_replica: dict[int, list[tuple[int, int]]] = {}
    for place, run in enumerate(columns.runs):
        by_replica.setdefault(run.replica, []).append((run.start, place))
    for own in by_replica.values():
        own.sort()
    for place in columns.named_left:
        left = columns.runs[place].left
        if left == END or (left >= 0 and not -1 < _place_of(columns, by_replica, left) < place):
            raise MalformedOp("a left origin that does not stand before its element")
    for place in columns.named_right:
        right = columns.runs[place].right
        if right == START or (right >= 0 and _place_of(columns, by_replica, right) <= place):
            raise MalformedOp("a right origin that does not stand behind its element")


def _place_of(columns: TextColumns, by_replica: dict[int, list[tuple[int, int]]], element: int) -> int:
    """The place of the run that holds an element; -1 when none does."""
    own = by_replica.get(element >> ID_BITS, [])
    counter = element & COUNTER_MASK
    found = bisect_right(own, (counter, len(columns.runs))) - 1
    if found < 0:
        return -1
    start, place = own[found]
    return place if counter < start + columns.runs[place].length else -1


def _cut_by_visibility(text: "TextReading", columns: TextColumns) -> list[Run]:
    """Runs in order, cut where the number of reasons to be hidden changes (S2)."""
    stretches = _stretches(columns)
    reasons = _count_reasons(text, columns, stretches)
    pieces: list[Run] = []
    for run in columns.runs:
        place = stretches[run.replica].place(run.start, run.length)
        counts = reasons[run.replica][place : place + run.length]
        if counts.count(counts[0]) == run.length:
            run.hidden = counts[0]
            pieces.append(run)
            continue
        start = run.start
        left = run.left
        for hidden, group in groupby(counts):
            length = len(list(group))
            pieces.append(Run(run.replica, start, length, left, run.right, hidden, 0))
            start += length
            left = (run.replica << ID_BITS) + start - 1
    return pieces


def _count_reasons(
    text: "TextReading", columns: TextColumns, stretches: dict[int, Stretches]
) -> dict[int, list[int]]:
    """For each replica and place of an element how many reasons hide it (V1)."""
    replicas = text._replicas
    changes = {replica: [0] * (own.size() + 1) for replica, own in stretches.items()}
    for author, log in columns.erasures:
        for place in range(len(log.counters)):
            erased = log.entry(place)
            lowest = erased.lowest()
            replica = lowest >> ID_BITS
            if replica not in stretches:
                raise MalformedOp("a delete of no element")
            first = stretches[replica].place(lowest & COUNTER_MASK, erased.size)
            if not replicas.flips:
                _note(changes[replica], first, erased.size)
                continue
            for begin, end in _live_parts(replicas, author, erased):
                if not erased.step:
                    _note(changes[replica], first, erased.size)
                elif erased.step > 0:
                    _note(changes[replica], first + begin - erased.counter, end - begin)
                else:
                    _note(changes[replica], first + erased.counter + erased.size - end, end - begin)
    for (replica, start), flips in replicas.flips.items():
        if replica in stretches:
            own = stretches[replica]
            for begin, end in pairwise(sorted({start, *[flip.until for flip in flips]})):
                if not replicas.is_live(replica, begin):
                    place = own.next_place(begin)
                    _note(changes[replica], place, own.next_place(end) - place)
    return {replica: list(accumulate(change)) for replica, change in changes.items()}


def _live_parts(replicas: Replicas, author: int, erased: Erased) -> list[tuple[int, int]]:
    """The stretches of a stretch of deletes whose groups are live, as (first counter, end)."""
    found: list[tuple[int, int]] = []
    begin = erased.counter
    stop = begin + erased.ops()
    while begin < stop:
        group = replicas.group_of(author, begin)
        edges = {begin, min(replicas.group_end(author, group), stop)}
        edges.update([flip.until for flip in replicas.flips.get((author, group), ())])
        inside = sorted([edge for edge in edges if begin <= edge <= stop])
        for start, end in pairwise(inside):
            if replicas.is_live(author, start):
                found.append((start, end))
        begin = inside[-1]
    return found


def _note(change: list[int], place: int, count: int) -> None:
    change[place] += 1
    change[place + count] -= 1


def _share_characters(text: "TextReading", pieces: list[Run], visible: str, hidden: str) -> None:
    """
    Give each element its character: the visible ones and the hidden ones stand in order, in two strings.
    """
    sequence = text._sequence
    at = under = 0
    sizes: dict[int, int] = {}
    for run in pieces:
        sizes[run.replica] = max(sizes.get(run.replica, 0), run.start + run.length)
    for replica, size in sizes.items():
        sequence.of(replica).characters = [""] * size
    for run in pieces:
        characters = sequence.replicas[run.replica].characters
        if run.hidden:
            characters[run.start : run.start + run.length] = hidden[under : under + run.length]
            under += run.length
        else:
            characters[run.start : run.start + run.length] = visible[at : at + run.length]
            at += run.length
    if "\0" in visible or "\0" in hidden:
        raise MalformedOp("text holds a NUL character")
    if at != len(visible) or under != len(hidden):
        raise MalformedOp("what is visible and what is hidden does not fit the deletes and groups")


def _fill(sequence: "Sequence", pieces: list[Run]) -> None:
    """Stand runs side by side in half-full chunks, and enter them by replica."""
    runs = [sequence.start_run, *pieces, sequence.end_run]
    half = CHUNK_RUNS_MAX // 2
    chunks: list[Chunk] = []
    for begin in range(0, len(runs), half):
        chunk = Chunk(len(chunks))
        chunk.runs = runs[begin : begin + half]
        for run in chunk.runs:
            run.chunk = chunk
            if not run.hidden:
                chunk.visible += run.length
        sequence.length += chunk.visible
        chunks.append(chunk)
    sequence.chunks = chunks
    by_replica: dict[int, list[Run]] = {}
    for run in pieces:
        by_replica.setdefault(run.replica, []).append(run)
    for replica, own in by_replica.items():
        own.sort(key=_start)
        here = sequence.of(replica)
        here.runs = own
        here.starts = [run.start for run in own]


def _start(run: Run) -> int:
    return run.start


def _check_named(text: "TextReading", columns: TextColumns) -> None:
    """A mark names elements, a block write a newline, an embed what is no character."""
    for mark in columns.marks:
        for element in (mark.start, mark.end):
            if element >= 0:
                _character(text, element)
    for write in columns.writes:
        if write.target >= 0 and _character(text, write.target) != "\n":
            raise MalformedOp("a block that does not end at a newline")
    for element in columns.embeds:
        if _character(text, element) != EMBED_CHARACTER:
            raise MalformedOp("an embed that is a character")


def _character(text: "TextReading", element: int) -> str:
    replica, counter = element >> ID_BITS, element & COUNTER_MASK
    if not text._sequence.contains(replica, counter):
        raise MalformedOp("something refers to no element of its text")
    return text._sequence.of(replica).characters[counter]
