"""The table: every cell of it."""

import pytest

from sync.client.reconcile import NEEDS_NEW_REPLICA, Standing, forked_rid, needs_reset, standing
from sync.protocol.rows import Granted
from sync.storage.rows import StreamRow

STREAM = "N" * 22 + "/notes"


def chain(n):
    return bytes([n]) * 8


def mine(**changed):
    row = StreamRow(1, STREAM, "N" * 22, "notes", 5, 40, "owner", 8, chain(7), 4, chain(4), 0, "")
    return row._replace(**changed)


def ours(n):
    """Rows 3 to 7 are known here; what is before has been cut from the tail."""
    return chain(n) if 3 <= n <= 7 else None


@pytest.mark.parametrize(
    ("last_n", "link", "expected"),
    [
        (4, chain(4), Standing.NORMAL),
        (6, chain(6), Standing.NORMAL),
        (7, chain(7), Standing.NORMAL),
        (8, chain(8), Standing.ROLLED_BACK),
        (900, chain(1), Standing.ROLLED_BACK),
        (6, chain(9), Standing.FORKED),
        (4, chain(9), Standing.FORKED),
        (3, chain(3), Standing.RESTORED),
        (3, chain(9), Standing.FORKED),
        (2, chain(2), Standing.FORGOTTEN),
    ],
)
def test_standing(last_n, link, expected):
    assert standing(mine(), last_n, link, ours) is expected


def test_which_standings_need_another_name():
    assert {Standing.ROLLED_BACK, Standing.FORKED, Standing.FORGOTTEN} == NEEDS_NEW_REPLICA


@pytest.mark.parametrize(
    ("row", "changed", "expected"),
    [
        (mine(), {}, False),
        (mine(), {"epoch": 6}, True),
        (mine(), {"head": 39}, True),
        (mine(), {"head": 40}, False),
        (mine(), {"via": "reset"}, True),
        (mine(epoch=0, cursor=0), {"epoch": 6}, False),
    ],
)
def test_when_a_stream_is_fetched_from_nothing(row, changed, expected):
    granted = Granted(STREAM, "ok", "owner", 5, 50, 0, 4, chain(4), "log")._replace(**changed)
    assert needs_reset(row, granted) is expected


def test_copies_that_diverged_alike_agree_and_others_do_not():
    assert forked_rid(9, STREAM, 4, chain(7)) == forked_rid(9, STREAM, 4, chain(7))
    others = {forked_rid(9, STREAM, 4, chain(n)) for n in range(100)} | {forked_rid(8, STREAM, 4, chain(7))}
    assert len(others) == 101
    assert all(0 < rid < 1 << 63 for rid in others)
