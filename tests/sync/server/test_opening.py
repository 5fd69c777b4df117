from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from crdt import CrdtError, Document
from sync.errors import StoreUnavailable
from sync.server.opening import FolderLock, check_delta, make_folder, open_server
from tests.support.peer import Author, new_id

ROOT = Path(__file__).parents[3]


def test_a_server_is_the_same_after_a_restart(tmp_path):
    first = open_server(tmp_path)
    known = (first.server_id, first.generation, first.core.rid)
    first.close()
    again = open_server(tmp_path)
    assert (again.server_id, again.generation, again.core.rid) == known
    assert again.accounts.bound(again.core.rid) == ("", 0)
    again.close()


def test_closing_writes_every_state(tmp_path):
    opened = open_server(tmp_path)
    closed = []
    opened.core.documents.save = lambda **options: closed.append(options)
    opened.close()
    assert closed == [{"everything": True}]


def test_a_folder_is_for_its_owner_only(tmp_path):
    folder = tmp_path / "a" / "b"
    make_folder(folder)
    make_folder(folder)
    assert folder.stat().st_mode & 0o077 == 0
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable):
        make_folder(tmp_path / "file")


def test_pruning_keeps_everything_that_is_young(tmp_path):
    opened = open_server(tmp_path)
    opened.people.sign_up("ann@example.org", "Ann", "hash", 1_000)
    opened.prune(2_000)
    assert len(opened.accounts.accounts()) == 1
    opened.close()


def test_nobody_else_reads_the_store(tmp_path):
    opened = open_server(tmp_path)
    opened.store.set_meta("x", "y")
    files = [path for path in tmp_path.iterdir() if path.name.startswith("server.sqlite3")]
    assert len(files) > 1
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)
    opened.close()


def test_one_process_has_the_lock_and_it_ends_with_the_process(tmp_path):
    lock, second = FolderLock(tmp_path), FolderLock(tmp_path)
    assert lock.take()
    assert not second.take()
    script = f"from pathlib import Path; from sync.server.opening import FolderLock; \
print(FolderLock(Path({str(tmp_path)!r})).take())"
    asked = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert asked.stdout.strip() == "False"
    lock.release()
    lock.release()
    asked = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert asked.stdout.strip() == "True"
    assert second.take()
    second.release()


def test_a_lock_that_cannot_be_made_is_reported(tmp_path):
    with pytest.raises(StoreUnavailable):
        FolderLock(tmp_path / "nowhere").take()
    assert os.listdir(tmp_path) == []


def test_deltas_are_checked_against_the_schema_of_their_collection():
    author = Author()
    note, _ = author.note("s")
    document = Document.decode(author.documents[note].encode(), 5)
    fine = author.documents[note].edit(author.clock.tick(1), lambda e: e.set(("pinned",), True))
    check_delta("1.0", "notes", document, fine)
    document.apply(fine)
    wrong = author.documents[note].edit(author.clock.tick(1), lambda e: e.set(("pinned",), new_id()))
    with pytest.raises(CrdtError, match="pinned"):
        check_delta("1.0", "notes", document, wrong)


def test_without_the_driver_postgresql_is_refused_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "sync.storage.postgres_store", None)
    with pytest.raises(StoreUnavailable, match="pip install"):
        open_server(tmp_path, database="postgresql://nobody@127.0.0.1:1/x")


def test_starting_on_sqlite_imports_no_driver(tmp_path):
    code = (
        "import sys; from pathlib import Path; from sync.server.opening import open_server;"
        f"import sync.server.service; open_server(Path({str(tmp_path)!r})).close();"
        "print([name for name in sys.modules if name.startswith('psycopg')])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
