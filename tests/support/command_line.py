"""Commands run in this process, with real files; and as processes of their own."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from app.cli import run
from app.commands.context import Streams

ROOT = Path(__file__).parents[2]


class Said(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which is one JSON document."""
        return json.loads(self.out)


class CommandLine:
    """A profile, and commands on it."""

    def __init__(self, profile: Path) -> None:
        self.profile = profile

    def __call__(self, *words: str, stdin: bytes = b"", folder: Path | None = None) -> Said:
        """Run a command in this process."""
        out, err = io.StringIO(), io.StringIO()
        streams = Streams(out, err, lambda: stdin, folder or self.profile.parent)
        code = run(["--profile", str(self.profile), *words], streams)
        return Said(code, out.getvalue(), err.getvalue())

    def ok(self, *words: str, stdin: bytes = b"") -> Said:
        """Run a command that has to succeed."""
        said = self(*words, stdin=stdin)
        assert said.code == 0, said
        return said

    def note(self, title: str, text: str = "") -> str:
        """Make a note; its id."""
        return str(self.ok("new", "--title", title, "--text", text, "--json").json["id"])


def process(*words: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command as a process of its own."""
    options = {"capture_output": True, "text": True, "timeout": 60, **options}
    return subprocess.run(
        [sys.executable, "-m", "app", *words], cwd=ROOT, env=environment(), check=False, **options
    )


def environment() -> dict[str, str]:
    """An environment without a display and without a keyring."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    return {**kept, "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring", "PYTHONPATH": str(ROOT)}
