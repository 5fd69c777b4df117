"""
The data model changes under people who write: a server, windows and commands as processes of their own.

Whoever is behind goes on writing and is heard; an upgrade brings the library over with nothing lost, and what
was open stays open.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sync.storage.client_store import ClientStore
from tests.support.processes import WAIT_SECONDS, Server, Window, commonplace, processes, sign_in, until
from tests.support.relay import Relay, relayed

EMAIL = "ana@example.org"
OLD, NEW = ("--data-model", "1"), ("--data-model", "2")
BEHIND = "A newer version of your notes is in use."


@pytest.fixture
def running():
    with processes() as made:
        yield made


def states(profile: Path) -> dict[str, str]:
    """Every document of a closed library, as bytes."""
    store = ClientStore.open(profile / "library.sqlite3", newest="2.0")
    try:
        names = [name for row in store.streams() for name in store.document_ids(row.id)]
        return {name: store.document(name, 5).encode().hex() for name in names}
    finally:
        store.close()


def begin(folder: Path, running: list, way: Relay | None = None) -> tuple[Server, Path, Path, str]:
    """A server of the first model, and two profiles of one account; the second may have a way of its own."""
    server = Server(folder / "server", "--data-model", "1")
    running.append(server)
    a, b = folder / "a", folder / "b"
    for profile, name in ((a, "Ana"), (b, None)):
        commonplace(profile, *OLD, "status")
        sign_in(profile, server, EMAIL, name)
    if way is not None:
        way.target = server.url
        sign_in(b, way, EMAIL)
    made = commonplace(a, *OLD, "new", "--title", "Shared", "--text", "The fox jumped.", "--json")
    commonplace(a, *OLD, "new", "--title", "Another", "--text", "more")
    for profile in (a, b):
        commonplace(profile, *OLD, "sync", "--once")
    return server, a, b, json.loads(made)["id"]


def mode(window: Window) -> str:
    return str(window("state").get("status", {}).get("mode"))


def sent(window: Window) -> bool:
    status = window("state").get("status", {})
    return status.get("outbox") == 0 and status.get("link") == "live"


def upgrade(window: Window) -> str:
    window("upgrade")
    said = until(lambda: any(window("upgraded").values()) and window("upgraded"), "the upgrade has ended")
    assert not said["problem"], said
    window("leave_receipt")
    return str(said["receipt"])


def test_who_is_behind_is_heard_and_upgrades_in_place(tmp_path, running):
    server, a, b, note = begin(tmp_path, running)
    windows = [Window(profile, "2") for profile in (a, b)]
    running.extend(windows)
    ours, theirs = windows
    for window in windows:
        window.open(note)
        until(lambda window=window: mode(window) == "full" and sent(window), "both are connected")

    theirs("select", start=0)
    theirs("type", text="B writes while ", pause_ms=15, at_once=False)
    assert "2.0" in server.command("migrate", "run", "--to", "2")
    assert upgrade_when_behind(ours).startswith("2 notes before, 2 after.")
    ours.until_text("B writes while The fox jumped.")
    theirs.until_text("B writes while The fox jumped.")
    theirs("type", text="behind ")
    ours.until_text("B writes while behind The fox jumped.")

    ours("select", start=0)
    ours("type", text="A is new. ")
    commonplace(a, *NEW, "new", "--title", "Of A", "--text", "made after")
    until(lambda: sent(ours), "what A wrote is on the server")
    state = theirs("state")
    assert state["shown"] == "B writes while behind The fox jumped."
    assert state["banner"].startswith(BEHIND)
    assert state["status"]["mode"] == "send_only"
    assert titles(b) == {"Shared", "Another"}

    server.stop()
    theirs("type", text="and offline ")
    server.start()
    ours.until_text("A is new. B writes while behind and offline The fox jumped.")
    until(lambda: sent(theirs), "what B wrote offline is on the server")

    before = theirs("state")
    assert upgrade(theirs) == "2 notes before, 3 after (1 new). The old copy is kept for 30 days."
    after = theirs.until_text("A is new. B writes while behind and offline The fox jumped.")
    assert (after["note"], after["window"]) == (note, before["window"])
    assert after["caret"] == before["caret"] + len("A is new. ")
    until(lambda: not theirs("state")["banner"], "the banner has gone")
    theirs("focus")
    theirs("type", text="now ")
    ours.until_text("A is new. B writes while behind and offline now The fox jumped.")
    theirs("keys", keys="Ctrl+Z")
    theirs("keys", keys="Ctrl+Z")
    assert "now " not in theirs("state")["shown"]
    until(lambda: same(ours, theirs), "both hold the same state")
    for window in windows:
        window.close()
    found = states(a)
    assert len(found) == 3
    assert states(b) == found


def titles(profile: Path) -> set[str]:
    return {row["title"] for row in json.loads(commonplace(profile, *NEW, "list", "--json"))}


def same(one: Window, other: Window) -> bool:
    return sent(one) and sent(other) and one("state")["state"] == other("state")["state"]


def upgrade_when_behind(window: Window) -> str:
    until(lambda: mode(window) == "send_only", "the server has moved on")
    return upgrade(window)


def test_who_was_offline_all_the_time_is_heard_when_back_and_upgrades_in_place(tmp_path, running):
    with relayed("") as way:
        server, a, b, note = begin(tmp_path, running, way)
        ours, theirs = windows = [Window(profile, "2") for profile in (a, b)]
        running.extend(windows)
        for window in windows:
            window.open(note)
            until(lambda window=window: mode(window) == "full" and sent(window), "both are connected")
        way.down = True
        way.cut()
        theirs("select", start=4)
        theirs("type", text="quick ", pause_ms=15, at_once=False)
        server.command("migrate", "run", "--to", "2")
        assert upgrade_when_behind(ours).startswith("2 notes before, 2 after.")
        ours("select", start=0)
        ours("type", text="A: ")
        commonplace(a, *NEW, "new", "--title", "Of A", "--text", "made after")
        until(lambda: sent(ours), "what A wrote is on the server")
        before = theirs.until_text("The quick fox jumped.")
        assert (before["banner"], titles(b)) == ("", {"Shared", "Another"})

        way.down = False
        ours.until_text("A: The quick fox jumped.", 2 * WAIT_SECONDS)
        until(lambda: theirs("state")["banner"].startswith(BEHIND), "the prompt is on screen")
        theirs("type", text="brown ")
        assert upgrade(theirs) == "2 notes before, 3 after (1 new). The old copy is kept for 30 days."
        after = theirs.until_text("A: The quick brown fox jumped.")
        assert (after["note"], after["window"]) == (note, before["window"])
        assert after["caret"] == len("A: The quick brown ")
        ours.until_text("A: The quick brown fox jumped.")
        until(lambda: same(ours, theirs), "both hold the same state")
        for window in windows:
            window.close()
    assert len(found := states(a)) == 3
    assert states(b) == found


def test_who_was_away_all_the_time_comes_back_with_everything(tmp_path, running):
    server, a, b, note = begin(tmp_path, running)
    server.command("migrate", "run", "--to", "2")
    commonplace(b, *NEW, "edit", note, "--at", "0", "--insert", "Away: ")
    commonplace(b, *NEW, "new", "--title", "Of B", "--text", "made away")
    assert json.loads(commonplace(a, *NEW, "upgrade", "--yes", "--json"))["notes_after"] == 2
    commonplace(a, *NEW, "edit", note, "--at", "4", "--insert", "quick ")

    synced = json.loads(commonplace(b, *NEW, "sync", "--once", "--json", code=4))
    assert (synced["mode"], synced["outbox"], synced["model"]) == ("send_only", 0, "1.0")
    assert json.loads(commonplace(b, *NEW, "status", "--json"))["mode"] == "send_only"
    commonplace(a, *NEW, "sync", "--once")
    assert commonplace(a, *NEW, "show", note, "--format", "text") == "Away: The quick fox jumped.\n"
    assert commonplace(b, *NEW, "show", note, "--format", "text") == "Away: The fox jumped.\n"

    commonplace(b, *NEW, "append", note, "--text", "And more.")
    receipt = json.loads(commonplace(b, *NEW, "upgrade", "--yes", "--json"))
    assert (receipt["notes_before"], receipt["notes_after"], receipt["notes_new"]) == (3, 3, 0)
    assert (receipt["carried"], receipt["refused"]) == (0, 0)
    assert json.loads(commonplace(b, *NEW, "sync", "--once", "--json"))["mode"] == "full"
    commonplace(a, *NEW, "sync", "--once")
    assert states(a) == states(b)
    assert commonplace(b, *OLD, "sync", "--once", code=4) == ""


def test_a_program_that_knows_no_newer_model_says_so_and_keeps_sending(tmp_path, running):
    server, a, b, note = begin(tmp_path, running)
    server.command("migrate", "run", "--to", "2")
    commonplace(b, *OLD, "edit", note, "--at", "0", "--insert", "Old: ")
    commonplace(b, *OLD, "sync", "--once", code=4)
    commonplace(b, *OLD, "upgrade", "--yes", code=4)
    commonplace(a, *NEW, "upgrade", "--yes")
    assert commonplace(a, *NEW, "show", note, "--format", "text") == "Old: The fox jumped.\n"
