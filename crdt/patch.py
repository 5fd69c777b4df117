"""
What became visible, in indexes: the only thing a view needs to follow a document.

Patches are local and never stored or sent. The indexes of a patch refer to the text as it is after the
patches before it in the same list. A shadow built from patches alone equals the document (G4).
"""

from typing import Final, TypeAlias

Value: TypeAlias = object
"""A plain value that JSON or msgpack can carry: None, bool, int, float, str, bytes, list, tuple, dict."""

Marks: TypeAlias = dict[str, Value]
"""The kinds active on a stretch of text, ``{kind: value}``."""


class Inserted:
    """
    ``text`` appeared at ``index``, all of it with ``marks``; an embed is U+FFFC with ``marks["embed"]``.
    """

    __match_args__: Final = ("index", "text", "marks")
    __slots__ = ("index", "marks", "text")

    def __init__(self, index: int, text: str, marks: Marks) -> None:
        self.index: Final = index
        self.text: Final = text
        self.marks: Final = marks

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Inserted) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash((self.index, self.text))

    def __repr__(self) -> str:
        return f"Inserted({self.index}, {self.text!r}, {self.marks!r})"


class Deleted:
    """``count`` code points from ``index`` on are no longer visible."""

    __match_args__: Final = ("index", "count")
    __slots__ = ("count", "index")

    def __init__(self, index: int, count: int) -> None:
        self.index: Final = index
        self.count: Final = count

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Deleted) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash((self.index, self.count))

    def __repr__(self) -> str:
        return f"Deleted({self.index}, {self.count})"


class Formatted:
    """The complete marks of the code points ``start <= i < end`` are now ``marks``."""

    __match_args__: Final = ("start", "end", "marks")
    __slots__ = ("end", "marks", "start")

    def __init__(self, start: int, end: int, marks: Marks) -> None:
        self.start: Final = start
        self.end: Final = end
        self.marks: Final = marks

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Formatted) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash((self.start, self.end))

    def __repr__(self) -> str:
        return f"Formatted({self.start}, {self.end}, {self.marks!r})"


class BlockSet:
    """
    The newline at ``index`` (``len(text)``: the last block's sentinel) now carries exactly ``attributes``.
    """

    __match_args__: Final = ("index", "attributes")
    __slots__ = ("attributes", "index")

    def __init__(self, index: int, attributes: Marks) -> None:
        self.index: Final = index
        self.attributes: Final = attributes

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BlockSet) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(self.index)

    def __repr__(self) -> str:
        return f"BlockSet({self.index}, {self.attributes!r})"


class ValueSet:
    """
    The slot ``key`` of a map, or the item ``key`` of an array, now holds ``value``; None: nothing.

    A new container shows as ``{}``, ``[]`` or ``""``; what is in it follows in patches of its own.
    """

    __match_args__: Final = ("key", "value")
    __slots__ = ("key", "value")

    def __init__(self, key: str, value: Value) -> None:
        self.key: Final = key
        self.value: Final = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ValueSet) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return f"ValueSet({self.key!r}, {self.value!r})"


class ItemPlaced:
    """The item ``item`` of an array, new or moved, now stands at ``index``; it has left its old place
    before."""

    __match_args__: Final = ("item", "index")
    __slots__ = ("index", "item")

    def __init__(self, item: str, index: int) -> None:
        self.item: Final = item
        self.index: Final = index

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ItemPlaced) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash((self.item, self.index))

    def __repr__(self) -> str:
        return f"ItemPlaced({self.item!r}, {self.index})"


class ItemRemoved:
    """The item ``item`` of an array, which stood at ``index``, is gone for good."""

    __match_args__: Final = ("item", "index")
    __slots__ = ("index", "item")

    def __init__(self, item: str, index: int) -> None:
        self.item: Final = item
        self.index: Final = index

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ItemRemoved) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash((self.item, self.index))

    def __repr__(self) -> str:
        return f"ItemRemoved({self.item!r}, {self.index})"


TextPatch: TypeAlias = Inserted | Deleted | Formatted | BlockSet
Patch: TypeAlias = Inserted | Deleted | Formatted | BlockSet | ValueSet | ItemPlaced | ItemRemoved
