"""
How every command ends: 0 done, 1 refused, 2 wrong usage, 3 signed out where it needs the server, 4 versions
differ. Tables over all commands, so that a new one without its rows fails.
"""

from __future__ import annotations

import pytest

from app.cli import NEEDS_SERVER, WITHOUT_LIBRARY
from app.commands.arguments import COMMANDS, parse
from app.paths import DATA_MODEL_VARIABLE
from tests.support.command_line import CommandLine
from tests.support.server_process import running_server

PASSWORD = b"correct horse battery\n"

DONE = {
    "import": [("import", "{folder}/in.md")],
    "export": [("export", "{folder}/out"), ("export", "{folder}/out2", "--format", "archive")],
    "list": [("list",)],
    "show": [("show", "Plan")],
    "new": [("new", "--title", "Other")],
    "append": [("append", "Plan", "--text", "more")],
    "edit": [("edit", "Plan", "--at", "0", "--insert", "x")],
    "format": [("format", "Plan", "--start", "0", "--end", "1", "--mark", "bold")],
    "search": [("search", "beans")],
    "history": [("history", "Plan")],
    "restore": [("restore", "Plan", "--version", "{version}")],
    "trash": [("trash", "Plan"), ("trash", "Plan", "--undo")],
    "archive": [("archive", "Plan"), ("archive", "Plan", "--undo")],
    "icon": [("icon", "Plan", "🙂")],
    "tag": [("tag", "Plan", "red")],
    "move": [("move", "Plan", "Work")],
    "notebooks": [("notebooks",), ("notebooks", "--delete", "Work")],
    "status": [("status",)],
    "upgrade": [("upgrade", "--yes")],
    "doctor": [("doctor",)],
    "backup": [("backup",)],
    "integrate": [("integrate",), ("integrate", "--remove")],
}
"""Words that are done without a server."""

WITH_SERVER = {
    "sync": ("sync", "--once"),
    "share": ("share", "Personal", "--role", "viewer"),
    "join": ("join", "{link}"),
    "leave": ("leave", "Shared"),
    "devices": ("devices",),
    "logout": ("logout",),
}
"""Words that are done by somebody who is signed in; `login` is how they came to be."""

REFUSED = {
    "import": ("import", "{folder}/none.md"),
    "export": ("export", "{folder}"),
    "list": ("list", "--notebook", "None"),
    "show": ("show", "None"),
    "new": ("new", "--title", "x", "--notebook", "None"),
    "append": ("append", "None", "--text", "x"),
    "edit": ("edit", "Plan", "--at", "999"),
    "format": ("format", "Plan", "--start", "0", "--end", "999", "--mark", "bold"),
    "search": ("search", " "),
    "history": ("history", "None"),
    "restore": ("restore", "Plan", "--version", "none"),
    "trash": ("trash", "None"),
    "archive": ("archive", "None"),
    "icon": ("icon", "None", "🙂"),
    "tag": ("tag", "None", "red"),
    "move": ("move", "Plan", "None"),
    "notebooks": ("notebooks", "--rename", "None", "x"),
    "login": ("login", "--server", "ws://127.0.0.1:9", "--email", "a@example.org", "--password-stdin"),
    "logout": ("logout", "--remove"),
}
"""Words that are refused, or fail, on a library that is whole; `join` and its like are in test_sharing."""

WRONG = {
    "import": ("import",),
    "export": ("export", "out", "--format", "docx"),
    "list": ("list", "more"),
    "show": ("show",),
    "new": ("new",),
    "append": ("append", "Plan"),
    "edit": ("edit", "Plan"),
    "format": ("format", "Plan"),
    "search": ("search", "x", "--limit", "0"),
    "history": ("history",),
    "restore": ("restore", "Plan"),
    "trash": ("trash",),
    "archive": ("archive",),
    "icon": ("icon", "Plan"),
    "tag": ("tag", "Plan"),
    "move": ("move", "Plan"),
    "notebooks": ("notebooks", "--make", "a", "--delete", "b"),
    "login": ("login", "--server", "ws://x", "--email", "e"),
    "logout": ("logout", "now"),
    "share": ("share", "Personal"),
    "join": ("join",),
    "leave": ("leave",),
    "devices": ("devices", "--revoke", "x"),
    "sync": ("sync", "--timeout", "0"),
    "status": ("status", "now"),
    "upgrade": ("upgrade", "now"),
    "doctor": ("doctor", "now"),
    "backup": ("backup", "now"),
    "integrate": ("integrate", "now"),
}

