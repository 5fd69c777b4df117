from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.limits import CREDIT_SIZE_MAX, PRESENCE_GONE_MS, PRESENCE_INTERVAL_MS_MIN
from sync.protocol import messages as m
from sync.protocol import wire
from sync.protocol.rows import LoggedDelta
from sync.server.core import Segment
from sync.server.link import Feed, Link
from tests.support.frames import DOCUMENT, OTHER, STREAM
from tests.support.hub_desk import Desk, seqs

SECOND = STREAM.replace("notes", "comments")


@pytest.fixture
def desk():
    return Desk()


def test_a_commit_reaches_everybody_who_follows_the_stream_and_nobody_else(desk):
    ann, bob, eve = desk.link(), desk.link(), desk.link(stream=SECOND)
    desk.commit(2)
    assert seqs(desk.drain(ann)) == seqs(desk.drain(bob)) == [1, 2]
    assert desk.drain(eve) == []


def test_a_commit_is_encoded_once_for_all_its_readers(desk, monkeypatch):
    readers = [desk.link() for _ in range(20)]
    encoded = []
    monkeypatch.setattr("sync.server.tail.encode", lambda message: encoded.append(1) or wire.encode(message))
    desk.commit(3)
    frames = {desk.hub.next(link) for link in readers}
    assert len(frames) == len(encoded) == 1


def test_the_author_is_not_sent_its_own_deltas_live_but_its_cursor_moves(desk):
    ann, bob = desk.link(), desk.link()
    desk.commit(conn=ann.conn)
    desk.commit()
    told = desk.drain(ann)
    assert seqs(told) == [1, 2]
    assert [row.seq for deltas in told for row in deltas.deltas] == [2]
    assert [row.seq for deltas in desk.drain(bob) for row in deltas.deltas] == [1, 2]


def test_catch_up_is_never_filtered_by_who_pushed(desk):
    ann = desk.link()
    desk.commit(3, conn=ann.conn)
    desk.hub.disconnect(ann.conn)
    again = desk.link(cursor=0)
    assert [row.seq for deltas in desk.drain(again) for row in deltas.deltas] == [1, 2, 3]


def test_answers_go_before_presence_and_presence_before_deltas(desk):
    ann, bob = desk.link(), desk.link()
    desk.commit()
    desk.hub.present(bob, m.Presence(STREAM, DOCUMENT), 0)
    ann.say(m.Ping(1))
    assert [type(message) for message in desk.drain(ann)] == [m.Ping, m.Presence, m.Deltas]


def test_streams_take_turns(desk):
    ann = desk.link()
    desk.hub.attach(ann, Feed(SECOND, "content", 1, 0), 0)
    desk.commit(3, body=b"x" * 60_000)
    rows = (LoggedDelta(1, OTHER, b"small"),)
    desk.hub.committed([Segment(SECOND, 1, 1, "1.0", rows)])
    assert [message.stream for message in desk.drain(ann)][:2] == [STREAM, SECOND]


def test_a_slow_reader_gets_hints_and_its_memory_does_not_grow(desk):
    slow, fast = desk.link(), desk.link()
    noise = random.Random(1).randbytes(60_000)
    for _ in range(60):
        desk.commit(body=noise)
        desk.drain(fast)
        desk.drain(slow, credit=False)
    told = desk.drain(slow, credit=False)
    assert told == []
    assert len(slow.control) == len(slow.presence) == 0
    assert len(slow.dirty) == 1
    desk.hub.received(slow, CREDIT_SIZE_MAX)
    rest = desk.drain(slow)
    assert seqs(rest)[-1] == desk.head


@pytest.mark.covers("message Poke")
def test_without_credit_each_stream_is_poked_once(desk):
    slow = desk.link()
    slow.credit = 0
    for _ in range(5):
        desk.commit()
    assert desk.drain(slow, credit=False) == [m.Poke((m.Head(STREAM, 5),))]
    desk.commit()
    assert desk.drain(slow, credit=False) == []


def test_a_frame_is_sent_on_the_last_byte_of_credit_and_none_after_it(desk):
    link = desk.link()
    link.credit = 1
    desk.commit()
    assert [type(said) for said in desk.drain(link, credit=False)] == [m.Deltas]
    assert link.credit < 0
    desk.commit()
    assert [type(said) for said in desk.drain(link, credit=False)] == [m.Poke]
    desk.hub.received(link, -link.credit)
    assert [type(said) for said in desk.drain(link, credit=False)] == [m.Poke]
    desk.hub.received(link, 1)
    assert [type(said) for said in desk.drain(link, credit=False)] == [m.Deltas]


