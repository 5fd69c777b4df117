"""
The lock of a profile: one program at a time uses a library.

The system holds it (flock, or a locked byte on Windows), so that it ends with the process however that
ends. The file says who holds it, for people and for `remote`: "window" or "command" and the process id. Two
writers on one SQLite file can corrupt it (see `sync/storage/database.py`); that is why this exists.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

WAIT_SECONDS: Final = 10.0
"""How long a command waits for another command; each holds the lock for less than this, imports excepted."""
_TRY_SECONDS: Final = 0.02
_SAYS_MAX: Final = 64
_OFFSET: Final = 1 << 20
"""Where the locked byte is on Windows: beyond the words, which others must be able to read."""


class Held(Exception):
    """
    Somebody else uses the profile.

    Attributes:
        by: "window", "command", or "" when they have not said yet.
    """

    def __init__(self, by: str) -> None:
        super().__init__(by)
        self.by = by


class ProfileLock:
    """The lock of one profile. A context manager that lets go at the end."""

    def __init__(self, path: Path) -> None:
        """Name the lock file; nothing is opened yet. Its folder must exist."""
        self._path: Final = path
        self._file: int | None = None

    def take(self, who: str) -> None:
        """
        Take the lock at once.

        Args:
            who: "window" or "command".

        Raises:
            Held: somebody else has it.
            OSError: the file cannot be opened.
        """
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        if not _lock(file):
            said = os.read(file, _SAYS_MAX).decode("ascii", "replace").split()
            os.close(file)
            raise Held(said[0] if said else "")
        os.ftruncate(file, 0)
        os.write(file, f"{who} {os.getpid()}\n".encode("ascii"))
        self._file = file

    def take_within(
        self, who: str, seconds: float = WAIT_SECONDS, *, until: Callable[[], bool] | None = None
    ) -> None:
        """
        Take the lock as soon as a command that holds it is done.

        Args:
            who: As in `take`.
            seconds: How long to wait.
            until: Asked between tries; True ends the waiting early.

        Raises:
            Held: by a window (at once), or still by a command when the time is over.
        """
        deadline = time.monotonic() + seconds
        while True:
            try:
                return self.take(who)
            except Held as held:
                if held.by == "window" or time.monotonic() >= deadline or (until is not None and until()):
                    raise
            time.sleep(_TRY_SECONDS)

    def release(self) -> None:
        """Let go; nothing happens when it is not held."""
        file, self._file = self._file, None
        if file is not None:
            os.ftruncate(file, 0)
            os.close(file)

    def __enter__(self) -> ProfileLock:
        """The lock itself, taken or not."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go."""
        self.release()


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> bool:
        """Lock one byte of the file; False when another process has it."""
        os.lseek(file, _OFFSET, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(file, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def _lock(file: int) -> bool:
        """Lock the file; False when somebody else has it."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
