"""
Where a replica stands against what the server says it has of it: the table of README, "Reconciliation".

What it is not: acting on it (engine.py). Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from enum import Enum
from typing import Final

from sync.protocol.rows import Granted
from sync.storage.rows import StreamRow


class Standing(Enum):
    """What the server's last_n and chain mean for a stream of this replica."""

    NORMAL = "normal"
    """It has what it acknowledged, and perhaps more of what is here: a lost ack."""
    RESTORED = "restored"
    """It was restored from a backup: it has less than it acknowledged, and the same up to there."""
    ROLLED_BACK = "rolled_back"
    """It has more than this store ever wrote: the store was restored from a copy, or is one."""
    FORKED = "forked"
    """It has something else under our numbers: two stores wrote as one replica."""
    FORGOTTEN = "forgotten"
    """It was restored from a backup so old that the tail kept here does not reach back to it."""


NEEDS_NEW_REPLICA: Final = frozenset({Standing.ROLLED_BACK, Standing.FORKED, Standing.FORGOTTEN})
"""Going on under the same replica id would give one name to two things."""


def standing(mine: StreamRow, last_n: int, chain: bytes, chain_at: Callable[[int], bytes | None]) -> Standing:
    """
    Compare a stream's own counters with the server's.

    Args:
        mine: Where the store stands.
        last_n: The last n of this replica that the server has consumed.
        chain: The server's chain after last_n.
        chain_at: n -> our chain after n, None when it is not known here any more.
    """
    if last_n > mine.next_n - 1:
        return Standing.ROLLED_BACK
    ours = chain_at(last_n)
    if ours is None:
        return Standing.FORGOTTEN
    if ours != chain:
        return Standing.FORKED
    return Standing.RESTORED if last_n < mine.acked_n else Standing.NORMAL


def needs_reset(mine: StreamRow, granted: Granted) -> bool:
    """Whether the log is not the one that our cursor points into: flush and fetch the states again."""
    if granted.via == "reset":
        return True
    return mine.epoch != 0 and (granted.epoch != mine.epoch or mine.cursor > granted.head)


def forked_rid(old_rid: int, stream: str, acked_n: int, chain: bytes) -> int:
    """
    Return the replica id under which a diverged store goes on.

    Derived from what diverged, so that two copies of one store that hold the same unsent deltas give them the
    same names, and those that hold different ones do not.
    """
    content = f"{old_rid}:{stream}:{acked_n}:".encode() + chain
    derived = int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "big") >> 1
    return derived if derived not in (0, old_rid) else (old_rid ^ 1) or 2
