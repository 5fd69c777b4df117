"""
The tree of containers in a document: maps, arrays, texts, and containers of kinds that only a newer version
knows.

A slot of a map, and the value of an array's item, is a register: the write with the greatest (time, rid,
counter) shows (M1), whatever the order of arrival (M2). A write that makes a container is kept also when it
loses, with all that is in the container, so that it can be recovered (M3). Nodes hold state and integrate
admitted writes; which ops may come in is for ``crdt.object_gate``, what they do to which node for
``crdt.object_tree``. Invariants: O1 a slot's winner is the greatest of all writes delivered to it; its
losers are containers, greatest first. O2 a node's parent and key never change. O3 a node is ``DEPTH_MAX``
deep at most.
"""

from bisect import insort
from typing import Final

from crdt.object_ops import ARRAY, MAP, TEXT_KIND, Id
from crdt.ops import plain
from crdt.patch import Value
from crdt.text import RichText

NOTHING: Final = 0
PLAIN: Final = 1
CONTAINER: Final = 2


class Write:
    """One write into a slot: nothing, a plain value, or a container whose kind is ``value``."""

    __slots__ = ("counter", "form", "rid", "time", "value")

    def __init__(self, time: int, rid: int, counter: int, form: int, value: Value) -> None:
        self.time: Final = time
        self.rid: Final = rid
        self.counter: Final = counter
        self.form: Final = form
        self.value: Final = value

    def order(self) -> tuple[int, int, int]:
        """What decides between writes: the greatest wins."""
        return (self.time, self.rid, self.counter)

    def node_id(self) -> Id:
        """The container that this write made."""
        assert self.form == CONTAINER, "only these make one"
        return (self.rid, self.counter)

    def shown(self) -> Value:
        """The value a view sees at first: a container is empty, one of an unknown kind is nothing."""
        if self.form == PLAIN:
            return plain(self.value)
        if self.form == CONTAINER:
            if self.value == MAP:
                return {}
            if self.value == ARRAY:
                return []
            if self.value == TEXT_KIND:
                return ""
        return None


class Slot:
    """A register (O1)."""

    __slots__ = ("losers", "winner")

    def __init__(self, winner: Write) -> None:
        self.winner: Write = winner
        self.losers: list[Write] = []

    def add(self, write: Write) -> bool:
        """Take in a write; whether it shows now."""
        loser = write
        if write.order() > self.winner.order():
            loser = self.winner
            self.winner = write
        if loser.form == CONTAINER:
            insort(self.losers, loser, key=_newest_first)
        return self.winner is write

    def writes(self) -> list[Write]:
        """All that is kept, greatest first."""
        return [self.winner, *self.losers]


def _newest_first(write: Write) -> tuple[int, int, int]:
    return (-write.time, -write.rid, -write.counter)


class Node:
    """A container. ``key`` is its place in the parent: a map's key or an item's name; "" at the root."""

    __slots__ = ("depth", "id", "key", "kind", "parent")

    def __init__(self, node_id: Id, kind: str, parent: "Node | None", key: str) -> None:
        self.id: Final = node_id
        self.kind: Final = kind
        self.parent: Final = parent
        self.key: Final = key
        self.depth: Final[int] = parent.depth + 1 if parent is not None else 0

    def slot(self, key: str) -> Slot | None:
        """The register at ``key``; None where there never was one."""
        return None

    def holds(self, child: "Node") -> bool:
        """Whether ``child``, made in this container, is what shows at its place."""
        slot = self.slot(child.key)
        return slot is not None and slot.winner.form == CONTAINER and slot.winner.node_id() == child.id


class MapNode(Node):
    """A map from strings to registers."""

    __slots__ = ("slots",)

    def __init__(self, node_id: Id, parent: Node | None, key: str) -> None:
        super().__init__(node_id, MAP, parent, key)
        self.slots: dict[str, Slot] = {}

    def slot(self, key: str) -> Slot | None:
        """The register at ``key``; None where there never was one."""
        return self.slots.get(key)

    def add(self, key: str, write: Write) -> bool:
        """Take in a write; whether it shows now."""
        slot = self.slots.get(key)
        if slot is None:
            self.slots[key] = Slot(write)
            return True
        return slot.add(write)

    def shown_keys(self) -> list[str]:
        """The keys at which something shows, in order."""
        return sorted(key for key, slot in self.slots.items() if slot.winner.shown() is not None)


class TextNode(Node):
    """A rich text of the document."""

    __slots__ = ("text",)

    def __init__(self, node_id: Id, parent: Node | None, key: str, text: RichText) -> None:
        super().__init__(node_id, TEXT_KIND, parent, key)
        self.text: Final = text


class UnknownNode(Node):
    """A container of a kind that only a newer version knows: the ops on it are kept and passed on."""

    __slots__ = ()
