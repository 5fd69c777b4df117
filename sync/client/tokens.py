"""
Where the token of a sign-in lives: what the client asks of such a place, and a file that only its owner can
read.

What it is not: the system's keyring; the app brings that, behind the same protocol. Invariants: a token is
written before it is used; it is never logged.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol


class TokenStore(Protocol):
    """A place for one token. Calls may block; the client makes them on a worker thread."""

    def load(self) -> tuple[str, str] | None:
        """Return the token and what the place is called ("keyring", "file"), or None when there is none."""

    def save(self, token: str) -> str:
        """Keep a token in place of the one before; return what the place is called. Raises OSError."""

    def forget(self) -> None:
        """Keep no token any more."""


class Lent:
    """The token of somebody else's sign-in: to be used, never kept or forgotten."""

    def __init__(self, token: Callable[[], str | None]) -> None:
        """`token` says what it is now."""
        self._token: Final = token

    def load(self) -> tuple[str, str] | None:
        """Return the token as it is now, and "memory"."""
        token = self._token()
        return (token, "memory") if token is not None else None

    def save(self, token: str) -> str:
        """Keep nothing."""
        return "memory"

    def forget(self) -> None:
        """Forget nothing."""


class TokenFile:
    """A file with permissions 0600."""

    def __init__(self, path: Path) -> None:
        """Name the file; it need not exist."""
        self._path: Final = path

    def load(self) -> tuple[str, str] | None:
        """Return the token and "file", or None when there is no such file or no token in it."""
        try:
            token = self._path.read_text(encoding="ascii").strip()
        except (FileNotFoundError, UnicodeDecodeError):
            return None
        return (token, "file") if token else None

    def save(self, token: str) -> str:
        """Write the file beside, durably, then put it in place. Raises OSError."""
        beside = self._path.with_name(self._path.name + ".new")
        with contextlib.suppress(FileNotFoundError):
            beside.unlink()
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(token)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(beside, self._path)
        return "file"

    def forget(self) -> None:
        """Remove the file, if it is there."""
        self._path.unlink(missing_ok=True)
