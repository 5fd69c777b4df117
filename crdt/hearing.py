"""
What others do all day, taken in at a glance: typing on, inserting without a rival, deleting what shows.

For such an op, admission and integration come down to a few comparisons, made here in one step. All else, and
all that is odd, is left to ``crdt.admission`` and ``TextState.integrate``, which mean the same. An op that is
the next of its author is live, for a flip reaches no further than what had been seen of its group (R3).
"""

from collections.abc import Sequence

from crdt.intents import Intents
from crdt.marks import AFTER
from crdt.ops import EDGE, ERASE, INSERT, INSERT_LENGTH_MAX, SELF, TYPE, Op
from crdt.patch import Deleted, Inserted, TextPatch
from crdt.runs import END, ID_BITS, Run

NOW = -1
"""In place of the counter that an op must have: it follows on what is known, and is carried out."""


class Hearing(Intents):
    """Admits and integrates the plainest ops of others."""

    __slots__ = ()

    def _hear(self, ops: Sequence[Op]) -> list[TextPatch] | None:
        """The patches of ops that are all of the plainest; otherwise None, and nothing is changed."""
        if len(ops) != 1:
            return self._hear_several(ops)
        op = ops[0]
        if type(op) is not list:
            return None
        if len(op) == 4:
            return self._hear_typing(op)
        patch = self._hear_other(op, NOW)
        return None if patch is None else [patch]

    def _hear_other(self, op: list[object], expected: int) -> TextPatch | None:
        if len(op) == 7:
            return self._hear_erasing(op, expected)
        return self._hear_inserting(op, expected) if len(op) == 9 else None

    def _hear_several(self, ops: Sequence[Op]) -> list[TextPatch] | None:
        """
        The same for deletes, and perhaps an insert behind them: as none builds on another, they are all
        looked at before the first is carried out.
        """
        if not ops or type(ops[0]) is not list or len(ops[0]) < 7 or type(ops[0][1]) is not int:
            return None
        expected = self._replicas.end_of(ops[0][1])
        for op in ops:
            if type(op) is not list or len(op) < 7 or op[1] != ops[0][1]:
                return None
            if self._hear_other(op, expected) is None or (len(op) == 9 and op is not ops[-1]):
                return None
            expected += 1
        patches: list[TextPatch] = []
        for op in ops:
            assert isinstance(op, list), "looked at just now"
            patch = self._hear_other(op, NOW)
            patches.extend(self.integrate(op) if patch is None else [patch])
        return patches

    def _hear_typing(self, op: list[object]) -> list[TextPatch] | None:
        """A TYPE where its author's last run ends and nothing has come between (V3)."""
        kind, rid, counter, text = op
        if type(kind) is not int or type(rid) is not int or type(counter) is not int or type(text) is not str:
            return None
        size = len(text)
        if kind != TYPE or not 0 < size <= INSERT_LENGTH_MAX or not (text.isprintable() or text == "\n"):
            return None
        replicas = self._replicas
        tail = self._tail
        if tail is None or tail.start + tail.length != counter or replicas.rids[tail.replica] != rid:
            tail = self._find_tail(rid, counter)
        if tail is None or replicas.ends[tail.replica] != counter:
            return None
        replicas.ends[tail.replica] = counter + size
        self._sequence.replicas[tail.replica].characters.append(text)
        self._sequence.grow(tail, size)
        index = self._tail_index
        self._tail_index = index + size
        return [Inserted(index, text, self._marks.resolve(tail.marks))]

    def _find_tail(self, rid: int, counter: int) -> Run | None:
        """Make the run that ``rid`` typed last the tail (V3), if it ends before ``counter`` and is one."""
        replica = self._replicas.find(rid)
        sequence = self._sequence
        if not 0 <= replica < len(sequence.replicas):
            return None
        run = sequence.replicas[replica].last()
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

    def _author_of(self, op: list[object], expected: int) -> int:
        """The number of a replica known here whose next op this is, in an edit group; -1 otherwise."""
        kind, rid, counter, starts = op[0], op[1], op[2], op[3]
        if (
            type(kind) is not int
            or type(rid) is not int
            or type(counter) is not int
            or type(starts) is not int
        ):
            return -1
        replicas = self._replicas
        author = replicas.find(rid)
        if author < 0 or counter != (replicas.ends[author] if expected == NOW else expected):
            return -1
        return author if starts == 1 or (starts == 0 and replicas.group_starts[author]) else -1

    def _count(self, op: list[object], author: int, size: int) -> int:
        """Count an op that is carried out into the version and the groups; its counter."""
        replicas = self._replicas
        counter = replicas.ends[author]
        if op[3]:
            replicas.start_group(author, counter, replicas.time)
        replicas.ends[author] = counter + size
        return counter

    def _holding(self, replica: int, counter: int) -> Run | None:
        """The run that holds this element, most often the one at the finger."""
        sequence = self._sequence
        if not 0 <= replica < len(sequence.replicas):
            return None
        run = sequence.finger_run()
        if run.replica == replica and run.start <= counter < run.start + run.length:
            return run
        return sequence.replicas[replica].find(counter)

    def _hear_erasing(self, op: list[object], expected: int) -> TextPatch | None:
        """An ERASE inside one visible run."""
        author = self._author_of(op, expected)
        target, start, count = op[4], op[5], op[6]
        if author < 0 or op[0] != ERASE or type(target) is not int:
            return None
        if type(start) is not int or type(count) is not int or count < 1:
            return None
        run = self._holding(author if target == SELF else self._replicas.find(target), start)
        if run is None or run.hidden or start + count > run.start + run.length:
            return None
        if expected != NOW:
            return Deleted(0, count)
        counter = self._count(op, author, 1)
        self._erasures_of(author).record(counter, (run.replica << ID_BITS) + start, count)
        self._tail = None
        offset = start - run.start
        index = self._sequence.goto(run) + offset
        self._sequence.hide_part(offset, count)
        return Deleted(index, count)

    def _hear_inserting(self, op: list[object], expected: int) -> TextPatch | None:
        """An INSERT between two elements that stand side by side, so that nothing competes for the place."""
        author = self._author_of(op, expected)
        text, target, left = op[4], op[5], op[6]
        if author < 0 or op[0] != INSERT or type(text) is not str or type(target) is not int:
            return None
        if type(left) is not int or not 0 < len(text) <= INSERT_LENGTH_MAX:
            return None
        if not text.isascii() or "\0" in text or self._embeds or self._blocks.writes:
            return None
        sequence = self._sequence
        if target == EDGE:
            run: Run | None = sequence.start_run if left == 0 else None
        else:
            run = self._holding(author if target == SELF else self._replicas.find(target), left)
        if run is None:
            return None
        at = sequence.goto(run)
        offset = left - run.start + 1
        right = sequence.behind_finger(offset)
        if not self._names(op[7], op[8], author, right):
            return None
        if expected != NOW:
            return Deleted(0, 0)
        counter = self._count(op, author, len(text))
        new = Run(author, counter, len(text), run.first_id() + offset - 1, right, 0, 0)
        patches = self._insert_between(at, offset, new, text)
        self._tail = new
        self._tail_index = at + (0 if run.hidden else offset) + len(text)
        return patches[0]

    def _names(self, target: object, counter: object, author: int, element: int) -> bool:
        """Whether a reference in an op of ``author`` names this element."""
        if type(target) is not int or type(counter) is not int:
            return False
        if element < 0:
            return element == END and target == EDGE and counter == 1
        number = author if target == SELF else self._replicas.find(target)
        return element == (number << ID_BITS) + counter and number >= 0
