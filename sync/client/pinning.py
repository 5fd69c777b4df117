"""
Connections to a server whose certificate a person has named by its fingerprint.

What it is not: the fingerprint in an address (address.py). Invariant: before anything is said on a
connection, its certificate was either verified as the system does, or is the very one that was named.
"""

from __future__ import annotations

import hashlib
import hmac
import ssl


def unverified() -> ssl.SSLContext:
    """Return what connects to any certificate; whoever uses it calls ``check_pin`` before saying anything."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def check_pin(connection: ssl.SSLObject | None, pin: bytes) -> None:
    """
    Check that a connection is to the certificate with a SHA-256.

    Raises:
        ssl.SSLError: It is to another, or not encrypted.
    """
    shown = connection.getpeercert(binary_form=True) if connection is not None else None
    if shown is None or not hmac.compare_digest(hashlib.sha256(shown).digest(), pin):
        raise ssl.SSLError("the server shows another certificate than the one it is pinned to")
