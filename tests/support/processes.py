"""
Real processes for end-to-end tests: a server, windows, command lines. Each ends with the test that made it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

DATA_MODEL_VARIABLE = "COMMONPLACE_DATA_MODEL"
ROOT = Path(__file__).resolve().parents[2]

WAIT_SECONDS = 60.0
"""How long anything may take before a test gives up; nothing waits this long on a machine that works."""


BEFORE_ROOT: list[str] = []
"""Folders that children look into before this checkout: a bench puts the compiled core there."""


def environment() -> dict[str, str]:
    """The environment of a child: offscreen, no keyring, this checkout first."""
    found = dict(os.environ)
    path = os.pathsep.join([*BEFORE_ROOT, str(ROOT)])
    found.update(QT_QPA_PLATFORM="offscreen", PYTHONPATH=path, PYTHONSAFEPATH="1", PYTHONUNBUFFERED="1")
    found["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    return found


def until(condition: Callable[[], Any], what: str, seconds: float = WAIT_SECONDS) -> Any:
    """Wait for a condition to become true and return what it gave; fail with `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"still not after {seconds} s: {what}")
        time.sleep(0.02)


class Server:
    """`commonplace-server` on a port of its own choice; the port stays when it is started again."""

    def __init__(self, data: Path, *arguments: str, database: str | None = None) -> None:
        """`arguments` are for the first start alone."""
        self.data = data
        self.arguments = arguments
        self.database = database
        self.port = 0
        self.process: subprocess.Popen[str] | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it listens."""
        command = [sys.executable, "-m", "sync.server", "--data", str(self.data), "--port", str(self.port)]
        command += self.arguments
        self.arguments = ()
        log = (self.data.parent / f"{self.data.name}.log").open("a")
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log, env=self._environment(), cwd=ROOT, text=True
        )
        log.close()
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith("listening on ws://127.0.0.1:"), line
        self.port = int(line.rsplit(":", 1)[1])

    def stop(self, how: int = signal.SIGTERM) -> None:
        """End it, by default in order."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(WAIT_SECONDS)
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None

    def command(self, *arguments: str) -> str:
        """Run an administrator's command against the data of this server."""
        command = [sys.executable, "-m", "sync.server", *arguments, "--data", str(self.data)]
        done = subprocess.run(
            command, capture_output=True, text=True, env=self._environment(), cwd=ROOT, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _environment(self) -> dict[str, str]:
        """That of a child, with the database as systemd would give it."""
        return {**environment(), **({"COMMONPLACE_DATABASE": self.database} if self.database else {})}


def commonplace(profile: Path, *arguments: str, text: str | None = None, code: int = 0) -> str:
    """Run the command line on a profile; its standard output."""
    command = [sys.executable, "-m", "app", "--profile", str(profile), *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, input=text, env=environment(), cwd=ROOT, check=False
    )
    assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
    return done.stdout


class Address(Protocol):
    """Something that leads to a server."""

    @property
    def url(self) -> str:
        """Where to connect."""


def sign_in(profile: Path, server: Address, email: str, name: str | None = None) -> None:
    """Sign a profile in; with a name, make the account."""
    extra = ["--sign-up", "--name", name] if name else []
    commonplace(
        profile,
        "login",
        "--server",
        server.url,
        "--email",
        email,
        "--password-stdin",
        *extra,
        text="correct horse battery\n",
    )


class Window:
    """A window in a process of its own; calling it gives an order and returns the answer."""

    def __init__(self, profile: Path, model: str | None = None) -> None:
        """`model`: the newest data model that the program uses; its own default for None."""
        self.profile = profile
        command = [sys.executable, "-m", "tests.support.window_child", str(profile)]
        self.began = time.monotonic()
        with (profile.parent / f"{profile.name}.log").open("a") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment() | ({DATA_MODEL_VARIABLE: model} if model else {}),
                cwd=ROOT,
                text=True,
            )

    def __call__(self, do: str, **order: Any) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"do": do, **order}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"the window ended, see {self.profile}.log"
        answer: dict[str, Any] = json.loads(line)
        assert "error" not in answer, answer
        return answer

    def open(self, note: str) -> None:
        """Show a note and wait for it."""
        until(lambda: self("state")["opened"], "the window is on screen and the library is open")
        self("open", note=note)
        until(lambda: self("state")["note"] == note, "the note is shown")
        self("focus")

    def until_text(
        self, expected: str | Callable[[str], bool], seconds: float = WAIT_SECONDS
    ) -> dict[str, Any]:
        """Wait until the text on screen is, or fulfils, something; the state then."""

        def found() -> dict[str, Any] | None:
            state = self("state")
            text = state["shown"]
            return state if (text == expected if isinstance(expected, str) else expected(text)) else None

        state: dict[str, Any] = until(found, f"{self.profile.name} shows {expected!r}", seconds)
        return state

    def until_sent(self) -> None:
        """Wait until the server has acknowledged everything."""
        until(lambda: self("state").get("status", {}).get("outbox") == 0, "everything is sent")

    def kill(self) -> None:
        """As a power cut for the program: no handler runs."""
        self.process.kill()
        self._finish()

    def terminate(self) -> int:
        """As a session that ends: ask by signal, and wait for the program to end."""
        self.process.terminate()
        return self._finish()

    def close(self) -> int:
        """Close the window as a person does, and wait for the program to end."""
        if self.process.poll() is None:
            self("close")
        return self._finish()

    def _finish(self) -> int:
        code = self.process.wait(WAIT_SECONDS)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        return code


@contextmanager
def processes() -> Iterator[list[Server | Window]]:
    """A list whose servers and windows are ended afterwards, whatever happened."""
    running: list[Server | Window] = []
    try:
        yield running
    finally:
        for one in reversed(running):
            if isinstance(one, Window):
                if one.process.poll() is None:
                    one.kill()
            else:
                one.stop(signal.SIGKILL)
