"""A real server as a process of its own, on a port that the system chooses."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.command_line import ROOT, environment


@contextmanager
def running_server(folder: Path, *options: str) -> Iterator[str]:
    """Start a server on the folder; its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sync.server", "serve", "--data", str(folder), "--port", "0", *options],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("listening on "), line
        yield line.removeprefix("listening on ").strip()
    finally:
        process.terminate()
        process.communicate(timeout=30)


def administer(folder: Path, *words: str) -> str:
    """Run an administrator's command on the server's folder."""
    done = subprocess.run(
        [sys.executable, "-m", "sync.server", *words, "--data", str(folder)],
        cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return done.stdout
