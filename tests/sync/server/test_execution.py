from __future__ import annotations

import asyncio
import json
import socket
import threading

import pytest
from click.testing import CliRunner

from sync.server import execution
from sync.server.admin_path import reachable
from sync.server.commands import main
from sync.server.execution import execute, fill_database
from sync.server.opening import FolderLock, make_folder
from sync.server.outcome import AdminError
from tests.support.postgres import cluster
from tests.support.running_server import run, running_server

pytestmark = pytest.mark.one_database


def test_without_a_server_a_command_works_on_the_store_itself(tmp_path):
    assert execute(tmp_path, "user list", {}) == {"users": []}
    lock = FolderLock(tmp_path)
    assert lock.take()
    lock.release()


@pytest.mark.parametrize("is_there", [False, True])
def test_a_folder_that_was_mistyped_becomes_no_server(tmp_path, is_there):
    folder = tmp_path / "mistyped"
    if is_there:
        folder.mkdir()
        (folder / "letter.txt").write_text("Dear all")
    made = CliRunner().invoke(main, ["user", "list", "--data", str(folder)])
    assert (made.exit_code, made.stdout) == (1, "")
    assert f"there is no server in {folder}" in made.stderr
    assert [found.name for found in tmp_path.rglob("*")] == (["mistyped", "letter.txt"] if is_there else [])


@pytest.mark.parametrize("is_there", [False, True])
def test_a_server_may_begin_with_a_user_or_an_invitation(tmp_path, is_there):
    folder = tmp_path / "new"
    if is_there:
        folder.mkdir()
        (folder / "certificate.pem").write_text("-----BEGIN")
    made = {"email": "ann@example.org", "name": "Ann", "password_hash": "x"}
    account = execute(folder, "user add", made)
    assert execute(folder, "user list", {})["users"][0]["id"] == account["id"]
    link = CliRunner().invoke(main, ["invite", "create", "--data", str(tmp_path / "other")])
    assert (link.exit_code, link.stderr) == (0, "")


def test_a_folder_whose_store_is_in_a_database_gets_no_other(tmp_path):
    address = cluster().tables()
    with pytest.raises(AdminError, match="there is no server"):
        execute(tmp_path / "mistyped", "stats", {}, None, address)
    make_folder(tmp_path / "blobs")
    assert execute(tmp_path, "stats", {}, None, address)["accounts"] == 0
    with pytest.raises(AdminError, match="there is no server"):
        execute(tmp_path, "stats", {})
    cluster().give_back(address)


def test_with_a_server_it_is_done_there(tmp_path):
    async def play():
        async with running_server(tmp_path, database=None) as server:
            ann = await server.signed_up("ann")
            loop = asyncio.get_running_loop()
            found = await loop.run_in_executor(None, execute, tmp_path, "user list", {})
            assert [user["id"] for user in found["users"]] == [ann.account]
            with pytest.raises(AdminError, match="unknown command"):
                await loop.run_in_executor(None, execute, tmp_path, "fly", {})

    run(play())


def test_how_far_a_migration_is_is_told_here_and_by_a_server(tmp_path):
    async def play():
        async with running_server(tmp_path / "there", database=None, data_model="1.0") as server:
            ann = await server.signed_up("ann")
            await ann.push(ann.notes, *[ann.author.note(ann.notes)[1] for _ in range(5)])
            loop, told = asyncio.get_running_loop(), []
            ask = (
                tmp_path / "there",
                "migrate run",
                {"to": "2.0"},
                None,
                None,
                lambda *far: told.append(far),
            )
            assert (await loop.run_in_executor(None, execute, *ask))["ok"]
            assert told[-1] == (5, 5)

    run(play())
    here = tmp_path / "here"
    made = {"email": "ann@example.org", "name": "Ann", "password_hash": "x"}
    account = execute(here, "user add", made, "1.0")
    execute(here, "note add", {"notebook": account["personal"], "text": "hello"})
    told = []
    assert execute(here, "migrate dry-run", {}, show=lambda *far: told.append(far))["ok"]
    assert told[-1] == (1, 1)


def test_a_folder_whose_owner_does_not_answer_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(execution, "BUSY_WAIT_S", 0.1)
    make_folder(tmp_path)
    lock = FolderLock(tmp_path)
    assert lock.take()
    with pytest.raises(AdminError, match="nobody answers"):
        execute(tmp_path, "user list", {})
    lock.release()


def test_what_was_asked_is_never_asked_again(tmp_path):
    make_folder(tmp_path)
    lock, heard = FolderLock(tmp_path), []
    assert lock.take()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dying, reachable(tmp_path) as path:
        dying.bind(path)
        dying.listen()

        def die():
            with dying.accept()[0] as asked, asked.makefile("rb") as lines:
                heard.append(json.loads(lines.readline())["command"])

        thread = threading.Thread(target=die)
        thread.start()
        with pytest.raises(AdminError, match="look whether it was done"):
            execute(tmp_path, "note append", {"note": "x", "text": "once"})
        thread.join()
    assert heard == ["note append"]
    lock.release()


def test_a_database_is_filled_from_a_file_that_no_server_has_open(tmp_path):
    address = cluster().tables()
    with pytest.raises(AdminError, match="there is no"):
        fill_database(tmp_path, address)
    made = {"email": "ann@example.org", "name": "Ann", "password_hash": "x"}
    account = execute(tmp_path, "user add", made)
    execute(tmp_path, "note add", {"notebook": account["personal"], "text": "hello"})
    lock = FolderLock(tmp_path)
    assert lock.take()
    with pytest.raises(AdminError, match="stop it"):
        fill_database(tmp_path, address)
    lock.release()
    result = CliRunner().invoke(
        main, ["to-postgresql", "--data", str(tmp_path), "--database", address, "--json"]
    )
    assert (result.exit_code, json.loads(result.output)["documents"]) == (0, 1)
    (note,) = execute(tmp_path, "note list", {}, None, address)["notes"]
    assert execute(tmp_path, "note show", {"note": note["id"]}, None, address)["text"] == "hello"
    execute(tmp_path, "note append", {"note": note["id"], "text": " there"}, None, address)
    assert execute(tmp_path, "verify", {}, None, address) == {"ok": True, "documents": 1}
    again = CliRunner().invoke(main, ["to-postgresql", "--data", str(tmp_path), "--database", address])
    assert (again.exit_code, "already" in again.output) == (1, True)
    assert CliRunner().invoke(main, ["to-postgresql", "--data", str(tmp_path)]).exit_code == 2
    cluster().give_back(address)


def test_on_a_database_it_waits_for_nobody(tmp_path):
    address = cluster().tables()
    lock = FolderLock(tmp_path)
    assert lock.take()
    made = {"email": "ann@example.org", "name": "Ann", "password_hash": "x"}
    threads = [
        threading.Thread(
            target=execute, args=(tmp_path, "user add", {**made, "email": f"{n}@x.org"}, None, address)
        )
        for n in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(execute(tmp_path, "user list", {}, None, address)["users"]) == 3
    assert not (tmp_path / "server.sqlite3").exists()
    lock.release()
    cluster().give_back(address)
