"""Commands for the library itself."""

from __future__ import annotations

import sqlite3

import pytest

from app.commands.upkeep import LATER

WORDS = {"share": ["Personal", "--role", "editor"], "join": ["https://x/i/1#s"], "upgrade": ["--yes"]}


@pytest.mark.parametrize("command", LATER)
def test_commands_to_come_say_what_to_do_until_then(cli, command):
    said = cli(command, *WORDS[command])
    assert (said.code, said.out) == (1, "")
    assert command in said.err
    assert said.err.endswith(".\n")


def test_a_backup_is_a_whole_library(cli):
    made = cli.note("Kept", "text")
    said = cli.ok("backup", "--json")
    connection = sqlite3.connect(said.json["path"])
    assert connection.execute("SELECT title FROM notes").fetchall() == [("Kept",)]
    connection.close()
    assert said.json["size_bytes"] > 0
    assert made


def test_two_backups_have_two_names(cli):
    assert cli.ok("backup").out != cli.ok("backup").out


def test_a_library_in_order_has_no_problems(cli):
    cli.note("A")
    said = cli.ok("doctor", "--json")
    assert said.json["problems"] == []
    assert (said.json["notes"], said.json["outbox"]) == (1, 1)
    assert "No problems." in cli.ok("doctor").out


def test_a_note_that_cannot_be_read_is_named(cli):
    made = cli.note("A")
    connection = sqlite3.connect(cli.profile / "library.sqlite3")
    connection.execute("UPDATE outbox SET body = x'00ff'")
    connection.commit()
    connection.close()
    said = cli("doctor", "--json")
    assert said.code == 1
    assert [problem["where"] for problem in said.json["problems"]] == [made]
