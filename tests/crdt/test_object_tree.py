import pytest

from crdt.clock import Stamp
from crdt.delta import Delta
from crdt.document import Document
from crdt.errors import OutOfRange
from crdt.object_ops import MAKE, ROOT
from crdt.patch import ItemPlaced, ItemRemoved, ValueSet


@pytest.fixture
def document():
    made = Document(1)

    def fill(edit):
        edit.make(("a",), "map")
        edit.make(("a", "b"), "array")
        edit.append(("a", "b"), 1)
        edit.append(("a", "b"), kind="text")

    made.edit(Stamp(1, 0, 1), fill)
    return made


def patches_of(document, stamp, intent):
    elsewhere = Document.decode(document.encode(), 99)
    return elsewhere.apply(document.edit(stamp, intent))


def test_a_path_leads_to_a_container_and_back(document):
    tree = document._tree
    for path in ((), ("a",), ("a", "b"), ("a", "b", "3-1")):
        assert tree.path_of(tree.need(path)) == path
    assert tree.node_at(()) is tree.nodes[ROOT]
    for nowhere in (("x",), ("a", "b", "2-1"), ("a", "b", "3-1", "deeper")):
        assert tree.node_at(nowhere) is None
        with pytest.raises(OutOfRange):
            tree.need(nowhere)


def test_what_is_inside_something_replaced_is_not_visible(document):
    tree = document._tree
    inner = tree.need(("a", "b"))
    document.edit(Stamp(2, 0, 1), lambda edit: edit.set(("a",), 5))
    assert tree.path_of(inner) is None
    assert tree.path_of(tree.root) == ()


def test_every_visible_change_is_a_patch(document):
    array = ("a", "b")
    moved = patches_of(document, Stamp(2, 0, 1), lambda edit: edit.move_item(array, "3-1", 0))
    assert moved == [(array, ItemPlaced("3-1", 0))]
    added = patches_of(document, Stamp(3, 0, 1), lambda edit: edit.append(array, None))
    assert added == [(array, ItemPlaced("5-1", 2)), (array, ValueSet("5-1", None))]
    changed = patches_of(document, Stamp(4, 0, 1), lambda edit: edit.set((*array, "2-1"), {"k": 1}))
    assert changed == [(array, ValueSet("2-1", {"k": 1}))]
    gone = patches_of(document, Stamp(5, 0, 1), lambda edit: edit.remove((*array, "2-1")))
    assert gone == [(array, ItemRemoved("2-1", 1))]
    emptied = patches_of(document, Stamp(6, 0, 1), lambda edit: edit.remove(("a",)))
    assert emptied == [((), ValueSet("a", None))]
    assert document.to_value() == {}


def test_what_changes_nothing_visible_is_no_patch(document):
    stale = Document(2)
    stale.merge(document)
    late = stale.edit(Stamp(2, 0, 2), lambda edit: edit.set(("a", "k"), 1))
    document.edit(Stamp(3, 0, 1), lambda edit: edit.set(("a",), 5))
    assert document.apply(late) == []
    removed = stale.edit(Stamp(2, 1, 2), lambda edit: edit.set(("z",), 1))
    document.apply(removed)
    undone = stale.edit(Stamp(2, 2, 2), lambda edit: edit.remove(("z",)))
    assert document.apply(undone) == [((), ValueSet("z", None))]


def test_a_container_of_an_unknown_kind_shows_as_nothing(document):
    gauge = [[MAKE, 5, 0, 9, 0, 0, "g", "gauge"]]
    document.apply(Delta(5, 0, 1, Stamp.at(9, 5), gauge))
    tree = document._tree
    assert tree.plain_node(tree.nodes[5, 0]) is None


def test_a_move_that_is_outdone_and_an_item_in_what_is_gone_are_no_patches(document):
    array, late = ("a", "b"), Document(2)
    late.merge(document)
    older = late.edit(Stamp(2, 0, 2), lambda edit: edit.move_item(array, "3-1", 0))
    document.edit(Stamp(3, 0, 1), lambda edit: edit.move_item(array, "3-1", 0))
    assert document.apply(older) == []
    added = late.edit(Stamp(5, 0, 2), lambda edit: edit.append(array, 9))
    document.edit(Stamp(6, 0, 1), lambda edit: edit.set(("a",), 5))
    assert document.apply(added) == []
    document.check()


def test_a_write_that_is_outdone_is_no_patch(document):
    late = Document(2)
    late.merge(document)
    older = late.edit(Stamp(2, 0, 2), lambda edit: edit.set(("k",), "older"))
    document.edit(Stamp(3, 0, 1), lambda edit: edit.set(("k",), "newer"))
    assert document.apply(older) == []
    assert document.value(("k",)) == "newer"
