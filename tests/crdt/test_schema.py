import pytest

from crdt.clock import Stamp
from crdt.delta import Delta
from crdt.document import Document
from crdt.errors import CrdtError
from crdt.object_ops import TEXT as TEXT_OP
from crdt.schema import (
    ANY,
    BOOL,
    FLOAT,
    ID,
    ID_ARRAY,
    INT,
    RICH_TEXT,
    STRING,
    TEXT,
    SchemaViolation,
    array,
    enum,
    map_of,
    object_of,
    optional,
    validate_delta,
    validate_value,
)

SOME_ID = "abcdefghijABCDEFGHIJ-_"

GOOD = (
    (ID, SOME_ID),
    (STRING, ""),
    (INT, -5),
    (FLOAT, 1.5),
    (FLOAT, 1),
    (BOOL, False),
    (ANY, None),
    (ANY, {"a": [1]}),
    (enum("on", "off"), "off"),
    (TEXT, "text"),
    (RICH_TEXT, "text"),
    (ID_ARRAY, [SOME_ID]),
    (array(INT), (1, 2)),
    (map_of(BOOL), {"x": True}),
    (optional(INT), None),
    (optional(INT), 5),
    (object_of({"a": INT, "b": optional(STRING)}), {"a": 1, "unknown": object}),
)

BAD = (
    (ID, "short", (), "is a string, not an id"),
    (ID, SOME_ID[:-1] + "+", (), "is a string, not an id"),
    (STRING, 5, (), "is a number, not a string"),
    (INT, True, (), "is true or false, not a whole number"),
    (INT, 1.0, (), "is a number, not a whole number"),
    (FLOAT, "1", (), "is a string, not a number"),
    (BOOL, 1, (), "is a number, not true or false"),
    (BOOL, None, (), "is missing"),
    (enum("on", "off"), "maybe", (), "is a string, not one of the known words"),
    (TEXT, b"", (), "is bytes, not a text"),
    (RICH_TEXT, [], (), "is a list, not a text"),
    (ID_ARRAY, [SOME_ID, 5], ("1",), "is a number, not an id"),
    (array(INT), {}, (), "is an object, not an array"),
    (map_of(BOOL), {"x": True, "y": 5}, ("y",), "is a number, not true or false"),
    (map_of(BOOL), [], (), "is a list, not a map"),
    (object_of({"a": INT}), {}, ("a",), "is missing"),
    (object_of({"a": INT}), "x", (), "is a string, not an object"),
    (
        object_of({"a": array(object_of({"b": INT}))}),
        {"a": [{"b": "x"}]},
        ("a", "0", "b"),
        "is a string, not a whole number",
    ),
    (optional(INT), "x", (), "is a string, not a whole number"),
)


@pytest.mark.parametrize(("kind", "value"), GOOD)
def test_what_fits_passes(kind, value):
    validate_value(kind, value)


@pytest.mark.parametrize(("kind", "value", "path", "reason"), BAD)
def test_what_does_not_fit_is_named_with_path_and_reason(kind, value, path, reason):
    with pytest.raises(SchemaViolation) as caught:
        validate_value(kind, value)
    assert (caught.value.path, caught.value.reason) == (path, reason)
    assert isinstance(caught.value, CrdtError)
    assert reason in str(caught.value)


SCHEMA = object_of(
    {
        "title": TEXT,
        "body": RICH_TEXT,
        "pinned": BOOL,
        "due": optional(INT),
        "tags": map_of(BOOL),
        "ids": ID_ARRAY,
        "files": map_of(object_of({"name": STRING, "size": INT})),
        "replies": array(object_of({"author": STRING, "body": RICH_TEXT})),
    }
)


def base():
    document = Document(1)

    def fill(edit):
        for key, kind in (
            ("title", "text"),
            ("body", "text"),
            ("tags", "map"),
            ("files", "map"),
            ("replies", "array"),
        ):
            edit.make((key,), kind)
        edit.set(("pinned",), False)

    delta = document.edit(Stamp(1, 0, 1), fill)
    return document, delta


def reply(edit, **fields):
    item = edit.append(("replies",), kind="map")
    for key, value in fields.items():
        edit.set(("replies", item, key), value)
    return item


