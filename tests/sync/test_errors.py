from __future__ import annotations

from pathlib import Path

import pytest

from sync import errors

MADE = [
    errors.LocalProtocolError("too_big", "a frame"),
    errors.RemoteProtocolError("bad_frame", "not a message"),
    errors.StoreUnavailable(Path("x.sqlite3"), "locked", "by somebody"),
    errors.VersionTooNew(Path("x.sqlite3"), 9, 1),
    errors.AuthFailed("rate", after_ms=5),
]


@pytest.mark.parametrize("error", MADE, ids=lambda error: type(error).__name__)
def test_every_error_of_the_world_can_be_caught_as_one(error):
    assert isinstance(error, errors.SyncError)
    assert not isinstance(error, AssertionError)
    assert str(error)


def test_errors_carry_the_facts():
    local, remote, store, version, auth = MADE
    assert (local.code, remote.code) == ("too_big", "bad_frame")
    assert (store.reason, store.detail, store.path.name) == ("locked", "by somebody", "x.sqlite3")
    assert (version.found, version.known) == (9, 1)
    assert (auth.code, auth.after_ms) == ("rate", 5)
