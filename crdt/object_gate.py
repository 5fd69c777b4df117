"""
The gate in front of a document: decides whether ops may be integrated, without changing anything.

As in ``crdt.admission``: a batch is admitted whole or not at all, so the gate keeps what the earlier ops of
the batch would add: counters, containers, items, elements. An op is new, known (a duplicate), early
(CausalGap) or wrong.
"""

from typing import Final

from crdt.admission import Arrivals, Gate
from crdt.arrays import ArrayNode
from crdt.errors import CausalGap, LimitExceeded, MalformedOp
from crdt.object_ops import (
    ARRAY,
    CONTAINER_FORM,
    DEPTH_MAX,
    ITEM_INSERT,
    MAKE,
    MAP,
    REMOVE,
    SET,
    TEXT,
    TEXT_KIND,
    Id,
    author_of,
    check_body,
    container_of,
    inner_op,
    item_of,
    key_of,
    kind_at,
    name_at,
    opens_group,
)
from crdt.object_tree import ObjectTree
from crdt.objects import TextNode
from crdt.ops import FLIP, KINDS, Op, check_value
from crdt.replicas import Replicas
from crdt.sequence import Sequence

_OPAQUE: Final = ""
"""Stands for the kind of a container that only a newer version knows."""

_KNOWN_KINDS: Final = (MAP, ARRAY, TEXT_KIND)
_FIRST_UNKNOWN: Final = TEXT + 1


class DocumentGate:
    """Checks ops against a document and against the batch they came in."""

    __slots__ = ("_gates", "_items", "_kinds", "_opaque", "_tree", "arrivals")

    def __init__(self, tree: ObjectTree, replicas: Replicas) -> None:
        self._tree: Final = tree
        self.arrivals: Final = Arrivals(replicas)
        self._gates: dict[Id, Gate] = {}
        self._kinds: dict[Id, tuple[str, int]] = {}
        """Kind and depth of the containers that the batch makes."""
        self._items: dict[Id, set[Id]] = {}
        """The items that the batch inserts, by array."""
        self._opaque: set[Id] = set()

    def admit(self, op: Op) -> bool:
        """
        Decide about the next op of the batch.

        Returns:
            True when it is to be integrated, False when it is known already.

        Raises:
            CausalGap: something it builds on is missing.
            MalformedOp, LimitExceeded: no replica of ours writes this.
        """
        kind = kind_at(op)
        if kind == TEXT:
            return self._admit_text(op)
        if kind == FLIP:
            return Gate(Sequence(), self.arrivals).admit(op)
        if kind < SET:
            raise MalformedOp("a text op that names no text")
        return self._admit_unknown(op) if kind >= _FIRST_UNKNOWN else self._admit_object(op)

    def skip_to(self, rid: int, counter: int) -> None:
        """In a merge: forgo the counters before this one, whose ops have been superseded and are not kept."""
        if counter > self.arrivals.end_of(rid):
            self.arrivals.advance(rid, counter)

    def _admit_text(self, op: Op) -> bool:
        inner = inner_op(op)
        container = container_of(op)
        kind, _ = self._container(container)
        inner_kind = kind_at(inner)
        if inner_kind == FLIP or inner_kind >= SET:
            raise MalformedOp("an op that is no text op inside a text")
        if inner_kind >= KINDS or kind == _OPAQUE:
            return self._admit_unknown(op)
        if kind != TEXT_KIND:
            raise MalformedOp("a text op on something that is no text")
        gate = self._gates.get(container)
        if gate is None:
            node = self._tree.nodes.get(container)
            gate = Gate(node.text._sequence if isinstance(node, TextNode) else Sequence(), self.arrivals)
            self._gates[container] = gate
        return gate.admit(inner)

    def _admit_unknown(self, op: Op) -> bool:
        check_value(list(op))
        rid, counter = author_of(op)
        if not self.arrivals.is_new(rid, counter, 1):
            return False
        self._opaque.add((rid, counter))
        self.arrivals.admit(rid, counter, 1, opens_group(op))
        return True

    def _admit_object(self, op: Op) -> bool:
        check_body(op)
        rid, counter = author_of(op)
        if not self.arrivals.is_new(rid, counter, 1):
            return False
        container = container_of(op)
        kind, depth = self._container(container)
        if kind == _OPAQUE:
            return self._admit_unknown(op)
        if op[0] in (SET, MAKE, REMOVE):
            self._check_slot(op, container, kind)
        elif kind != ARRAY:
            raise MalformedOp("an item of something that is no array")
        elif op[0] == ITEM_INSERT:
            self._items.setdefault(container, set()).add((rid, counter))
        else:
            self._check_item(container, item_of(op))
        if op[0] == MAKE or (op[0] == ITEM_INSERT and op[7] == CONTAINER_FORM):
            if depth >= DEPTH_MAX:
                raise LimitExceeded(f"containers lie at most {DEPTH_MAX} deep in each other")
            made = name_at(op, 7 if op[0] == MAKE else 8)
            self._kinds[(rid, counter)] = (made if made in _KNOWN_KINDS else _OPAQUE, depth + 1)
        self.arrivals.admit(rid, counter, 1, False)
        return True

    def _container(self, container: Id) -> tuple[str, int]:
        """The kind and depth of a container. Raises CausalGap when it has not arrived, MalformedOp when it
        is none."""
        node = self._tree.nodes.get(container)
        if node is not None:
            return (node.kind if node.kind in _KNOWN_KINDS else _OPAQUE, node.depth)
        made = self._kinds.get(container)
        if made is not None:
            return made
        if container[1] >= self.arrivals.end_of(container[0]):
            raise CausalGap("the container of an op is missing")
        if container in self._opaque or container in self._tree.unknown:
            return (_OPAQUE, DEPTH_MAX)
        raise MalformedOp("an op names something that is no container")

    def _check_slot(self, op: Op, container: Id, kind: str) -> None:
        key = key_of(op)
        if kind == ARRAY and isinstance(key, tuple):
            self._check_item(container, key)
        elif kind != MAP or not isinstance(key, str):
            raise MalformedOp("an op names a slot that its container cannot have")

    def _check_item(self, container: Id, item: Id) -> None:
        if item[1] >= self.arrivals.end_of(item[0]):
            raise CausalGap("the item of an op is missing")
        node = self._tree.nodes.get(container)
        if isinstance(node, ArrayNode) and item in node.items:
            return
        if item not in self._items.get(container, ()):
            raise MalformedOp("an op names something that is no item of its array")
