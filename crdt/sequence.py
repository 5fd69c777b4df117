"""
The order of a text's elements: runs in chunks, a remembered place, FugueMax integration.

Not here: what hides an element and what formats it. Invariants: S4 the order equals that of the FugueMax tree
(README, N1-N3). S5 the finger names an existing run and the visible index where it starts. S6 every element
is in exactly one run, and that run in exactly one chunk and one replica's list.
Source: Weidner & Kleppmann, The Art of the Fugue (arXiv 2305.00583v3), Algorithm 1 and section 5 (FugueMax);
stated on origins instead of tree nodes, so that a run needs no nodes of its own.
"""

from bisect import bisect_left
from typing import Final

from crdt.runs import CHUNK_RUNS_MAX, COUNTER_MASK, END, ID_BITS, START, Chunk, ReplicaRuns, Run, continues

CROWD_MIN: Final = 8
"""Fewer siblings are scanned faster than looked up; an entry for every insertion would cost memory."""


class Sequence:
    """All elements of one text, tombstones included, in order."""

    __slots__ = ("_crowds", "at", "chunks", "ci", "end_run", "length", "replicas", "ri", "start_run")

    def __init__(self) -> None:
        self.replicas: list[ReplicaRuns] = []
        self._crowds: dict[tuple[int, int], list[tuple[int, int]]] = {}
        """
        Where many have inserted between the same two elements: (rank, first element) of these, in order.
        """
        self.length: int = 0
        self.chunks: list[Chunk] = [Chunk(0)]
        self.start_run: Final = Run(-1, 0, 1, START, END, 1, 0)
        self.end_run: Final = Run(-2, 0, 1, START, END, 1, 0)
        for run in (self.start_run, self.end_run):
            run.chunk = self.chunks[0]
            self.chunks[0].runs.append(run)
        self.ci: int = 0
        self.ri: int = 0
        self.at: int = 0

    def of(self, replica: int) -> ReplicaRuns:
        """The runs and characters of one replica."""
        while replica >= len(self.replicas):
            self.replicas.append(ReplicaRuns())
        return self.replicas[replica]

    def run_of(self, element: int) -> Run:
        """The run that holds an element known to exist. Cost: O(log runs)."""
        if element == START:
            return self.start_run
        if element == END:
            return self.end_run
        run = self.replicas[element >> ID_BITS].find(element & COUNTER_MASK)
        assert run is not None, "the caller has checked that the element exists"
        return run

    def contains(self, replica: int, counter: int) -> bool:
        """Whether this id is an element of this text."""
        return replica < len(self.replicas) and self.replicas[replica].find(counter) is not None

    def seek(self, index: int) -> Run:
        """Move the finger to the run with the visible element ``index``. Cost: O(chunks between)."""
        ci = self.ci
        ri = self.ri
        at = self.at
        chunks = self.chunks
        runs = chunks[ci].runs
        if index < at:
            while ri > 0 and index < at:
                ri -= 1
                run = runs[ri]
                if not run.hidden:
                    at -= run.length
            if index < at:
                ri = 0
                while index < at:
                    ci -= 1
                    at -= chunks[ci].visible
                runs = chunks[ci].runs
        while True:
            for place in range(ri, len(runs)):
                run = runs[place]
                if not run.hidden:
                    if index < at + run.length:
                        self.ci = ci
                        self.ri = place
                        self.at = at
                        return run
                    at += run.length
            ci += 1
            while index >= at + chunks[ci].visible:
                at += chunks[ci].visible
                ci += 1
            runs = chunks[ci].runs
            ri = 0

    def find(self, replica: int, counter: int) -> Run | None:
        """The run that holds an element of a replica known here, or None; most often that at the finger."""
        run = self.chunks[self.ci].runs[self.ri]
        if run.start <= counter < run.start + run.length and run.replica == replica:
            return run
        return self.replicas[replica].find(counter)

    def finger_run(self) -> Run:
        """The run at the finger."""
        return self.chunks[self.ci].runs[self.ri]

    def goto(self, run: Run) -> int:
        """Move the finger to ``run``; the visible index where it starts. Cost: O(chunks between)."""
        ri = self.ri
        at = self.at
        chunks = self.chunks
        runs = chunks[self.ci].runs
        if runs[ri] is run:
            return at
        target = run.chunk
        if chunks[self.ci] is not target:
            for place in range(ri):
                if not runs[place].hidden:
                    at -= runs[place].length
            if target.order > self.ci:
                for place in range(self.ci, target.order):
                    at += chunks[place].visible
            else:
                for place in range(target.order, self.ci):
                    at -= chunks[place].visible
            self.ci = target.order
            runs = target.runs
            ri = 0
        for place in range(ri, len(runs)):
            one = runs[place]
            if one is run:
                self.ri = place
                self.at = at
                return at
            if not one.hidden:
                at += one.length
        at = self.at
        while runs[ri] is not run:
            ri -= 1
            if not runs[ri].hidden:
                at -= runs[ri].length
        self.ri = ri
        self.at = at
        return at

    def next_run(self, run: Run) -> Run:
        """The run behind ``run``, which is not the end."""
        runs = run.chunk.runs
        place = runs.index(run) + 1
        return runs[place] if place < len(runs) else self.chunks[run.chunk.order + 1].runs[0]

    def is_before(self, one: int, other: int) -> bool:
        """Whether element ``one`` stands before element ``other``. Cost: O(log runs + runs of a chunk)."""
        a = self.run_of(one)
        b = self.run_of(other)
        if a is b:
            return one < other
        if a.chunk is not b.chunk:
            return a.chunk.order < b.chunk.order
        runs = a.chunk.runs
        return runs.index(a) < runs.index(b)

    def split(self, run: Run, length: int) -> Run:
        """Cut ``run`` behind its first ``length`` elements; the second part. The finger goes to the first."""
        self.goto(run)
        rest = run.part(length, run.length - length)
        run.length = length
        self.replicas[run.replica].add(rest)
        self._place_behind_finger(rest, 0)
        return rest

    def cut_before(self, element: int) -> Run:
        """The run that starts with ``element``, split off when it is inside one."""
        run = self.run_of(element)
        offset = element - run.first_id()
        return self.split(run, offset) if offset else run

    def cut_behind(self, element: int) -> Run:
        """The run that ends with ``element``, its rest split off when there is one."""
        run = self.run_of(element)
        length = element - run.first_id() + 1
        if length < run.length:
            self.split(run, length)
        return run

    def place_behind(self, run: Run, new: Run) -> None:
        """Stand a new run behind ``run`` and enter it; the finger stays on ``run``."""
        self.goto(run)
        self.of(new.replica).add(new)
        self._place_behind_finger(new, 0 if new.hidden else new.length)

    def _place_behind_finger(self, new: Run, appeared: int) -> None:
        chunk = self.chunks[self.ci]
        chunk.runs.insert(self.ri + 1, new)
        new.chunk = chunk
        chunk.visible += appeared
        self.length += appeared
        if len(chunk.runs) > CHUNK_RUNS_MAX:
            self._halve(chunk)

    def _halve(self, chunk: Chunk) -> None:
        half = len(chunk.runs) // 2
        second = Chunk(chunk.order + 1)
        second.runs = chunk.runs[half:]
        del chunk.runs[half:]
        visible = 0
        for run in second.runs:
            run.chunk = second
            if not run.hidden:
                visible += run.length
        second.visible = visible
        chunk.visible -= visible
        self.chunks.insert(second.order, second)
        for order in range(second.order + 1, len(self.chunks)):
            self.chunks[order].order = order
        if self.ri >= half:
            self.ri -= half
            self.ci += 1

    def grow(self, run: Run, text: str) -> None:
        """Let a visible run, the last of its author, reach over what he has typed on."""
        chunk = self.chunks[self.ci]
        if chunk.runs[self.ri] is not run:
            self.goto(run)
            chunk = run.chunk
        size = len(text)
        self.replicas[run.replica].characters.append(text)
        run.length += size
        chunk.visible += size
        self.length += size

    def hide(self, run: Run, by: int) -> int:
        """
        Change the number of reasons why ``run`` is hidden.

        Returns:
            -1 when it has just vanished, 1 when it has just appeared, 0 when nothing became visible or ceased
            to.
        """
        self.goto(run)
        was = run.hidden
        run.hidden = was + by
        if (was == 0) == (run.hidden == 0):
            return 0
        change = run.length if was else -run.length
        run.chunk.visible += change
        self.length += change
        return 1 if was else -1

    def hide_part(self, offset: int, count: int) -> None:
        """
        Hide elements of the visible run at the finger for one reason; tombstones beside them take them over.

        Args:
            offset: How many elements of the run stay in front of them.
            count: How many, at most the rest of the run.

        Holding Backspace or Delete makes and joins no runs. Cost: O(runs of a chunk).
        """
        chunk = self.chunks[self.ci]
        runs = chunk.runs
        run = runs[self.ri]
        here = self.replicas[run.replica]
        chunk.visible -= count
        self.length -= count
        if count == run.length:
            run.hidden = 1
            self._join_at_finger(here, runs)
            return
        start = run.start + offset
        if offset + count == run.length:
            behind = runs[self.ri + 1] if self.ri + 1 < len(runs) else run
            if behind.hidden == 1 and continues(run, behind):
                here.move_start(behind, start)
                behind.left -= count
                behind.length += count
                run.length = offset
                return
        elif offset == 0:
            before = runs[self.ri - 1] if self.ri else run
            if before.hidden == 1 and continues(before, run):
                before.length += count
                here.move_start(run, start + count)
                run.left += count
                run.length -= count
                return
        self._cut_out(run, offset, count)

    def _cut_out(self, run: Run, offset: int, count: int) -> None:
        """Hide a part of the visible run at the finger by making it a run of its own."""
        here = self.replicas[run.replica]
        chunk = run.chunk
        place = self.ri + 1
        rest = run.length - offset - count
        if rest:
            behind = run.part(offset + count, rest)
            behind.chunk = chunk
            here.add(behind)
            chunk.runs.insert(place, behind)
        if offset:
            gone = run.part(offset, count)
            gone.hidden = 1
            gone.chunk = chunk
            here.add(gone)
            chunk.runs.insert(place, gone)
            run.length = offset
        else:
            run.hidden = 1
            run.length = count
        if len(chunk.runs) > CHUNK_RUNS_MAX:
            self._halve(chunk)

    def _join_at_finger(self, here: ReplicaRuns, runs: list[Run]) -> None:
        """Join the run at the finger, hidden just now, with the tombstones on both sides of it."""
        run = runs[self.ri]
        if self.ri + 1 == len(runs):
            self.join_next(run)
        else:
            behind = runs[self.ri + 1]
            if behind.hidden == 1 and continues(run, behind):
                here.forget(behind)
                run.length += behind.length
                del runs[self.ri + 1]
        if self.ri == 0:  # a chunk stands before: the first run of all is the start, which is never hidden
            self.join_next(self.chunks[self.ci - 1].runs[-1])
        else:
            before = runs[self.ri - 1]
            if before.hidden == 1 and continues(before, run):
                here.forget(run)
                before.length += run.length
                del runs[self.ri]
                self.ri -= 1

    def behind_finger(self, offset: int) -> int:
        """The element behind the first ``offset`` (at least one) of the run at the finger."""
        chunk = self.chunks[self.ci]
        run = chunk.runs[self.ri]
        if offset < run.length:
            return (run.replica << ID_BITS) + run.start + offset
        place = self.ri + 1
        behind = chunk.runs[place] if place < len(chunk.runs) else self.chunks[self.ci + 1].runs[0]
        return (behind.replica << ID_BITS) + behind.start

    def insert_at_finger(self, offset: int, new: Run) -> None:
        """Stand a new run, its author's last, behind the first ``offset`` elements of the finger's run."""
        chunk = self.chunks[self.ci]
        runs = chunk.runs
        run = runs[self.ri]
        place = self.ri + 1
        if offset < run.length:
            rest = run.part(offset, run.length - offset)
            rest.chunk = chunk
            run.length = offset
            self.replicas[run.replica].add(rest)
            runs.insert(place, rest)
        self.replicas[new.replica].append(new)
        new.chunk = chunk
        runs.insert(place, new)
        if not new.hidden:
            chunk.visible += new.length
            self.length += new.length
        if len(runs) > CHUNK_RUNS_MAX:
            self._halve(chunk)

    def join_next(self, run: Run) -> bool:
        """
        Take over the next run where both are one in all but fact (S1, S2), so that deleting key by key adds
        none.
        """
        following = self.next_run(run)
        if following.hidden != run.hidden or not continues(run, following):
            return False
        self.goto(run)
        self.replicas[run.replica].forget(following)
        run.length += following.length
        chunk = following.chunk
        chunk.runs.remove(following)
        if chunk is not run.chunk and not following.hidden:
            chunk.visible -= following.length
            run.chunk.visible += following.length
        if not chunk.runs:
            del self.chunks[chunk.order]
            for order in range(chunk.order, len(self.chunks)):
                self.chunks[order].order = order
        return True

    def integrate(self, new: Run, ranks: list[int]) -> Run:
        """
        Put a run with its origins where FugueMax wants it (S4).

        Args:
            new: Not yet placed; both origins exist here.
            ranks: The replica ids by small number, which decide ties.

        Returns:
            The run that now stands right before ``new``.

        Cost: O(log runs), and the concurrent runs between the origins.
        """
        behind = self.cut_behind(new.left)
        crowd = self._crowds.get((new.left, new.right)) if self._crowds else None
        if crowd is not None:
            place = bisect_left(crowd, (ranks[new.replica], new.first_id()))
            if place:
                behind = self.run_of(crowd[place - 1][1])
            crowd.insert(place, (ranks[new.replica], new.first_id()))
        candidate = self.next_run(behind)
        scanning = False
        siblings: list[tuple[int, int]] = []
        while candidate.first_id() != new.right and candidate is not self.end_run:
            if candidate.left == new.left:
                # Siblings: a right origin further right stands first; ties go to the lower replica.
                if candidate.right != new.right:
                    scanning = self.is_before(candidate.right, new.right)
                elif ranks[new.replica] < ranks[candidate.replica]:
                    break
                else:
                    scanning = False
                    siblings.append((ranks[candidate.replica], candidate.first_id()))
            elif self.is_before(candidate.left, new.left):
                break
            if not scanning:
                behind = candidate
            candidate = self.next_run(candidate)
        if crowd is None and len(siblings) >= CROWD_MIN:
            siblings.append((ranks[new.replica], new.first_id()))
            self._crowds[(new.left, new.right)] = siblings
        self.place_behind(behind, new)
        return behind
