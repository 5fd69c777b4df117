from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sync.server import limiter
from sync.server.limiter import Limiter, Pace


def test_the_burst_passes_at_once_and_the_next_one_waits():
    limits = Limiter(Pace(3, 2))
    assert [limits.take("a", 0) for _ in range(3)] == [0, 0, 0]
    assert limits.take("a", 0) == 500
    assert limits.take("a", 499) > 0
    assert limits.take("a", 500) == 0


def test_keys_do_not_share():
    limits = Limiter(Pace(1, 1))
    assert limits.take("a", 0) == 0
    assert limits.take("b", 0) == 0


def test_more_than_the_burst_passes_a_full_bucket_and_leaves_a_debt():
    limits = Limiter(Pace(10, 10))
    assert limits.take("a", 0, 20) == 0
    assert limits.take("a", 1_000) > 0
    assert limits.take("a", 1_100) == 0


def test_what_is_given_back_can_be_taken_again():
    limits = Limiter(Pace(1, 0.001))
    assert limits.take("a", 0) == 0
    limits.give_back("a", 0)
    assert limits.take("a", 0) == 0
    assert limits.take("a", 0) > 0


def test_the_number_of_remembered_keys_is_bounded(monkeypatch):
    monkeypatch.setattr(limiter, "KEYS_MAX", 5)
    limits = Limiter(Pace(1, 1))
    for key in range(50):
        limits.take(str(key), 0)
    assert len(limits._left) == 5


@given(
    times=st.lists(st.integers(0, 2_000), min_size=1, max_size=60),
    burst=st.integers(1, 5),
    rate=st.integers(1, 20),
)
def test_never_more_passes_than_burst_and_rate_allow(times, burst, rate):
    limits = Limiter(Pace(burst, rate))
    passed = []
    for time in sorted(times):
        if limits.take("a", time) == 0:
            passed.append(time)
    for start in range(len(passed)):
        for end in range(start, len(passed)):
            span_s = (passed[end] - passed[start]) / 1000
            assert end - start + 1 <= burst + rate * span_s + 1e-6


def test_a_clock_that_goes_back_gives_nothing_away():
    limits = Limiter(Pace(1, 1))
    limits.take("a", 10_000)
    assert limits.take("a", 0) > 0
