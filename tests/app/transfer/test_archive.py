"""The file of an archive: whole or not at all, and nothing in it is believed."""

from __future__ import annotations

import json
import zipfile
from contextlib import closing, suppress

import pytest

from app.refusals import Refused
from app.transfer import archive as module
from app.transfer.archive import FILE_NAME, MANIFEST, Archive
from app.transfer.exporting import export_notes
from tests.support.libraries import at_once

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


@pytest.fixture
def written(library, tmp_path):
    library.store.save_attachment(PNG, "image/png")
    library.new_note(title="Kept")
    gone = library.new_note(title="Gone")
    library.set_trashed(gone, True)
    report = at_once(export_notes(library, tmp_path / "out", "archive"))
    assert (report.done, report.refused) == (2, [])
    return tmp_path / "out" / FILE_NAME


def rewritten(path, change):
    """The archive with its manifest changed by a function."""
    with zipfile.ZipFile(path) as old:
        files = {name: old.read(name) for name in old.namelist()}
    manifest = json.loads(files[MANIFEST])
    change(manifest)
    files[MANIFEST] = json.dumps(manifest).encode()
    with zipfile.ZipFile(path, "w") as new:
        for name, body in files.items():
            new.writestr(name, body)


def refusal(path):
    with pytest.raises(Refused) as caught:
        Archive(path)
    return caught.value.code


def test_it_holds_every_document_the_trash_included_and_every_attachment(library, written):
    archive = Archive(written)
    ids = {row.id for row in (*library.store.notes(), *library.store.notes(trashed=True))}
    assert {entry.id for entry in archive.documents} == ids
    for entry in archive.documents:
        assert archive.state(entry) == library.document(entry.id).encode()
    ((sha256, mime),) = archive.attachments
    assert (archive.attachment(sha256), mime) == (PNG, "image/png")
    assert [notebook.personal for notebook in archive.notebooks] == [True]
    archive.close()


def test_one_that_is_cancelled_is_not_kept_and_an_earlier_one_stays(library, written):
    before = written.read_bytes()
    report = at_once(export_notes(library, written.parent, "archive", cancelled=lambda: True))
    assert report.cancelled
    assert written.read_bytes() == before
    assert not written.with_name(f"{FILE_NAME}.part").exists()


@pytest.mark.parametrize("body", [b"", b"not a zip", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_archive_is_refused(tmp_path, body):
    (tmp_path / "x.commonplace").write_bytes(body)
    assert refusal(tmp_path / "x.commonplace") == "archive_damaged"


def test_every_truncation_is_refused(written):
    whole = written.read_bytes()
    for size in range(0, len(whole) - 1, 3):
        written.write_bytes(whole[:size])
        assert refusal(written) == "archive_damaged"


def test_a_flipped_byte_is_refused_or_changes_nothing_that_is_read(library, written):
    whole = written.read_bytes()
    for place in range(0, len(whole), 3):
        damaged = bytearray(whole)
        damaged[place] ^= 0x55
        written.write_bytes(damaged)
        with suppress(Refused), closing(Archive(written)) as archive:
            for entry in archive.documents:
                with suppress(Refused):
                    assert archive.state(entry) == library.document(entry.id).encode()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda manifest: manifest.update(format="other"), "archive_damaged"),
        (lambda manifest: manifest.update(layout=2), "archive_newer"),
        (lambda manifest: manifest.pop("documents"), "archive_damaged"),
        (lambda manifest: manifest.update(documents=[["x", "notes", "../../etc/passwd"]]), None),
        (lambda manifest: manifest["documents"][0].__setitem__(2, "../../etc/passwd"), "archive_damaged"),
        (lambda manifest: manifest["notebooks"][0].update(id="../x"), "archive_damaged"),
        (lambda manifest: manifest["attachments"][0].update(sha256="../x"), "archive_damaged"),
        (lambda manifest: manifest.update(documents=7), "archive_damaged"),
    ],
)
def test_a_manifest_that_makes_no_sense_is_refused(written, change, code):
    rewritten(written, change)
    if code is None:
        archive = Archive(written)
        assert archive.documents == []  # of a notebook that is not there
        archive.close()
    else:
        assert refusal(written) == code


def test_a_manifest_that_is_no_json_or_missing_is_refused(written):
    with zipfile.ZipFile(written, "w") as new:
        new.writestr(MANIFEST, "[" * 100_000)
    assert refusal(written) == "archive_damaged"
    with zipfile.ZipFile(written, "w") as new:
        new.writestr("other", "")
    assert refusal(written) == "archive_damaged"


def test_other_bytes_than_the_hash_says_are_refused(written):
    with zipfile.ZipFile(written) as old:
        files = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(written, "w") as new:
        for name, body in files.items():
            new.writestr(name, body[:-1] if name.startswith("attachments/") else body)
    archive = Archive(written)
    with pytest.raises(Refused):
        archive.attachment(archive.attachments[0][0])
    archive.close()


def test_no_more_is_unpacked_than_the_limit(written, monkeypatch):
    archive = Archive(written)
    entry = archive.documents[0]
    size = len(archive.state(entry))
    monkeypatch.setattr(module, "STATE_SIZE_MAX", size)
    assert len(archive.state(entry)) == size
    monkeypatch.setattr(module, "STATE_SIZE_MAX", size - 1)
    with pytest.raises(Refused) as caught:
        archive.state(entry)
    assert caught.value.code == "too_large"
    archive.close()


def test_more_entries_than_the_limit_are_refused(written, monkeypatch):
    with zipfile.ZipFile(written) as opened:
        count = len(opened.infolist())
    monkeypatch.setattr(module, "ENTRIES_MAX", count)
    Archive(written).close()
    monkeypatch.setattr(module, "ENTRIES_MAX", count - 1)
    assert refusal(written) == "archive_damaged"
