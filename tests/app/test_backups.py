"""Copies of the library: when, which are kept, and the way back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.backups import (
    DAYS_KEPT,
    EVERY_MS,
    NEWEST_KEPT,
    WEEKS_KEPT,
    Copy,
    copies,
    is_due,
    libraries_aside,
    make_copy,
    name_of,
    restore,
    set_aside,
    superseded,
)
from app.paths import Profile
from sync.errors import StoreUnavailable
from tests.support.libraries import library_in

NOW_MS = 1_763_000_000_123
DAY_MS = 86_400_000


@pytest.fixture
def profile(tmp_path):
    made = Profile(tmp_path / "p")
    made.make()
    return made


def rows(ages_ms):
    known = [Copy(f"/{age}", NOW_MS - age, 1) for age in sorted(set(ages_ms))]
    return known


def test_a_copy_is_found_by_the_name_it_was_given(profile):
    with library_in(profile.folder) as library:
        library.new_note(title="N")
        path = make_copy(profile, NOW_MS)
    (copy,) = copies(profile.backups)
    assert (copy.path, copy.made_ms) == (path, NOW_MS)
    assert copy.size_bytes == path.stat().st_size > 0
    (profile.backups / "library-99999999-999999-999.sqlite3.new").write_text("")
    (profile.backups / "mine.sqlite3").write_text("")
    assert len(copies(profile.backups)) == 1
    assert copies(profile.folder / "nowhere") == []


def test_one_is_due_when_the_newest_is_a_day_old_or_from_the_future(profile):
    assert is_due(profile.backups, NOW_MS)
    profile.backups.mkdir()
    (profile.backups / name_of(NOW_MS)).write_text("x")
    assert not is_due(profile.backups, NOW_MS)
    assert not is_due(profile.backups, NOW_MS + EVERY_MS - 1)
    assert is_due(profile.backups, NOW_MS + EVERY_MS)
    assert is_due(profile.backups, NOW_MS - 1)


@given(st.lists(st.integers(0, 400 * DAY_MS), max_size=60))
def test_the_newest_are_kept_and_never_more_than_the_rule_says(ages_ms):
    known = rows(ages_ms)
    dropped = superseded(known)
    kept = [copy for copy in known if copy not in dropped]
    assert kept[:NEWEST_KEPT] == known[:NEWEST_KEPT]
    assert len(kept) <= NEWEST_KEPT + DAYS_KEPT + WEEKS_KEPT
    for copy in dropped:
        assert any(other.made_ms >= copy.made_ms for other in kept)
    assert superseded(kept) == []


def test_a_year_of_daily_copies_leaves_days_and_weeks():
    year = rows(range(0, 365 * DAY_MS, DAY_MS))
    kept = [copy for copy in year if copy not in superseded(year)]
    ages = [(NOW_MS - copy.made_ms) // DAY_MS for copy in kept]
    assert ages[:DAYS_KEPT] == list(range(DAYS_KEPT))
    assert DAYS_KEPT + WEEKS_KEPT - 2 <= len(ages) <= DAYS_KEPT + WEEKS_KEPT
    assert max(ages) >= 7 * (WEEKS_KEPT - 2)


def test_going_back_sets_the_library_aside_and_writes_as_another_replica(profile):
    with library_in(profile.folder) as library:
        note = library.new_note(title="Before")
        rid = library.store.rid
        copy = make_copy(profile, NOW_MS)
        library.new_note(title="After")
    aside = restore(profile, copy, NOW_MS)
    with library_in(profile.folder) as library:
        assert [row.title for row in library.store.notes()] == ["Before"]
        assert library.store.rid != rid
        library.edit(note, lambda edit: edit.text(("title",)).insert(0, "x"))
    assert aside is not None
    aside.rename(profile.library)
    with library_in(profile.folder) as library:
        assert {row.title for row in library.store.notes()} == {"Before", "After"}


def test_a_damaged_copy_is_refused_and_nothing_is_changed(profile):
    with library_in(profile.folder) as library:
        library.new_note(title="Kept")
        copy = make_copy(profile, NOW_MS)
    copy.write_bytes(copy.read_bytes()[:5000])
    with pytest.raises(StoreUnavailable):
        restore(profile, copy, NOW_MS)
    with library_in(profile.folder) as library:
        assert [row.title for row in library.store.notes()] == ["Kept"]


def test_setting_aside_takes_the_journal_along_and_nothing_is_nothing(profile):
    assert set_aside(profile, NOW_MS) is None
    profile.library.write_text("a")
    (profile.folder / "library.sqlite3-wal").write_text("b")
    aside = set_aside(profile, NOW_MS)
    assert aside is not None
    assert aside.read_text() == "a"
    assert aside.with_name(aside.name + "-wal").read_text() == "b"
    assert not profile.library.exists()


def test_two_libraries_set_aside_in_one_second_both_stay(profile):
    for text in ("first", "second", "third"):
        profile.library.write_text(text)
        set_aside(profile, NOW_MS)
    assert {path.read_text() for path in libraries_aside(profile.folder)} == {"first", "second", "third"}
