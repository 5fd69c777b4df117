"""`upgrade` on a library that no server has, and a library that a newer program wrote."""

from __future__ import annotations

import json
import sqlite3

import pytest

OLD, NEW = ("--data-model", "1"), ("--data-model", "2")


def facts(cli, *words):
    return cli.ok(*words, "--json").json


@pytest.fixture
def old(cli):
    """A library of model 1 with three notes."""
    for number in range(3):
        cli.ok(*OLD, "new", "--title", f"note {number}", "--text", "words")
    return cli


def shown(cli, *model):
    """Everything a person sees of all notes."""
    rows = facts(cli, *model, "list")
    return {row["id"]: cli.ok(*model, "show", row["id"], "--format", "json").out for row in rows}


def test_an_old_library_goes_over_and_the_receipt_counts(old):
    before = shown(old, *NEW)
    refused = old(*NEW, "upgrade", "--json")
    assert (refused.code, refused.out) == (1, "")
    assert "--yes" in refused.err
    receipt = facts(old, *NEW, "upgrade", "--yes")
    assert (receipt["upgraded"], receipt["old_model"], receipt["new_model"]) == (True, "1.0", "2.0")
    assert (receipt["notes_before"], receipt["notes_after"], receipt["notes_new"]) == (3, 3, 0)
    assert sqlite3.connect(receipt["old_copy"]).execute("SELECT count(*) FROM notes").fetchone() == (3,)
    assert shown(old, *NEW) == before


def test_an_upgrade_adds_nothing_to_the_history_of_a_note(old):
    before = facts(old, *OLD, "history", "note 1")
    old.ok(*NEW, "upgrade", "--yes")
    assert facts(old, *NEW, "history", "note 1") == before
    assert "1970" not in old.ok(*NEW, "history", "note 1").out
    again = old.ok(*NEW, "upgrade", "--yes", "--json").json
    assert (again["upgraded"], again["new_model"], again["notes_after"]) == (False, "2.0", 3)
    assert facts(old, *NEW, "status")["model"] == "2.0"


def test_a_program_that_knows_no_newer_model_has_nothing_to_upgrade(old):
    assert facts(old, *OLD, "upgrade", "--yes")["upgraded"] is False
    assert facts(old, *OLD, "status")["app_model"] == "1.0"


def test_a_library_newer_than_the_program_is_read_exported_and_not_written(old, tmp_path):
    note = facts(old, *NEW, "list")[0]["id"]
    old.ok(*NEW, "upgrade", "--yes")
    before = shown(old, *NEW)
    file = old.profile / "library.sqlite3"
    content = file.read_bytes()
    assert len(facts(old, *OLD, "list")) == 3
    assert json.loads(old.ok(*OLD, "show", note, "--format", "json").out)["blocks"]
    assert len(facts(old, *OLD, "search", "words")) == 3
    assert facts(old, *OLD, "export", str(tmp_path / "out"))["exported"] == 3
    for words in (
        ("new", "--title", "x"),
        ("append", note, "--text", "x"),
        ("trash", note),
        ("edit", note, "--at", "0", "--insert", "x"),
    ):
        said = old(*OLD, *words)
        assert (said.code, said.out) == (4, "")
        assert "Update Commonplace" in said.err
        assert said.err.count("\n") == 1
    for words in (("upgrade", "--yes"), ("sync", "--once")):
        said = old(*OLD, *words)
        assert (said.code, said.out) == (4, "")
        assert "Update Commonplace" in said.err
    assert facts(old, *OLD, "status")["store"] == "newer"
    assert file.read_bytes() == content
    assert shown(old, *NEW) == before