@pytest.mark.covers("limit CREDIT_SIZE_MAX")
def test_who_can_be_sent_nothing_and_knows_it_is_not_even_woken(desk):
    woken = []
    slow = desk.link()
    slow.wake = lambda: woken.append(1)
    slow.credit = 0
    desk.commit()
    assert desk.drain(slow, credit=False) == [m.Poke((m.Head(STREAM, 1),))]
    woken.clear()
    for _ in range(5):
        desk.commit()
    assert woken == []
    desk.hub.received(slow, 10_000)
    assert woken
    assert seqs(desk.drain(slow)) == [1, 2, 3, 4, 5, 6]


def test_credit_never_exceeds_its_bound(desk):
    link = desk.link()
    desk.hub.received(link, 10**12)
    assert link.credit == CREDIT_SIZE_MAX


def test_who_follows_only_heads_gets_only_heads(desk):
    link = desk.link(want="head")
    desk.commit(2)
    desk.commit()
    assert desk.drain(link) == [m.Poke((m.Head(STREAM, 3),))]


def test_a_parked_connection_gets_answers_only_and_everything_after_it_is_signed_in_again(desk):
    link, other = desk.link(), desk.link()
    link.parked = True
    desk.commit()
    desk.hub.present(other, m.Presence(STREAM), 0)
    link.say(m.Ping(1))
    assert desk.drain(link) == [m.Ping(1)]
    link.parked = False
    assert seqs(desk.drain(link)) == [1]


def test_after_a_stream_is_taken_away_nothing_of_it_is_sent(desk):
    link, other = desk.link(), desk.link()
    desk.commit()
    desk.hub.present(other, m.Presence(STREAM), 0)
    desk.hub.detach(link, STREAM, "revoked")
    desk.commit()
    assert desk.drain(link) == [m.Unsubscribe(STREAM, "revoked")]


def test_after_a_stream_is_taken_away_not_even_its_head_is_told(desk):
    link = desk.link(want="head")
    desk.commit()
    desk.hub.detach(link, STREAM, "revoked")
    assert desk.drain(link) == [m.Unsubscribe(STREAM, "revoked")]


def test_a_late_close_of_an_old_socket_does_not_unregister_the_new_one(desk):
    old, new = desk.link(), desk.link()
    desk.hub.disconnect(old.conn)
    desk.hub.disconnect(old.conn)
    desk.commit()
    assert seqs(desk.drain(new)) == [1]
    assert new.conn in desk.hub.links


def test_a_lost_wake_costs_no_more_than_a_sweep(desk):
    link = desk.link()
    desk.commit()
    link.dirty.clear()
    assert desk.drain(link) == []
    desk.hub.sweep()
    assert seqs(desk.drain(link)) == [1]


def test_a_stream_nobody_follows_is_not_kept_in_memory(desk):
    link = desk.link()
    desk.commit()
    desk.hub.disconnect(link.conn)
    desk.commit()
    assert desk.hub._tails == {}
    assert desk.hub._readers == {}


def test_a_commit_between_deciding_and_attaching_is_not_missed(desk):
    link = Link(99, lambda: None)
    link.parked = False
    desk.hub.connect(link)
    decided = desk.head
    desk.commit()
    desk.hub.attach(link, Feed(STREAM, "content", 1, decided), decided)
    assert seqs(desk.drain(link)) == [1]


def test_readers_at_the_same_old_place_share_a_page(desk):
    desk.commit(3)
    readers = [desk.link(cursor=0) for _ in range(10)]
    for link in readers:
        assert seqs(desk.drain(link)) == [1, 2, 3]
    assert desk.reads == 1


@given(seed=st.integers(0, 2**32))
def test_whatever_happens_every_reader_gets_every_seq_once_and_in_order(seed):
    chance, desk = random.Random(seed), Desk()
    got: dict[int, list[int]] = {}
    start: dict[int, int] = {}
    for _ in range(chance.randrange(5, 60)):
        match chance.randrange(7):
            case 0:
                cursor = chance.randrange(desk.head + 1)
                link = desk.link(cursor)
                got[link.conn], start[link.conn] = [], cursor
            case 1 | 2:
                desk.commit(chance.randrange(1, 5), conn=chance.choice([0, *got]) if got else 0)
            case 3 if desk.links:
                link = chance.choice(desk.links)
                desk.hub.received(link, chance.randrange(2_000))
            case 4 if desk.links:
                link = chance.choice(desk.links)
                link.credit -= chance.randrange(3_000)
            case 5:
                desk.hub.sweep()
            case _ if desk.links:
                link = chance.choice(desk.links)
                message = desk.step(link)
                got[link.conn] += seqs([message])
    for link in desk.links:
        desk.hub.received(link, CREDIT_SIZE_MAX)
        got[link.conn] += seqs(desk.drain(link))
        assert got[link.conn] == list(range(start[link.conn] + 1, desk.head + 1))


