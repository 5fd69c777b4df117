"""The words of the command line."""

from __future__ import annotations

import tomllib

import pytest

from app import VERSION
from app.commands import arguments
from app.commands.arguments import COMMANDS, AskedForHelp, WrongUsage, command_of, parse
from tests.support.command_line import ROOT

WORKING = {
    "import": ["a", "b"],
    "export": ["out"],
    "list": [],
    "show": ["N"],
    "new": ["--title", "T"],
    "append": ["N", "--text", "x"],
    "edit": ["N", "--at", "1"],
    "format": ["N", "--block", "0", "--kind", "quote"],
    "search": ["two", "words"],
    "history": ["N"],
    "restore": ["N", "--version", "v"],
    "trash": ["N"],
    "archive": ["N"],
    "icon": ["N", "🙂"],
    "tag": ["N", "work", "--colour", "red"],
    "notebooks": [],
    "login": ["--server", "s", "--email", "e", "--password-stdin"],
    "logout": [],
    "share": ["N", "--role", "editor"],
    "join": ["link"],
    "leave": ["N"],
    "move": ["N", "B"],
    "devices": [],
    "sync": ["--once"],
    "status": [],
    "upgrade": ["--yes"],
    "doctor": [],
    "backup": [],
    "integrate": ["--remove"],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_options_of_all_commands_stand_before_or_after_the_name(name):
    before = parse(["--profile", "P", "--json", name, *WORKING[name]])
    after = parse([name, *WORKING[name], "--json", "--profile=P"])
    for found in (before, after):
        assert (found.command, found.profile, found.json) == (name, "P", True)
    assert parse([name, *WORKING[name]]).profile is None


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["frob"],
        ["--json"],
        ["show"],
        ["list", "extra"],
        ["new"],
        ["edit", "N", "--at", "x"],
        ["edit", "N", "--at", "-1"],
        ["edit", "N", "--at", "1", "--delete", "-1"],
        ["export", "o", "--format", "x"],
        ["new", "--title", "T", "--text", "a", "--file", "b"],
        ["format", "N"],
        ["format", "N", "--start", "1"],
        ["format", "N", "--block", "1"],
        ["format", "N", "--block", "1", "--kind", "quote", "--mark", "bold"],
        ["login", "--server", "s", "--email", "e"],
        ["search"],
        ["search", "x", "--limit", "0"],
        ["login", "--server", "s", "--email", "e", "--password-stdin", "--sign-up"],
        ["sync", "--timeout", "0"],
        ["share", "N"],
        ["share", "N", "--role", "owner"],
        ["share", "N", "--role", "king"],
        ["share", "N", "--role", "viewer", "--list"],
        ["share", "N", "--list", "--revoke", "x"],
        ["share", "N", "--list", "--email", "e"],
        ["share", "N", "--role", "viewer", "--email", "e", "--uses", "1"],
        ["share", "N", "--role", "viewer", "--days", "366"],
        ["share", "N", "--role", "viewer", "--uses", "0"],
        ["share", "N", "--role", "viewer", "--uses", "1001"],
        ["join"],
        ["login", "--server", "s", "--email", "e", "--password-stdin", "--invite", "link"],
        ["list", "--pro", "x"],
        ["trash", "N", "--unknown"],
        ["tag", "N", "work", "--undo", "--colour", "red"],
    ],
)
def test_words_that_make_no_command_are_wrong_usage(words):
    with pytest.raises(WrongUsage):
        parse(words)


@pytest.mark.parametrize(
    "words",
    [
        ["login", "--server", "s", "--email", "e", "--password", "x"],
        ["login", "--password=x"],
        ["--token=x", "sync"],
        ["login", "--server", "wss://ana:secret@host", "--email", "e", "--password-stdin"],
        ["login", "--server=https://ana:secret@host", "--email", "e", "--password-stdin"],
    ],
)
def test_a_secret_on_the_command_line_is_refused_with_the_way_to_do_it(words):
    with pytest.raises(WrongUsage, match="password-stdin"):
        parse(words)


def test_a_note_may_be_called_like_an_option_or_a_command():
    dashed = "-" + "a" * 21
    assert parse(["show", dashed]).note == dashed
    assert parse(["append", "list", "--text", "list"]).note == "list"
    assert parse(["--profile", "list", "notebooks"]).command == "notebooks"
    assert parse(["new", "--title", "--x--"[2:]]).title == "x--"


def test_the_command_is_the_first_word_that_is_no_option():
    assert command_of(["--profile", "show", "--json", "list"]) == "list"
    assert command_of(["--profile"]) == ""


def test_help_and_version_need_nothing_else():
    for words in (["--help"], ["-h"], ["--version"], ["--profile", "p", "--version"]):
        with pytest.raises(AskedForHelp):
            parse(words)
    with pytest.raises(AskedForHelp, match="--insert"):
        parse(["edit", "--help"])
    assert parse(["restore", "N", "--version", "v"]).to_version == "v"


def test_help_names_every_command():
    with pytest.raises(AskedForHelp) as caught:
        parse(["--help"])
    for name in COMMANDS:
        assert f"\n  {name} " in str(caught.value)


def test_the_version_shown_is_the_version_of_the_distribution():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == VERSION


def test_a_model_can_be_named_before_and_after_the_command():
    assert arguments.parse(["list"]).data_model is None
    assert arguments.parse(["--data-model", "1", "list"]).data_model == "1.0"
    assert arguments.parse(["list", "--data-model=2.0"]).data_model == "2.0"
    for words in (["--data-model", "7", "list"], ["list", "--data-model", "7"]):
        with pytest.raises(arguments.WrongUsage, match="7 is no data model; there are"):
            arguments.parse(words)
