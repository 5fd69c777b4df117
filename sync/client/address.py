"""
What a person calls a server, as the address to connect to.

Invariants: notes and passwords travel unencrypted to this very computer only; nothing is downgraded silently.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from sync.errors import AuthFailed

PATH: Final = "/v1/sync"
_SCHEMES: Final = {"ws": "ws", "wss": "wss", "http": "ws", "https": "wss"}


def address_of(text: str) -> str:
    """
    Return the WebSocket address of a server that a person named: "notes.example.org", "https://…", "ws://…".

    Without a scheme a name on this computer is taken as ws and any other as wss.

    Raises:
        AuthFailed: ``offline`` when it is no address, ``insecure`` when it is unencrypted to another
            computer.
    """
    said = text.strip()
    try:
        parts = urlsplit(said if "://" in said else "//" + said)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise AuthFailed("offline", str(error)) from error
    if not host or parts.scheme not in ("", *_SCHEMES):
        raise AuthFailed("offline", "not an address")
    near = is_loopback(host)
    scheme = _SCHEMES.get(parts.scheme, "ws" if near else "wss")
    if scheme == "ws" and not near:
        raise AuthFailed("insecure", "an unencrypted connection to another computer")
    name = f"[{host}]" if ":" in host else host
    path = parts.path.rstrip("/")
    return f"{scheme}://{name}" + (f":{port}" if port else "") + (path or PATH)


def blobs_address_of(server: str | None) -> str | None:
    """Return where the attachments of a server are, given its address as `address_of` makes it."""
    if server is None:
        return None
    base, slash, last = server.rpartition("/")
    return f"{base}/blobs" if slash and last == "sync" else f"{server}/blobs"


def is_loopback(host: str) -> bool:
    """Whether a host name can only be this computer."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
