"""
What a command gets to work with: the library, where its output goes, who asked.

The same commands run in a process of their own and, forwarded, on a window's engine thread; only this
differs.
"""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from app.library import Library
    from app.paths import Profile

DONE: Final = 0
REFUSED: Final = 1
WRONG_USAGE: Final = 2
SIGNED_OUT: Final = 3
VERSION_BEHIND: Final = 4
INTERRUPTED: Final = 130
"""What shells say of a program that Ctrl-C ended."""

PROGRESS_SECONDS: Final = 0.2


class Writable(Protocol):
    """A stream of text."""

    def write(self, text: str, /) -> object:
        """Write text."""

    def flush(self) -> object:
        """Have it written by now."""


def counted(count: int, one: str, many: str = "") -> str:
    """
    A number with its word: "1 note", "2 notes".

    Args:
        count: How many.
        one: The word for one of them.
        many: The word for any other number; by default with an "s" at its end.
    """
    return f"{count} {one if count == 1 else many or one + 's'}"


async def run_here(work: Callable[[], Any]) -> Any:
    """Do the work at once: for a process that has nothing else to do."""
    return work()


def stdin_bytes() -> bytes:
    """Everything on the standard input of this process."""
    return sys.stdin.buffer.read() if sys.stdin is not None else b""


@dataclass(slots=True)
class Streams:
    """Where a command reads and writes."""

    out: Writable
    err: Writable
    read: Callable[[], bytes] = stdin_bytes
    """Everything on standard input; called by commands that were told to read it."""
    folder: Path = field(default_factory=Path.cwd)
    """Where relative paths begin."""
    shows_progress: bool = False
    """Whether somebody watches `err`: then progress is drawn on one line of it."""


def give(streams: Streams, value: Any, words: str | None) -> None:
    """A command's result on standard output: in words, or (None) as one JSON document."""
    if words is None:
        streams.out.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")
    elif words:
        streams.out.write(words + "\n")


@dataclass(slots=True)
class Context:
    """One command at work."""

    profile: Profile
    library: Library
    arguments: Namespace
    streams: Streams
    away: Callable[[Callable[[], Any]], Awaitable[Any]] = run_here
    """Where pure work is done: here, or on another thread of a window."""
    batch: int = 200
    """Notes stored in one commit; fewer where a window waits."""
    cancelled: Callable[[], bool] | None = None
    """Whether a long command shall stop; None where Ctrl-C says that."""
    removes_library: bool = False
    """Set by a command: delete the library when it is closed."""
    _drawn: float = 0.0

    @property
    def json(self) -> bool:
        """Whether the output is to be one JSON document."""
        return bool(self.arguments.json)

    @property
    def in_window(self) -> bool:
        """Whether a window runs the command for another process."""
        return self.cancelled is not None

    def give(self, value: Any, words: str | None = None) -> None:
        """
        The result of the command, on standard output.

        Args:
            value: For `--json`.
            words: For people, without the newline at the end; None gives them the JSON as well.
        """
        give(self.streams, value, None if self.json else words)

    def say(self, words: str) -> None:
        """A message for people, on standard error."""
        self.streams.err.write(words + "\n")

    def path(self, text: str) -> Path:
        """A path that was named, seen from where the person is."""
        return self.streams.folder / Path(text).expanduser()

    def progress(self, done: int, total: int, what: str) -> None:
        """Draw how far it is, a few times a second, where somebody watches."""
        if not self.streams.shows_progress:
            return
        import time

        now = time.monotonic()
        if done == total:
            self.streams.err.write("\r\x1b[K")
        elif now - self._drawn >= PROGRESS_SECONDS:
            self._drawn = now
            self.streams.err.write(f"\r\x1b[K{done} of {total}  {what[-60:]}")
        self.streams.err.flush()
