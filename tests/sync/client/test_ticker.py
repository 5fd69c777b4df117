"""Stamps that only go up, whoever asks and whatever the wall clock does."""

import threading

from hypothesis import given
from hypothesis import strategies as st

from crdt import Clock, Stamp
from sync.client.ticker import Ticker
from tests.support.library import ManualWall


def made(ms=1_000_000_000):
    wall = ManualWall(ms)
    return Ticker(Clock(7), wall), wall


@given(st.lists(st.integers(-10_000_000, 10_000_000)), st.lists(st.integers(-400_000, 400_000)))
def test_every_stamp_exceeds_all_before_it(jumps, offsets):
    ticker, wall = made()
    last = ticker.stamp()
    for number, jump in enumerate(jumps):
        wall.ms += jump
        if number < len(offsets):
            ticker.correct(offsets[number])
        ticker.observe(Stamp(max(0, wall.ms + jump), 3, 9))
        stamp = ticker.stamp()
        assert stamp > last
        last = stamp


def test_the_offset_moves_what_is_called_now():
    ticker, wall = made()
    ticker.correct(5_000)
    assert ticker.now_ms() == wall.ms + 5_000
    assert ticker.wall_ms() == wall.ms
    assert ticker.offset_ms == 5_000
    assert ticker.stamp().ms == wall.ms + 5_000


def test_a_stamp_too_far_ahead_is_not_believed():
    ticker, wall = made()
    before = ticker.high_water()
    assert not ticker.observe(Stamp(wall.ms + 400_000, 0, 9))
    assert ticker.high_water() == before
    assert ticker.observe(Stamp(wall.ms + 200_000, 0, 9))
    assert ticker.stamp() > Stamp(wall.ms + 200_000, 0, 9)


def test_another_replica_goes_on_above_what_was_given():
    ticker, _ = made()
    last = ticker.stamp()
    ticker.rotate(8)
    assert ticker.rid == 8
    assert ticker.stamp() > last


def test_a_reset_comes_down_to_what_others_have_seen():
    ticker, wall = made()
    wall.ms += 10**9
    ticker.stamp()
    wall.ms -= 10**9
    seen = Stamp(wall.ms + 1_000, 0, 9)
    ticker.observe(seen)
    acked = Stamp(wall.ms + 2_000, 5, 7)
    ticker.reset(acked)
    stamp = ticker.stamp()
    assert acked < stamp
    assert stamp.ms < wall.ms + 3_000


def test_two_threads_never_get_one_stamp():
    ticker, _ = made()
    found = [[], []]

    def work(mine):
        for _ in range(5_000):
            mine.append(ticker.stamp())

    threads = [threading.Thread(target=work, args=(mine,)) for mine in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found[0]) | set(found[1])) == 10_000
