"""
Schemas: what a collection may hold, and whether a value or a delta fits.

A schema is a value made of the kinds below. It says what must hold of the attributes it names; others are
allowed and
kept, for a newer minor version may have written them. Kinds and what they stand for in a document:

    ID STRING INT FLOAT BOOL ANY enum(…)   a register with a plain value
    ID_ARRAY                               a register with a list of ids, or an array of them
    TEXT RICH_TEXT                         a text, without or with formatting
    array(item) map_of(value)              containers
    object_of(attributes)                  a map container with these keys, or a register with such a dict
    optional(value)                        what may also be absent

Not here: which schema is whose (``sync.model``), whether ops can be applied (``crdt.object_gate``).
"""

from typing import Final

from crdt.delta import Delta
from crdt.document import Document
from crdt.errors import CrdtError
from crdt.object_ops import (
    CONTAINER_FORM,
    ITEM_INSERT,
    MAKE,
    REMOVE,
    SET,
    Id,
    Path,
    author_of,
    check_length,
    container_of,
    inner_op,
    item_name,
    key_of,
    kind_at,
)
from crdt.object_ops import TEXT as TEXT_OP
from crdt.ops import ERASE, INSERT, TYPE, Op
from crdt.patch import Value

ID_LENGTH: Final = 22
"""Characters: 16 random bytes in URL-safe base64 without padding."""

_ID_CHARACTERS: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


