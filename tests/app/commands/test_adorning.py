"""Tags, colours, icons and the archive on the command line."""

from __future__ import annotations

import pytest

from app.colour_names import NAMES
from tests.support.server_process import running_server

OLD = ("--data-model", "1")
COMMANDS = (("archive", "N"), ("icon", "N", "🙂"), ("tag", "N", "work", "--colour", "red"))


def row(cli, note, *words):
    return next(found for found in cli.ok("list", *words, "--json").json if found["id"] == note)


def test_a_note_goes_into_the_archive_and_comes_out(cli):
    note = cli.note("N", "words")
    assert cli.ok("archive", note, "--json").json == {"id": note, "archived": True}
    assert cli.ok("list", "--json").json == []
    assert row(cli, note, "--archived")["archived"] is True
    assert [found["id"] for found in cli.ok("search", "words", "--json").json] == [note]
    assert cli.ok("archive", note, "--undo", "--json").json == {"id": note, "archived": False}
    assert row(cli, note)["archived"] is False


def test_a_note_gets_an_icon_and_loses_it(cli):
    note = cli.note("N")
    family = "👨‍👩‍👧‍👦"
    for icon in ("🙂", family, "x" * 16):
        assert cli.ok("icon", note, f" {icon} ", "--json").json == {"id": note, "icon": icon}
        assert row(cli, note)["icon"] == icon
    assert cli.ok("icon", note, "🙂").out == ""
    assert "🙂 N" in cli.ok("list").out
    for wrong in ("x" * 17, "  "):
        said = cli("icon", note, wrong)
        assert (said.code, said.out) == (2, "")
        assert "picture" in said.err
    assert cli.ok("icon", note, "none", "--json").json == {"id": note, "icon": ""}
    assert row(cli, note)["icon"] == ""


def test_a_note_gets_tags_with_colours(cli):
    note = cli.note("N")
    assert cli.ok("tag", note, "#work", "--json").json == {"id": note, "tags": ["work"], "tag_colours": {}}
    for colour in (*NAMES, "#12aBcD"):
        said = cli.ok("tag", note, "work", "--colour", colour, "--json").json
        assert said["tag_colours"] == {"work": colour}
    cli.ok("tag", note, "work")
    assert row(cli, note)["tag_colours"] == {"work": "#12aBcD"}
    said = cli.ok("tag", note, "home", "--colour", "red", "--json").json
    assert (said["tags"], said["tag_colours"]) == (["home", "work"], {"home": "red", "work": "#12aBcD"})
    assert cli.ok("tag", note, "home", "--colour", "none", "--json").json["tag_colours"] == {
        "work": "#12aBcD"
    }
    assert cli.ok("tag", note, "work", "--undo", "--json").json["tags"] == ["home"]
    assert [found["id"] for found in cli.ok("list", "--tag", "home", "--json").json] == [note]


@pytest.mark.parametrize(
    "words", [("#",), ("x" * 101,), ("work", "--colour", "crimson"), ("work", "--colour", "#12")]
)
def test_what_is_no_tag_and_no_colour_is_wrong_usage_and_what_is_one_is_said(cli, words):
    note = cli.note("N")
    said = cli("tag", note, *words)
    assert (said.code, said.out) == (2, "")
    assert row(cli, note)["tags"] == []
    cli.ok("tag", note, "x" * 100)


@pytest.mark.parametrize("words", COMMANDS)
def test_in_an_older_library_they_change_nothing_and_say_what_to_do(cli, words):
    cli.ok(*OLD, "new", "--title", "N", "--text", "words")
    said = cli(*words, "--json")
    assert (said.code, said.out) == (4, "")
    assert "upgrade" in said.err
    plain = cli.ok("tag", "N", "plain", "--json").json
    assert plain["tags"] == ["plain"]
    cli.ok("upgrade", "--yes")
    assert cli.ok(*words, "--json").json["id"] == plain["id"]


def test_where_the_server_is_older_too_its_owner_is_asked_and_no_upgrade_offered(cli, tmp_path):
    cli.ok(*OLD, "new", "--title", "N", "--text", "words")
    with running_server(tmp_path / "server", "--data-model", "1") as address:
        account = ("--email", "ana@example.org", "--password-stdin", "--sign-up", "--name", "Ana")
        cli.ok("login", "--server", address, *account, stdin=b"correct horse battery\n")
    for words in COMMANDS:
        said = cli(*words)
        assert (said.code, said.out) == (4, "")
        assert "commonplace upgrade" not in said.err
        assert "server" in said.err


@pytest.mark.parametrize("words", COMMANDS)
def test_a_note_in_the_trash_is_left_alone(cli, words):
    note = cli.note("N")
    cli.ok("trash", note)
    assert cli(words[0], note, *words[2:]).code == 1
