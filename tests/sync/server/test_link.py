from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sync.protocol import messages, wire
from sync.server.link import OWN_RANGES_MAX, Feed, Link
from tests.support.frames import STREAM


def test_saying_something_wakes_the_writer_and_keeps_the_order():
    woken = []
    link = Link(1, lambda: woken.append(1))
    link.say(messages.Ping(1), messages.Ping(2))
    link.say()
    assert [wire.decode(frame).t0 for frame in link.control] == [1, 2]
    assert woken == [1]


def test_a_stream_with_something_new_is_marked_once():
    link = Link(1, lambda: None)
    link.touch(STREAM)
    link.touch(STREAM)
    assert list(link.dirty) == [STREAM]


@given(st.lists(st.booleans(), min_size=1, max_size=60), st.integers(0, 60), st.integers(1, 60))
def test_own_ranges_are_those_that_were_added(mine, first, length):
    feed = Feed(STREAM, "content", 1, 0)
    for seq, own in enumerate(mine, 1):
        if own:
            feed.add_own(seq, seq + 1)
    last = first + length
    told = {seq for a, b in feed.own_between(first, last) for seq in range(a, b)}
    assert told == {seq for seq, own in enumerate(mine, 1) if own and first <= seq <= last}


def test_own_ranges_are_bounded_and_the_oldest_forgotten():
    feed = Feed(STREAM, "content", 1, 0)
    for seq in range(0, 4 * OWN_RANGES_MAX, 2):
        feed.add_own(seq, seq + 1)
    assert len(feed.own) == OWN_RANGES_MAX
    assert feed.own[-1] == (4 * OWN_RANGES_MAX - 2, 4 * OWN_RANGES_MAX - 1)


def test_a_feed_knows_of_which_model_it_may_be_sent():
    feed = Feed(STREAM, "content", 1, 0, model="1.0")
    assert feed.is_of("1.0")
    assert feed.is_of("")
    assert not feed.is_of("2.0")
    assert Feed(STREAM, "content", 1, 0).is_of("2.0")
