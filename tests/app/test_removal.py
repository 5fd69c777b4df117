"""Nothing that is only on this computer is deleted, whichever way somebody goes about it."""

from __future__ import annotations

import asyncio

import pytest

from app.paths import Profile
from app.refusals import Refused
from app.removal import check_removable, note_refused_exported, only_here, remove_library
from app.transfer.exporting import export_notes
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
        note_refused_exported(library.store, [row.key for row in library.store.quarantine()])
        check_removable(library.store)


def test_removing_where_there_is_nothing_is_no_error(profile):
    profile.make()
    remove_library(profile)
