from __future__ import annotations

import pytest

from sync import limits
from sync.client import events as e
from sync.client.bounds import Bounds
from sync.protocol import messages as m
from tests.support.engine_bench import NOTES, Bench


def test_what_this_servers_welcome_says_is_what_this_program_keeps_to():
    assert Bounds.told(limits.LIMITS_SAID) == Bounds()


def test_a_server_that_allows_less_is_obeyed_and_one_that_allows_more_is_not_believed():
    assert Bounds.told({"batch_deltas": 3, "batch": 1 << 40}) == Bounds(batch_deltas=3)


@pytest.mark.parametrize("nonsense", [0, -1, None, "9", True, 2.5])
def test_nonsense_changes_nothing(nonsense):
    assert Bounds.told(dict.fromkeys(limits.LIMITS_SAID, nonsense)) == Bounds()


@pytest.mark.parametrize(
    ("said", "pushes"),
    [
        ({}, [5]),
        ({"batch_deltas": 2}, [2, 2, 1]),
        ({"batch_deltas": 1, "in_flight_batches": 2}, [1, 1]),
        ({"batch": 1}, [1] * 5),
        ({"batch": 1, "in_flight": 1}, [1]),
    ],
)
def test_pushes_keep_to_what_was_said(said, pushes, tmp_path):
    bench = Bench(tmp_path / "library.sqlite3")
    bench.desk.new_notes(5)
    bench.connect()
    welcome = bench.welcome()
    bench.hear(m.Welcome(**{f: getattr(welcome, f) for f in welcome.__slots__} | {"limits": said}))
    bench.hear(bench.notice())
    bench.grant()
    bench.feed(e.Written(True))
    sent = [one for one in bench.sent(m.Push) if one.stream == NOTES]
    assert [len(one.deltas) for one in sent] == pushes
    bench.desk.close()


def test_no_more_streams_are_followed_with_their_content_than_was_said(tmp_path):
    bench = Bench(tmp_path / "library.sqlite3")
    bench.connect()
    welcome = bench.welcome()
    said = {"content_subscriptions": 2}
    bench.hear(m.Welcome(**{f: getattr(welcome, f) for f in welcome.__slots__} | {"limits": said}))
    bench.hear(bench.notice())
    (subscribe,) = bench.sent(m.Subscribe)
    wants = [wanted.want for wanted in subscribe.streams]
    assert wants.count("content") <= 2
    bench.desk.close()
