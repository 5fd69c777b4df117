"""Delays that grow, are spread over their whole span, and are forgotten after calm."""

from sync.client.backoff import CALM_MS, FIRST_MS, LONGEST_MS, Backoff


def test_spans_double_up_to_the_longest():
    backoff = Backoff(lambda: 0.999999)
    spans = [backoff.delay_ms() for _ in range(12)]
    assert spans[:4] == [499, 999, 1999, 3999]
    assert spans[-1] == LONGEST_MS - 1
    assert FIRST_MS == 500


def test_the_whole_span_is_used():
    assert Backoff(lambda: 0.0).delay_ms() == 0


def test_a_connection_that_lasted_forgives_and_a_short_one_does_not():
    backoff = Backoff(lambda: 0.999999)
    for _ in range(5):
        backoff.delay_ms()
    backoff.live(0)
    backoff.lost(CALM_MS - 1)
    assert backoff.delay_ms() > 10_000
    backoff.live(0)
    backoff.lost(CALM_MS)
    assert backoff.delay_ms() == 499
    backoff.delay_ms()
    backoff.reset()
    assert backoff.delay_ms() == 499
