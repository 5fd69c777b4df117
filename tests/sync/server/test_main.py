from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from tests.support.peer import Author, Peer
from tests.support.running_server import run

ROOT = Path(__file__).parents[3]
WAIT_S = 30

# Importing Qt, or the program of the window, fails.
WITHOUT_QT = """
import runpy, sys
class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("PySide6", "shiboken6", "app"):
            raise ImportError(name)
sys.meta_path.insert(0, Nothing())
sys.argv[0] = "commonplace-server"
runpy.run_module("sync.server", run_name="__main__")
"""


@contextmanager
def _server(folder, *arguments):
    """A server in a process of its own; yields the process and its address."""
    process = subprocess.Popen(
        [sys.executable, "-c", WITHOUT_QT, *arguments, "--data", str(folder), "--port", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": ""},
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("listening on ws://127.0.0.1:"), line + process.stderr.read()
        yield process, line.split()[-1]
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=WAIT_S)


def test_the_first_line_says_where_and_the_port_answers_without_qt(tmp_path):
    with _server(tmp_path / "d", "serve", "--data-model", "1") as (process, url):
        with urllib.request.urlopen(url.replace("ws", "http") + "/livez", timeout=WAIT_S) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=WAIT_S)
        assert process.returncode == 0
        assert out == ""
        for line in err.splitlines():
            assert json.loads(line)["level"] == "info"


def test_serving_is_the_default_command(tmp_path):
    with _server(tmp_path / "d", "--sign-up", "closed") as (process, _):
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=WAIT_S)
        assert process.returncode == 0


def test_what_was_acked_survives_a_kill(tmp_path):
    author, known = Author(), {}

    async def write(url):
        ann = await Peer.open(url, author)
        await ann.sign_up("ann@example.org")
        note, first = author.note(ann.notes)
        await ann.push(ann.notes, first)
        for _ in range(30):
            ack = await ann.push(ann.notes, author.type(ann.notes, note, "word "))
        known.update(token=ann.token, stream=ann.notes, n=ack.n)
        await ann.close()

    async def read(url):
        again = await Peer.open(url, author, token=known["token"])
        granted = await again.subscribe(known["stream"])
        assert granted.last_n == known["n"] == 31
        assert granted.chain == author.chains[known["stream"]][31]
        assert len(await again.wait_for_log(known["stream"], 31)) == 31
        await again.close()

    with _server(tmp_path / "d", "serve", "--data-model", "1") as (process, url):
        run(write(url))
        process.kill()
    with _server(tmp_path / "d", "serve") as (_, url):
        run(read(url))


def test_a_port_that_is_taken_is_said_in_a_sentence(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "sync.server", "serve", "--data", str(tmp_path / "d"), "--port", port],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=WAIT_S,
        )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "address already in use" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_is_there():
    done = subprocess.run(
        [sys.executable, "-m", "sync.server", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=WAIT_S,
    )
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: commonplace-server")
