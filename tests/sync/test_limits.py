from __future__ import annotations

import pytest

from crdt import clock
from sync import limits
from sync.errors import RemoteProtocolError
from sync.protocol import messages, rows, wire
from sync.protocol.fields import Malformed
from sync.server import ingest
from sync.server.link import Feed
from sync.server.session import PULLS_MAX, Close
from tests.support.frames import DOCUMENT, EXAMPLES, NOTEBOOK, STREAM
from tests.support.session_world import SessionWorld


def test_the_clock_bound_is_that_of_the_core():
    assert limits.CLOCK_AHEAD_MS_MAX == clock.DRIFT_MS_MAX


def test_a_full_batch_and_the_longest_delta_fit_a_frame():
    batch = (rows.PushedDelta(DOCUMENT, bytes(range(256)) * 256),)
    assert len(batch[0].body) == limits.DELTA_SIZE_MAX
    wire.encode(messages.Push(STREAM, 1, "1.0", 1, bytes(8), batch))
    each = limits.BATCH_SIZE_MAX // limits.BATCH_DELTAS_MAX
    full = tuple(rows.PushedDelta(DOCUMENT, bytes(each)) for _ in range(limits.BATCH_DELTAS_MAX))
    wire.encode(messages.Push(STREAM, 1, "1.0", 1, bytes(8), full))


def test_hello_fits_its_limit():
    longest = messages.Hello(
        (1, 1),
        "a" * 64,
        "o" * 64,
        2**63 - 1,
        "i" * 64,
        "1.0",
        "t" * limits.TOKEN_LENGTH_MAX,
        ("c" * 64,) * 40,
    )
    assert len(wire.encode(longest)) <= limits.HELLO_SIZE_MAX


def test_presence_fits_its_limit_with_the_longest_name():
    said = messages.Presence(
        STREAM, DOCUMENT, (2**63 - 1, 2**40, "after"), (2**63 - 1, 2**40, "before"),
        conn=2**63 - 1, account="A" * 22, name="\U0001f642" * limits.NAME_LENGTH_MAX,
    )  # fmt: skip
    assert len(wire.encode(said)) <= 1.25 * limits.PRESENCE_SIZE_MAX


def test_what_is_said_of_limits_is_what_holds():
    assert limits.LIMITS_SAID["frame"] == limits.FRAME_SIZE_MAX
    assert EXAMPLES["welcome"]
    assert all(isinstance(value, int) and value > 0 for value in limits.LIMITS_SAID.values())


def test_silence_is_several_pings():
    assert limits.SILENCE_MS_MAX >= 3 * limits.PING_EVERY_MS
    assert limits.PRESENCE_GONE_MS >= 3 * limits.PRESENCE_HEARTBEAT_MS


@pytest.mark.parametrize(
    ("count", "make"),
    [
        (
            limits.SUBSCRIBE_STREAMS_MAX,
            lambda n: messages.Subscribe((rows.Wanted(STREAM, "head", 0, 0, 0, bytes(8)),) * n),
        ),
        (limits.PULL_DOCUMENTS_MAX, lambda n: messages.Pull(STREAM, 1, 0, (DOCUMENT,) * n)),
        (
            limits.BATCH_DELTAS_MAX,
            lambda n: messages.Push(STREAM, 1, "1.0", 1, bytes(8), (rows.PushedDelta(DOCUMENT, b"x"),) * n),
        ),
        (
            limits.CONTENT_SUBSCRIPTIONS_MAX,
            lambda n: messages.Received((rows.Cursor(STREAM, 1),) * n, 1),
        ),
        (
            limits.NOTEBOOKS_PER_ACCOUNT,
            lambda n: messages.Notice("account", (rows.NotebookRow(NOTEBOOK, "N", "owner"),) * n),
        ),
        (limits.NOTEBOOKS_PER_ACCOUNT, lambda n: messages.Notice("account", hidden=(NOTEBOOK,) * n)),
    ],
    ids=["subscribe", "pull", "push", "received", "notice", "hidden"],
)
@pytest.mark.covers("limit BATCH_DELTAS_MAX", "limit SUBSCRIBE_STREAMS_MAX", "limit PULL_DOCUMENTS_MAX")
def test_lists_are_taken_at_their_limit_and_not_one_past_it(count, make):
    assert wire.decode(wire.encode(make(count))) == make(count)
    with pytest.raises(RemoteProtocolError, match="list"):
        wire.decode(wire.encode(make(count + 1)))


