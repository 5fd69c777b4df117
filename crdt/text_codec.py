"""
A rich text as bytes: canonical, columnar, and readable before its history is decoded.

    "CT" version  block(deflated front)  block(deflated history)
    front    visible text, spans, block attributes: all that reading the text needs
    history  replicas: ids, ends, groups, flips
             text: hidden characters; runs in order (replica, start, length, origins where not implied);
             deletes, marks, block writes, embeds by replica

Runs are written as long as origins and order allow, whatever pieces the state holds them in, and replicas by
id, so the bytes depend on the set of ops alone (G1). What hides an element is not written: it follows from
deletes and groups.
"""

from typing import TYPE_CHECKING, Final, NamedTuple

from crdt.codec import Reader, Writer, deflate, inflate
from crdt.errors import LimitExceeded, MalformedOp
from crdt.ops import COUNTER_MAX, RID_MAX, TIME_MAX
from crdt.patch import Marks
from crdt.replicas import COUNTERS_MAX, Flip, Replicas
from crdt.runs import COUNTER_MASK, END, ID_BITS, START
from crdt.text_load import LEFT_IMPLIED, RIGHT_IMPLIED, TextColumns, load_columns

if TYPE_CHECKING:
    from crdt.reading import TextReading

MAGIC: Final = b"CT"
FORMAT: Final = 1


class WholeRun(NamedTuple):
    """A run as long as origins and order allow."""

    replica: int
    start: int
    length: int
    left: int
    right: int


def whole_runs(text: "TextReading") -> list[WholeRun]:
    """The elements in order, tombstones included, in as few runs as possible. Canonical. Cost: O(runs)."""
    found: list[WholeRun] = []
    for chunk in text._sequence.chunks:
        for run in chunk.runs:
            if run.replica < 0:
                continue
            if found:
                last = found[-1]
                joins = last.replica == run.replica and last.start + last.length == run.start
                chained = run.left == (run.replica << ID_BITS) + run.start - 1
                if joins and chained and last.right == run.right:
                    found[-1] = WholeRun(
                        last.replica, last.start, last.length + run.length, last.left, last.right
                    )
                    continue
            found.append(WholeRun(run.replica, run.start, run.length, run.left, run.right))
    return found


def write_replicas(writer: Writer, replicas: Replicas) -> list[int]:
    """
    Write all that the replicas of a document did to the version, its groups and their flips.

    Returns:
        For each replica of the table its number in the file, by ascending id; -1 for one that has written
        nothing.
    """
    order = sorted((rid, number) for number, rid in enumerate(replicas.rids) if replicas.ends[number])
    numbers = [-1] * len(replicas.rids)
    for place, (_, number) in enumerate(order):
        numbers[number] = place
    writer.uint(len(order))
    for rid, number in order:
        writer.raw(rid.to_bytes(8, "big"))
        writer.uint(replicas.ends[number])
        starts = replicas.group_starts[number]
        writer.uint(len(starts))
        last_start = last_time = 0
        for start, time in zip(starts, replicas.group_times[number], strict=True):
            writer.uint(start - last_start)
            writer.sint(time - last_time)
            last_start, last_time = start, time
    flips: list[list[int]] = []
    for (target, start), made in replicas.flips.items():
        for flip in made:
            author = numbers[flip.replica]
            flips.append(
                [author, flip.counter, numbers[target], start, flip.until, int(flip.live), flip.time]
            )
    flips.sort()
    writer.uint(len(flips))
    for fields in flips:
        writer.uints(fields)
    return numbers


def read_replicas(reader: Reader, replicas: Replicas) -> list[int]:
    """
    Read what ``write_replicas`` wrote into a fresh table; for each number in the file its number in the
    table.
    """
    numbers: list[int] = []
    last_rid = -1
    for _ in range(reader.count()):
        rid = int.from_bytes(reader.raw(8), "big")
        if not last_rid < rid <= RID_MAX:
            raise MalformedOp("the replicas are not in order")
        last_rid = rid
        number = replicas.intern(rid)
        numbers.append(number)
        end = reader.bounded(COUNTER_MAX)
        if end == 0:
            raise MalformedOp("a replica that has written nothing")
        replicas.advance(number, end)
        if replicas.total > COUNTERS_MAX:
            raise LimitExceeded(f"a document has at most {COUNTERS_MAX} ops")
        start = time = 0
        for place in range(reader.count()):
            step = reader.uint()
            start += step
            time += reader.sint()
            if start >= end or (place and not step) or not 0 <= time <= TIME_MAX:
                raise MalformedOp("an edit group out of range")
            replicas.group_starts[number].append(start)
            replicas.group_times[number].append(time)
    _read_flips(reader, replicas, numbers)
    return numbers


