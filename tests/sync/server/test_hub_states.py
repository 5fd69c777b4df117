"""States in the hub: a page at a time, for who has credit."""

from __future__ import annotations

import random

import pytest

from sync.limits import CREDIT_SIZE_MAX
from sync.protocol import messages as m
from sync.protocol import wire
from sync.protocol.chain import CHAIN_START, chain_next
from sync.protocol.rows import LoggedDelta, StateChunk
from sync.server.core import Segment
from sync.server.hub import ReadStates
from sync.server.link import Feed, Transfer
from sync.server.state_pages import Place, StatePage
from tests.support.frames import DOCUMENT, STREAM
from tests.support.held import bytes_held
from tests.support.hub_desk import Desk, seqs

SECOND = STREAM.replace("notes", "comments")

PIECE = 100_000


@pytest.fixture
def desk():
    return Desk()


def _page(states, place):
    """The page behind a place: one piece of one of the states [(document, bytes)*]."""
    for n, (document, state) in enumerate(states):
        if document > place.after:
            offset = place.offset if place.document == document else 0
            piece = state[offset : offset + PIECE]
            whole = offset + len(piece) == len(state)
            then = Place(document) if whole else Place(place.after, document, 1, offset + len(piece))
            chunk = StateChunk(document, 1, offset, len(state), piece)
            return StatePage((chunk,), then, whole and n == len(states) - 1)
    return StatePage((), place, True)


def _read(desk, link, out, states):
    """Answer what is to be read for a transfer."""
    desk.hub.states_read(link, out, _page(states, out.transfer.place))


def _states(desk, link, states):
    """Answer what is read with pages of states until nothing more is sent."""
    told = []
    while True:
        out = desk.hub.next(link)
        if isinstance(out, ReadStates):
            _read(desk, link, out, states)
        elif out is None:
            return told
        else:
            told.append(wire.decode(out))
            if isinstance(told[-1], (m.State, m.Deltas)):
                desk.hub.received(link, CREDIT_SIZE_MAX)


def _joined(told):
    """The whole states in state messages, checking offsets."""
    whole: dict[str, bytes] = {}
    for message in told:
        for chunk in message.documents if isinstance(message, m.State) else ():
            assert chunk.offset == len(whole.get(chunk.document, b""))
            whole[chunk.document] = whole.get(chunk.document, b"") + chunk.chunk
    return whole


def test_states_come_in_pieces_that_join_to_what_they_were_and_the_digest_is_of_the_whole(desk):
    noise = random.Random(5)
    sizes = [10, 3 * PIECE + 7, 0, 50_000, PIECE]
    states = [(f"{n:022d}", noise.randbytes(size)) for n, size in enumerate(sizes)]
    desk.log = [LoggedDelta(seq, DOCUMENT, b"") for seq in range(1, 8)]
    link = desk.link(transfer=Transfer(to=7))
    told = _states(desk, link, states)
    assert _joined(told) == dict(states)
    digest = CHAIN_START
    for document, state in states:
        digest = chain_next(digest, document, state)
    assert told[-1].end == m.StateEnd(7, 5, digest)
    assert all(message.end is None for message in told[:-1])


def test_a_document_that_begins_again_counts_once_and_as_it_is_then(desk):
    link = desk.link(transfer=Transfer(to=0))
    before, after = [(DOCUMENT, bytes(2 * PIECE))], [(DOCUMENT, bytes(PIECE + 1))]
    _read(desk, link, desk.hub.next(link), before)
    desk.hub.next(link)
    link.feeds[STREAM].transfer.place = Place()
    told = _states(desk, link, after)
    assert [chunk.offset for message in told for chunk in message.documents] == [0, PIECE]
    assert told[-1].end == m.StateEnd(0, 1, chain_next(CHAIN_START, *after[0]))


def test_out_of_credit_nothing_that_was_read_is_held_and_all_of_it_comes_when_there_is_some(desk):
    states = [(DOCUMENT, random.Random(2).randbytes(20 * PIECE))]
    link = desk.link(transfer=Transfer(to=0))
    feed, sent = link.feeds[STREAM], []
    while isinstance(out := desk.hub.next(link), (bytes, ReadStates)):
        if isinstance(out, bytes):
            sent.append(wire.decode(out))
        else:
            _read(desk, link, out, states)
    assert [type(message) for message in sent] == 11 * [m.State] + [m.Poke]
    desk.hub.pull(link, STREAM, Transfer(to=0, documents=(DOCUMENT,), id=7))
    assert bytes_held(feed) < 1_000
    desk.hub.received(link, CREDIT_SIZE_MAX)
    pull = _states(desk, link, states)
    assert bytes_held(feed) < 1_000
    own = [message for message in pull if isinstance(message, m.State) and not message.id]
    assert _joined([*sent, *own]) == dict(states)


