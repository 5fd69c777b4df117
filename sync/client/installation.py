"""
What this installation calls itself: random, made once, and another where its file is copied elsewhere.

What it is not: a secret, or anything about the person or the computer: only a hash leaves it.
"""

from __future__ import annotations

import hashlib
import platform
import secrets

from sync.storage.client_store import ClientStore


def installation(store: ClientStore) -> str:
    """Return the name of the installation that a store belongs to; one that may only be read makes none."""
    known = store.meta("inst")
    if known is None and not store.read_only:
        known = secrets.token_urlsafe(16)
        store.set_meta("inst", known)
    return hashlib.blake2b(f"{known}:{platform.node()}".encode(), digest_size=16).hexdigest()
