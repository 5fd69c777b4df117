from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from sync.server import commands


def _run(folder, *arguments, stdin=""):
    return CliRunner().invoke(commands.main, [*arguments, "--data", str(folder)], input=stdin)


def _json(folder, *arguments, stdin=""):
    result = _run(folder, *arguments, "--json", stdin=stdin)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
def personal(tmp_path):
    given = ("user", "add", "ann@example.org", "--password-stdin")
    return str(_json(tmp_path, *given, stdin="correct horse battery\n")["personal"])


def test_a_link_is_made_listed_and_revoked(tmp_path, personal):
    link = _run(tmp_path, "invite", "create", "--notebook", personal, "--role", "editor").stdout.strip()
    assert link.startswith("http://127.0.0.1:8765/i/")
    (row,) = _json(tmp_path, "invite", "list")["invites"]
    assert (row["notebook"], row["role"], row["state"]) == (personal, "editor", "ok")
    assert link.partition("#")[0].endswith(row["id"])
    assert _run(tmp_path, "invite", "revoke", row["id"]).stdout == f"{row['id']}: revoked\n"
    assert "revoked" in _run(tmp_path, "invite", "list", "--notebook", personal).stdout


def test_a_link_to_the_server_alone_has_no_role(tmp_path):
    made = _json(tmp_path, "invite", "create", "--days", "0", "--uses", "1", "--url", "https://n.example.org")
    assert (made["notebook"], made["role"], made["expires_ms"], made["uses"]) == (None, "", None, 1)


def test_a_list_says_in_words_what_a_link_is_for(tmp_path, personal):
    _run(tmp_path, "invite", "create")
    assert (
        "  an account alone  ok  used 0 of any number of times\n" in _run(tmp_path, "invite", "list").stdout
    )
    _run(tmp_path, "invite", "create", "--notebook", personal, "--role", "viewer", "--uses", "3")
    assert f"  {personal}  viewer  ok  used 0 of 3\n" in _run(tmp_path, "invite", "list").stdout


def test_a_life_that_is_no_number_is_refused(tmp_path):
    result = _run(tmp_path, "invite", "create", "--days", "nan")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "a year at most" in result.stderr


@pytest.mark.parametrize(
    "options",
    [("--role", "editor"), ("--uses", "0"), ("--days", "366"), ("--role", "owner", "--notebook", "x")],
)
def test_what_makes_no_sense_is_wrong_usage(tmp_path, options):
    assert _run(tmp_path, "invite", "create", *options).exit_code == 2


@pytest.mark.parametrize(
    "arguments", [("create", "--notebook", "x", "--role", "editor"), ("revoke", "no-such-invite")]
)
def test_what_is_not_there_is_said(tmp_path, arguments):
    result = _run(tmp_path, "invite", *arguments)
    assert result.exit_code == 1
    assert "there is no" in result.stderr
