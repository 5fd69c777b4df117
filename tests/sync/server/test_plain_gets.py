from __future__ import annotations

import json

import pytest

from sync import VERSION
from sync.limits import CONNECTIONS_PER_ADDRESS
from sync.server.plain_gets import SYNC_PATH, Crowd, answer
from sync.server.settings import Settings


def _answer(path, **changed):
    given = {"ready": True, "stopping": False, "crowded": False, "model": "1.0", "server": "s", **changed}
    return answer(path, **given)


@pytest.mark.parametrize(
    ("path", "changed", "status"),
    [
        ("/livez", {"ready": False}, 200),
        ("/readyz", {}, 200),
        ("/readyz", {"ready": False}, 503),
        ("/readyz", {"stopping": True}, 503),
        ("/i/abc", {}, 200),
        ("/", {}, 404),
        ("/v1/sync/", {}, 404),
        (SYNC_PATH, {"stopping": True}, 503),
        (SYNC_PATH, {"crowded": True}, 429),
    ],
)
def test_plain_gets_have_their_status(path, changed, status):
    assert _answer(path, **changed).status == status


def test_an_invite_in_a_browser_says_what_to_do_with_it_and_nothing_else():
    assert "commonplace join" in _answer("/i/abc").body
    assert _answer("/i/abc").body == _answer("/i/def").body


def test_a_socket_is_let_through():
    assert _answer(SYNC_PATH) is None


def test_the_version_is_told():
    said = json.loads(_answer("/version").body)
    assert said == {"version": VERSION, "protocol": 1, "model": "1.0", "server": "s"}


def test_an_address_has_a_bound_of_connections_and_this_machine_has_none():
    crowd = Crowd(2)
    for address in ("1.2.3.4", "127.0.0.1", "::1", ""):
        for _ in range(2):
            crowd.enter(address)
    assert crowd.is_full("1.2.3.4")
    assert not crowd.is_full("127.0.0.1")
    assert not crowd.is_full("::1")
    assert not crowd.is_full("5.6.7.8")
    crowd.leave("1.2.3.4")
    assert not crowd.is_full("1.2.3.4")
    crowd.leave("1.2.3.4")
    assert "1.2.3.4" not in crowd._there


@pytest.mark.covers("limit CONNECTIONS_PER_ADDRESS")
def test_an_address_has_as_many_connections_as_the_limit_and_not_one_more(tmp_path):
    crowd = Crowd(Settings(tmp_path).connections_per_address)
    for _ in range(CONNECTIONS_PER_ADDRESS):
        assert not crowd.is_full("192.0.2.7")
        crowd.enter("192.0.2.7")
    assert crowd.is_full("192.0.2.7")
    assert not crowd.is_full("192.0.2.8")
