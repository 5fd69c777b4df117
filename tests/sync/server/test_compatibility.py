"""Which model a server's data is of, and what a connection of another may do."""

from __future__ import annotations

import pytest

from sync.errors import StoreUnavailable, VersionTooNew
from sync.model.versions import DEFAULT
from sync.server.compatibility import MODES, Compatibility
from sync.server.opening import open_server


@pytest.mark.parametrize(
    ("client", "server", "min_push", "mode"),
    [
        ("1.0", "1.0", "1.0", "full"),
        ("1.9", "1.0", "1.0", "full"),
        ("1.0", "2.0", "1.0", "send_only"),
        ("1.2", "2.0", "1.3", "blocked"),
        ("1.3", "2.0", "1.3", "send_only"),
        ("1.10", "2.0", "1.9", "send_only"),
        ("2.0", "2.1", "2.1", "blocked"),
        ("2.0", "1.3", "1.0", "ahead"),
        ("0.9", "1.0", "1.0", "blocked"),
    ],
)
def test_the_mode_follows_from_the_versions_and_from_what_is_still_taken(client, server, min_push, mode):
    assert mode in MODES
    said = Compatibility(server, min_push).said(client)
    assert (said.version, said.min_push, said.mode) == (server, min_push, mode)


def test_a_new_server_is_of_the_default_model_and_keeps_it(tmp_path):
    opened = open_server(tmp_path)
    assert (opened.model.version, opened.model.min_push) == (DEFAULT, "1.0")
    assert opened.store.meta("model") == DEFAULT
    opened.close()


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_a_new_server_is_of_the_model_that_is_asked_for_and_nothing_else_opens_it(tmp_path, version):
    opened = open_server(tmp_path, version)
    account = opened.people.sign_up("ann@example.org", "Ann", "hash", 1)
    assert {stream.model for stream in opened.store.streams()} == {version}
    opened.close()
    for wanted in (None, version):
        again = open_server(tmp_path, wanted)
        assert again.model.version == version
        assert again.people.account_of("ann@example.org") == account
        again.close()
    with pytest.raises(StoreUnavailable, match="migrate run") as refused:
        open_server(tmp_path, "1.0" if version == "2.0" else "2.0")
    assert refused.value.reason == "other_model"


def test_a_server_that_never_wrote_its_model_down_is_of_the_oldest(tmp_path):
    opened = open_server(tmp_path, "1.0")
    opened.store.db.write("DELETE FROM meta WHERE key = 'model'")
    opened.close()
    again = open_server(tmp_path)
    assert again.model.version == "1.0"
    again.close()


def test_a_model_of_tomorrow_is_left_as_it_is(tmp_path):
    opened = open_server(tmp_path)
    opened.store.set_meta("model", "9.0")
    opened.close()
    with pytest.raises(VersionTooNew):
        open_server(tmp_path)


def test_what_another_process_changed_is_seen_at_a_look(tmp_path):
    opened = open_server(tmp_path, "1.0")
    assert not opened.model.look(opened.store)
    opened.store.set_meta("model", "2.0")
    opened.store.set_meta("min_push", "1.4")
    assert opened.model.look(opened.store)
    assert (opened.model.version, opened.model.min_push) == ("2.0", "1.4")
    assert not opened.model.look(opened.store)
    opened.close()
