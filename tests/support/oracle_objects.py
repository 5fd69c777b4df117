"""
A document, slow and obviously right: all ops are kept, and what shows is worked out anew from those with the
greatest stamps each time it is asked for.
"""

from __future__ import annotations

from crdt.object_ops import (
    CONTAINER_FORM,
    ITEM_INSERT,
    ITEM_MOVE,
    ITEM_REMOVE,
    MAKE,
    REMOVE,
    ROOT,
    SET,
    TEXT,
    item_name,
)
from crdt.ops import FLIP
from tests.support.oracle_text import OracleText

ABSENT = object()


class OracleDocument:
    """All deltas given to it, in any causal order."""

    def __init__(self) -> None:
        self.ops: list = []
        self.groups: dict[int, int] = {}
        self.texts: dict[tuple[int, int], OracleText] = {}

    def add(self, delta) -> None:
        """Take in one delta that is new and whose predecessors are here."""
        for op in delta.ops:
            self.ops.append(op)
            made = (op[0] == MAKE and op[7] == "text") or (op[0] == ITEM_INSERT and op[7:] == [1, "text"])
            if made:
                self.texts[op[1], op[2]] = OracleText()
                self.texts[op[1], op[2]].groups = self.groups
            elif op[0] == TEXT:
                self.texts[op[1], op[2]].add(op[3])
            elif op[0] == FLIP:
                for text in self.texts.values():
                    text.add(op)

    def to_value(self):
        return self.show_map(ROOT)

    def on(self, container, *kinds):
        return [op for op in self.ops if op[0] in kinds and (op[4], op[5]) == container]

    def show_map(self, container) -> dict:
        by_key: dict = {}
        for op in self.on(container, SET, MAKE, REMOVE):
            by_key.setdefault(op[6], []).append(op)
        shown = {key: self.show_last(writes) for key, writes in sorted(by_key.items())}
        return {key: value for key, value in shown.items() if value is not ABSENT}

    def show_last(self, writes):
        op = max(writes, key=stamp)
        if op[0] == REMOVE:
            return ABSENT
        if op[0] == SET:
            return op[7]
        if op[0] == ITEM_INSERT and op[7] != CONTAINER_FORM:
            return op[8]
        kind = op[7] if op[0] == MAKE else op[8]
        if kind == "map":
            return self.show_map((op[1], op[2]))
        if kind == "array":
            return [value for _, value in self.items((op[1], op[2]))]
        return self.texts[op[1], op[2]].text() if kind == "text" else ABSENT

    def items(self, container):
        """(name, value) of the live items in order."""
        removed = {(op[6], op[7]) for op in self.on(container, ITEM_REMOVE)}
        found = []
        for op in self.on(container, ITEM_INSERT):
            item = (op[1], op[2])
            if item in removed:
                continue
            moves = [(op[6], stamp(op))]
            moves += [(m[8], stamp(m)) for m in self.on(container, ITEM_MOVE) if (m[6], m[7]) == item]
            key = max(moves, key=lambda move: move[1])[0]
            writes = [w for w in self.on(container, SET, MAKE, REMOVE) if tuple(w[6]) == item]
            value = self.show_last([op, *writes])
            found.append((key, item, None if value is ABSENT else value))
        return [(item_name(item), value) for _, item, value in sorted(found, key=lambda one: one[:2])]


def stamp(op):
    return (op[3], op[1], op[2])
