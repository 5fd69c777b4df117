"""
What others do all day, taken in at a glance: typing on, inserting without a rival, deleting what shows.

Such ops come in bytes of a form of their own, which name elements of their author alone (``crdt.ops_codec``).
Reading, admitting and integrating them comes down to a few comparisons, made here in one step. All else, and
all that is odd, is left to ``crdt.admission`` and ``TextState.integrate``, which mean the same. An op that is
the next of its author is live, for a flip reaches no further than what had been seen of its group (R3).
"""

from crdt.intents import Intents
from crdt.marks import AFTER
from crdt.ops import INSERT_LENGTH_MAX
from crdt.ops_codec import DEFLATED, HEAD_SIZE, STARTS, TYPING, read_changes, read_text
from crdt.patch import Deleted, Inserted, TextPatch
from crdt.replicas import COUNTERS_MAX, Replicas
from crdt.runs import COUNTER_MASK, END, ID_BITS, START, Run


class Hearing(Intents):
    """Admits and integrates the plainest ops of others."""

    __slots__ = ("_speaker", "_speaker_rid")

    def __init__(self, replicas: Replicas) -> None:
        super().__init__(replicas)
        self._speaker: int = -1
        self._speaker_rid: bytes = b""
        """Who was heard last, as the bytes have it: most often it is who is heard next."""

    def _hear(self, data: bytes) -> list[TextPatch] | None:
        """
        The patches of ops in bytes that are all of the plainest; otherwise None, and nothing is changed.

        Raises:
            CrdtError: The bytes are nothing that ``encode_ops`` writes; nothing is changed.
        """
        if len(data) <= HEAD_SIZE:
            return None
        form = data[0]
        replicas = self._replicas
        if data[1:9] != self._speaker_rid:
            number = replicas.find(int.from_bytes(data[1:9], "little"))
            if not 0 <= number < len(self._sequence.replicas):
                return None
            self._speaker = number
            self._speaker_rid = data[1:9]
        author = self._speaker
        counter = data[9] | data[10] << 8 | data[11] << 16
        if replicas.ends[author] != counter:
            return None
        if form == TYPING or form == TYPING | DEFLATED:
            return self._hear_typing(author, counter, read_text(form, data[HEAD_SIZE:]))
        if form < TYPING or form & 2 or not (form & STARTS or replicas.group_starts[author]):
            return None
        numbers, text = read_changes(form, data)
        if len(numbers) > 2:
            return self._hear_changes(author, counter, form & STARTS, numbers, text)
        one, other = numbers
        if text:
            return self._hear_insert(author, counter, form & STARTS, one, other, text)
        return self._hear_erase(author, counter, form & STARTS, one, other)

    def _hear_typing(self, author: int, counter: int, text: str) -> list[TextPatch] | None:
        """A TYPE where its author's last run ends and nothing has come between (V3)."""
        size = len(text)
        replicas = self._replicas
        if not 0 < size <= INSERT_LENGTH_MAX or "\0" in text or replicas.total + size > COUNTERS_MAX:
            return None
        tail = self._tail
        if tail is None or tail.start + tail.length != counter or tail.replica != author:
            tail = self._find_tail(author, counter)
            if tail is None:
                return None
        replicas.ends[author] = counter + size
        replicas.total += size
        self._sequence.grow(tail, text)
        index = self._tail_index
        self._tail_index = index + size
        return [Inserted(index, text, self._marks.resolve(tail.marks))]

    def _find_tail(self, author: int, counter: int) -> Run | None:
        """Make the run that the author typed last the tail (V3), if it ends before ``counter`` and is one."""
        sequence = self._sequence
        run = sequence.replicas[author].last()
        if run is None or run.hidden or run.start + run.length != counter:
            return None
        if (run.last_id() << 1 | AFTER) in self._marks.anchored:
            return None
        index = sequence.goto(run) + run.length
        if sequence.behind_finger(run.length) != run.right:
            return None
        self._tail = run
        self._tail_index = index
        return run

    def _hear_erase(
        self, author: int, counter: int, starts: int, back: int, count: int
    ) -> list[TextPatch] | None:
        """An ERASE of visible elements of one run."""
        sequence = self._sequence
        target = counter - back
        run = sequence.find(author, target)
        if run is None or run.hidden:
            return None
        offset = target - run.start
        if not 0 < count <= run.length - offset:
            return self._hear_changes(author, counter, starts, (back, count), "")
        if not self._counted(author, counter, starts, counter + 1):
            return None
        self._erasures_of(author).record(counter, (author << ID_BITS) + target, count)
        index = sequence.goto(run) + offset
        sequence.hide_part(offset, count)
        return [Deleted(index, count)]

    def _hear_insert(
        self, author: int, counter: int, starts: int, left: int, right: int, text: str
    ) -> list[TextPatch] | None:
        """An INSERT between two elements side by side; both are given as in ``read_changes``."""
        here = (author << ID_BITS) + counter
        left = here - left if left else START
        right = here - right if right else END
        beside = self._beside(author, left, right, text)
        if beside is None or not self._counted(author, counter, starts, counter + len(text)):
            return None
        return self._insert_between(beside, Run(author, counter, len(text), left, right, 0, 0), text)

    def _hear_changes(
        self, author: int, counter: int, starts: int, numbers: tuple[int, ...], text: str
    ) -> list[TextPatch] | None:
        """
        ERASEs of visible elements, and perhaps an INSERT behind them: as none builds on another, they are all
        looked at before the first is carried out.
        """
        erased = len(numbers) - 2 if text else len(numbers)
        runs = self._runs_of(author, counter, numbers, erased)
        if runs is None:
            return None
        end = counter + erased // 2
        if not text:
            if not self._counted(author, counter, starts, end):
                return None
            return self._erase_heard(author, counter, numbers, runs)
        here = (author << ID_BITS) + end
        left = here - numbers[erased] if numbers[erased] else START
        right = here - numbers[erased + 1] if numbers[erased + 1] else END
        beside = self._beside(author, left, right, text)
        if beside is None or not self._counted(author, counter, starts, end + len(text)):
            return None
        patches = self._erase_heard(author, counter, numbers, runs)
        if beside.hidden or not beside.first_id() <= left <= beside.last_id():
            beside = self._sequence.run_of(left)
        self._sequence.goto(beside)
        new = Run(author, end, len(text), left, right, 0, 0)
        patches.extend(self._insert_between(beside, new, text))
        return patches

    def _counted(self, author: int, counter: int, starts: int, end: int) -> bool:
        """Count the ops from ``counter`` to ``end`` into the version, unless that is full."""
        replicas = self._replicas
        total = replicas.total + end - counter
        if total > COUNTERS_MAX:
            return False
        if starts:
            replicas.start_group(author, counter, replicas.time)
        replicas.total = total
        replicas.ends[author] = end
        self._tail = None
        return True

    def _runs_of(self, author: int, counter: int, numbers: tuple[int, ...], erased: int) -> list[Run] | None:
        """
        The visible runs with what ERASEs name, in that order. None if something else is among it, or one run
        twice, for hiding a part of it leaves another run.
        """
        sequence = self._sequence
        runs: list[Run] = []
        for place in range(0, erased, 2):
            start = counter - numbers[place]
            stop = start + numbers[place + 1]
            counter += 1
            if start < 0 or start == stop:
                return None
            while start < stop:
                run = sequence.find(author, start)
                if run is None or run.hidden:
                    return None
                runs.append(run)
                start = run.start + run.length
        return runs if erased < 4 or len(set(runs)) == len(runs) else None

    def _beside(self, author: int, left: int, right: int, text: str) -> Run | None:
        """
        The run with the element ``left``, at the finger; None unless ``right`` stands right behind it and
        ``text`` may stand between them.
        """
        if len(text) > INSERT_LENGTH_MAX or "\0" in text:
            return None
        sequence = self._sequence
        counter = left - (author << ID_BITS)
        run = sequence.start_run if left == START else sequence.find(author, counter)
        if run is None:
            return None
        sequence.goto(run)
        return run if sequence.behind_finger((left & COUNTER_MASK) - run.start + 1) == right else None

    def _erase_heard(
        self, author: int, counter: int, numbers: tuple[int, ...], runs: list[Run]
    ) -> list[TextPatch]:
        """Carry out the ERASEs of what is in these runs; what goes at one place is one patch."""
        sequence = self._sequence
        log = self._erasures_of(author)
        base = author << ID_BITS
        patches: list[TextPatch] = []
        place, start, stop = -2, 0, 0
        index, gone = 0, 0
        for run in runs:
            if start == stop:
                place += 2
                start = counter - numbers[place]
                stop = start + numbers[place + 1]
                log.record(counter, base + start, numbers[place + 1])
                counter += 1
            offset = start - run.start
            size = stop - start
            if size > run.length - offset:
                size = run.length - offset
            seen = sequence.goto(run) + offset
            sequence.hide_part(offset, size)
            start += size
            if gone and seen != index:
                patches.append(Deleted(index, gone))
                gone = 0
            index = seen
            gone += size
        patches.append(Deleted(index, gone))
        return patches
