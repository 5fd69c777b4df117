"""Nothing that is only on this computer is deleted, whichever way somebody goes about it."""

from __future__ import annotations

import asyncio

import pytest

from app.backups import libraries_aside, make_copy, set_aside
from app.paths import Profile
from app.refusals import Refused
from app.removal import check_removable, note_refused_exported, only_here, remove_library
from app.transfer.exporting import export_notes
from sync.storage.old_copies import copy_before_upgrade
from tests.support.libraries import library_in


@pytest.fixture
def profile(tmp_path):
    return Profile(tmp_path / "p")


def export(library, folder, **options):
    return asyncio.run(export_notes(library, folder, **options))


def insert(text):
    return lambda edit: edit.text(("body",)).insert(0, text)


def test_an_export_counts_until_the_note_is_edited_again(profile, tmp_path):
    with library_in(profile.folder) as library:
        note = library.new_note(title="one")
        assert only_here(library.store).notes == 1
        export(library, tmp_path / "out")
        assert only_here(library.store).total == 0
        library.edit(note, insert("more"))
        assert only_here(library.store).notes == 1
    with pytest.raises(Refused):
        remove_library(profile)
    assert profile.library.exists()


def test_the_trash_counts_unless_it_is_exported_too(profile, tmp_path):
    with library_in(profile.folder) as library:
        note = library.new_note(title="one")
        library.set_trashed(note, True)
        export(library, tmp_path / "out")
        assert only_here(library.store).notes == 1
        export(library, tmp_path / "out", with_trash=True)
        check_removable(library.store)
    assert (tmp_path / "out" / "Trash" / "one.md").exists()
    remove_library(profile)
    assert not profile.library.exists()


def test_an_export_that_was_stopped_counts_for_what_it_wrote(profile, tmp_path):
    with library_in(profile.folder) as library:
        for title in ("one", "two"):
            library.new_note(title=title)
        written = []
        report = export(
            library,
            tmp_path / "out",
            progress=lambda *step: written.append(step),
            cancelled=lambda: bool(written),
        )
        assert report.done == 1
        assert only_here(library.store).notes == 1


def test_files_and_refused_edits_count_as_well(profile, tmp_path):
    with library_in(profile.folder) as library:
        library.store.save_attachment(b"picture", "image/png")
        note = library.new_note(title="one")
        library.edit(note, insert("refused"))
        stream = library.store.load(note).stream
        last = library.store.stream(stream).next_n - 1
        library.store.acknowledge(stream, last, [(last, "schema", "no")], 1)
        assert only_here(library.store)[2:] == (1, 1)
        assert not export(library, tmp_path / "out").warnings
        assert only_here(library.store)[2:] == (1, 0)
        note_refused_exported(library.store, library.store.quarantine())
        check_removable(library.store)


def refuse_last(library, note):
    stream = library.store.load(note).stream
    last = library.store.stream(stream).next_n - 1
    library.store.acknowledge(stream, last, [(last, "schema", "no")], 1)


def test_a_refused_edit_in_the_place_of_one_that_was_exported_counts(profile):
    with library_in(profile.folder) as library:
        note = library.new_note(title="one")
        library.edit(note, insert("first"))
        refuse_last(library, note)
        (first,) = library.store.quarantine()
        note_refused_exported(library.store, [first])
        library.store.drop_quarantined(first.key)
        check_removable(library.store)
        library.edit(note, insert("second"))
        refuse_last(library, note)
        (second,) = library.store.quarantine()
        assert second.key == first.key
        assert only_here(library.store).refused == 1


def test_an_edit_counts_whose_number_was_that_of_one_exported_long_ago(profile, tmp_path):
    with library_in(profile.folder) as library:
        note = library.new_note(title="one")
        stream = library.store.load(note).stream
        for _ in range(5):
            library.edit(note, insert("much "))
        export(library, tmp_path / "out")
        library.store.acknowledge(stream, library.store.stream(stream).next_n - 1, [], 1)
        for day in (1, 20):
            library.store.tidy(day * 24 * 3_600_000)
        library.store.snapshot(note, library.document(note).encode())
        library.edit(note, insert("since"))
        assert only_here(library.store).edits == 1


def test_copies_stay_while_a_library_lies_aside(profile, tmp_path):
    profile.make()
    profile.library.write_text("damaged")
    set_aside(profile, 1)
    with library_in(profile.folder):
        copy = make_copy(profile, 2)
    remove_library(profile)
    assert copy.exists()
    assert [path.read_text() for path in libraries_aside(profile.folder)] == ["damaged"]
    for path in libraries_aside(profile.folder):
        path.unlink()
    remove_library(profile)
    assert not profile.backups.exists()


def test_an_export_into_the_profile_itself_stays(profile):
    with library_in(profile.folder) as library:
        library.new_note(title="one")
        copies = [make_copy(profile, 1), copy_before_upgrade(profile.library, "1.0", 2)]
        out = profile.backups / "out"
        export(library, out)
    remove_library(profile)
    assert not profile.library.exists()
    assert not any(copy.exists() for copy in copies)
    assert (out / "one.md").exists()


def test_removing_where_there_is_nothing_is_no_error(profile):
    profile.make()
    remove_library(profile)
