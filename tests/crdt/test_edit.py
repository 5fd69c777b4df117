import pytest

from crdt.clock import Stamp
from crdt.document import Document
from crdt.errors import CrdtError, LimitExceeded, MalformedOp, OutOfRange
from crdt.object_ops import DEPTH_MAX, KEY_LENGTH_MAX


class Book:
    """A document and the time that passes between its edits."""

    def __init__(self):
        self.document = Document(1)
        self.time = 0
        self.deltas = []

    def __call__(self, intent):
        self.time += 1
        self.deltas.append(self.document.edit(Stamp(self.time, 0, 1), intent))
        return self.document.to_value()


@pytest.fixture
def book():
    made = Book()

    def fill(edit):
        edit.make(["map"], "map")
        edit.make(["array"], "array")
        edit.make(["text"], "text")

    made(fill)
    return made


EMPTY = {"array": [], "map": {}, "text": ""}


def test_paths_may_be_any_sequence_of_strings(book):
    assert book(lambda edit: edit.set(["map", "k"], 1)) == {**EMPTY, "map": {"k": 1}}
    assert book(lambda edit: edit.set(("map", "k"), None)) == EMPTY
    for key in ("k", "never there"):
        assert book(lambda edit, key=key: edit.set(("map", key), None)) == EMPTY
        assert book.deltas[-1].empty
    assert book(lambda edit: edit.remove(("text",))) == {"array": [], "map": {}}


def test_an_edit_reads_its_own_writes(book):
    def intent(edit):
        name = edit.append(("array",), kind="map")
        edit.make(("array", name, "text"), "text")
        text = edit.text(("array", name, "text"))
        text.insert(0, "hello")
        text.replace(1, 3, "ipp")
        assert (len(text), text.text()) == (5, "hippo")
        text.delete(4, 1)
        text.format(0, 2, "bold", True)
        text.set_block(0, {"kind": "quote"})
        text.insert_embed(4, {"type": "divider"})

    value = book(intent)
    assert value["array"] == [{"text": "hipp\ufffc"}]
    path = ("array", book.document.items(("array",))[0][0], "text")
    assert book.document.text(path).blocks() == [
        ([("hi", {"bold": True}), ("pp", {}), ("\ufffc", {"embed": {"type": "divider"}})], {"kind": "quote"})
    ]


def test_items_are_placed_moved_and_removed_by_position(book):
    names = []

    def fill(edit):
        names.extend(edit.insert_item(("array",), 0, value) for value in "cba")
        names.append(edit.append(("array",), "d"))
        edit.move_item(("array",), names[0], 0)

    assert book(fill)["array"] == ["c", "a", "b", "d"]
    assert book(lambda edit: edit.remove_item(("array",), names[1]))["array"] == ["c", "a", "d"]
    assert book(lambda edit: edit.move_item(("array",), names[3], 2))["array"] == ["c", "a", "d"]
    assert book.deltas[-1].empty
    for position in (-1, 3):
        with pytest.raises(OutOfRange, match="3 items"):
            book(lambda edit, position=position: edit.move_item(("array",), names[0], position))
    assert book(lambda edit: edit.set(("array", names[0]), None))["array"] == [None, "a", "d"]
    assert book(lambda edit: edit.remove(("array", names[0])))["array"] == ["a", "d"]


REFUSED = {
    "the root": lambda edit: edit.set((), 1),
    "no such map": lambda edit: edit.set(("nowhere", "k"), 1),
    "a slot of a text": lambda edit: edit.set(("text", "k"), 1),
    "a name of no item": lambda edit: edit.set(("array", "k"), 1),
    "no such item": lambda edit: edit.set(("array", "7-1"), 1),
    "no such array": lambda edit: edit.append(("map",), 1),
    "no such position": lambda edit: edit.insert_item(("array",), 1, 1),
    "a negative position": lambda edit: edit.insert_item(("array",), -1, 1),
    "moving no item": lambda edit: edit.move_item(("array",), "7-1", 0),
    "removing no item": lambda edit: edit.remove_item(("array",), "7-1"),
    "no such text": lambda edit: edit.text(("map",)),
    "no text there": lambda edit: edit.text(("text", "deeper")),
    "beyond the text": lambda edit: edit.text(("text",)).insert(1, "x"),
}

MALFORMED = {
    "no kind of container": lambda edit: edit.make(("k",), "counter"),
    "no kind of item": lambda edit: edit.append(("array",), kind="register"),
    "no plain value": lambda edit: edit.set(("k",), object()),
    "a key that is no string": lambda edit: edit.set(("k",), {1: 2}),
    "an integer too large": lambda edit: edit.set(("k",), 1 << 64),
    "a lone surrogate": lambda edit: edit.set(("k",), "\ud800"),
    "a lone surrogate as a key": lambda edit: edit.set(("\ud800",), 1),
    "an item of no plain value": lambda edit: edit.append(("array",), {1, 2}),
}


@pytest.mark.parametrize("case", [*REFUSED, *MALFORMED])
def test_a_method_that_raises_has_changed_nothing(book, case):
    before = book.document.encode()
    with pytest.raises(OutOfRange if case in REFUSED else MalformedOp):
        book({**REFUSED, **MALFORMED}[case])
    assert book.document.encode() == before
    assert book(lambda edit: edit.set(("after",), 1)) == {**EMPTY, "after": 1}


def test_sizes_are_bounded(book):
    with pytest.raises(LimitExceeded):
        book(lambda edit: edit.set(("k" * (KEY_LENGTH_MAX + 1),), 1))
    path = []
    for _ in range(DEPTH_MAX):
        path.append("k")
        book(lambda edit: edit.make(path, "map"))
    with pytest.raises(LimitExceeded):
        book(lambda edit: edit.make([*path, "k"], "text"))
    nested: object = 1
    for _ in range(100):
        nested = [nested]
    with pytest.raises(CrdtError):
        book(lambda edit: edit.set(("k",), nested))


def test_the_deepest_value_in_the_deepest_container_survives(book):
    path: list[str] = []
    nested: object = 1
    for _ in range(DEPTH_MAX):
        path.append("k")
        book(lambda edit: edit.make(path, "map"))
    while True:
        try:
            book(lambda edit, nested=nested: edit.set([*path, "value"], nested))
        except MalformedOp:
            break
        nested = [nested]
    elsewhere = Document(2)
    for delta in book.deltas:
        elsewhere.apply(type(delta).decode(delta.encode()))
    assert elsewhere.encode() == book.document.encode()
    assert Document.decode(elsewhere.encode(), 3).to_value() == book.document.to_value()


def test_a_kept_edit_is_a_mistake(book):
    kept = []
    book(lambda edit: kept.extend((edit, edit.text(("text",)))))
    for use in (
        lambda: kept[0].set(("k",), 1),
        lambda: kept[0].text(("text",)),
        lambda: kept[1].insert(0, "x"),
    ):
        with pytest.raises(AssertionError):
            use()
    assert book.document.to_value() == EMPTY


def test_true_is_not_one_and_one_is_not_one_point_nothing(book):
    for value in (1, True, 1.0, 0.0, -0.0, "", b"", [1], [True], {"a": 1}, {"a": True}):
        book(lambda edit, value=value: edit.set(("k",), value))
        assert not book.deltas[-1].empty
        book(lambda edit, value=value: edit.set(("k",), value))
        assert book.deltas[-1].empty
        assert repr(book.document.value(("k",))) == repr(value)
