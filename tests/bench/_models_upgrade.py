"""
An upgrade of a large library as a person meets it: real server, real window, somebody writing all the time.

Part of `models`. The window's own seconds and those of the server are of the processor; the clock's are given
beside them. A pause is how long a key that came from outside took to be on screen, while the upgrade ran.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from crdt import Clock
from sync.model import v1
from sync.storage.client_store import ClientStore
from sync.storage.rows import LocalChange
from tests.support.library import named
from tests.support.processes import Server, Window, commonplace, sign_in, until

OLD, NEW = ("--data-model", "1"), ("--data-model", "2")
EMAIL = "ana@example.org"
BATCH = 500
WORDS = "The quick brown fog lies over the lazy dog. " * 6
"""Without the letter that is typed to be counted."""
KEY_MS = 50
ARRIVAL_PAUSE_MS = 400
"""Between keys that are waited for one by one: longer than any of them takes."""
LIMIT_S = 600.0


def upgrading(folder: Path, notes: int) -> dict[str, float]:
    """Upgrade a library of so many notes under somebody who writes in one of them."""
    server = Server(folder / "server", "--data-model", "1")
    try:
        profile = folder / "a"
        first = filled(profile, notes)
        sign_in(profile, server, EMAIL, "Ana")
        commonplace(profile, *OLD, "sync", "--once", "--timeout", str(LIMIT_S))
        server.command("migrate", "run", "--to", "2")
        window = Window(profile, "2")
        try:
            return timed(window, server, first) | {"upgraded_notes": notes}
        finally:
            window.kill()
    finally:
        server.stop()


def arriving(folder: Path, keys: int) -> dict[str, float]:
    """How long a key of somebody who is behind takes to be on the screen of somebody who has upgraded."""
    server = Server(folder / "server", "--data-model", "1")
    windows: list[Window] = []
    try:
        old, new = folder / "old", folder / "new"
        note = filled(old, 1)
        sign_in(old, server, EMAIL, "Ana")
        commonplace(old, *OLD, "sync", "--once")
        server.command("migrate", "run", "--to", "2")
        commonplace(new, *NEW, "status")
        sign_in(new, server, EMAIL)
        commonplace(new, *NEW, "sync", "--once")
        windows += [Window(old, "2"), Window(new, "2")]
        behind, upgraded = windows
        for window in windows:
            window.open(note)
        until(lambda: _status(behind).get("mode") == "send_only", "one is behind")
        until(lambda: _status(upgraded).get("mode") == "full", "one is not")
        before = len(upgraded("times")["seen"])
        behind("type", text="x" * keys, pause_ms=ARRIVAL_PAUSE_MS, at_once=False)
        upgraded.until_text(lambda text: text.count("x") >= keys, LIMIT_S)
        pressed = [began for began, _ in behind("times")["commits"]]
        seen = [at for at, _ in upgraded("times")["seen"][before:]]
        delays = sorted(next(at for at in seen if at > began) - began for began in pressed)
    finally:
        for window in windows:
            window.kill()
        server.stop()
    return {"behind_key_s_p50": round(delays[len(delays) // 2], 3), "behind_key_s": round(delays[-1], 3)}


def filled(profile: Path, notes: int) -> str:
    """A library of the first model with so many notes; the id of the first."""
    commonplace(profile, *OLD, "status")
    store = ClientStore.open(profile / "library.sqlite3", newest="1.0")
    clock, now_ms = Clock(store.rid), time.time_ns() // 1_000_000
    store.add_notebook(named(1, "b"), "Personal")
    store.set_personal(named(1, "b"))
    stream = f"{store.personal()}/notes"
    changes: list[LocalChange] = []
    for number in range(notes):
        note, made = v1.new_note(store.rid, clock.tick(now_ms), title=f"Note {number}", created_ms=now_ms)
        typed = note.edit(clock.tick(now_ms), lambda edit: edit.text(("body",)).insert(0, WORDS))
        changes += [LocalChange(stream, named(number, "n"), delta) for delta in (made, typed)]
        if len(changes) >= BATCH or number == notes - 1:
            store.append(changes)
            changes.clear()
    while store.refresh_projections():
        pass
    store.close()
    return named(0, "n")


def timed(window: Window, server: Server, note: str) -> dict[str, float]:
    """Upgrade while keys come in; how long it took and how long the longest key waited."""
    window.open(note)
    until(lambda: _status(window).get("mode") == "send_only", "the server's mode is known", LIMIT_S)
    until(lambda: _status(window).get("outbox") == 0, "everything is sent", LIMIT_S)
    assert server.process is not None
    with _spent(window.process.pid) as ours, _spent(server.process.pid) as theirs:
        began = time.perf_counter()
        window("upgrade")
        window("focus")
        window("key_frames", text="abcdefghi " * int(LIMIT_S * 100 / KEY_MS), pause_ms=KEY_MS)
        said = until(lambda: any(window("upgraded").values()) and window("upgraded"), "it has ended", LIMIT_S)
        seconds = time.perf_counter() - began
    assert not said["problem"], said
    frames = window("frames")["frames"]
    return {
        "upgrade_s": round(ours[0] + theirs[0], 1),
        "upgrade_s_of_the_window": round(ours[0], 1),
        "upgrade_s_of_the_server": round(theirs[0], 1),
        "upgrade_s_by_the_clock": round(seconds, 1),
        "upgrade_keys": len(frames),
        "upgrade_pause_s": round(max(frames) / 1000, 2),
        "upgrade_key_ms_p95": round(sorted(frames)[int(len(frames) * 0.95)], 1),
    }


def _status(window: Window) -> dict[str, Any]:
    found: dict[str, Any] = window("state").get("status", {})
    return found


@contextmanager
def _spent(pid: int) -> Iterator[list[float]]:
    """What a process takes of the processor inside of the block; filled at its end."""
    before, found = _processor_s(pid), [0.0]
    yield found
    found[0] = _processor_s(pid) - before


def _processor_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
