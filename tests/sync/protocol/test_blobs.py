from __future__ import annotations

import os

from sync import limits
from sync.protocol import blobs, messages, wire
from tests.support.frames import HASH


def test_their_types_are_seventy_to_seventy_six():
    assert [kind.TYPE for kind in blobs.BLOB_KINDS] == list(range(70, 77))
    assert all(messages.KINDS[kind.TYPE] is kind for kind in blobs.BLOB_KINDS)


def test_the_longest_chunk_fits_a_frame_and_is_not_compressed():
    for message in (
        blobs.BlobPut(HASH, 2**40, bytes(limits.BLOB_CHUNK_SIZE_MAX)),
        blobs.BlobChunk(HASH, 2**40, 2**40, os.urandom(limits.BLOB_CHUNK_SIZE_MAX)),
    ):
        frame = wire.encode(message)
        assert frame[0] == wire.PLAIN
        assert wire.decode(frame) == message
