"""Commands about the server, against a real one."""

from __future__ import annotations

import contextlib

import pytest

from app.commands.account import sync_code
from app.paths import Profile
from sync.client.attending import keep_driver
from sync.client.driver import Driver
from sync.client.state import Status
from sync.client.visiting import MOMENT
from sync.storage.client_store import ClientStore
from tests.support.command_line import CommandLine
from tests.support.server_process import administer, running_server

PASSWORD = b"correct horse battery\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("server")
    with running_server(folder) as address:
        yield address, folder


def signed_up(cli, server, email):
    cli.ok(
        "login",
        "--server",
        server[0],
        "--email",
        email,
        "--password-stdin",
        "--sign-up",
        "--name",
        "Ana",
        stdin=PASSWORD,
    )


def signed_in(cli, server, email):
    return cli("login", "--server", server[0], "--email", email, "--password-stdin", "--json", stdin=PASSWORD)


def test_two_profiles_of_one_account_come_to_the_same_bytes(tmp_path, server):
    one, two = CommandLine(tmp_path / "one"), CommandLine(tmp_path / "two")
    made = one.note("Shared", "from one")
    said = one.ok(
        *("login", "--server", server[0], "--email", "both@example.org", "--password-stdin"),
        *("--sign-up", "--name", "Ana"),
        stdin=PASSWORD,
    )
    assert said.out.endswith("Added to the account from this computer: 1 note.\n")
    assert one.ok("sync", "--once", "--json").json["outbox"] == 0
    signed = signed_in(two, server, "both@example.org").json
    assert (signed["auth"], signed["adopted"]) == ("ok", 0)
    two.ok("sync")
    two.ok("append", made, "--text", "from two")
    one.ok("edit", made, "--at", "0", "--delete", "4", "--insert", "FROM")
    for cli in (two, one, two):
        cli.ok("sync")
    shown = {cli.ok("show", made, "--format", "json").out for cli in (one, two)}
    assert len(shown) == 1
    assert one.ok("show", made, "--format", "text").out == "FROM one\nfrom two\n"
    status = two.ok("status", "--json").json
    assert (status["auth"], status["link"], status["outbox"]) == ("ok", "off", 0)
    assert status["last_ack_ms"] > 0


def test_a_lost_sign_in_is_exit_code_3_and_loses_nothing(tmp_path, server):
    cli = CommandLine(tmp_path / "p")
    signed_up(cli, server, "lost@example.org")
    administer(server[1], "session", "revoke", "lost@example.org")
    made = cli.note("Kept", "written while signed out")
    said = cli("sync", "--json")
    assert said.code == 3
    assert said.json["outbox"] == 2
    assert said.err.endswith(".\n")
    status = cli.ok("status", "--json")
    assert status.json["auth"] == said.json["auth"] == "revoked"
    assert status.json["signed_out_ms"] == said.json["signed_out_ms"] > 0
    assert status.err == said.err
    assert signed_in(cli, server, "lost@example.org").code == 0
    assert cli.ok("sync", "--json").json["outbox"] == 0
    assert made


def test_the_status_says_what_can_be_done_about_another_version(tmp_path, server):
    cli = CommandLine(tmp_path / "p")
    cli.ok("new", "--title", "N", "--data-model", "1")
    assert cli.ok("status").err == ""
    signed_up(cli, server, "behind@example.org")
    said = cli.ok("status", "--json")
    assert (said.json["mode"], said.json["model"], said.json["server_model"]) == ("send_only", "1.0", "2.0")
    assert "say “commonplace upgrade”" in said.err
    assert cli("sync", "--once").code == 4
    cli.ok("upgrade", "--yes")
    assert cli.ok("status").err == ""


@pytest.mark.parametrize(
    ("least", "connected", "asked_later"),
    [
        (
            "1",
            "Your edits are still being sent",
            "Your edits are safe on this computer and will be sent with the next sync",
        ),
        ("2", *["{outbox} edits are safe on this computer"] * 2),
    ],
)
def test_what_is_said_of_edits_while_behind_is_true(tmp_path, least, connected, asked_later):
    cli = CommandLine(tmp_path / "p")
    with running_server(tmp_path / "server") as address:
        administer(tmp_path / "server", "migrate", "min-push", least)
        cli.ok("new", "--title", "N", "--text", "words", "--data-model", "1")
        signed_up(cli, (address,), "behind@example.org")
        for program in ("1", "2"):
            said = cli("sync", "--once", "--json", "--data-model", program)
            assert said.code == 4
            assert (said.json["outbox"] > 0) == (least == "2")
            asked = cli.ok("status", "--data-model", program)
            for words, fate in ((said.err, connected), (asked.err, asked_later)):
                assert fate.format(outbox=said.json["outbox"]) in words
                assert ("commonplace upgrade" in words) == (program == "2")


