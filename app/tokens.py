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

from sync.client.tokens import TokenFile

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
    """The token of one profile, as the client asks for it. Its calls block for up to KEYRING_SECONDS."""

    def __init__(self, token_file: Path) -> None:
        """
        Name the place; nothing is read yet.

        Args:
            token_file: Where the token goes when there is no keyring; also what tells profiles apart in one.
        """
        self._file: Final = TokenFile(token_file)
        self._name: Final = hashlib.sha256(os.fsencode(token_file.absolute())).hexdigest()[:16]

    def load(self) -> tuple[str, str] | None:
        """The token and where it was ("keyring" or "file"); None when there is none."""
        kept = self._file.load()
        if kept is not None:
            return kept
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

        if not _asked(put):
            return self._file.save(token)
        self._file.forget()
        return "keyring"

    def forget(self) -> None:
        """Keep no token any more, anywhere."""
        self._file.forget()
        _asked(lambda keyring: _delete(keyring, self._name))


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
