"""
Hostile texts: damaged snapshots, forged ops and damaged bytes of ops must raise only CrdtError or do no harm,
and soon.

    python -m tests.support.fuzz_text --inputs 100000 --seed 1
    python -m tests.support.fuzz_text --inputs 100000 --seed 1 --of bytes       one kind of input alone

An input that does anything else is printed with the call that makes it again. What is accepted is used: it is
checked, read, edited, undone, saved, loaded and merged into another text.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections import Counter
from random import Random

from crdt.codec import Reader, Writer, deflate, inflate
from crdt.errors import CrdtError, LimitExceeded
from crdt.ops import EDGE, KINDS, LENGTHS, SELF
from crdt.ops_codec import DEFLATED, STRETCHES, decode_ops, encode_ops
from crdt.text import RichText
from crdt.text_codec import FORMAT, MAGIC, open_text
from crdt.text_ops import ops_since
from crdt.version import Version
from tests.support.meeting import reloaded, shown
from tests.support.restless_worlds import MeddlingWorld, SamePlaceWorld
from tests.support.text_world import TextWorld

SECONDS_MAX = 2.0
"""
One input and all use of what came of it, of the processor's time: others on the machine do not lengthen it.
The honest ones take about a hundredth of this.
"""

NUMBERS = (
    0,
    1,
    2,
    3,
    5,
    8,
    13,
    40,
    127,
    128,
    255,
    1 << 20,
    (1 << 40) - 1,
    1 << 40,
    (1 << 63) - 1,
    (1 << 64) - 1,
)
ODD_VALUES = (
    None,
    True,
    -1,
    -2,
    1 << 64,
    10**30,
    1.5,
    float("nan"),
    "",
    "\ud800",
    "x\0",
    b"",
    [],
    {},
    (),
    [[]],
    {1: 2},
)


def pack(front: bytes, history: bytes) -> bytes:
    """A snapshot with these two parts, well packed."""
    writer = Writer()
    writer.raw(MAGIC)
    writer.uint(FORMAT)
    writer.block(deflate(front))
    writer.raw(deflate(history))
    return writer.written()


def unpack(data: bytes) -> tuple[bytes, bytes]:
    """The two parts of an honest snapshot."""
    reader = Reader(data)
    reader.raw(2)
    reader.uint()
    front = inflate(reader.block())
    return front, inflate(reader.raw(reader.left()))


def honest_texts(random: Random, count: int) -> list[RichText]:
    """Small texts of several authors with marks, blocks, embeds, deletes and flips."""
    texts = []
    for _ in range(count):
        kind = random.choice((TextWorld, TextWorld, MeddlingWorld, SamePlaceWorld))
        world = kind(random.getrandbits(32), random.choice((1, 2, 3)))
        for _ in range(random.randint(1, 40)):
            world.step()
        world.settle()
        texts.append(world.replicas[0].text)
    return texts


def mutated(random: Random, data: bytes) -> bytes:
    """One to three bytes changed, removed, doubled, or replaced by a number of any size."""
    out = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        at = random.randrange(len(out) + 1)
        roll = random.random()
        if roll < 0.4 and at < len(out):
            out[at] ^= 1 << random.randrange(8)
        elif roll < 0.6 and at < len(out):
            out[at] = random.choice((0, 1, 2, 3, 127, 128, 255, random.randrange(256)))
        elif roll < 0.7:
            del out[at : at + random.choice((1, 1, 2, 5))]
        elif roll < 0.8:
            out[at:at] = out[at : at + random.choice((1, 2, 5))]
        else:
            writer = Writer()
            writer.uint(random.choice(NUMBERS))
            out[at : at + random.choice((0, 1, 1, 2))] = writer.written()
    return bytes(out)


def damaged(random: Random, texts: list[RichText]) -> bytes:
    """A snapshot damaged inside its packing, seldom outside."""
    data = random.choice(texts).encode()
    if random.random() < 0.1:
        return mutated(random, data)
    front, history = unpack(data)
    if random.random() < 0.2:
        return pack(mutated(random, front), history)
    if random.random() < 0.05:
        return pack(front, unpack(random.choice(texts).encode())[1])
    return pack(front, mutated(random, history))


def forged(random: Random, texts: list[RichText]) -> tuple[RichText, list]:
    """A text and ops that somebody could send it, with a few fields changed."""
    text = reloaded(random.choice(texts), random.choice((1, 1000)))
    author = reloaded(text, 500)
    ops = []
    for _ in range(random.randint(1, 4)):
        ops += honest_edit(random, author)
    ops = [list(op) for op in ops]
    if not ops:
        ops = [[0, 500, text.version().end(500), 1, "ab", EDGE, 0, EDGE, 1]]
    for _ in range(random.choice((1, 1, 2, 3))):
        op = random.choice(ops)
        place = random.randrange(len(op))
        roll = random.random()
        if roll < 0.2:
            op[place] = random.choice(ODD_VALUES)
        elif roll < 0.25:
            op[place:] = op[place + 1 :]
        elif roll < 0.3:
            op[0] = random.randrange(KINDS)
            op[:] = (op + [0] * 13)[: LENGTHS[op[0]]]
        elif roll < 0.6 and len(op) > 5:
            place = random.randrange(3, len(op) - 1)
            rids = (SELF, EDGE, *text.version(), 500)
            op[place : place + 2] = [random.choice(rids), random.choice((0, 1, 2, 3, random.randrange(60)))]
        elif type(op[place]) is int:
            op[place] = max(-3, op[place] + random.choice((-2, -1, 1, 2, random.choice(NUMBERS))))
        else:
            random.shuffle(ops)
    return text, ops


def honest_edit(random: Random, text: RichText) -> list:
    """Something a person does."""
    length = len(text)
    at = random.randint(0, length)
    end = random.randint(at, length)
    roll = random.randrange(8)
    if roll == 0 and at < end:
        return text.delete(at, end - at)
    if roll == 1 and at < end:
        return text.format(at, end, random.choice(("bold", "link", "new")), random.choice((True, "x", None)))
    if roll == 2:
        return text.set_block(at, {"kind": random.choice(("quote", "bullet", None))})
    if roll == 3:
        return text.insert_embed(at, {"type": "divider"})
    if roll == 4:
        return text.undo() if random.random() < 0.6 else text.redo()
    if roll == 5:
        text.new_group()
    return text.insert(at, random.choice(("a", "word", "\n", "é😀")))


def use(random: Random, text: RichText, counts: Counter) -> None:
    """Do with a text what can be done with one; anything but success and CrdtError is a failure."""
    text.check()
    before = shown(text)
    assert shown(reloaded(text)) == before
    assert text.at(text.version()).blocks() == before[2]
    len(text.authors())
    try:
        for _ in range(4):
            honest_edit(random, text)
        text.undo()
        text.redo()
    except LimitExceeded:
        counts["accepted, but full"] += 1
    text.check()
    again = reloaded(text)
    assert shown(again) == shown(text)
    assert again.encode() == text.encode()
    other = RichText(2000)
    try:
        other.merge(text)
    except CrdtError:
        counts["accepted, but nobody else takes it"] += 1
        return
    other.check()
    if text.version() != other.version():
        # Loading does not ask whether each counter stands for one op; in a document a text has gaps anyway.
        counts["accepted, but others hear of fewer ops"] += 1
    elif shown(other) != shown(text):
        # Loading takes the order as written; only replaying tells one that no typing can have made.
        counts["accepted, in an order that nobody else gets"] += 1


def one_snapshot(random: Random, texts: list[RichText], counts: Counter) -> None:
    """Hand in a damaged snapshot."""
    data = damaged(random, texts)
    try:
        front, _ = open_text(data)
        assert "".join(piece for piece, _ in front.spans) == front.text
    except CrdtError:
        counts["front refused"] += 1
    try:
        text = RichText.decode(data, random.choice((1, 1000)))
    except CrdtError as error:
        counts[f"refused: {type(error).__name__}"] += 1
        return
    counts["snapshot accepted"] += 1
    use(random, text, counts)


def one_batch(random: Random, texts: list[RichText], counts: Counter) -> None:
    """Hand in forged ops."""
    text, ops = forged(random, texts)
    before, encoded = shown(text), text.encode()
    try:
        text.apply(ops)
    except CrdtError as error:
        counts[f"ops refused: {type(error).__name__}"] += 1
        assert shown(text) == before
        assert text.encode() == encoded
        text.check()
        return
    counts["ops accepted"] += 1
    use(random, text, counts)


def one_packet(random: Random, texts: list[RichText], counts: Counter) -> None:
    """Hand in damaged bytes of ops that somebody goes on with, or of all that a text consists of."""
    source = random.choice(texts)
    if random.random() < 0.8:
        text = reloaded(source, 1000)
        author = reloaded(source, 500)
        for _ in range(random.choice((0, 0, 0, 5))):
            text.apply(honest_edit(random, author))
        packet = encode_ops(honest_edit(random, author))
    else:
        text, packet = RichText(1000), encode_ops(ops_since(source, Version()))
    if packet[0] == STRETCHES | DEFLATED and random.random() < 0.8:
        data = bytes((STRETCHES,)) + mutated(random, inflate(packet[1:]))
    else:
        data = mutated(random, packet)
    before = text.encode()
    try:
        text.apply_encoded(data)
    except CrdtError as error:
        counts[f"bytes refused: {type(error).__name__}"] += 1
        assert text.encode() == before
        return
    counts["bytes accepted"] += 1
    text.check()
    ops = decode_ops(data)
    try:
        assert decode_ops(encode_ops(ops)) == ops
    except CrdtError:
        # Of an op that is known already nothing but its counter is looked at, so it may be one nobody writes.
        counts["bytes accepted that nobody writes"] += 1
    twin = RichText.decode(before, 1000)
    twin.apply(ops)
    assert text.encode() == twin.encode()
    if random.random() < 0.05:
        use(random, text, counts)


INPUTS = {"snapshots": one_snapshot, "ops": one_batch, "bytes": one_packet}


def one(seed: int, texts: list[RichText], counts: Counter, of: str = "") -> None:
    """Make the input of this seed, of this kind or any, hand it in and use what comes of it."""
    random = Random(seed)
    INPUTS[of or random.choice(list(INPUTS))](random, texts, counts)


def run(
    inputs: int, seed: int, texts: list[RichText] | None = None, of: str = ""
) -> tuple[Counter, list[str]]:
    """
    Try inputs ``seed`` to ``seed + inputs - 1``.

    Returns:
        What became of them, and a report for each that did harm.
    """
    texts = texts if texts is not None else honest_texts(Random(0), 40)
    counts: Counter = Counter()
    harm = []
    for number in range(seed, seed + inputs):
        started = time.process_time()
        try:
            one(number, texts, counts, of)
        except Exception:
            harm.append(f"one({number}): {traceback.format_exc()}")
        took = time.process_time() - started
        if took > SECONDS_MAX:
            harm.append(f"one({number}) took {took:.1f} s")
    return counts, harm


def main(arguments: list[str]) -> int:
    """Run from the command line; 1 when an input did harm."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.fuzz_text", description=__doc__)
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--of", choices=list(INPUTS), default="")
    options = parser.parse_args(arguments)
    counts, harm = run(options.inputs, options.seed, of=options.of)
    for what, count in counts.most_common():
        print(f"{count:>9}  {what}")
    kinds: dict[str, list[str]] = {}
    for report in harm:
        kinds.setdefault(report.strip().splitlines()[-1].split(" took ")[-1], []).append(report)
    for reports in kinds.values():
        print(f"\n{len(reports)} like this one:\n{min(reports, key=len)}")
    print(f"{len(harm)} of {options.inputs} inputs did harm")
    return 1 if harm else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