def _read_flips(reader: Reader, replicas: Replicas, numbers: list[int]) -> None:
    last: list[int] = []
    for _ in range(reader.count()):
        fields = reader.uints(7)
        if fields <= last:
            raise MalformedOp("the flips are not in order")
        last = fields
        author, counter, target, start, until, live, time = fields
        if author >= len(numbers) or target >= len(numbers) or live > 1 or time > TIME_MAX:
            raise MalformedOp("a flip out of range")
        replica = numbers[target]
        if counter >= replicas.ends[numbers[author]] or not start < until <= replicas.ends[replica]:
            raise MalformedOp("a flip out of range")
        if not replicas.has_group(replica, start):
            raise MalformedOp("a flip of no edit group")
        if until > replicas.group_end(replica, start):
            raise MalformedOp("a flip beyond its edit group")
        replicas.flip(replica, start, Flip(time, numbers[author], counter, until, bool(live)))
        replicas.lamport = max(replicas.lamport, time)


def write_front(writer: Writer, text: "TextReading") -> None:
    """Write what reading the text needs."""
    writer.string(text.text())
    spans = text.spans()
    plain = len(spans) < 2 and not any(marks for _, marks in spans)
    writer.uint(0 if plain else len(spans))
    if not plain:
        for piece, marks in spans:
            writer.uint(len(piece))
            writer.value(marks)
    blocks = [attributes for _, attributes in text.blocks()] if text._blocks.writes else []
    writer.uint(len(blocks))
    for attributes in blocks:
        writer.value(attributes)


class Front(NamedTuple):
    """What can be read of a text without its history."""

    text: str
    spans: list[tuple[str, Marks]]
    attributes: list[Marks]


def read_front(reader: Reader) -> Front:
    """Read what ``write_front`` wrote."""
    text = reader.string()
    count = reader.count()
    spans: list[tuple[str, Marks]] = []
    at = 0
    for _ in range(count):
        length = reader.bounded(len(text) - at)
        spans.append((text[at : at + length], reader.marks()))
        at += length
    if count and at != len(text):
        raise MalformedOp("the spans do not cover the text")
    if not count and text:
        spans.append((text, {}))
    attributes = [reader.marks() for _ in range(reader.count())]
    if attributes and len(attributes) != text.count("\n") + 1:
        raise MalformedOp("the blocks do not fit the text")
    return Front(text, spans, attributes)


def write_columns(writer: Writer, text: "TextReading", numbers: list[int]) -> None:
    """Write the history of a text. ``numbers`` is what ``write_replicas`` returned."""
    runs = whole_runs(text)
    sequence = text._sequence
    hidden: list[str] = []
    for chunk in sequence.chunks:
        for run in chunk.runs:
            if run.hidden and run.replica >= 0:
                characters = sequence.replicas[run.replica].characters
                hidden.append(characters.between(run.start, run.start + run.length))
    writer.string("".join(hidden))
    writer.uint(len(runs))
    heads: list[int] = []
    starts = Writer()
    lengths: list[int] = []
    origins = Writer()
    ends: dict[int, int] = {}
    before = START
    for place, whole in enumerate(runs):
        following = END
        if place + 1 < len(runs):
            following = (runs[place + 1].replica << ID_BITS) + runs[place + 1].start
        flags = (LEFT_IMPLIED if whole.left == before else 0) | (
            RIGHT_IMPLIED if whole.right == following else 0
        )
        heads.append(numbers[whole.replica] << 2 | flags)
        starts.sint(whole.start - ends.get(whole.replica, 0))
        ends[whole.replica] = whole.start + whole.length
        lengths.append(whole.length)
        if not flags & LEFT_IMPLIED:
            write_element(origins, whole.left, numbers)
        if not flags & RIGHT_IMPLIED:
            write_element(origins, whole.right, numbers)
        before = (whole.replica << ID_BITS) + whole.start + whole.length - 1
    writer.uints(heads)
    writer.raw(starts.written())
    writer.uints(lengths)
    writer.raw(origins.written())
    for replica in sorted((r for r in range(len(numbers)) if numbers[r] >= 0), key=numbers.__getitem__):
        _write_log(writer, text, replica, numbers)
    embeds = sorted((numbers[key >> ID_BITS], key & COUNTER_MASK, key) for key in text._embeds)
    writer.uint(len(embeds))
    for number, counter, key in embeds:
        writer.uint(number)
        writer.uint(counter)
        writer.value(text._embeds[key])


