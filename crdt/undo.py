"""
Which of the holder's edit groups the next undo or redo switches.

Both stacks are read off the groups and flips, so they survive a save and a load and are never stored
themselves. Undo takes the last live group; redo the groups switched off since the last edit, the latest
first. Invariant: U8 the stacks mirror the groups whenever they are asked. Source: README, "Edit groups".
"""

from bisect import insort
from typing import Final

from crdt.replicas import Flip, Replicas


class UndoStacks:
    """The undo and redo stack of the holder of a document, as group starts."""

    __slots__ = ("_known", "_redo", "_replicas", "_undo")

    def __init__(self, replicas: Replicas) -> None:
        self._replicas: Final = replicas
        self._undo: list[int] = []
        self._redo: list[int] = []
        self._known: int = 0

    def next_undo(self) -> int | None:
        """The start of the group that an undo would switch off, or None."""
        self._follow()
        return self._undo[-1] if self._undo else None

    def next_redo(self) -> int | None:
        """The start of the group that a redo would switch on, or None."""
        self._follow()
        return self._redo[-1] if self._redo else None

    def undone(self) -> None:
        """The group that ``next_undo`` named has been switched off by the holder."""
        self._redo.append(self._undo.pop())
        self._replicas.stacks_valid = True

    def redone(self) -> None:
        """The group that ``next_redo`` named has been switched on by the holder."""
        insort(self._undo, self._redo.pop())
        self._replicas.stacks_valid = True

    def _follow(self) -> None:
        starts = self._replicas.group_starts[0]
        if not self._replicas.stacks_valid:
            self._rebuild(starts)
            self._replicas.stacks_valid = True
        elif len(starts) > self._known:
            self._undo.extend(starts[self._known :])
            self._redo.clear()
        self._known = len(starts)

    def _rebuild(self, starts: list[int]) -> None:
        self._undo = []
        dead: list[Flip] = []
        groups: dict[int, int] = {}
        for start in starts:
            deciders = self._replicas.deciders.get((0, start))
            decision = self._replicas.deciding(deciders, start) if deciders is not None else None
            if decision is None or decision.live:
                self._undo.append(start)
            elif decision.replica == 0 and decision.counter > starts[-1]:
                dead.append(decision)
                groups[decision.counter] = start
        dead.sort(key=_counter)
        self._redo = [groups[flip.counter] for flip in dead]


def _counter(flip: Flip) -> int:
    return flip.counter
