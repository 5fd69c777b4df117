"""
Arrays: items by id, in the order of fractional keys, each with a register of its own.

An item's key is a register too, so an item can be moved and edited at once (L5). Invariants: L1 every live
item stands in the row exactly once. L3 the key with the greatest stamp counts. L4 an item once removed never
stands in the row again. L6 moving one item changes no other's key. Equal keys, which only a stranger makes,
are ordered by item id.
"""

from bisect import bisect_left, insort
from typing import Final, TypeAlias

from crdt.fractional import Age, Placed, key_at
from crdt.object_ops import ARRAY, Id, item_name
from crdt.objects import Node, Slot

Standing: TypeAlias = tuple[str, int, int]
"""Where an item stands: its key, then its id."""

_NEVER: Final[Age] = (-1, 0, 0)


class Item:
    """
    One item. ``born`` is the time of the op that inserted it, ``age`` the stamp of its key, ``removed`` the
    greatest stamp that took it out, or None.
    """

    __slots__ = ("age", "born", "id", "key", "name", "removed", "slot")

    def __init__(self, item_id: Id, born: int, key: str, age: Age, slot: Slot) -> None:
        self.id: Final = item_id
        self.born: Final = born
        self.name: Final = item_name(item_id)
        self.key: str = key
        self.age: Age = age
        self.removed: Age | None = None
        self.slot: Final = slot

    def standing(self) -> Standing:
        """What the row is sorted by."""
        return (self.key, self.id[0], self.id[1])


class ArrayNode(Node):
    """An array of a document."""

    __slots__ = ("_latest", "items", "row")

    def __init__(self, node_id: Id, parent: Node | None, key: str) -> None:
        super().__init__(node_id, ARRAY, parent, key)
        self.items: dict[Id, Item] = {}
        self.row: list[Standing] = []
        self._latest: tuple[Age, Age] = (_NEVER, _NEVER)

    def slot(self, key: str) -> Slot | None:
        """The register of the item of this name; None for one that is unknown or removed."""
        item = self.find(key)
        return item.slot if item is not None and item.removed is None else None

    def find(self, name: str) -> Item | None:
        """The item of this name, removed or not. Cost: O(1)."""
        counter, _, rid = name.partition("-")
        try:
            return self.items.get((int(rid, 16), int(counter)))
        except ValueError:
            return None

    def insert(self, item: Item) -> int:
        """Take in a new item; the index where it stands."""
        assert item.id not in self.items, "admitted once"
        self.items[item.id] = item
        insort(self.row, item.standing())
        self._note(item.age)
        return self.index(item)

    def restore(self, item: Item) -> None:
        """Take in an item as it was saved."""
        self.items[item.id] = item
        if item.removed is None:
            insort(self.row, item.standing())
        self._note(item.age)

    def move(self, item: Item, key: str, age: Age) -> bool:
        """Take in a move; whether the item stands elsewhere now (L3, L4). Cost: O(items) for the copying."""
        self._note(age)
        if age <= item.age:
            return False
        if item.removed is not None:
            item.key, item.age = key, age
            return False
        old = self.index(item)
        del self.row[old]
        item.key, item.age = key, age
        insort(self.row, item.standing())
        return self.index(item) != old

    def remove(self, item: Item, age: Age) -> int:
        """Take in a removal; the index where the item stood, -1 when it was gone already (L4)."""
        if item.removed is not None:
            item.removed = max(item.removed, age)
            return -1
        index = self.index(item)
        del self.row[index]
        item.removed = age
        return index

    def index(self, item: Item) -> int:
        """Where a live item stands. Cost: O(log items)."""
        return bisect_left(self.row, item.standing())

    def at(self, index: int) -> Item:
        """The live item at ``index``."""
        standing = self.row[index]
        return self.items[(standing[1], standing[2])]

    def key_for(self, index: int, rid: int, without: Item | None = None) -> str:
        """
        A key with which an item of replica ``rid`` stands at ``index`` (L2).

        Args:
            index: Among the live items, ``without`` left out: the item that is about to move.
        """
        gone = self.index(without) if without is not None else len(self.row)
        around: list[Placed | None] = []
        for place in range(index - 2, index + 2):
            shifted = place + 1 if place >= gone else place
            if place >= 0 and shifted < len(self.row):
                item = self.at(shifted)
                around.append(Placed(item.key, item.age))
            else:
                around.append(None)
        before, left, right, behind = around
        if left is not None and right is not None and left.key == right.key:
            # A stranger's keys: there is nothing between equal ones, so stand behind all that share the key.
            right = behind = self._next_key(left.key)
        return key_at(before, left, right, behind, self._latest, rid)

    def _next_key(self, key: str) -> Placed | None:
        for standing in self.row[bisect_left(self.row, (key, 0, 0)) :]:
            if standing[0] > key:
                return Placed(standing[0], self.items[(standing[1], standing[2])].age)
        return None

    def _note(self, age: Age) -> None:
        if age > self._latest[0]:
            self._latest = (age, self._latest[0])
        elif self._latest[1] < age < self._latest[0]:
            self._latest = (self._latest[0], age)
