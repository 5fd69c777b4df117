"""Commands for the library itself."""

from __future__ import annotations

import sqlite3


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
