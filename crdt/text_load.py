"""
Building the state of a text from its columns, checked as a stranger's, without replaying its history.

The order is taken as written; what hides an element and what formats it is worked out anew from the logs.
"""

from typing import TYPE_CHECKING, Final

from crdt.blocks import BlockWrite
from crdt.characters import FILLER
from crdt.codec import Reader
from crdt.erasures import ErasureLog
from crdt.errors import MalformedOp
from crdt.marks import AFTER, BEFORE, Mark
from crdt.ops import COUNTER_MAX, EMBED_CHARACTER, KIND_LENGTH_MAX, TIME_MAX
from crdt.patch import Marks
from crdt.replicas import Replicas
from crdt.runs import CHUNK_RUNS_MAX, COUNTER_MASK, END, ID_BITS, START, Chunk, Run
from crdt.text_rows import Row, note_erasures, note_groups, rows_of

if TYPE_CHECKING:
    from crdt.reading import TextReading
    from crdt.sequence import Sequence

LEFT_IMPLIED: Final = 1
RIGHT_IMPLIED: Final = 2

LENGTH_MAX: Final = 1 << 26
"""
Elements of one text; hostile bytes may claim a run of any length, so the sum is bounded before memory is
taken.
"""

NEAR: Final = 8
"""Runs beside a run that are looked through for an origin of it before all others: four in five are there."""


