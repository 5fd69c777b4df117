"""
What a client may find out about its copy of a stream, and give back after the server was restored.

What it is not: rights; whoever calls has checked the role. On the store's thread. Invariants: a document that
changed behind the client's cursor is not compared, because the client cannot have it yet; what is given back
goes through ingest as everything does, and is taken only for a while after a restore.

Source: README, "Checking and mending".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sync.limits import CHECK_DOCUMENTS_MAX
from sync.protocol.chain import CHAIN_START, chain_next
from sync.protocol.messages import Ack
from sync.protocol.rows import PushedDelta
from sync.server.core import Core, Written
from sync.server.ingest import SERVER_ACCOUNT, Batch
from sync.storage.server_store import StreamRow

MENDING_MS: Final = 30 * 24 * 3_600_000
"""How long after a restore clients may give back what others wrote: as long as a log is kept."""


def compare(
    core: Core, stream: StreamRow, cursor: int, after: str, upto: str, digests: Mapping[str, bytes]
) -> tuple[list[str], list[str]]:
    """
    Compare documents of a stream with the digests of a client that stands at a cursor.

    Args:
        after, upto: The documents behind the one up to the other, by id; "" for upto: to the end.
        digests: The client's; b"": not to be compared. What it does not name, it does not have.

    Returns:
        The ids of those that differ or that the client lacks, at most CHECK_DOCUMENTS_MAX, and of those that
        are unknown here.

    Cost: O(bytes of the states).
    """
    differ: list[str] = []
    unknown = {name for name, digest in digests.items() if digest}
    for row in core.store.documents(stream.key, after=after, limit=4 * CHECK_DOCUMENTS_MAX):
        if upto and row.id > upto:
            break
        unknown.discard(row.id)
        theirs = digests.get(row.id)
        if row.last_seq > cursor or theirs == b"" or len(differ) == CHECK_DOCUMENTS_MAX:
            continue
        if theirs != chain_next(CHAIN_START, row.id, core.documents.state(row)):
            differ.append(row.id)
    core.documents.trim()
    return differ, sorted(name for name in unknown if core.store.document(name) is None)


def give_back(
    core: Core, stream: StreamRow, document: str, bodies: Sequence[bytes], now_ms: int
) -> tuple[int, Written]:
    """
    Take deltas that this server has lost, whoever wrote them, as the server's own replica does.

    Returns:
        How many were taken, and what connections must hear of.
    """
    core.store.db.place()  # nobody else writes as this replica
    position = core.position(stream.key, core.rid)
    pushed = tuple([PushedDelta(document, body) for body in bodies])
    batch = Batch(
        stream.id,
        SERVER_ACCOUNT,
        core.rid,
        0,
        stream.model,
        position.last_n + 1,
        position.chain,
        pushed,
        returned=True,
    )
    written = core.write([batch], now_ms)
    answer = written.answers[0].message
    return (len(bodies) - len(answer.rejected) if isinstance(answer, Ack) else 0), written
