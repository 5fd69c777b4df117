"""Ways to reach a window: who gets in, what is left behind, and what a stranger is told."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import threading

import pytest

from app import window_socket
from app.paths import Profile
from app.window_socket import KEY_SIZE, ByPath, ByPort, NotListening, socket_path

ON_UNIX = pytest.mark.skipif(sys.platform == "win32", reason="sockets of Unix")


class Listening:
    """A window that answers a line with the line, on a thread of its own."""

    def __init__(self, way, profile):
        self.way = way
        self.profile = profile
        self.served = 0
        self.ready = threading.Event()
        self.loop = asyncio.new_event_loop()
        self.ended = asyncio.Event()
        self.thread = threading.Thread(target=lambda: self.loop.run_until_complete(self._live()))

    async def _live(self):
        server = await self.way.listen(self.profile, self._serve, 1_000)
        self.ready.set()
        await self.ended.wait()
        server.close()
        self.way.forget(self.profile)

    async def _serve(self, reader, writer):
        self.served += 1
        writer.write(await reader.readline())
        writer.close()

    def __enter__(self):
        self.thread.start()
        assert self.ready.wait(30)
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.ended.set)
        self.thread.join(30)
        self.loop.close()


@pytest.fixture(params=[pytest.param(ByPath, marks=ON_UNIX), ByPort])
def way(request):
    return request.param()


@pytest.fixture
def profile(tmp_path):
    made = Profile(tmp_path / "profile")
    made.make()
    return made


def echoed(connection, line):
    """What comes back for a line, until the other side closes."""
    connection.settimeout(30)
    connection.sendall(line)
    found = b""
    while part := connection.recv(4_096):
        found += part
    return found


def test_what_is_said_arrives_and_nothing_is_left_afterwards(way, profile):
    with Listening(way, profile), way.connect(profile) as connection:
        assert connection.gettimeout() is None
        assert echoed(connection, b"hello\n") == b"hello\n"
    assert list(profile.folder.iterdir()) == []
    with pytest.raises(NotListening):
        way.connect(profile)


@ON_UNIX
def test_what_leads_to_the_window_is_the_persons_alone(way, profile):
    with Listening(way, profile):
        (left,) = profile.folder.iterdir()
        assert os.stat(left).st_mode & 0o077 == 0


def test_what_a_killed_window_left_is_no_obstacle(way, profile):
    with Listening(way, profile):
        (left,) = profile.folder.iterdir()
        kept = left.with_name("kept")
        os.link(left, kept)
    os.replace(kept, left)
    with pytest.raises(NotListening):
        way.connect(profile)
    with Listening(way, profile), way.connect(profile) as connection:
        assert echoed(connection, b"hello\n") == b"hello\n"


@ON_UNIX
def test_a_profile_with_a_long_name_listens_elsewhere(tmp_path):
    profile = Profile(tmp_path / ("x" * 120) / "profile")
    profile.make()
    path = socket_path(profile)
    assert path != profile.socket
    assert path == socket_path(profile)
    assert path.parent.stat().st_mode & 0o077 == 0
    with Listening(ByPath(), profile), ByPath().connect(profile) as connection:
        assert echoed(connection, b"hello\n") == b"hello\n"


@ON_UNIX
def test_the_longest_name_that_fits_is_taken(tmp_path):
    room = window_socket.PATH_SIZE_MAX - len(os.fsencode(tmp_path / "window.sock")) - 1
    assert socket_path(Profile(tmp_path / ("x" * room))).parent.parent == tmp_path
    assert socket_path(Profile(tmp_path / ("x" * (room + 1)))).parent.parent != tmp_path


def test_a_stranger_who_knows_the_port_and_not_the_key_is_not_served(profile):
    with Listening(ByPort(), profile) as window:
        port = int(profile.address.read_text().split()[0])
        for said in (b"", b"x" * KEY_SIZE, b"x" * 3 * KEY_SIZE, b'{"words": ["list"]}\n' * 10):
            with socket.create_connection(("127.0.0.1", port), 30) as connection:
                connection.sendall(said)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(4_096):
                    pass
        with ByPort().connect(profile) as connection:
            assert echoed(connection, b"hello\n") == b"hello\n"
    assert window.served == 1


def test_a_stranger_who_says_nothing_is_let_go_of(profile, monkeypatch):
    monkeypatch.setattr(window_socket, "SECONDS", 0.1)
    with Listening(ByPort(), profile) as window:
        port = int(profile.address.read_text().split()[0])
        with socket.create_connection(("127.0.0.1", port), 30) as connection:
            assert connection.recv(1) == b""
    assert window.served == 0


@pytest.mark.parametrize("answer", [b"", b"x" * 2 * KEY_SIZE, b"HTTP/1.1 400 Bad Request\r\n\r\n", None])
def test_another_program_on_the_port_of_a_killed_window_hears_nothing(profile, monkeypatch, answer):
    monkeypatch.setattr(window_socket, "SECONDS", 0.1 if answer is None else 30)
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def take():
            connection, _ = listening.accept()
            with connection:
                heard.append(connection.recv(KEY_SIZE))
                if answer is not None:
                    connection.sendall(answer)
                    connection.shutdown(socket.SHUT_WR)
                while part := connection.recv(4_096):
                    heard.append(part)

        taking = threading.Thread(target=take)
        taking.start()
        profile.address.write_text(f"{listening.getsockname()[1]} {'ab' * KEY_SIZE}\n")
        with pytest.raises(NotListening):
            ByPort().connect(profile)
        taking.join(30)
    assert len(heard) == 1, "a question, which says nothing of the key"


@pytest.mark.parametrize("text", ["", "1", "one ab", "1 no-key", "1 ab cd", "99999999999 ab", "\xff 1"])
def test_an_address_that_makes_no_sense_leads_nowhere(profile, text):
    profile.address.write_bytes(text.encode("latin-1"))
    with pytest.raises(NotListening):
        ByPort().connect(profile)
