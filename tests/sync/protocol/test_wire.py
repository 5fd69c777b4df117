from __future__ import annotations

import os
import random
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.errors import LocalProtocolError, RemoteProtocolError
from sync.limits import COMPRESS_SIZE_MIN, FRAME_SIZE_MAX, HELLO_SIZE_MAX
from sync.protocol import messages, rows, wire
from sync.protocol.pack import pack
from tests.support.frames import DOCUMENT, EXAMPLES, STREAM

GOLDEN = Path(__file__).parents[2] / "golden" / "frames"


@pytest.mark.parametrize("name", EXAMPLES)
def test_golden_frames_decode_to_the_same_messages_for_ever(name):
    assert wire.decode((GOLDEN / f"{name}.bin").read_bytes()) == EXAMPLES[name]


@pytest.mark.parametrize("name", EXAMPLES)
def test_short_messages_are_encoded_to_the_same_bytes_for_ever(name):
    golden = (GOLDEN / f"{name}.bin").read_bytes()
    if golden[0] == wire.PLAIN:
        assert wire.encode(EXAMPLES[name]) == golden


def test_every_golden_frame_has_an_example():
    assert {path.stem for path in GOLDEN.glob("*.bin")} == set(EXAMPLES)


def test_a_long_message_is_compressed_and_a_short_one_is_not():
    assert wire.encode(EXAMPLES["deltas-long"])[0] == wire.DEFLATED
    assert wire.encode(EXAMPLES["ping"])[0] == wire.PLAIN


@pytest.mark.covers("limit COMPRESS_SIZE_MIN")
def test_a_message_is_compressed_from_one_byte_past_the_limit_on():
    slack = len(wire.encode(_push_of(bytes(300)))) - 300
    for size, codec in ((COMPRESS_SIZE_MIN, wire.PLAIN), (COMPRESS_SIZE_MIN + 1, wire.DEFLATED)):
        assert wire.encode(_push_of(bytes(size - slack + 1)))[0] == codec


def test_what_compression_would_lengthen_stays_plain():
    noise = random.Random(1).randbytes(2 * COMPRESS_SIZE_MIN)
    assert wire.encode(_push_of(noise))[0] == wire.PLAIN


def test_fifty_small_deltas_cost_at_most_1100_bytes():
    chance = random.Random(2)
    deltas = tuple(
        rows.PushedDelta(DOCUMENT, b"\x01" + chance.randbytes(2) + b"\x10\x20\x30 one small delta")
        for _ in range(50)
    )
    assert len(wire.encode(messages.Push(STREAM, 1, "1.0", 1, bytes(8), deltas))) <= 1_100


@pytest.mark.covers("limit FRAME_SIZE_MAX")
def test_a_frame_at_its_limit_passes_and_one_past_it_is_refused():
    room = FRAME_SIZE_MAX - len(wire.encode(_push_of(b"\x00" * 70_000))) + 70_000
    noise = random.Random(3).randbytes(FRAME_SIZE_MAX)
    slack = len(wire.encode(_push_of(noise[:200_000]))) - 200_000
    fits = _push_of(noise[: FRAME_SIZE_MAX - slack])
    assert room > 0
    assert len(wire.encode(fits)) == FRAME_SIZE_MAX
    assert wire.decode(wire.encode(fits)) == fits
    with pytest.raises(LocalProtocolError) as caught:
        wire.encode(_push_of(noise[: FRAME_SIZE_MAX - slack + 1]))
    assert caught.value.code == "too_big"


def test_a_frame_longer_than_allowed_is_refused_unread():
    with pytest.raises(RemoteProtocolError) as caught:
        wire.decode(bytes(HELLO_SIZE_MAX + 1), HELLO_SIZE_MAX)
    assert caught.value.code == "too_big"


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\x00",
        b"\x02" + pack([98, {}]),
        b"\x00" + pack([98, {}]) + b"\x00",
        b"\x00" + pack([98, {}])[:-1],
        b"\x01" + pack([98, {}]),
        b"\x01" + zlib.compress(pack([98, {}]))[:-1],
        b"\x01" + zlib.compress(pack([98, {}])) + b"\x00",
        b"\x01" + zlib.compress(bytes(64 * 1024 * 1024)),
        b"\x00\xc1",
    ],
)
def test_every_broken_frame_is_one_bad_frame(frame):
    with pytest.raises(RemoteProtocolError) as caught:
        wire.decode(frame)
    assert caught.value.code == "bad_frame"


@given(name=st.sampled_from(sorted(EXAMPLES)), seed=st.integers(0, 2**32), times=st.integers(1, 8))
def test_mutated_frames_raise_only_remote_protocol_errors(name, seed, times):
    chance = random.Random(seed)
    frame = bytearray(wire.encode(EXAMPLES[name]))
    for _ in range(times):
        at = chance.randrange(len(frame))
        match chance.randrange(4):
            case 0:
                frame[at] = chance.randrange(256)
            case 1:
                frame[at] ^= 1 << chance.randrange(8)
            case 2:
                del frame[at:]
            case _:
                frame[at:at] = chance.randbytes(3)
        if not frame:
            break
    _decodes_or_is_refused(bytes(frame))


@given(st.binary(max_size=200))
def test_noise_raises_only_remote_protocol_errors(noise):
    _decodes_or_is_refused(b"\x00" + noise)


def _decodes_or_is_refused(frame):
    try:
        wire.decode(frame)
    except RemoteProtocolError as error:
        assert error.code in ("bad_frame", "unknown_kind")  # noqa: PT017 - either outcome is right, nothing else is


def _push_of(body):
    return messages.Push(STREAM, 1, "1.0", 1, bytes(8), (rows.PushedDelta(DOCUMENT, body),))


if os.environ.get("WRITE_GOLDEN_FRAMES"):
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for _name, _message in EXAMPLES.items():
        _path = GOLDEN / f"{_name}.bin"
        if not _path.exists():  # golden files are only ever added
            _path.write_bytes(wire.encode(_message))