class SchemaViolation(CrdtError):
    """A value or delta does not fit its schema. ``path`` says where, ``reason`` what is wrong."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{'/'.join(path) or 'the document'} {reason}")
        self.path: Final = path
        self.reason: Final = reason


class Kind:
    """One kind of thing that may stand somewhere. Immutable; made by the functions and constants of this
    module."""

    __slots__ = ("attributes", "choices", "item", "name")

    def __init__(
        self,
        name: str,
        item: "Kind | None" = None,
        attributes: "dict[str, Kind] | None" = None,
        choices: tuple[str, ...] = (),
    ) -> None:
        self.name: Final = name
        self.item: Final = item
        self.attributes: Final = attributes if attributes is not None else {}
        self.choices: Final = choices

    def required(self) -> "Kind":
        """The kind itself, or what it may be when it is not absent."""
        return self.item if self.name == "optional" and self.item is not None else self

    def at(self, key: str) -> "Kind":
        """The kind of what stands at ``key`` inside; ANY where the schema says nothing."""
        kind = self.required()
        if kind.name == "object":
            return kind.attributes.get(key, ANY)
        return kind.item if kind.item is not None else ANY

    def container(self) -> str:
        """The kind of container that this is in a document; "" for a register or anything."""
        return _CONTAINERS.get(self.required().name, "")

    def __repr__(self) -> str:
        inner = self.item if self.item is not None else (self.choices or self.attributes or "")
        return f"{self.name}({inner!r})" if inner else self.name


_CONTAINERS: Final = {
    "text": "text",
    "rich-text": "text",
    "array": "array",
    "id-array": "array",
    "map": "map",
    "object": "map",
}

ANY: Final = Kind("any")
BOOL: Final = Kind("bool")
FLOAT: Final = Kind("float")
ID: Final = Kind("id")
ID_ARRAY: Final = Kind("id-array", ID)
INT: Final = Kind("int")
RICH_TEXT: Final = Kind("rich-text")
STRING: Final = Kind("string")
TEXT: Final = Kind("text")


def array(item: Kind) -> Kind:
    """An array whose items are of one kind."""
    return Kind("array", item)


def map_of(value: Kind) -> Kind:
    """A map from any keys to values of one kind."""
    return Kind("map", value)


def optional(value: Kind) -> Kind:
    """What may be absent."""
    return Kind("optional", value)


def object_of(attributes: dict[str, Kind]) -> Kind:
    """A map with these keys; further ones are allowed."""
    return Kind("object", None, dict(attributes))


def enum(*choices: str) -> Kind:
    """One of these strings."""
    return Kind("enum", None, None, choices)


def validate_value(kind: Kind, value: Value, path: Path = ()) -> None:
    """
    Check a plain value, such as ``Document.to_value()`` or what is written into a register.

    Raises:
        SchemaViolation: It does not fit; names the first place that does not.

    Cost: O(value). Recursion ends at the depth of the kind.
    """
    inner = kind.required()
    if value is None:
        if kind.name not in ("optional", "any"):
            raise SchemaViolation(path, "is missing")
        return
    if inner.name == "object":
        if not isinstance(value, dict):
            raise SchemaViolation(path, f"is {_article(value)}, not an object")
        for key, attribute in inner.attributes.items():
            validate_value(attribute, value.get(key), (*path, key))
    elif inner.name == "map":
        if not isinstance(value, dict):
            raise SchemaViolation(path, f"is {_article(value)}, not a map")
        for key, one in value.items():
            validate_value(inner.at(key), one, (*path, key))
    elif inner.name in ("array", "id-array"):
        if not isinstance(value, (list, tuple)):
            raise SchemaViolation(path, f"is {_article(value)}, not an array")
        for index, one in enumerate(value):
            validate_value(inner.at(""), one, (*path, str(index)))
    elif not _fits(inner, value):
        raise SchemaViolation(path, f"is {_article(value)}, not {_WANTED.get(inner.name, inner.name)}")


_WANTED: Final = {
    "bool": "true or false",
    "enum": "one of the known words",
    "float": "a number",
    "id": "an id",
    "int": "a whole number",
    "rich-text": "a text",
    "string": "a string",
    "text": "a text",
}


def _fits(kind: Kind, value: Value) -> bool:
    if kind.name == "any":
        return True
    if kind.name == "bool":
        return isinstance(value, bool)
    if kind.name == "int":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind.name == "float":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if not isinstance(value, str):
        return False
    if kind.name == "id":
        return len(value) == ID_LENGTH and _ID_CHARACTERS.issuperset(value)
    return value in kind.choices if kind.name == "enum" else True


def _article(value: Value) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, bytes):
        return "bytes"
    return "an object" if isinstance(value, dict) else "a list"


def validate_delta(schema: Kind, document: Document, delta: Delta) -> None:
    """
    Check a delta against a schema before it is applied.

    Args:
        schema: What the root of the document may hold: an object.
        document: What the delta builds on; it is not changed. Applying the delta may still raise.

    Raises: SchemaViolation: It would put something where the schema wants something else. What is not
        understood, or named
            by no schema, is allowed.
        MalformedOp: An op is none.

    Cost: O(ops x depth).
    """
    check = _DeltaCheck(schema, document)
    for op in delta.ops:
        check.run(op)


class _DeltaCheck:
    """The check of one delta: what its ops have made so far."""

    __slots__ = ("_document", "_made", "_schema")

    def __init__(self, schema: Kind, document: Document) -> None:
        self._schema: Final = schema
        self._document: Final = document
        self._made: dict[Id, Path] = {}

    def run(self, op: Op) -> None:
        kind = kind_at(op)
        if not SET <= kind <= TEXT_OP:
            return
        check_length(op)
        path = self._place(container_of(op))
        if path is None:
            return
        container = self._kind_at(path)
        if kind == TEXT_OP:
            self._check_text(op, container, path)
        else:
            if kind in (SET, MAKE, REMOVE):
                key = key_of(op)
                name = key if isinstance(key, str) else item_name(key)
                self._check_slot(op, kind, container, (*path, name))
            elif kind == ITEM_INSERT:
                self._check_item(op, container, (*path, item_name(author_of(op))))

    def _place(self, container: Id) -> Path | None:
        """Where a container was made; None for what this delta or a newer version knows alone."""
        made = self._made.get(container)
        return made if made is not None else self._document.place_of(container)

    def _kind_at(self, path: Path) -> Kind:
        kind = self._schema
        for key in path:
            kind = kind.at(key)
        return kind

    def _check_slot(self, op: Op, op_kind: int, container: Kind, path: Path) -> None:
        kind = container.at(path[-1])
        if op_kind == MAKE:
            self._check_made(kind, op[7], author_of(op), path)
        elif op_kind == SET and op[7] is not None:
            if kind.required().name in ("text", "rich-text", "array", "map"):
                raise SchemaViolation(path, f"is a value, not {_CONTAINER_WORDS[kind.container()]}")
            validate_value(kind, op[7], path)
        elif container.required().name == "object" and kind.name not in ("optional", "any"):
            raise SchemaViolation(path, "must not be removed")

    def _check_item(self, op: Op, container: Kind, path: Path) -> None:
        kind = container.at("")
        if op[7] == CONTAINER_FORM:
            self._check_made(kind, op[8], author_of(op), path)
        else:
            validate_value(kind, op[8], path)

    def _check_made(self, kind: Kind, made: Value, author: Id, path: Path) -> None:
        if kind.required().name != "any" and made != kind.container():
            wanted = _CONTAINER_WORDS.get(kind.container(), "a plain value")
            raise SchemaViolation(path, f"is a container of kind {made}, not {wanted}")
        self._made[author] = path

    def _check_text(self, op: Op, container: Kind, path: Path) -> None:
        if container.required().name == "text" and kind_at(inner_op(op)) not in (INSERT, TYPE, ERASE):
            raise SchemaViolation(path, "is a plain text and takes no formatting")


_CONTAINER_WORDS: Final = {"text": "a text", "array": "an array", "map": "a map"}
