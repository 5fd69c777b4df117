"""Whole copies of a store."""

from __future__ import annotations

import sqlite3

import pytest

from sync.errors import StoreUnavailable
from sync.storage import backup
from sync.storage.backup import check_store, copy_store
from sync.storage.client_store import ClientStore


@pytest.fixture
def store(tmp_path):
    opened = ClientStore.open(tmp_path / "library.sqlite3")
    opened.add_notebook("A" * 22, "Garden")
    yield opened
    opened.close()


def test_a_copy_of_an_open_store_opens_and_has_everything(store, tmp_path):
    copy_store(store.path, tmp_path / "copy.sqlite3")
    copied = ClientStore.open(tmp_path / "copy.sqlite3")
    assert [row.name for row in copied.notebooks()] == ["Garden"]
    copied.close()


def test_a_copy_that_fails_leaves_no_file(store, tmp_path):
    target = tmp_path / "missing" / "copy.sqlite3"
    with pytest.raises(StoreUnavailable):
        copy_store(store.path, target)
    assert not target.parent.exists()


def test_a_full_disk_is_that_of_the_copy(store, tmp_path, monkeypatch):
    def full(path):
        raise StoreUnavailable(path, "no_space", "database or disk is full")

    monkeypatch.setattr(backup, "mapped_errors", full)
    with pytest.raises(StoreUnavailable, match=r"copy\.sqlite3: no_space"):
        copy_store(store.path, tmp_path / "copy.sqlite3")


def test_a_damaged_store_is_found_out(store, tmp_path):
    copy_store(store.path, tmp_path / "copy.sqlite3")
    bytes_ = bytearray((tmp_path / "copy.sqlite3").read_bytes())
    bytes_[4096:8192] = b"\xff" * 4096
    (tmp_path / "copy.sqlite3").write_bytes(bytes_)
    with pytest.raises(StoreUnavailable) as caught:
        check_store(tmp_path / "copy.sqlite3")
    assert caught.value.reason == "damaged"


def test_the_copy_is_compacted_and_in_order(store, tmp_path):
    copy_store(store.path, tmp_path / "copy.sqlite3")
    connection = sqlite3.connect(tmp_path / "copy.sqlite3")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("PRAGMA freelist_count").fetchone() == (0,)
    connection.close()
    assert not list(tmp_path.glob("*.new*"))
