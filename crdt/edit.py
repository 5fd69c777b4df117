"""
Local intents on a document: each method makes an op, applies it and notes it for the delta in hand.

An ``Edit`` lives as long as the call of ``Document.edit`` that hands it out. A method that raises has
changed nothing; what the methods before it did stays done (see ``Document.edit``). Positions in texts are
code points.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from crdt.arrays import ArrayNode, Item
from crdt.codec import Writer
from crdt.errors import LimitExceeded, MalformedOp, OutOfRange
from crdt.object_ops import (
    ARRAY,
    CONTAINER_FORM,
    DEPTH_MAX,
    ITEM_INSERT,
    ITEM_MOVE,
    ITEM_REMOVE,
    MAKE,
    MAP,
    REMOVE,
    SET,
    TEXT,
    TEXT_KIND,
    VALUE_FORM,
    Id,
    Path,
    check_body,
    item_name,
)
from crdt.object_tree import ObjectTree
from crdt.objects import CONTAINER, NOTHING, MapNode, Node, TextNode
from crdt.ops import check_value, plain
from crdt.patch import Value
from crdt.replicas import Replicas
from crdt.text import RichText

Ops = list[list[object]]


class Edit:
    """What one action may do to a document. Paths are sequences of map keys and item names, from the root."""

    __slots__ = ("_is_open", "_ops", "_replicas", "_time", "_tree")

    def __init__(self, tree: ObjectTree, replicas: Replicas, time: int, ops: Ops) -> None:
        self._tree: Final = tree
        self._replicas: Final = replicas
        self._time: Final = time
        self._ops: Final = ops
        self._is_open: bool = True

    def close(self) -> None:
        """The delta is made: from now on every method is a mistake of the caller."""
        self._is_open = False

    # Slots

    def set(self, path: Sequence[str], value: Value) -> None:
        """
        Write a plain value; None is the same as ``remove``. Writes nothing when the slot shows it already.

        Args:
            path: The slot: of a map in any visible container, or a live item of an array.
            value: See ``crdt.patch.Value``; at most VALUE_DEPTH_MAX deep, integers of 64 bits.

        Raises:
            OutOfRange: There is no such container or item.
            MalformedOp, LimitExceeded: The value or key is none.
        """
        node, name = self._slot(path)
        check_value(value)
        value = plain(value)
        slot = node.slot(name)
        if value is None:
            if slot is not None and slot.winner.form != NOTHING:
                self._do(REMOVE, node, self._key(node, name))
        elif (
            slot is None or slot.winner.form in (NOTHING, CONTAINER) or not _is_same(slot.winner.value, value)
        ):
            self._do(SET, node, self._key(node, name), value)

    def make(self, path: Sequence[str], kind: str) -> None:
        """
        Put a new, empty container into a slot; what was there is replaced (a container is kept, see
        ``losers``).

        Args:
            kind: "map", "array" or "text".

        Raises:
            OutOfRange: There is no such container or item.
            LimitExceeded: It would lie more than DEPTH_MAX deep.
        """
        node, name = self._slot(path)
        self._check_container(node, kind)
        self._do(MAKE, node, self._key(node, name), kind)

    def remove(self, path: Sequence[str]) -> None:
        """Empty a slot of a map, or take an item out of its array; nothing where nothing is."""
        node, name = self._slot(path)
        if isinstance(node, ArrayNode):
            self.remove_item(path[:-1], name)
        else:
            self.set(path, None)

    # Arrays

    def append(self, path: Sequence[str], value: Value = None, *, kind: str | None = None) -> str:
        """Insert an item at the end; arguments as in ``insert_item``."""
        return self.insert_item(path, len(self._array(path).row), value, kind=kind)

    def insert_item(
        self, path: Sequence[str], position: int, value: Value = None, *, kind: str | None = None
    ) -> str:
        """
        Insert a new item into the array at ``path``.

        Args:
            position: 0 <= position <= the number of items.
            value: A plain value; or else
            kind: The kind of a new container: "map", "array" or "text".

        Returns:
            The item's name, the next element of the path to what is in it.

        Raises:
            OutOfRange: There is no such array or position.
            MalformedOp, LimitExceeded: The value is none, or the array is too deep or too crowded.
        """
        node = self._array(path)
        if not 0 <= position <= len(node.row):
            raise OutOfRange(f"position {position} in an array of {len(node.row)} items")
        check_value(value)
        key = node.key_for(position, self._replicas.rids[0])
        if kind is not None:
            self._check_container(node, kind)
            op = self._do(ITEM_INSERT, node, key, CONTAINER_FORM, kind)
        else:
            op = self._do(ITEM_INSERT, node, key, VALUE_FORM, plain(value))
        counter = op[2]
        assert isinstance(counter, int), "our own op"
        return item_name((self._replicas.rids[0], counter))

    def move_item(self, path: Sequence[str], item: str, position: int) -> None:
        """
        Move an item of the array at ``path``.

        Args:
            item: The name of a live item.
            position: Where it stands afterwards, 0 <= position < the number of items.

        Raises:
            OutOfRange: There is no such array, item or position.
        """
        node = self._array(path)
        moved = self._item(node, item)
        if not 0 <= position < len(node.row):
            raise OutOfRange(f"position {position} in an array of {len(node.row)} items")
        if node.index(moved) != position:
            key = node.key_for(position, self._replicas.rids[0], moved)
            self._do(ITEM_MOVE, node, moved.id[0], moved.id[1], key)

    def remove_item(self, path: Sequence[str], item: str) -> None:
        """Take an item out of the array at ``path``, for good. Raises OutOfRange when there is none."""
        node = self._array(path)
        gone = self._item(node, item)
        self._do(ITEM_REMOVE, node, gone.id[0], gone.id[1])

    # Texts

    def text(self, path: Sequence[str]) -> "TextEdit":
        """The text at ``path``, to be edited. Raises OutOfRange when there is none."""
        node = self._need(tuple(path))
        if not isinstance(node, TextNode):
            raise OutOfRange(f"there is no text at {'/'.join(path)}")
        return TextEdit(node, self)

    def note_text(self, container: Id, ops: Ops) -> None:
        """Note ops that a text of the document has made and applied."""
        rid, counter = container
        for op in ops:
            self._ops.append([TEXT, rid, counter, op])

    # How ops are made

    def check_open(self) -> None:
        """Stop whoever kept an Edit: what it changed now would be in no delta."""
        assert self._is_open, "an Edit is used only inside the call of Document.edit that made it"

    def _do(self, kind: int, node: Node, *fields: Value) -> list[object]:
        self.check_open()
        counter = self._replicas.ends[0]
        op: list[object] = [
            kind,
            self._replicas.rids[0],
            counter,
            self._time,
            node.id[0],
            node.id[1],
            *fields,
        ]
        check_body(op)
        self._replicas.check_writable()
        self._tree.integrate(op)
        self._replicas.advance(0, counter + 1)
        self._ops.append(op)
        return op

    def _need(self, path: Path) -> Node:
        self.check_open()
        return self._tree.need(path)

    def _slot(self, path: Sequence[str]) -> tuple[Node, str]:
        if not path:
            raise OutOfRange("the root is no slot")
        node = self._need(tuple(path[:-1]))
        name = path[-1]
        if isinstance(node, ArrayNode):
            self._item(node, name)
        elif not isinstance(node, MapNode):
            raise OutOfRange(f"there are no slots at {'/'.join(path[:-1])}")
        return node, name

    def _key(self, node: Node, name: str) -> Value:
        return list(self._item(node, name).id) if isinstance(node, ArrayNode) else name

    def _array(self, path: Sequence[str]) -> ArrayNode:
        node = self._need(tuple(path))
        if not isinstance(node, ArrayNode):
            raise OutOfRange(f"there is no array at {'/'.join(path)}")
        return node

    def _item(self, node: ArrayNode, name: str) -> Item:
        item = node.find(name)
        if item is None or item.removed is not None:
            raise OutOfRange(f"the array has no item {name}")
        return item

    def _check_container(self, node: Node, kind: str) -> None:
        if kind not in (MAP, ARRAY, TEXT_KIND):
            raise MalformedOp(f"{kind!r} is no kind of container")
        if node.depth >= DEPTH_MAX:
            raise LimitExceeded(f"containers lie at most {DEPTH_MAX} deep in each other")


class TextEdit:
    """One text of a document, edited inside ``Document.edit``; the methods are those of ``RichText``."""

    __slots__ = ("_container", "_edit", "_text")

    def __init__(self, node: TextNode, edit: Edit) -> None:
        self._container: Final = node.id
        self._text: Final[RichText] = node.text
        self._edit: Final = edit

    def __len__(self) -> int:
        return len(self._text)

    def text(self) -> str:
        """The visible characters, as they are by now."""
        return self._text.text()

    def insert(self, index: int, text: str, marks: Mapping[str, Value] | None = None) -> None:
        """See ``RichText.insert``."""
        self._edit.note_text(self._container, self._open().insert(index, text, marks))

    def delete(self, index: int, count: int) -> None:
        """See ``RichText.delete``."""
        self._edit.note_text(self._container, self._open().delete(index, count))

    def replace(
        self, index: int, removed: int, inserted: str, marks: Mapping[str, Value] | None = None
    ) -> None:
        """See ``RichText.replace``."""
        self._edit.note_text(self._container, self._open().replace(index, removed, inserted, marks))

    def format(self, start: int, end: int, kind: str, value: Value) -> None:
        """See ``RichText.format``."""
        self._edit.note_text(self._container, self._open().format(start, end, kind, value))

    def set_block(self, index: int, attributes: Mapping[str, Value]) -> None:
        """See ``RichText.set_block``."""
        self._edit.note_text(self._container, self._open().set_block(index, attributes))

    def insert_embed(
        self, index: int, payload: Mapping[str, Value], marks: Mapping[str, Value] | None = None
    ) -> None:
        """See ``RichText.insert_embed``."""
        self._edit.note_text(self._container, self._open().insert_embed(index, payload, marks))

    def _open(self) -> RichText:
        self._edit.check_open()
        return self._text


def _is_same(one: Value, other: Value) -> bool:
    """Whether two plain values are the same bytes: True is not 1, and 1 is not 1.0."""
    if type(one) is not type(other):
        return False
    if isinstance(one, (dict, list, float)):
        ours, theirs = Writer(), Writer()
        ours.value(one)
        theirs.value(other)
        return ours.written() == theirs.written()
    return one == other
