from __future__ import annotations

import asyncio
import json

import pytest
from click.testing import CliRunner

import crdt
from sync.server import commands
from tests.support.running_server import run, running_server

PASSWORD = "correct horse battery"


def _run(folder, *arguments, stdin=""):
    """Give a command to `commonplace-server`, in this process."""
    return CliRunner().invoke(commands.main, [*arguments, "--data", str(folder)], input=stdin)


def _json(folder, *arguments, stdin=""):
    """Give a command and read its one JSON document."""
    result = _run(folder, *arguments, "--json", stdin=stdin)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def _add(folder, email="ann@example.org"):
    return _json(folder, "user", "add", email, "--password-stdin", stdin=PASSWORD + "\n")


def test_without_a_server_commands_work_on_the_folder_itself(tmp_path):
    ann = _add(tmp_path)
    note = _json(tmp_path, "note", "add", ann["personal"], "one ", "--title", "T")["id"]
    _json(tmp_path, "note", "append", note, "two")
    assert _run(tmp_path, "note", "show", note).output == "one two\n"
    _json(tmp_path, "note", "set", note, "-", stdin="from stdin")
    assert _json(tmp_path, "note", "show", note)["text"] == "from stdin"
    assert [row["id"] for row in _json(tmp_path, "note", "list")["notes"]] == [note]
    assert "no notebook other" in _run(tmp_path, "note", "list", "--notebook", "other").stderr
    assert _json(tmp_path, "verify") == {"ok": True, "documents": 1}
    assert _json(tmp_path, "stats")["documents"] == 1
    assert _json(tmp_path, "notebook", "list")["notebooks"][0]["id"] == ann["personal"]


def test_a_text_that_is_not_utf_8_is_refused(tmp_path):
    note = _json(tmp_path, "note", "add", _add(tmp_path)["personal"], "as it was")["id"]
    result = _run(tmp_path, "note", "set", note, "-", stdin=b"caf\xe9")
    assert (result.exit_code, result.stderr) == (1, "what stdin gives is not in UTF-8\n")
    assert _run(tmp_path, "note", "show", note).stdout == "as it was\n"


def test_control_characters_in_notes_do_not_reach_the_terminal(tmp_path):
    ann, title = _add(tmp_path), "red \x1b[31m\x9b\x07"
    note = _json(tmp_path, "note", "add", ann["personal"], "one\n\ttwo \x1b[2J Ünï", "--title", title)["id"]
    assert _run(tmp_path, "note", "show", note).stdout == "one\n\ttwo \ufffd[2J Ünï\n"
    listed = _run(tmp_path, "note", "list").stdout
    assert listed == f"{note}  {ann['personal']}  red \ufffd[31m\ufffd\ufffd\n"
    assert _json(tmp_path, "note", "list")["notes"][0]["title"] == title


def test_who_is_kept_out_and_where_a_role_counts_is_said(tmp_path):
    ann, bob = _add(tmp_path), _add(tmp_path, "bob@example.org")
    _run(tmp_path, "user", "disable", "bob@example.org")
    lines = [f"ann@example.org  ann  {ann['id']}", f"bob@example.org  bob  {bob['id']}  disabled"]
    assert _run(tmp_path, "user", "list").stdout.splitlines() == lines
    given = ("role", "set", ann["personal"], "bob@example.org")
    _run(tmp_path, *given, "viewer")
    said = _run(tmp_path, *given, "editor", "--collection", "comments").stdout
    assert said == f"bob@example.org: editor in comments of {ann['personal']}\n"


def test_every_command_has_a_line_for_people(tmp_path):
    ann = _add(tmp_path)
    _add(tmp_path, "bob@example.org")
    for arguments, words in (
        (("user", "list"), "ann@example.org"),
        (("role", "set", ann["personal"], "bob@example.org", "viewer"), "bob@example.org: viewer"),
        (("notebook", "list"), "Personal"),
        (("session", "list"), ""),
        (("session", "revoke", "bob@example.org"), "revoked: []"),
        (("session", "expire", "bob@example.org"), "expired: []"),
        (("user", "disable", "bob@example.org"), "bob@example.org: done"),
        (("user", "disable", "bob@example.org", "--undo"), "bob@example.org: done"),
        (("user", "enable", "bob@example.org"), "bob@example.org: done"),
        (("stats",), "accounts: 2"),
        (("verify",), "ok, 0 documents"),
    ):
        result = _run(tmp_path, *arguments)
        assert result.exit_code == 0, result.output
        assert words in result.output


def test_who_is_in_a_notebook_is_told_in_words(tmp_path):
    ann = _add(tmp_path)
    _add(tmp_path, "bob@example.org")
    _run(tmp_path, "role", "set", ann["personal"], "bob@example.org", "viewer")
    line = f"{ann['personal']}  Personal  ann@example.org owner, bob@example.org viewer\n"
    assert line in _run(tmp_path, "notebook", "list").output


