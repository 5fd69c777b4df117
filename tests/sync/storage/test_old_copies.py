"""Copies from before an upgrade: two, for thirty days, and only where there is room."""

import pytest

from sync.errors import StoreUnavailable
from sync.storage import old_copies
from sync.storage.client_store import ClientStore
from sync.storage.old_copies import (
    DAY_MS,
    copy_before_upgrade,
    forget_old_copies,
    has_room,
)

NOW_MS = 1_760_000_000_000


def names(desk):
    return [path.name for path in old_copies.old_copies(desk.path)]


def test_the_newest_two_stay_and_others_backups_are_left_alone(desk):
    note = desk.new_note("N", "text")
    folder = desk.path.parent / old_copies.FOLDER
    folder.mkdir()
    (folder / "library-20260101.sqlite3").write_bytes(b"another")
    made = [copy_before_upgrade(desk.path, "1.0", NOW_MS + number) for number in range(3)]
    assert names(desk) == [path.name for path in made[1:]]
    assert (folder / "library-20260101.sqlite3").exists()
    store = ClientStore.open(made[-1])
    assert store.document(note, store.rid).text(("body",)).text() == "text"
    store.close()


def test_a_copy_is_kept_for_thirty_days_and_not_longer(desk):
    copy_before_upgrade(desk.path, "1.0", NOW_MS)
    forget_old_copies(desk.path, NOW_MS + 30 * DAY_MS)
    assert len(names(desk)) == 1
    forget_old_copies(desk.path, NOW_MS + 30 * DAY_MS + 1)
    assert names(desk) == []


def test_room_is_two_libraries_and_a_fifth(desk, monkeypatch):
    size = desk.path.stat().st_size
    for free, enough in ((int(2.2 * size) + 1, True), (int(2.2 * size) - 1, False)):
        monkeypatch.setattr("shutil.disk_usage", lambda _, free=free: type("Usage", (), {"free": free}))
        assert has_room(desk.path) == enough


def test_a_library_that_cannot_be_read_leaves_no_copy(desk, tmp_path):
    lost = tmp_path / "elsewhere"
    lost.mkdir()
    (lost / "library.sqlite3").write_bytes(b"no database at all, but long enough")
    with pytest.raises(StoreUnavailable):
        copy_before_upgrade(lost / "library.sqlite3", "1.0", NOW_MS)
    assert old_copies.old_copies(lost / "library.sqlite3") == []
