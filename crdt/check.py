"""
Every invariant of a text, checked in full. Slow and simple; a violation is our own bug and raises
AssertionError.

The letters and numbers are those of the modules that keep them and of the README.
"""

from itertools import pairwise
from typing import TYPE_CHECKING

from crdt.characters import FILLER
from crdt.marks import AFTER
from crdt.replicas import COUNTERS_MAX
from crdt.runs import CHUNK_RUNS_MAX, END, ID_BITS, START, Run

if TYPE_CHECKING:
    from crdt.reading import TextReading
    from crdt.replicas import Replicas
    from crdt.sequence import Sequence


def check_replicas(replicas: "Replicas") -> None:
    """R1-R3: one entry per replica, groups ascending and below the end, and which flips decide."""
    count = len(replicas.rids)
    assert replicas.total == sum(replicas.ends) <= COUNTERS_MAX, "R1: the sum of the ends"
    assert len(set(replicas.rids)) == count, "R1: a replica twice"
    for number, rid in enumerate(replicas.rids):
        assert replicas.find(rid) == number, "R1: the index"
        starts = replicas.group_starts[number]
        assert all(a < b for a, b in pairwise(starts)), "R2: groups ascend"
        assert not starts or starts[-1] < replicas.ends[number], "R2: groups lie below the end"
        assert len(starts) == len(replicas.group_times[number]), "R2: a time for each group"
    assert replicas.deciders == {
        group: replicas.deciders_of(flips) for group, flips in replicas.flips.items()
    }, "R3: the flips that decide"


def check_sequence(sequence: "Sequence") -> None:
    """S1, S3, S5, S6: chunks, runs, replica lists and the finger agree."""
    total = at = 0
    seen: dict[int, list[Run]] = {}
    for order, chunk in enumerate(sequence.chunks):
        assert chunk.order == order, "S3: the order of a chunk"
        assert 0 < len(chunk.runs) <= CHUNK_RUNS_MAX, "S3: the size of a chunk"
        visible = 0
        for place, run in enumerate(chunk.runs):
            if (order, place) == (sequence.ci, sequence.ri):
                at = total + visible
            assert run.chunk is chunk, "S6: the chunk of a run"
            assert run.length > 0, "S1: an empty run"
            visible += 0 if run.hidden else run.length
            if run.replica >= 0:
                seen.setdefault(run.replica, []).append(run)
        assert chunk.visible == visible, "S3: what is visible in a chunk"
        total += visible
    assert sequence.length == total, "S3: what is visible"
    assert sequence.at == at, "S5: the finger"
    for replica, here in enumerate(sequence.replicas):
        runs = sorted(seen.get(replica, []), key=_start)
        assert here.all() == runs, "S6: the runs of a replica"
        assert here.starts() == [run.start for run in runs], "S6: the starts of a replica"
        for run, following in pairwise(runs):
            assert run.start + run.length <= following.start, "S6: an element in two runs"
        for run in runs:
            _check_run(sequence, run)


def _start(run: Run) -> int:
    return run.start


def _check_run(sequence: "Sequence", run: Run) -> None:
    for element in (run.left, run.right):
        if element >= 0:
            assert sequence.contains(element >> ID_BITS, element & ((1 << ID_BITS) - 1)), "S1: an origin"
    assert run.left == START or sequence.is_before(run.left, run.first_id()), "S4: the left origin"
    assert run.right == END or sequence.is_before(run.last_id(), run.right), "S4: the right origin"
    characters = sequence.replicas[run.replica].characters
    assert run.start + run.length <= characters.end, "S6: a character for each element"
    text = characters.between(run.start, run.start + run.length)
    assert len(text) == run.length, "S6: a character for each element"
    assert FILLER not in text, "S6: a character for each element"


def check_hidden(text: "TextReading") -> None:
    """V1: each run is hidden for exactly as many reasons as groups and deletes give."""
    replicas = text._replicas
    reasons: dict[int, int] = {}
    for author, log in enumerate(text._erasures):
        for erased in log.between(0, replicas.ends[author]):
            for offset in range(erased.size):
                counter = erased.counter + (offset if erased.step else 0)
                if replicas.is_live(author, counter):
                    element = erased.target + offset * (erased.step or 1)
                    reasons[element] = reasons.get(element, 0) + 1
    for here in text._sequence.replicas:
        for run in here.all():
            for offset in range(run.length):
                dead = 0 if replicas.is_live(run.replica, run.start + offset) else 1
                expected = dead + reasons.get(run.first_id() + offset, 0)
                assert run.hidden == expected, "V1: the reasons to be hidden"


def check_marks(text: "TextReading") -> None:
    """K1-K3, B1: sets hold exactly the covering marks; what is cached is what would be resolved anew."""
    table = text._marks
    for mark in table.marks:
        assert mark.live == text._replicas.is_live(mark.replica, mark.counter), "K2: a mark's liveness"
    for chunk in text._sequence.chunks:
        for run in chunk.runs:
            if run.replica >= 0:
                covering = [mark.number for mark in table.marks if _covers(text, mark.number, run)]
                assert [mark.number for mark in table.covering(run.marks)] == covering, "K1: the set of a run"
                assert table.resolve(run.marks) == table.show(table.covering(run.marks)), "K2: what shows"
    for target, writes in text._blocks.writes.items():
        for write in writes:
            assert write.live == text._replicas.is_live(write.replica, write.counter), "B1: liveness"
        assert text._blocks.resolve(target) == text._blocks.show(writes), "B1: what shows"


def _covers(text: "TextReading", number: int, run: Run) -> bool:
    mark = text._marks.marks[number]
    sequence = text._sequence
    if mark.inert:
        return False
    first = run.first_id()
    begun = mark.start == first and mark.start_side != AFTER
    over = mark.end == run.last_id() and mark.end_side == AFTER
    return (begun or sequence.is_before(mark.start, first)) and (
        over or sequence.is_before(run.last_id(), mark.end)
    )


def check_rich_text(text: "TextReading") -> None:
    """All invariants of a text alone. Cost: far more than any operation; for tests and for support."""
    check_replicas(text._replicas)
    check_sequence(text._sequence)
    check_hidden(text)
    check_marks(text)
