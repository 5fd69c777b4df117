"""The whole path with real processes: a server, two windows, key events, a cut network, kills."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.processes import Server, Window, commonplace, processes, sign_in, until

EMAIL = "ana@example.org"


class Pair(NamedTuple):
    """A server, and two windows of one account on two profiles with one note open in both."""

    server: Server
    a: Window
    b: Window
    note: str

    def settle(self) -> dict:
        """Wait until both windows have sent and received everything; the state they agree on."""

        def same() -> dict | None:
            one, other = self.a("state"), self.b("state")
            sent = all(state.get("status", {}).get("outbox") == 0 for state in (one, other))
            return one if sent and one["state"] == other["state"] else None

        state: dict = until(same, "both windows hold the same state")
        for window in (self.a, self.b):
            shown = window("state")
            assert shown["shown"] == shown["text"] == state["text"]
            assert shown["blocks"] == state["blocks"]
        return state


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[tuple[Path, list]]:
    with processes() as running:
        yield tmp_path, running


def open_pair(desk: tuple[Path, list], text: str = "The fox jumped.") -> Pair:
    """Start it all, with a note of some text."""
    folder, running = desk
    server = Server(folder / "server")
    running.append(server)
    a, b = folder / "a", folder / "b"
    sign_in(a, server, EMAIL, "Ana")
    sign_in(b, server, EMAIL)
    note = json.loads(commonplace(a, "new", "--title", "Foxes", "--text", text, "--json"))["id"]
    for profile in (a, b):
        status = json.loads(commonplace(profile, "sync", "--once", "--json"))
        assert status["outbox"] == 0
    windows = [Window(a), Window(b)]
    running.extend(windows)
    for window in windows:
        window.open(note)
    return Pair(server, windows[0], windows[1], note)


def online(window: Window) -> bool:
    return bool(window("state").get("status", {}).get("link") == "live")


def test_two_windows_typing_at_once_converge_and_carets_stay_on_their_letters(desk):
    pair = open_pair(desk, "left right")
    pair.a("select", start=4)
    pair.b("select", start=10)
    pair.a("type", text=" one two", pause_ms=15, at_once=False)
    pair.b("type", text=" three four", pause_ms=15, at_once=False)
    for window in (pair.a, pair.b):
        window.until_text("left one two right three four")
    state = pair.settle()
    assert state["text"] == "left one two right three four"
    assert pair.a("state")["caret"] == len("left one two")
    assert pair.b("state")["caret"] == len("left one two right three four")


def test_each_undo_takes_back_only_its_own_windows_typing(desk):
    pair = open_pair(desk, "base")
    pair.a("select", start=4)
    pair.a("type", text=" from a")
    pair.b.until_text("base from a")
    pair.b("select", start=0)
    pair.b("type", text="from b ")
    pair.a.until_text("from b base from a")
    pair.a("keys", keys="Ctrl+Z")
    assert pair.a("state")["text"] == "from b base"
    pair.b.until_text("from b base")
    pair.b("keys", keys="Ctrl+Z")
    pair.a.until_text("base")
    pair.a("keys", keys="Ctrl+Shift+Z")
    pair.b.until_text("base from a")
    pair.settle()


def test_both_write_while_the_network_is_cut_and_agree_afterwards(desk):
    pair = open_pair(desk, "shared line")
    until(lambda: online(pair.a) and online(pair.b), "both are connected")
    pair.server.stop(signal.SIGKILL)
    pair.a("select", start=0)
    pair.a("type", text="Ana was here. ")
    pair.b("select", start=11)
    pair.b("type", text="\nBen wrote on")
    assert pair.a("state")["shown"] == "Ana was here. shared line"
    assert pair.b("state")["shown"] == "shared line\nBen wrote on"
    pair.server.start()
    state = pair.settle()
    assert state["text"] == "Ana was here. shared line\nBen wrote on"


def test_all_scripts_typed_while_the_other_formats_and_deletes_in_the_same_paragraph(desk):
    pair = open_pair(desk, "Start middle end")
    pair.a("select", start=5)
    typed = [" Latin", " سلام", " 👩\u200d👩\u200d👧 𝒳", " ok"]
    pair.a("type", text=typed[0], pause_ms=5, at_once=False)
    pair.b("select", start=6, end=12)
    pair.b("keys", keys="Ctrl+B")
    pair.a.until_text(lambda text: " Latin" in text)
    pair.a("compose", preedit="ni hao", commit="你好")
    pair.a("type", text=typed[1], pause_ms=5, at_once=False)
    pair.b("select", start=0, end=2)
    pair.b("keys", keys="Backspace")
    pair.a.until_text(lambda text: typed[1] in text)
    pair.a("type", text=typed[2], pause_ms=5, at_once=False)
    pair.b("keys", keys="Ctrl+I")
    pair.a.until_text(lambda text: typed[2] in text)
    pair.a("type", text=typed[3])
    state = pair.settle()
    assert state["text"].startswith("art Latin你好 سلام 👩\u200d👩\u200d👧 𝒳 ok ")
    assert state["text"].endswith(" end")
    spans = [tuple(span) for span in ((text, tuple(marks)) for text, marks in state["blocks"][0][0])]
    assert any("bold" in marks for _, marks in spans)


def test_what_was_typed_until_just_before_a_window_is_killed_is_there_again(desk):
    pair = open_pair(desk, "")
    text = "abcdefghijklmnopqrstuvwxyz" * 4
    pair.a("type", text=text, pause_ms=10, at_once=False)
    while len(pair.a("times")["commits"]) < 40:
        time.sleep(0.02)
    due = len(pair.a("times")["commits"])
    typed = pair.a("state")["text"]
    pair.a.kill()
    kept = json.loads(commonplace(pair.a.profile, "show", pair.note, "--format", "json"))
    kept_text = "\n".join("".join(span["text"] for span in block["spans"]) for block in kept["blocks"])
    assert len(kept_text) >= due
    assert text.startswith(kept_text)
    assert kept_text.startswith(typed[:due])
    commonplace(pair.a.profile, "sync", "--once")
    pair.b.until_text(kept_text)


def test_every_acknowledged_edit_survives_a_kill_of_the_server(desk):
    pair = open_pair(desk, "")
    typed = ""
    for burst in ("one ", "two ", "three "):
        pair.a("type", text=burst, pause_ms=8, at_once=False)
        time.sleep(0.05)
        pair.server.stop(signal.SIGKILL)
        pair.server.start()
        typed += burst
        pair.a.until_text(typed)
    state = pair.settle()
    assert state["text"] == "one two three "
    on_server = json.loads(pair.server.command("verify", "--json"))
    assert on_server.get("ok", True)


def test_closing_with_unsent_edits_ends_at_once_and_sends_them_next_time(desk):
    pair = open_pair(desk, "x")
    pair.server.stop(signal.SIGKILL)
    pair.a("select", start=1)
    pair.a("type", text=" kept")
    assert pair.a.close() == 0
    pair.server.start()
    assert json.loads(commonplace(pair.a.profile, "sync", "--once", "--json"))["outbox"] == 0
    pair.b.until_text("x kept")
