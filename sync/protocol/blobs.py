"""
What is said on ``/v1/blobs``: attachments on their way, in pieces, on a connection of their own.

What it is not: the greeting, the sign-in and the pings of that connection; those are the messages of
messages.py. Invariants: a blob is named by the SHA-256 of its bytes, 32 bytes on the wire; pieces are told by
their offset, so that whoever comes back goes on where the other side stands. Source: README, "Attachments on
the wire".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from sync import limits
from sync.protocol.codes import BlobCode
from sync.protocol.fields import binary, boolean, integer, optional
from sync.protocol.rows import check_code, check_count, check_id, check_said, check_stream

HASH_SIZE = 32
"""Bytes of a SHA-256."""

Hash = Annotated[bytes, binary(HASH_SIZE, HASH_SIZE)]
Id = Annotated[str, check_id]
Stream = Annotated[str, check_stream]
Count = Annotated[int, check_count]
Said = Annotated[str, check_said]
Chunk = Annotated[bytes, binary(limits.BLOB_CHUNK_SIZE_MAX, 1)]


@dataclass(frozen=True, slots=True)
class BlobOffer:
    """C: I have these bytes, which this document names; how many of them do you have?"""

    TYPE: ClassVar[int] = 70
    hash: Hash
    size: Annotated[int, integer(1)]
    stream: Stream
    document: Id


@dataclass(frozen=True, slots=True)
class BlobHave:
    """
    S: so many bytes of it, from the first on, are here; put goes on from there.

    With ``stored`` it is whole, verified, and on disk: nothing more is to be sent.
    """

    TYPE: ClassVar[int] = 71
    hash: Hash
    offset: Count
    stored: Annotated[bool, boolean] = False


@dataclass(frozen=True, slots=True)
class BlobPut:
    """C: the bytes from offset on; answered by have. Only of what was offered on this connection."""

    TYPE: ClassVar[int] = 72
    hash: Hash
    offset: Count
    chunk: Chunk


@dataclass(frozen=True, slots=True)
class BlobDone:
    """C: these were all; answered by have with ``stored``, or by an error ``mismatch``."""

    TYPE: ClassVar[int] = 73
    hash: Hash


@dataclass(frozen=True, slots=True)
class BlobGet:
    """C: send it from offset on; this document names it. Gets are answered one after the other."""

    TYPE: ClassVar[int] = 74
    hash: Hash
    stream: Stream
    document: Id
    offset: Count = 0


@dataclass(frozen=True, slots=True)
class BlobChunk:
    """S: a piece of what was asked for; ``size`` is that of the whole blob."""

    TYPE: ClassVar[int] = 75
    hash: Hash
    offset: Count
    size: Count
    chunk: Chunk


@dataclass(frozen=True, slots=True)
class BlobError:
    """S: not this one, and why. The connection stays."""

    TYPE: ClassVar[int] = 76
    hash: Hash
    code: Annotated[BlobCode, check_code]
    message: Said = ""
    after_ms: Annotated[int | None, optional(check_count)] = None


BlobMessage = BlobOffer | BlobHave | BlobPut | BlobDone | BlobGet | BlobChunk | BlobError
BLOB_KINDS = (BlobOffer, BlobHave, BlobPut, BlobDone, BlobGet, BlobChunk, BlobError)