@pytest.mark.parametrize("how", [("show",), ("set", "text"), ("append", "text"), ("recover",)])
def test_no_name_at_all_means_no_note_even_where_there_is_only_one(tmp_path, how):
    ann = _add(tmp_path)
    note = _json(tmp_path, "note", "add", ann["personal"], "kept")["id"]
    result = _run(tmp_path, "note", how[0], "", *how[1:])
    assert (result.exit_code, result.stdout) == (1, "")
    assert _json(tmp_path, "note", "show", note)["text"] == "kept"


@pytest.mark.parametrize(
    "kept",
    [
        *(("--keep-days", days) for days in ("nan", "inf", "1e300")),
        ("--keep-deltas", "9" * 30),
    ],
)
def test_what_is_no_number_of_days_or_deltas_is_refused(tmp_path, kept):
    result = _run(tmp_path, "compact", *kept)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "not below zero" in result.stderr


def test_options_may_stand_before_the_command(tmp_path):
    result = CliRunner().invoke(commands.main, ["--data", str(tmp_path), "--json", "user", "list"])
    assert json.loads(result.stdout) == {"users": []}


@pytest.mark.parametrize(
    "arguments",
    [
        ("user", "add", "ann"),
        ("user", "password", "nobody@example.org", "--password-stdin"),
        ("user", "disable", "nobody@example.org"),
        ("role", "set", "x", "nobody@example.org", "viewer"),
        ("session", "revoke", "7"),
        ("note", "show", "x"),
        ("note", "append", "-x", "text"),
    ],
)
def test_what_cannot_be_done_is_said_on_stderr_with_code_1(tmp_path, arguments):
    given = (*arguments, "--password-stdin") if arguments[:2] == ("user", "add") else arguments
    result = _run(tmp_path, *given, "--json", stdin=PASSWORD + "\n")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("make", "coffee"),
        ("user", "add"),
        ("user", "list", "--loud"),
        ("user", "add", "ann@example.org"),
        ("user", "add", "ann@example.org", "--password", PASSWORD),
        ("serve", "--port", "70000"),
        ("serve", "--tls-cert", __file__),
        ("serve", "--sign-up", "maybe"),
    ],
)
def test_what_is_not_understood_has_code_2_and_a_password_never_stands_on_the_line(tmp_path, arguments):
    result = _run(tmp_path, *arguments)
    assert result.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_folder_must_be_named():
    assert CliRunner().invoke(commands.main, ["user", "list"]).exit_code == 2


@pytest.mark.parametrize("password", ["short\n", "x" * 1025, "", "\n"])
def test_a_password_that_is_too_short_or_long_is_refused(tmp_path, password):
    result = _run(tmp_path, "user", "add", "ann@example.org", "--password-stdin", stdin=password)
    assert result.exit_code == 1
    assert "8 to 1024" in result.stderr


def test_a_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    assert _run(tmp_path / "file", "user", "list").exit_code == 2


def test_a_store_that_is_none_is_left_as_it_is(tmp_path):
    (tmp_path / "server.sqlite3").write_text("no store")
    result = _run(tmp_path, "user", "list")
    assert result.exit_code == 1
    assert "not_a_store" in result.stderr
    assert (tmp_path / "server.sqlite3").read_text() == "no store"


def test_while_a_server_runs_commands_go_through_it(tmp_path):
    async def play():
        async with running_server(tmp_path) as server:
            ann = await server.signed_up("ann")
            await ann.subscribe(ann.notes)
            made = await asyncio.to_thread(_json, tmp_path, "note", "add", ann.personal, "hello")
            rows = await ann.wait_for_log(ann.notes, 2)
            assert {row.document for row in rows} == {made["id"]}
            failed = await asyncio.to_thread(_run, tmp_path, "note", "show", "nothing")
            assert (failed.exit_code, failed.stderr) == (1, "no note nothing\n")
            await asyncio.to_thread(_json, tmp_path, "session", "revoke", "ann@example.org")
        assert _json(tmp_path, "verify") == {"ok": True, "documents": 1}

    run(play())


def test_the_administrators_socket_is_for_the_owner_only(tmp_path):
    async def play():
        async with running_server(tmp_path):
            assert (tmp_path / "admin.sock").stat().st_mode & 0o077 == 0

    run(play())


def test_nonsense_on_the_administrators_socket_is_answered_and_harms_nobody(tmp_path):
    async def play():
        async with running_server(tmp_path) as server:
            for line in (b"", b"x", b"[]", b"{}", b'{"command": 1, "arguments": 2}', b'{"command": "x"}'):
                reader, writer = await asyncio.open_unix_connection(str(tmp_path / "admin.sock"))
                writer.write(line + b"\n")
                assert "error" in json.loads(await reader.readline())
                writer.close()
            assert (await server.administer("stats"))["accounts"] == 0

    run(play())


def test_the_version_names_the_model_and_the_build_of_the_core():
    result = CliRunner().invoke(commands.main, ["--version"])

    assert result.exit_code == 0
    assert result.output.startswith("commonplace-server 0.1.0 (model ")
    assert result.output.endswith(f"core {crdt.BUILD})\n")