def test_what_was_read_when_credit_ends_is_forgotten_and_read_again(desk):
    states = [(DOCUMENT, random.Random(2).randbytes(3 * PIECE))]
    link = desk.link(transfer=Transfer(to=0))
    _read(desk, link, desk.hub.next(link), states)
    assert bytes_held(link.feeds) > PIECE
    link.credit = 0
    assert isinstance(wire.decode(desk.hub.next(link)), m.Poke)
    assert bytes_held(link.feeds) < 1_000
    desk.hub.received(link, CREDIT_SIZE_MAX)
    assert _joined(_states(desk, link, states)) == dict(states)


def test_what_was_read_of_one_stream_is_sent_before_another_is_read(desk):
    states = [(DOCUMENT, bytes(2 * PIECE))]
    link = desk.link(transfer=Transfer(to=0))
    desk.hub.attach(link, Feed(SECOND, "content", 1, 0, Transfer(to=0)), 0)
    kinds = []
    for _ in range(8):
        out = desk.hub.next(link)
        if isinstance(out, ReadStates):
            _read(desk, link, out, states)
            kinds.append(("read", out.stream))
        else:
            kinds.append(("sent", wire.decode(out).stream))
    assert kinds == 2 * [(what, stream) for stream in (STREAM, SECOND) for what in ("read", "sent")]


def test_what_was_read_of_a_document_that_leaves_is_not_sent(desk):
    link = desk.link(transfer=Transfer(to=0))
    states = [(DOCUMENT, bytes(2 * PIECE)), ("z" * 22, b"stays")]
    _read(desk, link, desk.hub.next(link), states)
    desk.hub.next(link)
    _read(desk, link, desk.hub.next(link), states)
    desk.hub.committed([Segment(STREAM, 1, 1, "1.0", (LoggedDelta(1, DOCUMENT, b""),))])
    told = [message for message in _states(desk, link, states[1:]) if isinstance(message, m.State)]
    assert _joined(told) == dict(states[1:])
    assert told[-1].end == m.StateEnd(0, 1, chain_next(CHAIN_START, *states[1]))


def test_after_the_states_the_log_goes_on_from_where_they_were_decided(desk):
    desk.commit(3)
    link = desk.link(transfer=Transfer(to=3))
    desk.commit(2)
    told = _states(desk, link, [(DOCUMENT, b"state")])
    assert [type(message) for message in told] == [m.State, m.Deltas]
    assert seqs(told) == [4, 5]


def test_a_transfer_of_nothing_ends_at_once(desk):
    desk.commit(2)
    link = desk.link(transfer=Transfer(to=2))
    told = _states(desk, link, [])
    assert told[0].end == m.StateEnd(2, 0, CHAIN_START)


def test_a_transfer_says_after_which_document_it_can_be_resumed(desk):
    states = [(f"{n:022d}", bytes(PIECE + n)) for n in range(4)]
    link = desk.link(transfer=Transfer(to=4))
    told = _states(desk, link, states)
    finished = [message.after for message in told]
    assert finished == sorted(finished)
    assert finished[-1] == states[-1][0]


def test_a_pull_of_documents_moves_no_cursor_and_keeps_its_id(desk):
    link = desk.link()
    desk.hub.pull(link, STREAM, Transfer(to=0, documents=(DOCUMENT,), id=7))
    desk.commit()
    told = _states(desk, link, [(DOCUMENT, b"state")])
    states = [message for message in told if isinstance(message, m.State)]
    assert [message.id for message in states] == [7]
    assert seqs(told) == [1]


def test_states_of_another_model_end_the_feed_instead_of_being_sent():
    desk = Desk()
    link = desk.link(transfer=Transfer(to=5))
    link.feeds[STREAM].model = "1.0"
    read = desk.hub.next(link)
    assert isinstance(read, ReadStates)
    page = _page([(DOCUMENT, b"state")], Place())
    desk.hub.states_read(link, read, page._replace(model="2.0"))
    assert desk.drain(link) == [m.Unsubscribe(STREAM, "migrated")]