# --- presence ------------------------------------------------------------------------------------------


def test_presence_bears_the_identity_of_its_connection_whatever_it_says(desk):
    ann, bob = desk.link(), desk.link()
    forged = m.Presence(STREAM, DOCUMENT, account=ann.account, name="Ann", conn=ann.conn)
    desk.hub.present(bob, forged, 0)
    (seen,) = desk.drain(ann)
    assert (seen.conn, seen.account, seen.name) == (bob.conn, bob.account, bob.name)


def test_nobody_is_told_of_themselves(desk):
    ann, bob = desk.link(), desk.link()
    desk.hub.present(bob, m.Presence(STREAM, DOCUMENT), 0)
    desk.hub.present(bob, m.Presence(STREAM, OTHER), 10)
    desk.hub.tick(1_000)
    assert desk.drain(bob) == []
    assert len(desk.drain(ann)) == 1


@pytest.mark.covers("limit PRESENCE_INTERVAL_MS_MIN")
def test_presence_is_sent_at_most_ten_times_a_second_and_the_latest_wins(desk):
    ann, bob = desk.link(), desk.link()
    seen = []
    for now_ms in range(0, 1_000, 10):
        desk.hub.present(bob, m.Presence(STREAM, DOCUMENT, (1, now_ms, "after")), now_ms)
        desk.hub.tick(now_ms)
        seen += desk.drain(ann)
    assert len(seen) <= 1_000 // PRESENCE_INTERVAL_MS_MIN + 1
    desk.hub.tick(2_000)
    seen += desk.drain(ann)
    assert seen[-1].anchor == (1, 990, "after")
    assert not desk.hub.holds_presence


def test_a_reader_that_does_not_read_keeps_only_the_latest_presence_of_each(desk):
    ann, bob, eve = desk.link(), desk.link(), desk.link()
    for now_ms in range(0, 5_000, 200):
        desk.hub.present(bob, m.Presence(STREAM, DOCUMENT, (1, now_ms, "after")), now_ms)
        desk.hub.present(eve, m.Presence(STREAM, OTHER), now_ms)
    assert len(ann.presence) == 2
    assert {message.conn: message.anchor for message in desk.drain(ann)} == {
        bob.conn: (1, 4_800, "after"),
        eve.conn: None,
    }


def test_a_newcomer_sees_who_is_there(desk):
    bob = desk.link()
    desk.hub.present(bob, m.Presence(STREAM, DOCUMENT), 0)
    assert [message.conn for message in desk.drain(desk.link())] == [bob.conn]


def test_who_goes_silent_or_away_is_seen_to_leave(desk):
    ann, bob, eve = desk.link(), desk.link(), desk.link()
    desk.hub.present(bob, m.Presence(STREAM, DOCUMENT), 0)
    desk.hub.present(eve, m.Presence(STREAM, DOCUMENT), 0)
    desk.drain(ann)
    desk.hub.disconnect(eve.conn)
    assert [(message.conn, message.gone) for message in desk.drain(ann)] == [(eve.conn, True)]
    desk.hub.tick(PRESENCE_GONE_MS)
    assert [(message.conn, message.gone) for message in desk.drain(ann)] == [(bob.conn, True)]
    assert desk.drain(desk.link()) == []


# --- a stream that another process has migrated ------------------------------------------------------------


def test_deltas_of_another_model_end_the_feed_instead_of_being_sent():
    desk = Desk()
    link = desk.link()
    desk.commit()
    assert [type(message) for message in desk.drain(link)] == [m.Deltas]
    link.feeds[STREAM].model = "1.0"
    rows = (LoggedDelta(2, DOCUMENT, b"of another shape"),)
    desk.hub.committed([Segment(STREAM, 2, 2, "2.0", rows)])
    assert desk.drain(link) == [m.Unsubscribe(STREAM, "migrated")]
    assert not link.feeds
    assert desk.step(link) is None


@pytest.mark.covers("end migrated")
def test_a_stream_ends_for_everybody_at_once():
    desk = Desk()
    links = [desk.link(), desk.link(want="head")]
    desk.commit()
    desk.hub.end(STREAM, "migrated")
    for link in links:
        assert m.Unsubscribe(STREAM, "migrated") in desk.drain(link)
        assert not link.feeds
    desk.hub.end(STREAM, "migrated")
