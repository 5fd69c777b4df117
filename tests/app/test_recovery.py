"""A new library out of what can be read of the old one."""

import pytest

from app.paths import Profile
from app.recovery import RESCUED, rescue_library
from sync.errors import StoreUnavailable
from tests.support.libraries import library_in

NOW_MS = 1_763_000_000_000


@pytest.fixture
def profile(tmp_path):
    made = Profile(tmp_path / "p")
    made.make()
    return made


def test_notes_notebooks_and_their_ids_come_over_and_the_old_file_stays(profile):
    with library_in(profile.folder) as library:
        work = library.new_notebook("Work")
        note = library.new_note(work, title="N")
        gone = library.new_note(title="Gone")
        library.set_trashed(gone, True)
    old = profile.library.read_bytes()
    read = []
    made = rescue_library(profile, NOW_MS, read.append)
    assert (made.read, made.taken, read) == ((2, 0, 0), 2, [1, 2])
    assert made.aside is not None
    assert made.aside.read_bytes() == old
    assert (profile.folder / RESCUED).exists()
    with library_in(profile.folder) as library:
        assert {row.name: row.id for row in library.store.notebooks()}["Work"] == work
        assert [row.id for row in library.store.notes()] == [note]
        assert [row.id for row in library.store.notes(trashed=True)] == [gone]


def test_a_file_that_is_no_library_gives_an_empty_one(profile):
    profile.library.write_bytes(b"not a database at all" * 100)
    made = rescue_library(profile, NOW_MS, lambda count: None)
    assert made.taken == 0
    with library_in(profile.folder) as library:
        assert library.store.notes() == []


def test_where_nothing_can_be_written_the_library_stays_where_it_was(profile, monkeypatch):
    with library_in(profile.folder) as library:
        library.new_note(title="N")
    old = profile.library.read_bytes()

    def fail(*_):
        raise StoreUnavailable(profile.library, "no_space", "full")

    monkeypatch.setattr("app.recovery.rescue", fail)
    with pytest.raises(StoreUnavailable):
        rescue_library(profile, NOW_MS, lambda count: None)
    assert profile.library.read_bytes() == old
