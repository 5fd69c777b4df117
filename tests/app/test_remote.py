"""A window that holds the library runs the commands of others: real sockets, a real store."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
import time

import pytest

from app import remote
from app.cli import open_library
from app.paths import Profile
from app.profile_lock import ProfileLock
from app.remote import WindowServer, raise_window, run_request, socket_path
from tests.support.command_line import ROOT, CommandLine, environment

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sockets of Unix")


class Window:
    """What a window is to a command: the lock, an engine thread with the library, a socket."""

    def __init__(self, profile):
        self.profile = profile
        self.raised = 0
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

    def _raise(self):
        self.raised += 1

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
def test_a_command_of_another_process_reaches_the_window(cli):
    made = cli.note("T\udcff")
    done = subprocess.run(
        [sys.executable, "-m", "app", "--profile", str(cli.profile), "list", "--json"],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        check=True,
    )
    assert [row["id"] for row in json.loads(done.stdout)] == [made]


def test_a_second_start_raises_the_first_window(cli, window):
    assert raise_window(Profile(cli.profile))
    assert window.raised == 1


def test_without_a_window_there_is_nothing_to_raise(cli):
    Profile(cli.profile).make()
    assert not raise_window(Profile(cli.profile))


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
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(socket_path(profile)))
    listening.listen()
    answering = threading.Thread(target=lambda: listening.accept()[0].close())
    answering.start()
    with ProfileLock(profile.lock) as lock:
        lock.take("window")
        said = cli("list")
    answering.join(30)
    listening.close()
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
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(socket_path(window.profile)))
        connection.sendall(line)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4_096):
            pass
    assert cli.ok("list", "--json").json == []


def test_a_command_that_goes_away_cancels_its_import(cli, window, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(3_000):
        (folder / f"{number}.md").write_text("word *x* " * 20)
    running = subprocess.Popen(
        [sys.executable, "-m", "app", "--profile", str(cli.profile), "import", str(folder)],
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


def test_the_socket_is_the_persons_alone(window):
    assert os.stat(socket_path(window.profile)).st_mode & 0o077 == 0


def test_a_profile_with_a_long_name_listens_elsewhere(tmp_path):
    profile = Profile(tmp_path / ("x" * 120) / "profile")
    path = socket_path(profile)
    assert path != profile.socket
    assert path == socket_path(profile)
    assert path.parent.stat().st_mode & 0o077 == 0
    opened = Window(profile)
    try:
        assert CommandLine(profile.folder).ok("list", "--json").json == []
    finally:
        opened.close()


def test_a_socket_that_a_killed_window_left_is_no_obstacle(cli):
    profile = Profile(cli.profile)
    profile.make()
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(socket_path(profile)))
    left.close()
    opened = Window(profile)
    opened.close()
    assert not socket_path(profile).exists()
    assert cli.ok("list", "--json").json == []


def until(condition, seconds=60):
    """Wait for a condition, for a limited time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
