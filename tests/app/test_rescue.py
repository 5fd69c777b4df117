"""A damaged library becomes an archive, and the archive a library."""

from __future__ import annotations

import random
import sqlite3

import pytest

from app.rescue import rescue
from app.transfer.importing import import_paths
from tests.support.libraries import at_once, library_in

NOW_MS = 1_763_000_000_000


@pytest.fixture
def broken(tmp_path):
    with library_in(tmp_path / "old") as library:
        work = library.new_notebook("Work")
        for number in range(60):
            library.new_note(work if number % 2 else None, title=f"N{number}", blocks=[([("text", {})], {})])
        while library.store.refresh_projections():
            pass
    return tmp_path / "old" / "library.sqlite3"


def test_everything_of_a_readable_library_comes_over(broken, tmp_path):
    seen = []
    made = rescue(broken, tmp_path / "a.commonplace", NOW_MS, seen.append)
    assert made == (60, 0, 0)
    assert seen[-1] == 60
    with library_in(tmp_path / "new") as library:
        report = at_once(import_paths(library, [tmp_path / "a.commonplace"]))
        assert (report.done, report.refused) == (60, [])
        assert {row.name: row.notes for row in library.store.notebooks()} == {"Personal": 30, "Work": 30}
    assert [path.name for path in tmp_path.iterdir() if "part" in path.name] == []


def test_a_note_without_its_history_comes_over_as_its_words(broken, tmp_path):
    connection = sqlite3.connect(broken)
    (key,) = connection.execute("SELECT document FROM notes WHERE title = 'N7'").fetchone()
    connection.execute("UPDATE outbox SET body = x'00' WHERE document = ?", (key,))
    connection.commit()
    connection.close()
    made = rescue(broken, tmp_path / "a.commonplace", NOW_MS)
    assert (made.notes, made.texts) == (59, 1)
    with library_in(tmp_path / "new") as library:
        at_once(import_paths(library, [tmp_path / "a.commonplace"]))
        (row,) = [row for row in library.store.notes() if row.title == "N7"]
        assert library.document(row.id).value(("body",)) == "text"


def test_random_damage_gives_an_archive_that_can_be_taken_in(broken, tmp_path):
    whole = broken.read_bytes()
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    generator = random.Random(seed)
    for turn in range(5):
        damaged = bytearray(whole)
        for _ in range(4):
            at = generator.randrange(len(damaged) - 64)
            damaged[at : at + 64] = generator.randbytes(64)
        broken.write_bytes(damaged)
        archive = tmp_path / f"{turn}.commonplace"
        made = rescue(broken, archive, NOW_MS)
        with library_in(tmp_path / f"new{turn}") as library:
            report = at_once(import_paths(library, [archive]))
            assert report.done == made.notes + made.texts