class TextColumns:
    """The columns of one text, read and bounds-checked."""

    __slots__ = (
        "_bases",
        "_limits",
        "_numbers",
        "_replicas",
        "deleted",
        "embeds",
        "erasures",
        "hidden",
        "length",
        "marks",
        "odd_left",
        "runs",
        "switched",
        "writes",
    )

    def __init__(self, reader: Reader, replicas: Replicas, numbers: list[int]) -> None:
        self._replicas: Final = replicas
        self._numbers: Final = numbers
        self._bases: Final = [START, END, *[replica << ID_BITS for replica in numbers]]
        self._limits: Final = [1, 1, *[replicas.ends[replica] for replica in numbers]]
        self.hidden: str = reader.string()
        self.odd_left: list[int] = []
        """
        The places of the runs whose left origins are written out and are not what their author typed right
        before, which rows check.
        """
        self.length: int = 0
        """Elements of all runs."""
        self.runs: list[Run] = self._read_runs(reader)
        self.switched: Final = {replica for replica, _ in replicas.flips}
        """The replicas that have had edit groups switched, so that not all that they deleted counts."""
        self.deleted: dict[int, tuple[list[int], list[int]]] = {}
        """What all others deleted: the counters where stretches of a replica's elements begin and end."""
        self.erasures: list[tuple[int, ErasureLog]] = []
        self.marks: list[Mark] = []
        self.writes: list[BlockWrite] = []
        for replica in numbers:
            self.erasures.append((replica, self._read_erasures(reader, replica)))
            self._read_marks(reader, replica)
            self._read_writes(reader, replica)
        self.embeds: dict[int, Marks] = self._read_embeds(reader)

    def check_groups(self, rows: dict[int, Row]) -> None:
        """Every op belongs to an edit group: none comes before the first of its author."""
        first = {replica: row.start for replica, row in rows.items()}
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
        """The packed id of a reference: code 0 and 1 are the edges of the text, 2 + n is replica n."""
        return reader.references(1, self._bases, self._limits)[0]

    def _read_runs(self, reader: Reader) -> list[Run]:
        count = reader.count()
        heads = reader.uints(count)
        steps = reader.uints(count)
        lengths = reader.uints(count)
        named = sum([2 - (head & 1) - (head >> 1 & 1) for head in heads])
        elements = reader.references(named, self._bases, self._limits)
        numbers, limits = self._numbers, self._replicas.ends
        ends = [0] * len(limits)
        runs: list[Run] = []
        before = Run(0, 0, 0, START, END, 0, 0)
        is_implied = False
        left = START
        taken = total = 0
        for place, head in enumerate(heads):
            number = head >> 2
            if number >= len(numbers):
                raise MalformedOp("a replica out of range")
            replica = numbers[number]
            step = steps[place]
            start = ends[replica] + (step >> 1 ^ -(step & 1))
            length = lengths[place]
            end = start + length
            ends[replica] = end
            total += length
            if start < 0 or length < 1 or end > limits[replica] or total > LENGTH_MAX:
                raise MalformedOp("a run out of range")
            first = (replica << ID_BITS) + start
            if is_implied:
                before.right = first
            if not head & LEFT_IMPLIED:
                left = elements[taken]
                taken += 1
                if left != first - 1:
                    self.odd_left.append(place)
            right = END
            is_implied = head & RIGHT_IMPLIED != 0
            if not is_implied:
                right = elements[taken]
                taken += 1
            before = Run(replica, start, length, left, right, 0, 0)
            runs.append(before)
            left = first + length - 1
        self.length = total
        return runs

    def _read_erasures(self, reader: Reader, author: int) -> ErasureLog:
        log = ErasureLog()
        count = reader.count()
        gaps = reader.uints(count)
        heads = reader.uints(count)
        counts = reader.uints(count)
        shifts = reader.uints(count)
        log.counts = counts
        counters, targets, steps = log.counters, log.targets, log.steps
        deleted: dict[int, tuple[list[int], list[int]]] = {} if author in self.switched else self.deleted
        begins: list[int] = []
        ends: list[int] = []
        counter = target = base = limit = 0
        middle = -3
        for place, head in enumerate(heads):
            step = head - middle
            if not -1 <= step <= 1:
                replica = self._replica(head // 3)
                base = replica << ID_BITS
                limit = self._replicas.ends[replica]
                begins, ends = deleted.setdefault(replica, ([], []))
                middle = head // 3 * 3 + 1
                step = head - middle
            counter += gaps[place]
            shift = shifts[place]
            target += shift >> 1 ^ -(shift & 1)
            length = counts[place]
            lowest = target - length + 1 if step < 0 else target
            if length < 1 or lowest < 0 or lowest + length > limit or (step and length < 2):
                raise MalformedOp("a delete out of range")
            counters.append(counter)
            targets.append(base + target)
            steps.append(step)
            begins.append(lowest)
            ends.append(lowest + length)
            counter += length if step else 1
            target += step * length
        if counter > self._replicas.ends[author]:
            raise MalformedOp("a delete out of range")
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
            if target == START:
                raise MalformedOp("a block write out of range")
            self.writes.append(BlockWrite(author, counter, time, target, attributes))

    def _read_embeds(self, reader: Reader) -> dict[int, Marks]:
        embeds: dict[int, Marks] = {}
        for _ in range(reader.count()):
            replica = self._replica(reader.uint())
            element = replica << ID_BITS | reader.bounded(COUNTER_MAX)
            payload = reader.marks()
            if element in embeds:
                raise MalformedOp("an embed twice")
            embeds[element] = payload
        return embeds


def load_columns(text: "TextReading", columns: TextColumns, visible: str) -> None:
    """
    Fill a fresh text. Raises MalformedOp where columns contradict each other. Cost: O(elements + marks x
    runs).
    """
    if columns.length != len(visible) + len(columns.hidden):
        raise MalformedOp("there is not one character for each element")
    rows = rows_of(columns.runs)
    columns.check_groups(rows)
    _check_origins(columns, rows)
    for replica, log in columns.erasures:
        if log.counters:
            while replica >= len(text._erasures):
                text._erasures.append(ErasureLog())
            text._erasures[replica] = log
    pieces = _share_characters(text, columns, rows, visible)
    _fill(text._sequence, pieces)
    for replica, row in rows.items():
        here = text._sequence.of(replica)
        here.fill(row.own)
        here.characters.store(0, "".join(row.parts))
    _check_named(text, columns)
    text._embeds.update(columns.embeds)
    for mark in columns.marks:
        text.restore_mark(mark)
    for write in columns.writes:
        text.restore_block(write)


def _check_origins(columns: TextColumns, rows: dict[int, Row]) -> None:
    """An origin that is written out is an element; a left one stands before its run, a right one behind."""
    runs = columns.runs
    for place in columns.odd_left:
        left = runs[place].left
        near = runs[max(place - NEAR, 0) : place]
        near.reverse()
        if _hold(near, left):
            continue
        if left == END or (left >= 0 and not -1 < _place_of(rows, left) < place):
            raise MalformedOp("a left origin that does not stand before its element")
    last = len(runs) - 1
    for row in rows.values():
        for place in row.trails:
            right = runs[place].right
            if right == (runs[place + 1].first_id() if place < last else END):
                continue
            if _hold(runs[place + 1 : place + NEAR], right):
                continue
            if right == START or (right >= 0 and _place_of(rows, right) <= place):
                raise MalformedOp("a right origin that does not stand behind its element")


def _hold(runs: list[Run], element: int) -> bool:
    """Whether an element is in one of a few runs."""
    for run in runs:
        first = run.first_id()
        if first <= element < first + run.length:
            return True
    return False


def _place_of(rows: dict[int, Row], element: int) -> int:
    """The place of the run that holds an element; -1 when none does."""
    row = rows.get(element >> ID_BITS)
    return row.place_of(element & COUNTER_MASK) if row is not None else -1


def _share_characters(
    text: "TextReading", columns: TextColumns, rows: dict[int, Row], visible: str
) -> list[Run]:
    """
    Cut the runs where the number of reasons to be hidden changes (S2) and give each piece its characters: the
    visible ones and the hidden ones stand in order, in two strings.

    Returns:
        The pieces in order.
    """
    for replica, (begins, ends) in columns.deleted.items():
        row = rows.get(replica)
        if row is None:
            raise MalformedOp("a delete of no element")
        row.begins = begins
        row.ends = ends
    for author, log in columns.erasures:
        if author in columns.switched:
            note_erasures(rows, text._replicas, author, log)
    note_groups(rows, text._replicas)
    nothing: list[Run] = []
    cut = [nothing] * len(columns.runs)
    spots = [0] * len(columns.runs)
    for row in rows.values():
        row.hide(cut, spots)
    hidden = columns.hidden
    found: list[Run] = []
    at = under = 0
    parts: list[str] = []
    known = -1
    alone = columns.runs[:1]
    for place, whole in enumerate(columns.runs):
        if whole.replica != known:
            known = whole.replica
            parts = rows[known].parts
        spot = spots[place]
        alone[0] = whole
        for run in cut[place] or alone:
            if run.hidden:
                parts[spot] = hidden[under : under + run.length]
                under += run.length
            else:
                parts[spot] = visible[at : at + run.length]
                at += run.length
            spot += 1
            found.append(run)
    if FILLER in visible or FILLER in hidden:
        raise MalformedOp("text holds a NUL character")
    if at != len(visible) or under != len(hidden):
        raise MalformedOp("what is visible and what is hidden does not fit the deletes and groups")
    return found


def _fill(sequence: "Sequence", pieces: list[Run]) -> None:
    """Stand runs side by side in half-full chunks."""
    runs = [sequence.start_run, *pieces, sequence.end_run]
    half = CHUNK_RUNS_MAX // 2
    sequence.chunks = []
    for begin in range(0, len(runs), half):
        chunk = Chunk(len(sequence.chunks))
        chunk.runs = runs[begin : begin + half]
        visible = 0
        for run in chunk.runs:
            run.chunk = chunk
            if not run.hidden:
                visible += run.length
        chunk.visible = visible
        sequence.length += visible
        sequence.chunks.append(chunk)


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
    return text._sequence.of(replica).characters.at(counter)
