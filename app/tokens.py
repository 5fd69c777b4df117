"""
Where the token of a sign-in lives: the system's keyring, or a file that only its owner can read.

Imported only when a token is needed: `keyring` costs 125 ms. A keyring that does not answer within
KEYRING_SECONDS (it may be waiting for somebody to unlock it) counts as absent. The token is never logged
and never on a command line.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol, TypeVar

KEYRING_SECONDS: Final = 5.0
_SERVICE: Final = "Commonplace"
_T = TypeVar("_T")

logger = logging.getLogger(__name__)


class _Keyring(Protocol):
    """What we use of the module `keyring`."""

    def get_password(self, service_name: str, username: str, /) -> str | None:
        """The password, None when there is none."""

    def set_password(self, service_name: str, username: str, password: str, /) -> None:
        """Keep a password."""

    def delete_password(self, service_name: str, username: str, /) -> None:
        """Forget a password; raises when there is none."""


class TokenStore:
    """The token of one profile. Blocking; use from the engine thread or the command line."""

    def __init__(self, token_file: Path) -> None:
        """
        Name the place; nothing is read yet.

        Args:
            token_file: Where the token goes when there is no keyring; also what tells profiles apart in one.
        """
        self._path: Final = token_file
        whole = os.fsencode(token_file.absolute())
        self._name: Final = hashlib.sha256(whole).hexdigest()[:16]

    def load(self) -> tuple[str, str] | None:
        """The token and where it was ("keyring" or "file"); None when there is none."""
        kept = self._in_file()
        if kept is not None:
            return kept, "file"
        token = _asked(lambda keyring: keyring.get_password(_SERVICE, self._name))
        return (token, "keyring") if token else None

    def save(self, token: str) -> str:
        """
        Keep a token in place of the one before.

        Returns:
            "keyring" or "file": where it is now.

        Raises:
            OSError: there is no keyring and the file cannot be written either.
        """

        def put(keyring: _Keyring) -> bool:
            keyring.set_password(_SERVICE, self._name, token)
            return True

        if _asked(put):
            self._path.unlink(missing_ok=True)
            return "keyring"
        beside = self._path.with_suffix(".new")
        with contextlib.suppress(FileNotFoundError):
            beside.unlink()
        file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "w", encoding="ascii") as stream:
            stream.write(token)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(beside, self._path)
        return "file"

    def forget(self) -> None:
        """Keep no token any more, anywhere."""
        self._path.unlink(missing_ok=True)
        _asked(lambda keyring: _delete(keyring, self._name))

    def _in_file(self) -> str | None:
        """The token in the file, if it is one."""
        try:
            token = self._path.read_text(encoding="ascii").strip()
        except (FileNotFoundError, UnicodeDecodeError):
            return None
        return token or None


def _asked(ask: Callable[[_Keyring], _T]) -> _T | None:
    """
    What the system's keyring answers in time; None when it cannot, will not, or does not exist.

    The question is put on a thread of its own, because a keyring may wait for a person.
    """
    answers: list[_T] = []

    def work() -> None:
        import keyring

        with contextlib.suppress(*_keyring_errors()):
            answers.append(ask(keyring))

    thread = threading.Thread(target=work, name="keyring", daemon=True)
    thread.start()
    thread.join(KEYRING_SECONDS)
    if not answers:
        logger.info("no keyring answers")
        return None
    return answers[0]


def _delete(keyring: _Keyring, name: str) -> bool:
    """Delete the password if there is one; a keyring raises when there is none."""
    if keyring.get_password(_SERVICE, name) is None:
        return False
    keyring.delete_password(_SERVICE, name)
    return True


def _keyring_errors() -> tuple[type[Exception], ...]:
    """What keyrings raise: their own class, and on Linux those of the bus beneath that they let through."""
    from keyring.errors import KeyringError

    known: list[type[Exception]] = [KeyringError, OSError, RuntimeError, ValueError, LookupError]
    for module, name in (
        ("secretstorage.exceptions", "SecretStorageException"),
        ("jeepney", "DBusErrorResponse"),
    ):
        with contextlib.suppress(ImportError):
            known.append(getattr(__import__(module, fromlist=[name]), name))
    return tuple(known)
