"""
The link to an invite, for whoever asked the administrator.

What it is not: what clients make of links (sync/client/links.py takes apart what is made here) or the invites
themselves (sharing.py). Invariant: the secret stands behind the ``#``, so that no browser, proxy or log of a
server ever gets it.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from sync.server.outcome import AdminError

_SCHEMES: Final = {"": "https", "https": "https", "wss": "https", "http": "http", "ws": "http"}
_PIN: Final = re.compile(r"sha256=((?:[0-9a-fA-F]{2}:?){32})")
"""The fingerprint of the certificate that an address is pinned to; in a link it stands behind a ``~``."""


def invite_link(url: str, invite: str, secret: str) -> str:
    """
    Return the link.

    Args:
        url: How others reach the server: a name or an http(s) or ws(s) address, perhaps pinned by
            ``#sha256=…``.
        invite: Its id.
        secret: Its secret.

    Raises:
        AdminError: The address is none that a link could lead to.
    """
    said = url.strip()
    try:
        parts = urlsplit(said if "://" in said else "//" + said)
        is_address = bool(parts.hostname) and parts.scheme in _SCHEMES and not parts.query
        port = parts.port  # raises where it is no number
    except ValueError:
        is_address, port = False, None
    pin = _PIN.fullmatch(parts.fragment) if is_address and parts.fragment else None
    if not is_address or port == 0 or parts.username is not None or (parts.fragment and pin is None):
        raise AdminError("--url is how others reach the server, like https://notes.example.org")
    before = f"{_SCHEMES[parts.scheme]}://{parts.netloc}{parts.path.rstrip('/').removesuffix('/v1/sync')}"
    behind = f"~{pin[1].replace(':', '').lower()}" if pin else ""
    return f"{before}/i/{invite}#{secret}{behind}"
