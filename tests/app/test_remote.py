"""A window that holds the library runs the commands of others: real sockets, a real store."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import threading
import time

import pytest

from app import remote, window_socket
from app.cli import open_library
from app.errand import Errand
from app.paths import Profile
from app.profile_lock import ProfileLock
from app.remote import WindowServer, raise_window, run_request
from tests.support.command_line import ROOT, CommandLine, environment

ON_UNIX = pytest.mark.skipif(sys.platform == "win32", reason="sockets of Unix")
BY_PORT = "import app.window_socket as w; w.way = w.ByPort(); from app.__main__ import main; main({words!r})"
"""A process that reaches a window as on Windows."""


@pytest.fixture(params=[pytest.param("ByPath", marks=ON_UNIX), "ByPort"], autouse=True)
def way(request, monkeypatch):
    """Both ways to reach a window, each on any system."""
    monkeypatch.setattr(window_socket, "way", getattr(window_socket, request.param)())
    return request.param


def process(way, *words):
    """The words that start a command in a process of its own."""
    start = ["-m", "app", *words] if way == "ByPath" else ["-c", BY_PORT.format(words=words)]
    return [sys.executable, *start]


class Window:
    """What a window is to a command: the lock, an engine thread with the library, a socket."""

    def __init__(self, profile):
        self.profile = profile
        self.raised = []
        profile.make()
        self.lock = ProfileLock(profile.lock)
        self.lock.take("window")
        self.ready = threading.Event()
        self.loop = asyncio.new_event_loop()
        self.ended = asyncio.Event()
        self.thread = threading.Thread(target=lambda: self.loop.run_until_complete(self._live()))
        self.thread.start()
        assert self.ready.wait(30)

    async def _live(self):
        library = open_library(self.profile)
        server = WindowServer(
            self.profile,
            lambda request, say, cancelled: run_request(request, self.profile, library, say, cancelled),
            self._raise,
        )
        await server.start()
        self.ready.set()
        await self.ended.wait()
        await server.stop()
        library.store.close()

    def _raise(self, errand):
        self.raised.append(errand)

    def close(self):
        if self.thread.is_alive():
            self.loop.call_soon_threadsafe(self.ended.set)
            self.thread.join(30)
            self.loop.close()
            self.lock.release()


@pytest.fixture
def cli(tmp_path):
    return CommandLine(tmp_path / "profile")


@pytest.fixture
def window(cli):
    opened = Window(Profile(cli.profile))
    yield opened
    opened.close()


@pytest.mark.usefixtures("window")
def test_commands_go_through_the_window_that_has_the_library(cli, tmp_path):
    made = cli.note("Title", "text")
    assert [row["id"] for row in cli.ok("list", "--json").json] == [made]
    cli.ok("append", made, "--text", "more")
    assert cli.ok("show", made, "--format", "text").out == "text\nmore\n"
    (tmp_path / "in").mkdir()
    for number in range(50):
        (tmp_path / "in" / f"{number}.md").write_text("x")
    assert cli.ok("import", "in", "--json").json["imported"] == 50
    assert cli.ok("export", "out", "--json").json["exported"] == 51
    assert cli.ok("new", "--title", "S", "--file", "-", stdin=b"from stdin").code == 0
    assert cli.ok("doctor", "--json").json["notes"] == 52
    assert cli.ok("backup", "--json").json["size_bytes"] > 0


@pytest.mark.usefixtures("window")
def test_exit_codes_and_sentences_come_back(cli):
    said = cli("show", "nothing")
    assert (said.code, said.out) == (1, "")
    assert "There is no note" in said.err
    assert cli("frob").code == 2
    assert cli("logout", "--remove").code == 1


@pytest.mark.usefixtures("window")
def test_a_command_of_another_process_reaches_the_window(cli, way):
    made = cli.note("T\udcff")
    done = subprocess.run(
        process(way, "--profile", str(cli.profile), "list", "--json"),
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        check=True,
    )
    assert [row["id"] for row in json.loads(done.stdout)] == [made]


def test_a_second_start_raises_the_first_window(cli, window):
    errand = Errand(new=True, note="Plan", paths=("/tmp/a b.md", "/tmp/ü"), link="https://x.org/i/a#b")
    assert raise_window(Profile(cli.profile), errand)
    assert window.raised == [errand]


def test_without_a_window_there_is_nothing_to_raise(cli):
    Profile(cli.profile).make()
    assert not raise_window(Profile(cli.profile), Errand())


def test_a_window_that_holds_the_lock_and_does_not_listen_is_said(cli, monkeypatch):
    Profile(cli.profile).make()
    monkeypatch.setattr(remote, "CONNECT_SECONDS", 0.1)
    with ProfileLock(Profile(cli.profile).lock) as lock:
        lock.take("window")
        said = cli("list")
    assert said.code == 1
    assert "window" in said.err


def test_a_window_that_ends_meanwhile_leaves_the_library_to_the_command(cli, window, monkeypatch):
    made = cli.note("T")
    connect = remote._connect

    def close_first(profile):
        window.close()
        return connect(profile)

    monkeypatch.setattr(remote, "_connect", close_first)
    assert [row["id"] for row in cli.ok("list", "--json").json] == [made]


def test_a_window_that_dies_before_it_answers_is_said(cli, monkeypatch):
    profile = Profile(cli.profile)
    profile.make()
    ours, theirs = socket.socketpair()
    monkeypatch.setattr(window_socket.way, "connect", lambda profile: ours)
    theirs.close()
    with ProfileLock(profile.lock) as lock:
        lock.take("window")
        said = cli("list")
    assert said.code == 1
    assert "closed before it answered" in said.err


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"{\n",
        b"[]\n",
        b'{"words": "x", "stdin": "", "folder": "/"}\n',
        b'{"words": [1]}\n',
        b"\xff\xff\n",
        b"",
        b'{"words": ["frob"], "stdin": "", "folder": "/"}\n',
    ],
)
def test_what_is_no_request_of_ours_hurts_nobody(cli, window, line):
    with window_socket.way.connect(window.profile) as connection:
        connection.sendall(line)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4_096):
            pass
    assert cli.ok("list", "--json").json == []


def test_a_command_that_goes_away_cancels_its_import(cli, window, way, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(3_000):
        (folder / f"{number}.md").write_text("word *x* " * 20)
    running = subprocess.Popen(
        process(way, "--profile", str(cli.profile), "import", str(folder)),
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until(lambda: len(cli.ok("list", "--json").json) > 20)
    running.kill()
    running.wait()
    counts = []

    def is_still():
        counts.append(len(cli.ok("list", "--json").json))
        return counts[-3:].count(counts[-1]) == 3

    until(is_still)
    assert 20 < counts[-1] < 3_000


def until(condition, seconds=60):
    """Wait for a condition, for a limited time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
