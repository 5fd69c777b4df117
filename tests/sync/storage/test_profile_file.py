"""Opening a library file, whatever state it is in."""

import shutil
import sqlite3

import pytest

from sync.errors import StoreUnavailable, VersionTooNew
from sync.storage.client_store import ClientStore
from sync.storage.schema import STEPS


def test_an_unclean_exit_leads_to_a_check_and_damage_is_reported_not_repaired(desk, tmp_path):
    for number in range(200):
        desk.new_note(f"note {number}", "text " * 50)
    desk.close()
    copy = tmp_path / "copy.sqlite3"
    shutil.copy(desk.path, copy)
    content = bytearray(copy.read_bytes())
    for page in range(10, 20):
        content[page * 4096 : page * 4096 + 200] = b"\xee" * 200
    connection = sqlite3.connect(copy)
    connection.execute("INSERT OR REPLACE INTO meta(key, value) VALUES ('open', '1')")
    connection.commit()
    connection.close()
    damaged = bytearray(copy.read_bytes())
    for page in range(10, 20):
        damaged[page * 4096 : page * 4096 + 200] = b"\xee" * 200
    copy.write_bytes(damaged)
    with pytest.raises(StoreUnavailable) as caught:
        ClientStore.open(copy)
    assert caught.value.reason == "damaged"
    assert copy.read_bytes() == damaged
    desk.open()


def test_a_store_of_a_newer_program_is_refused_and_untouched(desk, tmp_path):
    desk.close()
    connection = sqlite3.connect(desk.path)
    connection.execute("PRAGMA user_version=99")
    connection.commit()
    connection.close()
    before = desk.path.read_bytes()
    with pytest.raises(VersionTooNew) as caught:
        ClientStore.open(desk.path)
    assert caught.value.found == 99
    assert desk.path.read_bytes() == before
    connection = sqlite3.connect(desk.path)
    connection.execute(f"PRAGMA user_version={len(STEPS)}")
    connection.commit()
    connection.close()
    desk.open()
