import pytest

from crdt.clock import Stamp
from crdt.document import Document
from crdt.document_check import check_tree
from crdt.objects import PLAIN, Write


@pytest.fixture
def document():
    made = Document(1)

    def fill(edit):
        edit.make(("text",), "text")
        edit.make(("array",), "array")
        for value in range(3):
            edit.append(("array",), value)
        edit.make(("map",), "map")

    made.edit(Stamp(1, 0, 1), fill)
    made.check()
    return made


def row(tree):
    return tree.need(("array",)).row


DAMAGE = {
    "an item stands twice": lambda tree: row(tree).append(row(tree)[0]),
    "the row is out of order": lambda tree: row(tree).reverse(),
    "a live item stands nowhere": lambda tree: row(tree).pop(),
    "a text is forgotten": lambda tree: tree.texts.clear(),
    "a container is forgotten": lambda tree: tree.nodes.pop((1, 5)),
    "a node under another id": lambda tree: tree.nodes.update({(1, 0): tree.nodes[1, 1]}),
    "an unknown op from the future": lambda tree: tree.unknown.update({(1, 99): []}),
    "a plain value among the losers": lambda tree: tree.root.slots["map"].losers.append(
        Write(0, 1, 0, PLAIN, 1)
    ),
    "a loser that is greater": lambda tree: tree.root.slots["map"].losers.append(
        tree.root.slots["map"].winner
    ),
    "the root is another": lambda tree: tree.nodes.update({(0, 0): tree.nodes[1, 5]}),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_found(document, damage):
    DAMAGE[damage](document._tree)
    with pytest.raises((AssertionError, KeyError)):
        check_tree(document._tree, document._replicas)


def test_a_sound_tree_passes(document):
    check_tree(document._tree, document._replicas)
