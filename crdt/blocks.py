"""
Block attributes: last-writer-wins registers on the newline that ends a paragraph, or on the end of the text.

Invariant: B1 an attribute shows the live write with the greatest (time, replica id, counter); the value None
shows nothing. All writes are kept, since undo may let an older one show again. Source: README, "Blocks".
"""

from typing import Final

from crdt.patch import Marks


class BlockWrite:
    """One block op: the attributes it wrote on the newline ``target`` (a packed id)."""

    __slots__ = ("attributes", "counter", "live", "replica", "target", "time")

    def __init__(self, replica: int, counter: int, time: int, target: int, attributes: Marks) -> None:
        self.replica: Final = replica
        self.counter: Final = counter
        self.time: Final = time
        self.target: Final = target
        self.attributes: Final = attributes
        self.live: bool = True


class BlockTable:
    """All block writes of one text, by newline and by replica."""

    __slots__ = ("_ranks", "_resolved", "by_replica", "writes")

    def __init__(self, ranks: list[int]) -> None:
        self._ranks: Final = ranks
        self._resolved: dict[int, Marks] = {}
        self.writes: dict[int, list[BlockWrite]] = {}
        self.by_replica: list[list[BlockWrite]] = []

    def of(self, replica: int) -> list[BlockWrite]:
        """The block writes of one replica, by counter."""
        while replica >= len(self.by_replica):
            self.by_replica.append([])
        return self.by_replica[replica]

    def add(self, write: BlockWrite) -> None:
        """Enter a write."""
        self.of(write.replica).append(write)
        self.writes.setdefault(write.target, []).append(write)
        self._resolved.pop(write.target, None)

    def set_live(self, write: BlockWrite, live: bool) -> None:
        """Switch a write with its edit group."""
        write.live = live
        self._resolved.pop(write.target, None)

    def resolve(self, target: int) -> Marks:
        """
        The attributes that the newline shows, names in alphabetical order (B1). The caller does not change
        it.
        """
        writes = self.writes.get(target)
        if writes is None:
            return {}
        known = self._resolved.get(target)
        if known is None:
            known = self.show(writes)
            self._resolved[target] = known
        return known

    def show(self, writes: list[BlockWrite]) -> Marks:
        """What the live ones of these writes show together (B1)."""
        return self.show_all([write for write in writes if write.live])

    def show_all(self, writes: list[BlockWrite]) -> Marks:
        """What these writes show together, live or not, names in alphabetical order."""
        shown: Marks = {}
        for write in sorted(writes, key=self._order):
            shown.update(write.attributes)
        return {name: shown[name] for name in sorted(shown) if shown[name] is not None}

    def _order(self, write: BlockWrite) -> tuple[int, int, int]:
        return (write.time, self._ranks[write.replica], write.counter)
