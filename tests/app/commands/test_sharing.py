"""Commands about others, against a real server."""

from __future__ import annotations

import time

import pytest

from tests.support.command_line import CommandLine
from tests.support.server_process import administer, running_server

PASSWORD = b"correct horse battery\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("server")
    with running_server(folder) as address:
        yield address, folder


def person(tmp_path, server, name, *words):
    """A profile with a new account."""
    cli = CommandLine(tmp_path / name)
    cli.ok(
        *("login", "--server", server[0], "--email", f"{name}@example.org", "--password-stdin", "--sign-up"),
        *("--name", name.title(), *words),
        stdin=PASSWORD,
    )
    return cli


def personal(cli):
    return cli.ok("notebooks", "--json").json[0]["id"]


def test_a_link_brings_the_notes_and_lets_both_write(tmp_path, server):
    ann = person(tmp_path, server, "ann")
    note = ann.note("Garden plan", "beans")
    made = ann.ok("share", personal(ann), "--role", "editor", "--days", "2", "--uses", "3", "--json").json
    assert made["link"].startswith("http://127.0.0.1:")
    assert made["role"] == "editor"
    assert made["uses"] == 3
    assert 0 < made["expires_ms"] - time.time() * 1000 < 2 * 24 * 3_600_000 + 60_000
    bob = person(tmp_path, server, "bob")
    joined = bob.ok("join", made["link"], "--json").json
    assert joined == {"outcome": "joined", "notebook": personal(ann), "name": "Personal", "role": "editor"}
    assert bob.ok("show", note, "--format", "text").out == "beans\n"
    bob.ok("append", note, "--text", "peas")
    bob.ok("sync")
    ann.ok("sync")
    assert ann.ok("show", note, "--format", "text").out == "beans\npeas\n"
    again = bob.ok("join", made["link"])
    assert "already" in again.out
    listed = ann.ok("share", personal(ann), "--list", "--json").json
    assert [(row["email"], row["role"]) for row in listed["members"]] == [
        ("ann@example.org", "owner"), ("bob@example.org", "editor"),
    ]  # fmt: skip
    assert [(row["id"], row["used"]) for row in listed["invites"]] == [(made["id"], 1)]
    ann.ok("share", personal(ann), "--revoke", made["id"])
    cat = person(tmp_path, server, "cat")
    refused = cat("join", made["link"], "--json")
    assert (refused.code, refused.out) == (1, "")
    assert "taken back" in refused.err


def test_a_person_is_given_a_role_and_it_is_taken_away(tmp_path, server):
    dan, eve = person(tmp_path, server, "dan"), person(tmp_path, server, "eve")
    notebook = personal(dan)
    note = dan.note("Secret", "words")
    said = dan.ok("share", notebook, "--role", "viewer", "--email", "eve@example.org", "--json").json
    assert (said["role"], said["email"]) == ("viewer", "eve@example.org")
    eve.ok("sync")
    assert eve.ok("show", note, "--format", "text").out == "words\n"
    assert eve("append", note, "--text", "more").code == 1
    assert eve("share", notebook, "--role", "viewer").code == 1
    assert "invites" in eve.ok("share", notebook, "--list", "--json").json
    dan.ok("share", notebook, "--role", "none", "--email", "eve@example.org")
    assert dan("share", notebook, "--role", "none", "--email", "eve@example.org").code == 1
    assert dan("share", notebook, "--role", "viewer", "--email", "nobody@example.org").code == 1
    eve.ok("sync")
    roles = {row["id"]: row["role"] for row in eve.ok("notebooks", "--json").json}
    assert roles[notebook] == "none"


def test_a_notebook_of_others_can_be_left_and_ones_own_cannot(tmp_path, server):
    fay, gus = person(tmp_path, server, "fay"), person(tmp_path, server, "gus")
    link = fay.ok("share", personal(fay), "--role", "commenter").out.strip()
    gus.ok("join", link)
    gus.ok("leave", personal(fay))
    assert [row["role"] for row in gus.ok("notebooks", "--json").json] == ["owner", "none"]
    assert fay("leave", personal(fay)).code == 1


def test_devices_are_listed_and_signed_out(tmp_path, server):
    one = person(tmp_path, server, "hal")
    two = CommandLine(tmp_path / "two")
    signing_in = ("login", "--server", server[0], "--email", "hal@example.org", "--password-stdin")
    two.ok(*signing_in, stdin=PASSWORD)
    rows = one.ok("devices", "--json").json
    assert [row["current"] for row in rows] == [True, False]
    one.ok("devices", "--revoke", str(rows[1]["key"]))
    assert one("devices", "--revoke", str(rows[1]["key"])).code == 1
    assert two("sync").code == 3
    assert two("devices").code == 3