@pytest.mark.covers("limit ID_LENGTH", "limit STREAM_LENGTH_MAX")
def test_names_of_documents_and_streams_have_their_length():
    assert rows.check_id("D" * limits.ID_LENGTH)
    for wrong in ("D" * (limits.ID_LENGTH - 1), "D" * (limits.ID_LENGTH + 1)):
        with pytest.raises(Malformed):
            rows.check_id(wrong)
    longest = NOTEBOOK + "/" + "c" * 32
    assert len(rows.check_stream(longest)) <= limits.STREAM_LENGTH_MAX
    with pytest.raises(Malformed):
        rows.check_stream(longest + "c")
    for wrong in ("c" * limits.STREAM_LENGTH_MAX, "c" * (limits.STREAM_LENGTH_MAX + 1)):
        with pytest.raises(Malformed):
            rows.check_stream(wrong)


@pytest.mark.covers("limit NAME_LENGTH_MAX")
def test_a_persons_and_a_notebooks_name_have_their_length():
    assert rows.check_name("n" * limits.NAME_LENGTH_MAX)
    with pytest.raises(Malformed):
        rows.check_name("n" * (limits.NAME_LENGTH_MAX + 1))


@pytest.mark.covers("limit STATE_CHUNK_SIZE_MAX")
def test_a_piece_of_a_state_is_taken_at_its_limit_and_not_one_past_it():
    whole = [DOCUMENT, 1, 0, limits.STATE_CHUNK_SIZE_MAX, bytes(limits.STATE_CHUNK_SIZE_MAX)]
    assert rows.check_chunk(whole).total == limits.STATE_CHUNK_SIZE_MAX
    with pytest.raises(Malformed):
        rows.check_chunk([*whole[:4], bytes(limits.STATE_CHUNK_SIZE_MAX + 1)])


@pytest.mark.covers("limit DOCUMENT_SIZE_MAX")
def test_a_document_has_the_bound_that_clients_are_told():
    assert ingest.DOCUMENT_SIZE_MAX == limits.DOCUMENT_SIZE_MAX == limits.LIMITS_SAID["document"]


@pytest.mark.covers("limit HELLO_SIZE_MAX")
def test_the_first_frame_is_looked_at_at_its_limit_and_not_one_past_it(tmp_path):
    world = SessionWorld(tmp_path)
    for size, code in ((limits.HELLO_SIZE_MAX, "bad_frame"), (limits.HELLO_SIZE_MAX + 1, "too_big")):
        talk = world.talk()
        talk.do_bytes(bytes(size))
        assert talk.heard().one(messages.Error).code == code
    world.close()


@pytest.mark.covers("close too_big", "limit BATCH_SIZE_MAX")
def test_a_batch_is_taken_at_its_limit_and_not_one_past_it(ann):
    over = limits.BATCH_SIZE_MAX - limits.DELTA_SIZE_MAX + 1
    for size, answer in ((over - 1, messages.Ack), (over, messages.Error)):
        long = ann.author.numbered_bytes(ann.notes, DOCUMENT, bytes(limits.DELTA_SIZE_MAX))
        rest = ann.author.numbered_bytes(ann.notes, DOCUMENT, bytes(size))
        assert [type(said) for said in ann.push(ann.notes, long, rest)] == [answer]
    assert ann.closed == Close(1008, "too_big")


@pytest.fixture
def ann(tmp_path):
    world = SessionWorld(tmp_path)
    talk = world.signed_up("ann")
    talk.subscribe(talk.notes)
    yield talk
    world.close()


@pytest.mark.parametrize(
    ("want", "most"),
    [("content", limits.CONTENT_SUBSCRIPTIONS_MAX), ("head", limits.HEAD_SUBSCRIPTIONS_MAX)],
)
@pytest.mark.covers("limit CONTENT_SUBSCRIPTIONS_MAX", "limit HEAD_SUBSCRIPTIONS_MAX")
def test_streams_are_followed_up_to_the_limit(ann, want, most):
    feeds = ann.link.feeds
    feeds.clear()
    for number in range(most - 1):
        feeds[f"s{number}"] = Feed(f"s{number}", want, 1, 0)
    assert ann.session._has_room(want, "another")
    feeds["last"] = Feed("last", want, 1, 0)
    assert not ann.session._has_room(want, "another")
    assert ann.session._has_room(want, "last")  # followed already
    feeds.clear()


@pytest.mark.covers("limit IN_FLIGHT_SIZE_MAX")
def test_no_more_is_read_when_a_mebibyte_of_pushes_waits(ann):
    ann.session.in_flight_bytes = limits.IN_FLIGHT_SIZE_MAX - 1
    assert not ann.session.full
    ann.session.in_flight_bytes += 1
    assert ann.session.full


@pytest.mark.covers("error busy", "retry later")
def test_pulls_by_name_wait_up_to_a_number(ann):
    for _ in range(PULLS_MAX):
        ann.do(messages.Pull(ann.notes, 0, 0, (DOCUMENT,), id=1))
    assert not [frame for frame in ann.link.control if isinstance(wire.decode(frame), messages.Error)]
    ann.do(messages.Pull(ann.notes, 0, 0, (DOCUMENT,), id=1))
    assert ann.heard().one(messages.Error).code == "busy"
