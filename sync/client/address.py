"""
What a person calls a server, as the address to connect to; and the certificate that it is pinned to.

Whoever runs a server with a certificate of their own adds its fingerprint to the address:
``notes.example.org#sha256=AB:CD:…``. That certificate, and no other, is then the right one.

Invariants: notes and passwords travel unencrypted to this very computer only; nothing is downgraded silently;
there is no way to have a wrong certificate ignored.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from sync.errors import AuthFailed

PATH: Final = "/v1/sync"
PIN: Final = "sha256="
"""Before the fingerprint of a pinned certificate."""

_SCHEMES: Final = {"ws": "ws", "wss": "wss", "http": "ws", "https": "wss"}


def address_of(text: str) -> str:
    """
    Return the WebSocket address of a server that a person named: "notes.example.org", "https://…", "ws://…".

    Without a scheme a name on this computer is taken as ws and any other as wss. A pinned certificate stays
    in the address, behind a ``#``.

    Raises:
        AuthFailed: ``offline`` when it is no address, ``insecure`` when it is unencrypted to another
            computer, or unencrypted and pinned.
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
    pin = _pin(parts.fragment)
    if pin and scheme == "ws":
        if parts.scheme:
            raise AuthFailed("insecure", "a pinned certificate on an unencrypted connection")
        scheme = "wss"
    name = f"[{host}]" if ":" in host else host
    path = parts.path.rstrip("/")
    return f"{scheme}://{name}" + (f":{port}" if port else "") + (path or PATH) + pin


def _pin(fragment: str) -> str:
    """Return what stands behind the ``#`` in its one form, with the ``#``; "" when there is nothing."""
    if not fragment:
        return ""
    digits = fragment.removeprefix(PIN).replace(":", "").lower()
    if not fragment.startswith(PIN) or re.fullmatch(r"[0-9a-f]{64}", digits) is None:
        raise AuthFailed("offline", f"behind the # stands {PIN} and the fingerprint of a certificate")
    return f"#{PIN}{digits}"


def pinned(address: str) -> tuple[str, bytes | None]:
    """Return an address as ``address_of`` makes it, without the pin, and the SHA-256 that it is pinned to."""
    url, _, fragment = address.partition("#")
    return url, bytes.fromhex(fragment.removeprefix(PIN)) if fragment else None


def blobs_address_of(server: str | None) -> str | None:
    """Return where the attachments of a server are, given its address as `address_of` makes it."""
    if server is None:
        return None
    url, mark, pin = server.partition("#")
    base, slash, last = url.rpartition("/")
    return (f"{base}/blobs" if slash and last == "sync" else f"{url}/blobs") + mark + pin


def is_loopback(host: str) -> bool:
    """Whether a host name can only be this computer."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