@pytest.mark.parametrize(
    "words",
    [
        ("share", "Personal", "--role", "viewer"),
        ("join", "https://n.example.org/i/" + "A" * 22 + "#secret12"),
    ],
)
def test_signed_out_is_exit_code_3(tmp_path, words):
    cli = CommandLine(tmp_path / "p")
    cli.note("Here")
    said = cli(*words)
    assert (said.code, said.out) == (3, "")
    assert said.err.endswith(".\n")


def test_what_cannot_be_is_refused_with_a_sentence(tmp_path, server):
    ida = person(tmp_path, server, "ida")
    for words in (
        ("share", "Nowhere", "--role", "viewer"),
        ("share", personal(ida), "--revoke", "no-such-link"),
        ("join", "not a link"),
        ("join", "https://other.example.org/i/" + "A" * 22 + "#secret12"),
        ("join", server[0].replace("ws:", "http:") + "/i/" + "A" * 22 + "#secret12"),
    ):
        said = ida(*words)
        assert (said.code, said.out) == (1, "")
        assert said.err.endswith(".\n")


def test_an_account_is_made_by_invitation(tmp_path):
    folder = tmp_path / "server"
    with running_server(folder, "--sign-up", "invite") as address:
        url = address.replace("ws:", "http:")
        link = administer(folder, "invite", "create", "--uses", "1", "--url", url).strip()
        words = ("login", "--server", address, "--email", "jo@example.org", "--password-stdin", "--sign-up")
        cli = CommandLine(tmp_path / "p")
        assert "invitation" in cli(*words, "--name", "Jo", stdin=PASSWORD).err
        cli.ok(*words, "--name", "Jo", "--invite", link, stdin=PASSWORD)
        other = CommandLine(tmp_path / "q")
        words = ("login", "--server", address, "--email", "kim@example.org", "--password-stdin", "--sign-up")
        said = other(*words, "--name", "Kim", "--invite", link, stdin=PASSWORD)
        assert said.code == 1
        assert "used up" in said.err


def test_one_note_is_shared_by_itself(tmp_path, server):
    lea, max_ = person(tmp_path, server, "lea"), person(tmp_path, server, "max")
    other = lea.note("Diary", "mine alone")
    note = lea.note("Recipe", "flour")
    lea.ok("sync")
    made = lea.ok("share", note, "--note", "--role", "editor", "--json").json
    joined = max_.ok("join", made["link"], "--json").json
    assert (joined["name"], joined["notebook"]) == ("Recipe", made["notebook"])
    assert max_.ok("show", note, "--format", "text").out == "flour\n"
    assert max_("show", other).code == 1
    max_.ok("append", note, "--text", "eggs")
    max_.ok("sync")
    lea.ok("sync")
    assert lea.ok("show", note, "--format", "text").out == "flour\neggs\n"
    assert lea.ok("share", note, "--note", "--list", "--json").json["notebook"] == made["notebook"]
    shown = {row["id"]: row["notebook"] for row in lea.ok("list", "--json").json}
    assert shown[note] != shown[other]


def test_a_note_is_moved_offline_and_edits_that_come_late_follow_it(tmp_path, server):
    ned, oda = person(tmp_path, server, "ned"), person(tmp_path, server, "oda")
    note = ned.note("Plan", "one")
    link = ned.ok("share", personal(ned), "--role", "editor").out.strip()
    oda.ok("join", link)
    target = personal(oda)
    oda.ok("share", target, "--role", "editor", "--email", "ned@example.org")
    ned.ok("sync")
    oda.ok("move", note, target)  # not connected
    assert [row["notebook"] for row in oda.ok("list", "--json").json] == ["Personal"]
    ned.ok("append", note, "--text", "two")
    oda.ok("sync")
    ned.ok("append", note, "--text", "three")
    ned.ok("sync")
    oda.ok("sync")
    for cli in (ned, oda):
        assert cli.ok("show", note, "--format", "text").out == "one\ntwo\nthree\n"
        assert cli.ok("status", "--json").json["outbox"] == 0
    assert ned("move", note, "Nowhere").code == 1


def test_a_deleted_notebook_is_deleted_in_the_persons_other_profiles(tmp_path, server):
    gil, phone = person(tmp_path, server, "gil"), CommandLine(tmp_path / "phone")
    made = gil.ok("notebooks", "--make", "Work", "--json").json["id"]
    gil.ok("sync")
    email = ("--email", "gil@example.org", "--password-stdin")
    phone.ok("login", "--server", server[0], *email, stdin=PASSWORD)
    phone.ok("sync")
    assert "Work" in [row["name"] for row in phone.ok("notebooks", "--json").json]
    gil.ok("notebooks", "--delete", made)
    for cli in (gil, phone):
        cli.ok("sync")
        assert [row["name"] for row in cli.ok("notebooks", "--json").json] == ["Personal"]
