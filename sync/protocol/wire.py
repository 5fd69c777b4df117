"""
Messages to frames and back: one codec byte, then the packed message, compressed where it pays.

What it is not: sockets. Invariants: a frame never exceeds FRAME_SIZE_MAX in either form, so that a small
frame cannot unfold into a large one; every undecodable frame is one ``RemoteProtocolError("bad_frame")``. The
same message always gives the same frame on one build of zlib. Source: README, "Wire".
"""

from __future__ import annotations

import zlib
from typing import Final

from sync.errors import LocalProtocolError, RemoteProtocolError
from sync.limits import COMPRESS_SIZE_MIN, FRAME_SIZE_MAX
from sync.protocol import messages
from sync.protocol.blobs import BlobChunk, BlobPut
from sync.protocol.messages import Ignored, Message
from sync.protocol.pack import pack, unpack

PLAIN: Final = 0
DEFLATED: Final = 1

_ZLIB_LEVEL: Final = 3
"""Within 5 % of level 6 on frames of deltas, at half its time."""


def encode(message: Message) -> bytes:
    """
    Return the frame of a message.

    Raises:
        LocalProtocolError: ``too_big``: longer than FRAME_SIZE_MAX; ``unsayable``: a value that the wire
            cannot carry.
    """
    packed = pack(messages.encode(message))
    if len(packed) >= FRAME_SIZE_MAX:
        raise LocalProtocolError("too_big", f"{type(message).__name__} of {len(packed)} bytes")
    if len(packed) > COMPRESS_SIZE_MIN and not isinstance(message, BlobPut | BlobChunk):
        # Pictures are compressed already; trying costs more than the bytes of the few that are not.
        squeezed = zlib.compress(packed, _ZLIB_LEVEL)
        if len(squeezed) < len(packed):
            return bytes((DEFLATED,)) + squeezed
    return bytes((PLAIN,)) + packed


def decode(frame: bytes, size_max: int = FRAME_SIZE_MAX) -> Message | Ignored:
    """
    Return the message in a frame.

    Args:
        frame: As it came from the socket.
        size_max: Of the frame and of what it unfolds to; smaller before hello.

    Raises:
        RemoteProtocolError: ``too_big``, ``unknown_kind`` or ``bad_frame``.

    Cost: O(size_max) at worst.
    """
    if len(frame) > size_max:
        raise RemoteProtocolError("too_big", f"a frame of {len(frame)} bytes; at most {size_max}")
    if len(frame) < 2:
        raise RemoteProtocolError("bad_frame", "an empty frame")
    return messages.decode(unpack(_unfold(frame, size_max)))


def _unfold(frame: bytes, size_max: int) -> bytes:
    """Return the packed message of a frame, never more than size_max bytes."""
    if frame[0] == PLAIN:
        return frame[1:]
    if frame[0] != DEFLATED:
        raise RemoteProtocolError("bad_frame", f"unknown codec {frame[0]}")
    inflater = zlib.decompressobj()
    try:
        packed = inflater.decompress(frame[1:], size_max)
    except zlib.error as error:
        raise RemoteProtocolError("bad_frame", "not a compressed message") from error
    if inflater.unconsumed_tail or not inflater.eof or inflater.unused_data:
        raise RemoteProtocolError(
            "bad_frame", "a compressed message that is cut, too long or followed by bytes"
        )
    return packed
