"""What can be read of a damaged library: never an exception, and what lies elsewhere is not lost."""

from __future__ import annotations

import random
import shutil
import sqlite3

import pytest

from sync.storage.salvage import Salvage
from tests.support.libraries import library_in

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 2_000
NOTES = 120


@pytest.fixture
def library_file(tmp_path):
    with library_in(tmp_path / "p") as library:
        for number in range(NOTES):
            text = f"body of {number} " + "word " * 40
            note = library.new_note(title=f"Note {number}", blocks=[([(text, {})], {})])
            if number % 10 == 0:
                library.edit(note, lambda edit: edit.text(("body",)).insert(0, "more "))
        library.store.save_attachment(PNG, "image/png")
        while library.store.refresh_projections():
            pass
    return tmp_path / "p" / "library.sqlite3"


def read(path, folder):
    folder.mkdir()
    salvage = Salvage(path, folder)
    try:
        found = list(salvage.documents())
        return found, list(salvage.attachments()), salvage.notebooks(), salvage.lost
    finally:
        salvage.close()
        shutil.rmtree(folder)


def test_a_whole_library_is_read_whole_and_stays_as_it_is(library_file, tmp_path):
    before = library_file.read_bytes()
    found, attachments, notebooks, lost = read(library_file, tmp_path / "work")
    assert {row.title for row in found} == {f"Note {number}" for number in range(NOTES)}
    assert all(row.state is not None and row.collection == "notes" for row in found)
    assert [(mime, body) for _, mime, body in attachments] == [("image/png", PNG)]
    assert [name for _, name in notebooks] == ["Personal"]
    assert lost == 0
    assert library_file.read_bytes() == before


def test_any_damage_is_survived_and_most_notes_are_read(library_file, tmp_path):
    whole = library_file.read_bytes()
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    generator = random.Random(seed)
    read_of = []
    for turn in range(25):
        damaged = bytearray(whole)
        for _ in range(generator.choice((1, 3, 10))):
            at = generator.randrange(4096, len(damaged))
            size = generator.choice((1, 16, 512))
            damaged[at : at + size] = generator.randbytes(min(size, len(damaged) - at))
        library_file.write_bytes(damaged)
        found, *_ = read(library_file, tmp_path / f"work{turn}")
        read_of.append(len({row.id for row in found}))
    assert sorted(read_of)[len(read_of) // 2] >= NOTES * 3 // 4, "one page holds a few rows of one table"


def test_what_is_cut_off_or_no_database_gives_what_there_is(library_file, tmp_path):
    whole = library_file.read_bytes()
    for turn, body in enumerate((b"", b"text", whole[:100], whole[: len(whole) // 2], bytes(8192))):
        library_file.write_bytes(body)
        found, *_ = read(library_file, tmp_path / f"cut{turn}")
        assert len(found) <= NOTES


def test_where_the_history_is_damaged_the_words_are_given(library_file, tmp_path):
    connection = sqlite3.connect(library_file)
    (key,) = connection.execute("SELECT document FROM notes WHERE title = 'Note 7'").fetchone()
    connection.execute("UPDATE outbox SET body = x'00' WHERE document = ?", (key,))
    connection.execute("UPDATE documents SET snapshot = NULL WHERE key = ?", (key,))
    connection.commit()
    connection.close()
    found, _, _, lost = read(library_file, tmp_path / "work")
    row = next(row for row in found if row.title == "Note 7")
    assert row.state is None
    assert row.text.startswith("body of 7")
    assert lost >= 1
