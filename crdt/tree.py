"""
The tree of folders, as a pure function of who was moved where and when.

Each folder is a document of its own and names its parent; two people offline can move two folders into each
other. So the moves of all folders are replayed in the order of their stamps, and one that would close a
circle is skipped, on every replica the same one. Invariant: T1 one parent each, no circles, no orphans: what
lies in a folder that is not there stands at the top. Not here: reading the moves out of documents
(``sync.model``). Source: Kleppmann et al. 2021, A highly-available move operation for replicated trees,
section 3.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from crdt.clock import Stamp


class Move(NamedTuple):
    """At ``stamp`` the folder ``child`` was put into ``parent``; None is the top."""

    stamp: Stamp
    child: str
    parent: str | None


def place_all(moves: Iterable[Move]) -> dict[str, str | None]:
    """
    Where every folder stands (T1).

    Args: moves: In any order; the first of a child makes it. Stamps differ (H3); a stale or repeated move is
        harmless.

    Returns:
        {child: parent, or None for the top}, children in alphabetical order.

    Cost: O(moves x (log moves + depth)).
    """
    parents: dict[str, str | None] = {}
    for move in sorted(set(moves), key=_order):
        if move.parent is None or not is_inside(parents, move.parent, move.child):
            parents[move.child] = move.parent
    placed: dict[str, str | None] = {}
    for child in sorted(parents):
        parent = parents[child]
        placed[child] = parent if parent in parents else None
    return placed


def is_inside(parents: Mapping[str, str | None], folder: str, other: str) -> bool:
    """Whether ``folder`` is ``other`` or lies in it at any depth. ``parents`` has no circles."""
    at: str | None = folder
    while at is not None:
        if at == other:
            return True
        at = parents.get(at)
    return False


def _order(move: Move) -> tuple[Stamp, str, str]:
    return (move.stamp, move.child, move.parent or "")