WRONG_VALUES = [
    (
        ("format", "Plan", "--block", "0", "--kind", "X"),
        "paragraph, heading, bullet, numbered, check, quote, code",
    ),
    (("format", "Plan", "--block", "0", "--kind", "heading", "--level", "7"), "from 1 to 6"),
    (("format", "Plan", "--block", "0", "--kind", "check", "--checked", "maybe"), "true"),
    (
        ("format", "Plan", "--start", "0", "--end", "1", "--mark", "X"),
        "bold, italic, underline, strike, code",
    ),
    (("format", "Plan", "--start", "0", "--end", "1", "--mark", "bold=X"), "bold=none"),
    (("format", "Plan", "--start", "0", "--end", "1", "--mark", "colour"), "colour=VALUE"),
    (("show", "Plan", "--format", "X"), "html"),
    (("tag", "Plan", "red", "--colour", "X"), "red, blue, green"),
    (("tag", "Plan", " "), "1 to 100"),
    (("icon", "Plan", "X" * 17), "at most 16"),
    (("share", "Personal", "--role", "X"), "commenter"),
    (
        ("login", "--server", "ws://127.0.0.1:9", "--email", "e@example.org", "--password-stdin"),
        "standard input",
    ),
]
"""Values that no note and no server could make right, and of what is said instead."""

SIGNED_OUT = {
    "sync": ("sync",),
    "share": ("share", "Personal", "--role", "viewer"),
    "join": ("join", "https://n.example.org/i/" + "A" * 22 + "#secret12"),
    "leave": ("leave", "Personal"),
    "devices": ("devices",),
}

OLDER = {
    "archive": ("archive", "Old"),
    "icon": ("icon", "Old", "🙂"),
    "tag": ("tag", "Old", "red", "--colour", "red"),
    "sync": ("sync", "--once"),
}
"""Words for which the library here is too old."""


def filled(words, **names):
    return [word.format(**names) if word.startswith("{") else word for word in words]


@pytest.fixture
def shop(cli, tmp_path):
    """A library with a note and a second notebook, and a file beside it."""
    cli.note("Plan", "beans and peas")
    cli.ok("notebooks", "--make", "Work")
    (tmp_path / "in.md").write_text("# In")
    return cli


def said(cli, tmp_path, words, **more):
    """Run words in which places are named."""
    names = {"folder": str(tmp_path), "version": "", **more}
    if "{version}" in words:
        names["version"] = cli.ok("history", "Plan", "--json").json[0]["version"]
    return cli(*filled(words, **names), "--json", stdin=more.get("stdin", b""))


def signed_up(cli, server, name):
    words = ("--email", f"{name}@example.org", "--password-stdin", "--sign-up", "--name", name)
    return cli("login", "--server", server, *words, "--json", stdin=PASSWORD)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("server")) as address:
        yield address


def test_every_command_has_its_rows():
    assert {*DONE, *WITH_SERVER, "login"} == set(COMMANDS)
    assert set(WRONG) == set(COMMANDS)
    assert set(SIGNED_OUT) == set(NEEDS_SERVER)
    assert {*REFUSED, *NEEDS_SERVER, "status", "upgrade", "doctor", "backup", "integrate"} == set(COMMANDS)


@pytest.mark.parametrize("name", DONE)
def test_what_is_done_ends_with_0_and_one_document(shop, tmp_path, name):
    for words in DONE[name]:
        done = said(shop, tmp_path, words)
        assert done.code == 0, done
        assert done.json is not None


