"""
The hash chain over what one replica wrote to one stream, and the digest over a state transfer.

``C_0`` is eight zero bytes; ``C_n = blake2b8(C_{n-1} + document + body)``. Both ends compute it; a chain that
differs at the same ``n`` means that two histories carry one name. Document ids have a fixed length, so the
parts cannot be shifted against each other. Not here: where chains are kept (both stores), what to do about a
fork (engine, ingest).
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

CHAIN_SIZE: Final = 8
"""Bytes. The chain tells accidents apart (restores, copies), not attackers: 64 bits are plenty."""

CHAIN_START: Final = bytes(CHAIN_SIZE)


def chain_next(previous: bytes, document: str, body: bytes) -> bytes:
    """
    Return the link after ``previous``.

    Args:
        previous: CHAIN_SIZE bytes.
        document: The id of the document that the delta, or the state, belongs to.
        body: The encoded delta exactly as pushed; for the digest of a state transfer, the whole encoded
            state.

    Cost: O(len(body)).
    """
    link = link_begun(previous, document)
    link.update(body)
    return link.digest()


def link_begun(previous: bytes, document: str) -> blake2b:
    """Return the link after ``previous`` as a hash to be updated with the body, in pieces if need be."""
    link = blake2b(previous, digest_size=CHAIN_SIZE)
    link.update(document.encode())
    return link
