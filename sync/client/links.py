"""
Invite links: `https://notes.example.org/i/<id>#<secret>`, to a server's address and back.

What it is not: using them (a call of the client). Invariant: the secret stands behind the `#`, so that no
browser, proxy or log of a server ever gets it.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from sync.client.address import PATH, PIN, address_of
from sync.errors import AuthFailed
from sync.protocol.rows import ID_PATTERN

LINK_LENGTH_MAX: Final = 1_000
_SCHEMES: Final = {"ws": "http", "wss": "https"}
_PIN_MARK: Final = "~"
"""Between the secret and the fingerprint of the certificate that the server is pinned to, if it is."""
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{8,128}")
_PATH: Final = re.compile(rf"(?P<before>.*)/i/(?P<id>{ID_PATTERN})/?")


class Link(NamedTuple):
    """One invite link, taken apart."""

    server: str
    """The address to connect to, as `address_of` makes it."""
    id: str
    secret: str

    def plain(self) -> dict[str, object]:
        """Return what a call about the invite is given."""
        return {"id": self.id, "secret": self.secret}


def link_of(server: str, invite: str, secret: str) -> str:
    """Return the link to an invite of a server, given its address as `address_of` makes it."""
    url, _, pin = server.partition("#")
    scheme, _, rest = url.partition("://")
    mark = _PIN_MARK + pin.removeprefix(PIN) if pin else ""
    return f"{_SCHEMES[scheme]}://{rest.removesuffix(PATH)}/i/{invite}#{secret}{mark}"


def parse_link(text: str) -> Link:
    """
    Take apart a link that somebody pasted.

    Raises:
        AuthFailed: ``bad_link`` when it is none, ``insecure`` when its server is an unencrypted one on
            another computer.
    """
    said = text.strip()
    try:
        parts = urlsplit(said) if len(said) <= LINK_LENGTH_MAX else urlsplit("")
        found = _PATH.fullmatch(parts.path)
    except ValueError as error:
        raise AuthFailed("bad_link", str(error)) from error
    secret, mark, pin = parts.fragment.partition(_PIN_MARK)
    if found is None or not parts.scheme or not _SECRET.fullmatch(secret):
        raise AuthFailed("bad_link", "not a link to an invitation")
    place = f"{parts.scheme}://{parts.netloc}{found['before']}{PATH}"
    try:
        server = address_of(f"{place}#{PIN}{pin}" if mark else place)
    except AuthFailed as error:
        raise AuthFailed("bad_link" if error.code == "offline" else error.code) from error
    return Link(server, found["id"], secret)
