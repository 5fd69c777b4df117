from __future__ import annotations

import dataclasses
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import limits
from sync.errors import RemoteProtocolError
from sync.protocol import messages, rows
from sync.protocol.messages import KINDS, Ignored
from tests.support.frames import DOCUMENT, EXAMPLES, STREAM


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_message_survives_the_way_to_plain_values_and_back(name):
    message = EXAMPLES[name]
    assert messages.decode(_plain(messages.encode(message))) == message


def test_every_kind_has_an_example():
    assert {type(message).TYPE for message in EXAMPLES.values()} == set(KINDS)


def test_types_are_those_of_the_specification():
    expected = {
        "Hello": 1, "Welcome": 2, "Subscribe": 10, "Subscribed": 11, "Unsubscribe": 12, "Push": 20, "Ack": 21,
        "Nack": 22, "Deltas": 30, "Received": 31, "Poke": 32, "Pull": 33, "State": 34, "Reset": 35,
        "Presence": 40, "Auth": 50, "AuthState": 51, "Call": 60, "Result": 61, "Error": 90, "Bye": 91,
        "Notice": 92, "Ping": 98, "Pong": 99, "BlobOffer": 70, "BlobHave": 71, "BlobPut": 72, "BlobDone": 73,
        "BlobGet": 74, "BlobChunk": 75, "BlobError": 76,
    }  # fmt: skip
    assert {kind.__name__: number for number, kind in KINDS.items()} == expected


@pytest.mark.parametrize("name", EXAMPLES)
def test_unknown_keys_and_trailing_elements_are_ignored(name):
    number, body = _plain(messages.encode(EXAMPLES[name]))
    assert messages.decode([number, {**body, "brand_new": [1]}, "trailing"]) == EXAMPLES[name]


def test_trailing_elements_of_rows_are_ignored():
    number, body = _plain(messages.encode(EXAMPLES["deltas"]))
    body["deltas"] = [[*row, "new"] for row in body["deltas"]]
    assert messages.decode([number, body]) == EXAMPLES["deltas"]


def test_an_unknown_type_below_128_is_an_error_and_from_128_on_ignored():
    with pytest.raises(RemoteProtocolError) as caught:
        messages.decode([127, {}])
    assert caught.value.code == "unknown_kind"
    assert messages.decode([128, None]) == Ignored(128)


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        [1],
        {},
        "hello",
        [True, {}],
        [-1, {}],
        [1.0, {}],
        ["1", {}],
        [1, []],
        [1, None],
        [1, {}],
        [2**63, {}],
    ],
)
def test_what_is_no_message_is_a_bad_frame(value):
    with pytest.raises(RemoteProtocolError) as caught:
        messages.decode(value)
    assert caught.value.code == "bad_frame"


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("hello", "rid", 0),
        ("hello", "rid", True),
        ("hello", "model", "1"),
        ("hello", "proto", [1]),
        ("hello", "token", "t" * (limits.TOKEN_LENGTH_MAX + 1)),
        ("push", "stream", STREAM[:-1] + "S"),
        ("push", "n0", 0),
        ("push", "n0", -1),
        ("push", "prev", b"7 bytes"),
        ("push", "deltas", [[DOCUMENT]]),
        ("push", "deltas", [[DOCUMENT + "x", b""]]),
        ("push", "deltas", [[DOCUMENT, b""]] * (limits.BATCH_DELTAS_MAX + 1)),
        ("presence", "anchor", [1, 2]),
        ("presence", "anchor", [1, 2, "beside"]),
        ("call", "args", []),
        ("blob-offer", "hash", b"31 bytes"),
        ("blob-offer", "size", 0),
        ("blob-put", "chunk", b""),
        ("blob-put", "chunk", bytes(limits.BLOB_CHUNK_SIZE_MAX + 1)),
        ("blob-get", "offset", -1),
        ("blob-have-stored", "stored", 1),
    ],
)
@pytest.mark.covers("limit BLOB_CHUNK_SIZE_MAX", "limit TOKEN_LENGTH_MAX")
def test_a_field_outside_its_bounds_is_a_bad_frame(name, key, value):
    number, body = _plain(messages.encode(EXAMPLES[name]))
    with pytest.raises(RemoteProtocolError) as caught:
        messages.decode([number, {**body, key: value}])
    assert caught.value.code == "bad_frame"


def test_a_batch_at_its_limit_is_fine():
    number, body = _plain(messages.encode(EXAMPLES["push"]))
    body["deltas"] = [[DOCUMENT, b""]] * limits.BATCH_DELTAS_MAX
    decoded = messages.decode([number, body])
    assert isinstance(decoded, messages.Push)
    assert len(decoded.deltas) == limits.BATCH_DELTAS_MAX


_PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.text(max_size=4)
    | st.binary(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(name=st.sampled_from(sorted(EXAMPLES)), seed=st.integers(0, 2**32), wrong=_PLAIN)
def test_a_mutated_message_decodes_or_is_refused(name, seed, wrong):
    chance = random.Random(seed)
    value = _plain(messages.encode(EXAMPLES[name]))
    _replace_somewhere(value, wrong, chance)
    try:
        decoded = messages.decode(value)
    except RemoteProtocolError as error:
        assert error.code in ("bad_frame", "unknown_kind")  # noqa: PT017 - either outcome is right, nothing else is
    else:
        assert isinstance(decoded, Ignored) or dataclasses.is_dataclass(decoded)


def _replace_somewhere(value, wrong, chance):
    """Put `wrong` at a random place inside nested lists and maps."""
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        key = chance.choice(keys)
        inner = value[key]
        if isinstance(inner, (dict, list)) and inner and chance.random() < 0.7:
            value = inner
            continue
        value[key] = wrong
        return


def _plain(value):
    """As the other side gets it: tuples have become lists, and nothing is shared with the message."""
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def test_rows_know_their_defaults():
    assert rows.Wanted(STREAM, "head", 0, 0, 0, bytes(8)).to == 0
