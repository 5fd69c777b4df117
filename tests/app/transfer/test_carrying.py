"""Taking an archive in: everything under its own names, nothing twice, and on to the server."""

from __future__ import annotations

import json
import zipfile

import pytest

from app.transfer.archive import FILE_NAME, MANIFEST
from app.transfer.exporting import export_notes
from app.transfer.importing import import_paths
from crdt import Stamp
from sync.storage.rows import LocalChange
from tests.support.libraries import at_once, library_in


@pytest.fixture
def other(tmp_path):
    with library_in(tmp_path / "other") as made:
        yield made


def archived(library, folder):
    at_once(export_notes(library, folder, "archive"))
    return folder / FILE_NAME


def take(library, path, **options):
    return at_once(import_paths(library, [path], **options))


def same(one, two, note):
    assert one.document(note).to_value() == two.document(note).to_value()
    assert one.document(note).text(("body",)).spans() == two.document(note).text(("body",)).spans()


def test_a_library_comes_over_with_ids_history_folders_and_trash(library, other, tmp_path):
    folder = "F" * 22
    library.submit([library.draft_folder(library.personal(), "Folder", None, folder)])
    note = library.new_note(
        title="Kept", blocks=[([("text", {"bold": True})], {})], folder=folder, tags=["a"]
    )
    library.edit(note, lambda edit: edit.text(("body",)).insert(4, " more"))
    gone = library.new_note(title="Gone")
    library.set_trashed(gone, True)
    report = take(other, archived(library, tmp_path / "out"))
    assert (report.done, report.refused, report.warnings) == (2, [], [])
    for name in (note, gone):
        same(library, other, name)
    assert [row.name for row in other.store.folders(other.personal())] == ["Folder"]
    assert [row.title for row in other.store.notes(trashed=True)] == ["Gone"]
    assert other.document(note).text(("body",)).authors() == library.document(note).text(("body",)).authors()


def test_taking_it_in_again_changes_nothing_and_what_was_written_since_stays(library, other, tmp_path):
    note = library.new_note(title="N")
    path = archived(library, tmp_path / "out")
    take(other, path)
    other.edit(note, lambda edit: edit.text(("body",)).insert(0, "mine"))
    before, unsent = other.document(note).encode(), other.store.outbox_count()
    report = take(other, path)
    assert (report.done, report.notes) == (1, [])
    assert other.document(note).encode() == before
    assert other.store.outbox_count() == unsent


def test_what_two_libraries_wrote_in_one_note_is_merged(library, other, tmp_path):
    note = library.new_note(title="N")
    take(other, archived(library, tmp_path / "first"))
    other.edit(note, lambda edit: edit.text(("body",)).insert(0, "there "))
    library.edit(note, lambda edit: edit.text(("body",)).insert(0, "here "))
    take(library, archived(other, tmp_path / "back"))
    take(other, archived(library, tmp_path / "again"))
    same(library, other, note)
    text = library.document(note).text(("body",)).text()
    assert sorted(text.split()) == ["here", "there"]


def test_notebooks_find_their_counterpart_by_id_then_by_name_or_are_made(library, other, tmp_path):
    notebook = library.new_notebook("Work")
    library.new_note(notebook, title="At work")
    library.new_note(title="At home")
    take(other, archived(library, tmp_path / "out"))
    assert {row.name: row.notes for row in other.store.notebooks()} == {"Personal": 1, "Work": 1}
    take(other, archived(library, tmp_path / "out"))
    assert len(other.store.notebooks()) == 2


def test_a_notebook_that_is_named_gets_all(library, other, tmp_path):
    library.new_note(title="A")
    wanted = other.new_notebook("Old notes")
    take(other, archived(library, tmp_path / "out"), notebook=wanted)
    assert [row.notebook for row in other.store.notes()] == [wanted]


def test_one_that_this_library_wrote_later_than_it_knows_is_refused(library, other, tmp_path):
    note = library.new_note(title="N")
    take(other, archived(library, tmp_path / "old"))
    future = other.document(note)
    stamp = Stamp(library.ticker.now_ms(), 9, library.ticker.rid)
    twin = library.document(note)
    delta = twin.edit(stamp, lambda edit: edit.set(("pinned",), True))
    other.store.append([LocalChange(other.store.load(note).stream, note, delta, carried=True)])
    assert future.version() != other.document(note).version()
    report = take(library, archived(other, tmp_path / "new"))
    assert report.done == 0
    assert "new profile" in report.refused[0].reason


def test_edits_from_the_future_are_refused(library, other, tmp_path):
    note = library.new_note(title="N")
    stamp = Stamp(library.ticker.now_ms() + 10**9, 0, library.ticker.rid)
    delta = library.document(note).edit(stamp, lambda edit: edit.set(("pinned",), True))
    library.store.append([LocalChange(library.store.load(note).stream, note, delta)])
    report = take(other, archived(library, tmp_path / "out"))
    assert report.done == 0
    assert "future" in report.refused[0].reason


def test_a_model_that_is_not_known_is_refused_and_a_broken_document_alone(library, other, tmp_path):
    library.new_note(title="A")
    broken = library.new_note(title="B")
    path = archived(library, tmp_path / "out")
    with zipfile.ZipFile(path) as old:
        files = {name: old.read(name) for name in old.namelist()}
    manifest = json.loads(files[MANIFEST])
    for model, taken in (("99.0", 0), ("x", 0), ("1.0", 1)):
        files[MANIFEST] = json.dumps({**manifest, "model": model}).encode()
        with zipfile.ZipFile(path, "w") as new:
            for name, body in files.items():
                new.writestr(name, b"\xff" if name.endswith(broken) else body)
        report = take(other, path)
        assert report.done == taken
        assert len(report.refused) == 1


def test_it_can_be_stopped_and_gone_on_with(library, other, tmp_path):
    for number in range(5):
        library.new_note(title=str(number))
    path = archived(library, tmp_path / "out")
    asked = iter([False, False, True])
    report = take(other, path, cancelled=lambda: next(asked))
    assert report.cancelled
    assert len(other.store.notes()) == 2
    assert take(other, path).done == 5
    assert len(other.store.notes()) == 5
