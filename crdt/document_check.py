"""
Every invariant of the containers of a document, in full; their texts have ``crdt.check``.
"""

from crdt.arrays import ArrayNode
from crdt.object_ops import DEPTH_MAX, ROOT
from crdt.object_tree import ObjectTree
from crdt.objects import CONTAINER, MapNode, Node, Slot, TextNode
from crdt.replicas import Replicas


def check_tree(tree: ObjectTree, replicas: Replicas) -> None:
    """Raise AssertionError where an invariant O1-O5, L1, L4 or D6 is broken. Cost: O(document)."""
    assert tree.nodes[ROOT] is tree.root, "O4: the root is there"
    texts = [node for node in tree.nodes.values() if isinstance(node, TextNode)]
    assert {node.id for node in texts} == {node.id for node in tree.texts}, "O4: every text is known"
    for text in texts:
        assert text.text._replicas is replicas, "D6: one table for all"
    for node_id, node in tree.nodes.items():
        assert node.id == node_id, "O4: a node stands under its id"
        assert node.depth <= DEPTH_MAX, "O3: not too deep"
        if node.parent is not None:
            assert tree.nodes[node.parent.id] is node.parent, "O4: a parent is known"
            assert replicas.end_of(node_id[0]) > node_id[1], "D6: who made it has been seen"
        _check_node(tree, node)
    for rid, counter in tree.unknown:
        assert replicas.end_of(rid) > counter, "D6: an unknown op has been seen"


def _check_node(tree: ObjectTree, node: Node) -> None:
    if isinstance(node, MapNode):
        for key, slot in node.slots.items():
            _check_slot(tree, node, key, slot)
    elif isinstance(node, ArrayNode):
        assert node.row == sorted(set(node.row)), "L1: each item once, in order"
        live = {item.standing() for item in node.items.values() if item.removed is None}
        assert set(node.row) == live, "L1, L4: exactly the live items stand in the row"
        for item_id, item in node.items.items():
            assert item.id == item_id, "L1: an item stands under its id"
            _check_slot(tree, node, item.name, item.slot)


def _check_slot(tree: ObjectTree, node: Node, key: str, slot: Slot) -> None:
    writes = slot.writes()
    orders = [write.order() for write in writes]
    assert orders == sorted(set(orders), reverse=True), "O1: greatest first"
    for write in writes:
        if write.form == CONTAINER:
            made = tree.nodes[write.node_id()]
            assert made.parent is node, "O2: a container stays in its parent"
            assert made.key == key, "O2: a container stays at its key"
            assert made.kind == write.value, "O2: a container stays of its kind"
    assert all(write.form == CONTAINER for write in slot.losers), "O1: only containers are kept"