def test_a_server_that_is_older_gives_a_library_to_no_second_account(tmp_path):
    cli = CommandLine(tmp_path / "p")
    cli.note("Hers")
    with running_server(tmp_path / "server", "--data-model", "1") as address:
        server = address, tmp_path / "server"
        signed_up(cli, server, "ana@example.org")
        assert cli("sync").code == 4
        signed_up(CommandLine(tmp_path / "q"), server, "ben@example.org")
        administer(server[1], "session", "revoke", "ana@example.org")
        refused = signed_in(cli, server, "ben@example.org")
        assert (refused.code, refused.out) == (1, "")
        assert "belongs to another account" in refused.err
        assert cli.ok("status", "--json").json["email"] == "ana@example.org"


def test_signing_out_keeps_every_note(tmp_path, server):
    cli = CommandLine(tmp_path / "p")
    made = cli.note("Kept")
    signed_up(cli, server, "out@example.org")
    cli.ok("sync")
    assert cli.ok("logout", "--json").json["auth"] == "local_only"
    assert [row["id"] for row in cli.ok("list", "--json").json] == [made]
    assert cli("sync").code == 3
    assert not (cli.profile / "token").exists()


def test_a_library_is_removed_only_when_all_of_it_is_sent(tmp_path, server):
    cli = CommandLine(tmp_path / "p")
    cli.note("Precious")
    said = cli("logout", "--remove")
    assert said.code == 1
    assert "not on the server" in said.err
    signed_up(cli, server, "remove@example.org")
    cli.ok("sync")
    cli.ok("backup")
    cli.ok("logout", "--remove")
    assert not (cli.profile / "library.sqlite3").exists()
    assert not (cli.profile / "backups").exists()
    assert cli.ok("list", "--json").json == []


@pytest.mark.parametrize(
    ("email", "stdin", "words"),
    [
        ("nobody@example.org", PASSWORD, []),
        ("ana@example.org", b"short\n", ["--sign-up", "--name", "Ana"]),
        ("no address", PASSWORD, ["--sign-up", "--name", "Ana"]),
    ],
)
def test_a_sign_in_that_fails_says_why_and_changes_nothing(tmp_path, server, email, stdin, words):
    cli = CommandLine(tmp_path / "p")
    said = cli("login", "--server", server[0], "--email", email, "--password-stdin", *words, stdin=stdin)
    assert (said.code, said.out) == (1, "")
    assert said.err.endswith(".\n")
    assert cli.ok("status", "--json").json["auth"] == "local_only"


def test_a_server_that_is_not_there_is_no_sign_in_problem(tmp_path):
    cli = CommandLine(tmp_path / "p")
    said = cli(
        "login", "--server", "ws://127.0.0.1:9", "--email", "a@b.org", "--password-stdin", stdin=PASSWORD
    )
    assert said.code == 1
    assert "cannot be reached" in said.err


def test_a_password_does_not_travel_unencrypted(tmp_path):
    cli = CommandLine(tmp_path / "p")
    said = cli(
        "login", "--server", "ws://example.org", "--email", "a@b.org", "--password-stdin", stdin=PASSWORD
    )
    assert said.code == 1
    assert "encrypted" in said.err


def test_the_status_of_a_fresh_library_needs_no_server(tmp_path):
    status = CommandLine(tmp_path / "p").ok("status", "--json").json
    for name in (
        *("link", "auth", "mode", "outbox", "quarantine", "inbound", "server", "account", "model"),
        *("last_ack_ms", "up_to_date_ms", "driver", "visit", "next_ms"),
    ):
        assert name in status
    assert (status["link"], status["auth"], status["outbox"]) == ("off", "local_only", 0)


def test_the_status_says_what_drives_syncing_and_a_sync_goes_once_whatever_does(tmp_path, server):
    cli = CommandLine(tmp_path / "p")
    cli.note("First")
    signed_up(cli, server, "driven@example.org")
    assert "driver: live" in cli.ok("status").out.splitlines()
    with contextlib.closing(ClientStore.open(Profile(cli.profile).library)) as store:
        keep_driver(store, Driver("every", 15))
        store.set_meta(MOMENT, str(1 << 50))
    said = cli.ok("status", "--json").json
    assert (said["driver"], said["visit"], said["up_to_date_ms"]) == ("every 15", None, 1 << 50)
    cli.note("Second")
    assert cli.ok("sync", "--json").json["outbox"] == 0


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (Status(link="live", auth="ok", inbound="up_to_date"), 0),
        (Status(link="live", auth="ok", inbound="up_to_date", outbox=1), 1),
        (Status(link="waiting", auth="unknown"), 1),
        (Status(link="waiting", auth="unknown", mode="send_only", outbox=1), 1),
        (Status(auth="local_only"), 3),
        *((Status(auth=auth), 3) for auth in ("expired", "invalid", "revoked", "disabled", "wrong_account")),
        *((Status(link="live", auth="ok", mode=mode), 4) for mode in ("send_only", "blocked", "ahead")),
    ],
)
def test_exit_codes_say_how_far_a_sync_came(status, code):
    assert sync_code(status) == code