def test_what_is_done_with_a_server_ends_with_0(tmp_path, server):
    ann, bob = CommandLine(tmp_path / "ann"), CommandLine(tmp_path / "bob")
    for cli, name in ((ann, "ann"), (bob, "bob")):
        done = signed_up(cli, server, name)
        assert done.code == 0, done
        assert done.json["email"] == f"{name}@example.org"
    made = ann.ok("notebooks", "--make", "Shared", "--json").json["id"]
    ann.ok("sync")
    link = ann.ok("share", made, "--role", "editor", "--json").json["link"]
    for name, words in WITH_SERVER.items():
        done = bob(*filled(words, link=link), "--json")
        assert done.code == 0, (name, done)
        assert done.json is not None


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_ends_with_1_and_a_sentence(shop, tmp_path, name):
    failed = said(shop, tmp_path, REFUSED[name], stdin=PASSWORD)
    assert failed.code == 1, failed
    assert failed.out == "" or failed.json["refused"], "an import reports what it refused"
    assert failed.err.strip().endswith((".", "”")), failed.err
    assert "Traceback" not in failed.err


@pytest.mark.parametrize(("words", "instead"), WRONG_VALUES)
def test_a_value_that_there_is_not_is_wrong_usage_and_what_there_is_is_said(shop, words, instead):
    before = shop.ok("show", "Plan", "--json").out
    said = shop(*words)
    assert (said.code, said.out) == (2, "")
    assert instead in said.err
    assert shop.ok("show", "Plan", "--json").out == before


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - WITHOUT_LIBRARY))
def test_a_library_that_cannot_be_opened_ends_every_command_with_1(cli, tmp_path, name):
    cli.profile.mkdir()
    library = cli.profile / "library.sqlite3"
    library.write_bytes(b"this is no library" * 100)
    words = ([*DONE.get(name, ()), SIGNED_OUT.get(name), REFUSED.get(name)])[0]
    words = words or REFUSED[name]
    failed = cli(*filled(words, folder=str(tmp_path), version="x.y"), "--json", stdin=PASSWORD)
    assert (failed.code, failed.out) == (1, "")
    assert "library.sqlite3" in failed.err
    assert library.read_bytes() == b"this is no library" * 100


@pytest.mark.parametrize("name", COMMANDS)
def test_wrong_usage_ends_with_2_and_the_usage_and_touches_nothing(cli, name):
    for words in (WRONG[name], (name, "--no-such-option")):
        failed = cli(*words, "--json")
        assert (failed.code, failed.out) == (2, ""), words
        assert "commonplace: " in failed.err
    assert not cli.profile.exists()


def test_a_model_of_the_environment_that_is_none_is_wrong_usage(cli, monkeypatch):
    monkeypatch.setenv(DATA_MODEL_VARIABLE, "7")
    failed = cli("list")
    assert (failed.code, failed.out) == (2, "")
    assert failed.err == "commonplace: 7 is no data model; there are 1.0, 2.0\n"


@pytest.mark.parametrize("name", SIGNED_OUT)
def test_what_needs_the_server_ends_with_3_where_nobody_is_signed_in(shop, tmp_path, name):
    failed = said(shop, tmp_path, SIGNED_OUT[name])
    assert failed.code == 3
    assert (failed.out == "") != (name == "sync"), "a sync says how far it came"
    assert failed.err.strip().endswith(".")


def test_what_is_too_old_here_ends_with_4(cli, server):
    cli.ok("--data-model", "1", "new", "--title", "Old", "--text", "words")
    assert signed_up(cli, server, "old").code == 0
    for name, words in OLDER.items():
        failed = cli(*words)
        assert failed.code == 4, (name, failed)
        assert "upgrade" in failed.err
    cli.ok("upgrade", "--yes")
    for words in OLDER.values():
        cli.ok(*words)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_every_command_reads_well(cli, name):
    shown = cli(name, "--help")
    assert (shown.code, shown.err) == (0, "")
    assert not cli.profile.exists()
    sentence, options = COMMANDS[name]
    assert shown.out.startswith(f"usage: commonplace {name} ")
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert " ".join(sentence.split()) in " ".join(shown.out.split())
    for flags, facts in options:
        assert facts.get("help"), f"{flags[0]} of {name} says what it is"
        assert not facts["help"].endswith(".")


def test_the_rows_are_commands():
    for table in (WITH_SERVER, REFUSED, SIGNED_OUT, OLDER):
        for name, words in table.items():
            assert parse(words).command == name
