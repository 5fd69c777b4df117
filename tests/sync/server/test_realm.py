from __future__ import annotations

import pytest

from sync.limits import DELTAS_BURST, DELTAS_PER_SECOND
from sync.server.calls import CALLS
from sync.server.opening import open_server
from sync.server.realm import realm_of
from sync.server.settings import Settings


@pytest.mark.covers("limit DELTAS_BURST", "limit DELTAS_PER_SECOND")
def test_a_realm_is_made_of_the_folder_and_the_settings(tmp_path):
    opened = open_server(tmp_path)
    settings = Settings(tmp_path, sign_up="closed", connections_per_account=3)
    realm = realm_of(opened, settings, CALLS, lambda: 5, ended=_nothing, roles_changed=_nothing)
    assert (realm.server_id, realm.core, realm.people) == (opened.server_id, opened.core, opened.people)
    assert (realm.sign_up, realm.connections_max, realm.now_ms()) == ("closed", 3, 5)
    assert realm.paces.take("a", 0, DELTAS_BURST) == 0
    assert realm.paces.take("a", 0) > 0
    assert realm.paces.take("a", 1_000, DELTAS_PER_SECOND) == 0
    assert realm.paces.take("a", 1_000) > 0
    opened.close()


def _nothing(_):
    return None
