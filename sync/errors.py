"""
What can go wrong between two ends of a connection, or between us and a file.

Who is at fault decides the class. Attributes carry the facts; sentences for people are made elsewhere
(app/wording.py). A broken invariant of our own is an ``AssertionError`` and never one of these.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

Fault = Literal["bad_frame", "unknown_kind", "unexpected", "too_big", "protocol"]
"""What one end of a connection can do wrong against the protocol."""


class SyncError(Exception):
    """The parent of everything below, so that a caller can catch what the world does to us."""


class LocalProtocolError(SyncError):
    """
    Our own side asked for a message that the protocol cannot carry. Nothing was sent.

    Attributes:
        code: ``too_big`` (the frame would exceed its limit) or ``unsayable`` (a value outside the wire's
            types).
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class RemoteProtocolError(SyncError):
    """
    The other side sent something that the protocol does not allow. Our state is as before the frame.

    Attributes:
        code: ``bad_frame`` (not decodable as a message), ``unknown_kind`` (a message type below 128 that we
            do not know), ``unexpected`` (a known message at the wrong time or from the wrong side) or
            ``too_big``.
        about: The type of message that we do not know; 0: that is not what was wrong.
    """

    def __init__(self, code: Fault, message: str, about: int = 0) -> None:
        super().__init__(message)
        self.code: Final = code
        self.about: Final = about


class StoreUnavailable(SyncError):
    """
    A store could not be opened, read or written; what was stored before is untouched.

    Attributes:
        path: The file.
        reason: ``empty not_a_store damaged locked read_only no_space cannot_open io``, ``newer`` for a file
            that may only be read, ``unreachable`` for a database that does not answer, or ``missing`` for a
            row that must exist.
        detail: What the system said; for logs, not for people.
    """

    def __init__(self, path: Path, reason: str, detail: str = "") -> None:
        super().__init__(f"{path}: {reason}" + (f" ({detail})" if detail else ""))
        self.path = path
        self.reason = reason
        self.detail = detail


class UpgradeStopped(SyncError):
    """
    An upgrade to a newer data model did not come to its end; the store is as it was.

    Attributes:
        why: ``cancelled``, ``no_need``, ``too_old`` (this program does not know the newer model), ``wait``
            (the server has not been upgraded), ``offline``, ``signed_out``, ``disk``, ``read_only`` or
            ``busy``.
    """

    def __init__(self, why: str) -> None:
        super().__init__(f"the upgrade was stopped: {why}")
        self.why = why


class VersionTooNew(SyncError):
    """
    A store was written by a newer program; it is untouched.

    Attributes:
        path: The file.
        found: The schema version in it.
        known: The newest one that this program can read.
    """

    def __init__(self, path: Path, found: int, known: int) -> None:
        super().__init__(f"{path}: schema version {found}, newest known {known}")
        self.path = path
        self.found = found
        self.known = known


class AuthFailed(SyncError):
    """
    A server refused to sign somebody in, up or out, or what was asked of it in somebody's name.

    Attributes:
        code: ``bad_credentials taken closed weak_password bad_email rate disabled`` from a call to sign in,
            or a state of auth_state: ``expired invalid revoked disabled wrong_account``; of sharing:
            ``none forbidden no_account no_member maker limit bad_args bad_link``, ``invite_none
            invite_expired invite_used invite_revoked invite_spent``.
        after_ms: For ``rate``: how long to wait; None otherwise.
    """

    def __init__(self, code: str, message: str = "", *, after_ms: int | None = None) -> None:
        super().__init__(message or code)
        self.code = code
        self.after_ms = after_ms
