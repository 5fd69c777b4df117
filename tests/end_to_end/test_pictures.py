"""A picture pasted in one window shows in another, byte for byte: real processes, a real server."""

from __future__ import annotations

import json
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes import Server, Window, commonplace, processes, sign_in, until

EMAIL = "ana@example.org"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[tuple[Path, list]]:
    with processes() as running:
        yield tmp_path, running


def bodies(profile: Path) -> dict[str, bytes]:
    """The attachments in a profile's library."""
    (library,) = profile.rglob("library.sqlite3")
    connection = sqlite3.connect(f"file:{library}?mode=ro", uri=True)
    try:
        return dict(connection.execute("SELECT sha256, body FROM attachments"))
    finally:
        connection.close()


def test_a_picture_pasted_here_shows_there_even_when_the_server_dies_on_the_way(desk):
    folder, running = desk
    server = Server(folder / "server")
    running.append(server)
    a, b = folder / "a", folder / "b"
    sign_in(a, server, EMAIL, "Ana")
    sign_in(b, server, EMAIL)
    note = json.loads(commonplace(a, "new", "--title", "Picture", "--text", "x", "--json"))["id"]
    for profile in (a, b):
        commonplace(profile, "sync", "--once", "--json")
    windows = [Window(a), Window(b)]
    running.extend(windows)
    for window in windows:
        window.open(note)
    one, other = windows
    one("paste_picture", colour="#aa3344")
    shown = until(lambda: other("pictures"), "the note names the picture there")
    until(lambda: other("pictures") == dict.fromkeys(shown, "#aa3344"), "the picture shows there")

    server.stop(signal.SIGKILL)
    one("paste_picture", colour="#3344aa", side=700)
    assert set(one("pictures").values()) == {"#aa3344", "#3344aa"}  # local first
    status = json.loads(commonplace(a, "status", "--json"))
    assert status["files_waiting"] == 1
    server.start()
    until(lambda: set(other("pictures").values()) == {"#aa3344", "#3344aa"}, "both show there")
    here, there = bodies(a), bodies(b)
    assert len(here) == 2
    assert here == there
    until(lambda: json.loads(commonplace(a, "status", "--json"))["files_waiting"] == 0, "all files are sent")
    assert json.loads(server.command("verify", "--json")).get("ok", True)