ALLOWED = {
    "a register": lambda edit: edit.set(("pinned",), True),
    "an optional one": lambda edit: (edit.set(("due",), 5), edit.set(("due",), None)),
    "an entry of a map, and its removal": lambda edit: (
        edit.set(("tags", "x"), True),
        edit.remove(("tags", "x")),
    ),
    "what no schema names": lambda edit: (edit.set(("new",), "field"), edit.make(("newer",), "text")),
    "an object as a value": lambda edit: edit.set(("files", "h"), {"name": "n", "size": 1, "more": None}),
    "an object as a map": lambda edit: (
        edit.make(("files", "h"), "map"),
        edit.set(("files", "h", "name"), "n"),
    ),
    "ids as a value": lambda edit: edit.set(("ids",), [SOME_ID]),
    "ids as an array": lambda edit: (edit.make(("ids",), "array"), edit.append(("ids",), SOME_ID)),
    "an item with a text": lambda edit: edit.make(("replies", reply(edit, author="A"), "body"), "text"),
    "text and formatting": lambda edit: (
        edit.text(("title",)).insert(0, "t"),
        edit.text(("title",)).delete(0, 1),
        edit.text(("body",)).insert(0, "b"),
        edit.text(("body",)).format(0, 1, "bold", True),
    ),
    "moving and removing an item": lambda edit: (reply(edit), edit.remove_item(("replies",), reply(edit))),
}

REFUSED = {
    "a wrong register": (lambda edit: edit.set(("pinned",), 1), ("pinned",)),
    "a register for a text": (lambda edit: edit.set(("title",), "t"), ("title",)),
    "a map for a text": (lambda edit: edit.make(("title",), "map"), ("title",)),
    "a text for a register": (lambda edit: edit.make(("pinned",), "text"), ("pinned",)),
    "removing what must be there": (lambda edit: edit.remove(("body",)), ("body",)),
    "a wrong entry": (lambda edit: edit.set(("tags", "x"), "y"), ("tags", "x")),
    "a wrong field of a value": (lambda edit: edit.set(("files", "h"), {"name": 5}), ("files", "h", "name")),
    "a wrong field in a new map": (
        lambda edit: (edit.make(("files", "h"), "map"), edit.set(("files", "h", "size"), "big")),
        ("files", "h", "size"),
    ),
    "a wrong id": (lambda edit: (edit.make(("ids",), "array"), edit.append(("ids",), "short")), None),
    "a wrong item": (lambda edit: edit.append(("replies",), kind="text"), None),
    "formatting a plain text": (
        lambda edit: (edit.text(("title",)).insert(0, "t"), edit.text(("title",)).format(0, 1, "bold", True)),
        ("title",),
    ),
    "a block in a plain text": (
        lambda edit: edit.text(("title",)).set_block(0, {"kind": "quote"}),
        ("title",),
    ),
    "an embed in a plain text": (
        lambda edit: edit.text(("title",)).insert_embed(0, {"type": "divider"}),
        ("title",),
    ),
}


def test_the_delta_that_makes_a_document_fits():
    document, delta = base()
    validate_delta(SCHEMA, Document(2), delta)
    validate_delta(SCHEMA, document, delta)


@pytest.mark.parametrize("case", ALLOWED)
def test_a_delta_that_fits_passes_before_it_is_applied(case):
    document, _ = base()
    server = Document.decode(document.encode(), 9)
    delta = document.edit(Stamp(2, 0, 1), ALLOWED[case])
    before = server.encode()
    validate_delta(SCHEMA, server, delta)
    assert server.encode() == before


@pytest.mark.parametrize("case", REFUSED)
def test_a_delta_that_does_not_fit_is_named_by_its_path(case):
    intent, path = REFUSED[case]
    document, _ = base()
    server = Document.decode(document.encode(), 9)
    delta = document.edit(Stamp(2, 0, 1), intent)
    with pytest.raises(SchemaViolation) as caught:
        validate_delta(SCHEMA, server, delta)
    assert path is None or caught.value.path == path


def test_what_is_not_understood_is_allowed():
    document, _ = base()

    ops = ([40, 9, 0, "unknown"], [TEXT_OP, 77, 7, [9, 9, 1]], [16, 9, 2, 1, 77, 7, "k", 1])
    validate_delta(SCHEMA, document, Delta(9, 0, 3, Stamp(1, 0, 9), ops))


def test_a_kind_can_be_read():
    assert repr(array(optional(INT))) == "array(optional(int))"
    assert repr(enum("a")) == "enum(('a',))"
    assert repr(ANY) == "any"
    assert array(TEXT).container() == "array"
    assert optional(TEXT).container() == "text"
    assert INT.container() == ""