def write_element(writer: Writer, element: int, numbers: list[int]) -> None:
    """
    Write a packed id: the number of its replica in the file plus two, and its counter; 0 and 1 are the edges.
    """
    if element < 0:
        writer.uint(0 if element == START else 1)
    else:
        writer.uint(numbers[element >> ID_BITS] + 2)
        writer.uint(element & COUNTER_MASK)


def _write_log(writer: Writer, text: "TextReading", replica: int, numbers: list[int]) -> None:
    """Write the deletes, marks and block writes of one replica, by counter."""
    erasures = text._erasures_of(replica)
    writer.uint(len(erasures.counters))
    columns = Writer()
    heads: list[int] = []
    counts: list[int] = []
    next_counter = last_target = 0
    for place in range(len(erasures.counters)):
        erased = erasures.entry(place)
        target = erased.target & COUNTER_MASK
        heads.append(numbers[erased.target >> ID_BITS] * 3 + erased.step + 1)
        counts.append(erased.size)
        writer.uint(erased.counter - next_counter)
        columns.sint(target - last_target)
        next_counter = erased.counter + erased.ops()
        last_target = target + erased.step * erased.size
    writer.uints(heads)
    writer.uints(counts)
    writer.raw(columns.written())
    marks = text._marks.of(replica)
    writer.uint(len(marks))
    for mark in marks:
        writer.uint(mark.counter)
        writer.uint(mark.time)
        writer.string(mark.kind)
        writer.value(mark.value)
        write_element(writer, mark.start, numbers)
        write_element(writer, mark.end, numbers)
        writer.uint(mark.start_side << 1 | mark.end_side)
    writes = text._blocks.of(replica)
    writer.uint(len(writes))
    for write in writes:
        writer.uint(write.counter)
        writer.uint(write.time)
        write_element(writer, write.target, numbers)
        writer.value(write.attributes)


def read_columns(reader: Reader, text: "TextReading", front: Front, numbers: list[int]) -> None:
    """Read the history of a text into a fresh one whose replicas are known already."""
    load_columns(text, TextColumns(reader, text._replicas, numbers), front.text)


def encode_text(text: "TextReading") -> bytes:
    """A text alone as bytes; see the module."""
    front = Writer()
    write_front(front, text)
    history = Writer()
    write_columns(history, text, write_replicas(history, text._replicas))
    writer = Writer()
    writer.raw(MAGIC)
    writer.uint(FORMAT)
    writer.block(deflate(front.written()))
    writer.raw(deflate(history.written()))
    return writer.written()


def open_text(data: bytes) -> tuple[Front, Reader]:
    """What can be read at once, and the reader of the rest. Raises CrdtError. Cost: O(visible text)."""
    reader = Reader(data)
    if reader.raw(2) != MAGIC:
        raise MalformedOp("these bytes are no text")
    if reader.uint() != FORMAT:
        raise MalformedOp("this text was written by a newer version")
    inner = Reader(inflate(reader.block()))
    front = read_front(inner)
    inner.finish()
    return front, reader


def decode_text(text: "TextReading", data: bytes) -> None:
    """Fill a fresh text from ``encode_text``'s bytes. Raises CrdtError for anything else."""
    front, reader = open_text(data)
    history = Reader(inflate(reader.raw(reader.left())))
    numbers = read_replicas(history, text._replicas)
    read_columns(history, text, front, numbers)
    history.finish()
