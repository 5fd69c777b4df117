"""Opening a library file, whatever state it is in."""

import shutil
import sqlite3

import pytest

from sync.errors import StoreUnavailable, VersionTooNew
from sync.model.versions import DEFAULT
from sync.storage.client_store import ClientStore
from sync.storage.profile_file import DEFAULT_MODEL
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


def tables_are_newer(connection):
    connection.execute("PRAGMA user_version=99")
    connection.execute("ALTER TABLE notes ADD COLUMN yet_to_come TEXT")


def model_is_newer(connection):
    connection.execute("UPDATE meta SET value = '9.1' WHERE key = 'model'")


def test_a_whole_library_that_was_not_closed_is_checked_once_and_says_so(desk):
    assert not desk.store.was_checked
    desk.crash()
    desk.open()
    assert desk.store.was_checked
    desk.close()
    desk.open()
    assert not desk.store.was_checked


@pytest.mark.parametrize("age", [tables_are_newer, model_is_newer])
def test_a_store_of_a_newer_program_can_be_read_and_stays_as_it_is(desk, age):
    note = desk.new_note("Plans", "the text")
    desk.store.notes()
    desk.close()
    connection = sqlite3.connect(desk.path)
    age(connection)
    connection.commit()
    connection.close()
    before = desk.path.read_bytes()
    store = ClientStore.open(desk.path)
    assert store.read_only
    assert [row.title for row in store.notes()] == ["Plans"]
    assert [hit.row.id for hit in store.search("text")] == [note]
    assert store.load(note).build(store.rid).text(("body",)).text() == "the text"
    for write in (lambda: store.set_meta("a", "b"), lambda: store.add_notebook("n" * 22, "N")):
        with pytest.raises(StoreUnavailable) as caught:
            write()
        assert caught.value.reason == "newer"
    store.close()
    assert desk.path.read_bytes() == before
    connection = sqlite3.connect(desk.path)
    connection.execute("UPDATE meta SET value = '1.0' WHERE key = 'model'")
    connection.execute(f"PRAGMA user_version={len(STEPS)}")
    connection.commit()
    connection.close()
    desk.open()


def test_a_store_that_cannot_even_be_read_is_refused_and_untouched(desk, tmp_path):
    desk.close()
    connection = sqlite3.connect(desk.path)
    connection.execute("PRAGMA user_version=99")
    connection.execute("DROP TABLE meta")
    connection.commit()
    connection.close()
    before = desk.path.read_bytes()
    with pytest.raises(VersionTooNew) as caught:
        ClientStore.open(desk.path)
    assert caught.value.found == 99
    assert desk.path.read_bytes() == before
    desk.path.unlink()
    desk.open()


def test_a_new_store_is_made_for_the_newest_model_and_an_old_one_stays_what_it_is(tmp_path):
    assert DEFAULT_MODEL == DEFAULT
    for newest in ("1.0", "2.0"):
        path = tmp_path / newest
        store = ClientStore.open(path, newest=newest)
        assert store.model == newest
        store.close()
        store = ClientStore.open(path, newest="2.0")
        assert (store.model, store.read_only) == (newest, False)
        store.close()


def test_a_store_from_before_there_were_models_has_the_first(desk):
    desk.close()
    connection = sqlite3.connect(desk.path)
    connection.execute("DELETE FROM meta WHERE key = 'model'")
    connection.commit()
    connection.close()
    store = ClientStore.open(desk.path, newest="2.0")
    assert store.model == "1.0"
    store.close()
    desk.open()
