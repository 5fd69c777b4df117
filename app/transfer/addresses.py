"""
Addresses: which links and pictures may come in or go out, and what those inside a folder point at.

The allow-list of `reliability.md`: links to `https http mailto`, to our own notes and attachments, and
relative ones. Not here: opening links (the window asks first) and reading the files (`pictures.py`).
"""

from __future__ import annotations

import re
from typing import Protocol
from urllib.parse import unquote

from app.note_address import INSIDE, SCHEME, LinkTarget, read_address, target_of
from app.transfer.blocks import Marks

NOTE_SCHEME = INSIDE
"""A link to a note is the mark `link` with the value "note:<document id>"; "#<place>" may follow."""

ATTACHMENT_SCHEME = "attachment:"
"""A file kept beside the library is named "attachment:<sha256>"."""

SCHEMES = frozenset({"http", "https", "mailto", "note", "attachment"})
"""All that a link may begin with; javascript, data, file, smb and whatever comes next stay outside."""

SCHEMES_READ = SCHEMES | {SCHEME}
"""What is looked at besides: the address of a note for other programs, which becomes the one inside."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
_SKIPPED = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029]+")
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+(?:[/?#:].*)?")
_MAIL = re.compile(r"[^\s@/]+@[\w-]+(?:\.[\w-]+)+")


def scheme_of(address: str) -> str:
    """
    The scheme in lower case, "" for a relative address.

    Browsers skip control characters and blanks inside a scheme ("java\\nscript:"), so they are skipped here.
    """
    found = _SCHEME.match(_SKIPPED.sub("", address))
    return found[1].lower() if found else ""


def is_allowed(address: str) -> bool:
    """Whether a link or picture with this address may be in a note that came from outside."""
    bare = _SKIPPED.sub("", address)
    if bare.replace("\\", "/").startswith("//"):  # another host, or a share of the local network
        return False
    scheme = scheme_of(address)
    return not scheme or scheme in SCHEMES


def inside(address: str) -> str:
    """An address as it is in notes: that of a note for other programs becomes the one inside."""
    target = read_address(address)
    return address if target is None else target.link


def address_of(typed: str) -> str | None:
    """
    Give the address a person meant.

    Returns:
        "" for an empty field, None for one that no link may have.
    """
    typed = inside(typed.strip())
    if not typed:
        return ""
    if _MAIL.fullmatch(typed):
        typed = "mailto:" + typed
    elif not scheme_of(typed) and _HOST.fullmatch(typed):
        typed = "https://" + typed
    return typed if is_allowed(typed) and (scheme_of(typed) or typed.startswith("#")) else None


def split_relative(address: str) -> tuple[str, str] | None:
    """
    Path and fragment of a relative address, percent-decoded; None when it is not one.

    "../b%20c.md#x" gives ("../b c.md", "x").
    """
    if scheme_of(address) or not is_allowed(address):
        return None
    path, _, fragment = address.partition("#")
    path = path.partition("?")[0]
    return (unquote(path), unquote(fragment)) if path and not path.startswith("/") else None


class Resolver(Protocol):
    """What a reader asks about the addresses it meets."""

    def link(self, address: str) -> str | None:
        """The value for the mark `link`, or None when the link is left out (its text stays)."""

    def picture(self, address: str, alt: str, name: str) -> Marks | None:
        """The payload of the embed for a picture, or None when it is left out (its `alt` stays as text)."""

    def file(self, address: str, words: str) -> Marks | None:
        """The payload of the embed for a file that a link leads to, or None when the link stays one."""

    def named(self, name: str) -> str | None:
        """The address of the file that a link by name (`[[name]]`) means, or None when that is just text."""

    def unnamed(self, name: str) -> None:
        """Told of what was to be shown by a name (`![[name]]`) that no file has, and stays text."""

    def flattened(self) -> None:
        """Told of a link, or a picture that is no file here, in a table, where it is but text."""


class PlainResolver:
    """Takes every allowed address as it is; looks at no file."""

    def link(self, address: str) -> str | None:
        """The address itself when the allow-list has it."""
        address = inside(address)
        return address if is_allowed(address) else None

    def picture(self, address: str, alt: str, name: str) -> Marks | None:
        """A picture, or the link to a note written as one ("note:<id>")."""
        if not is_allowed(address):
            return None
        target = target_of(address)
        if target is not None and target.note:
            return note_payload(target, alt)
        return picture_payload(address, alt, name)

    def file(self, address: str, words: str) -> Marks | None:
        """No file is looked at."""
        return None

    def named(self, name: str) -> str | None:
        """No file is known by name."""
        return None

    def unnamed(self, name: str) -> None:
        """Nobody asks."""

    def flattened(self) -> None:
        """Nobody asks."""


def is_attached(payload: Marks) -> bool:
    """Whether an embed shows a file that is kept beside the library."""
    return str(payload.get("src", "")).startswith(ATTACHMENT_SCHEME)


def note_payload(target: LinkTarget, title: str) -> Marks:
    """The embed of a note; `place` is left out where the whole of it is meant."""
    payload: Marks = {"type": "note", "id": target.note, "title": title}
    return payload | {"place": target.place} if target.place else payload


def picture_payload(address: str, alt: str, name: str) -> Marks:
    """The embed of a picture; `name` is left out when there is none."""
    payload: Marks = {"type": "image", "src": address, "alt": alt}
    if name:
        payload["name"] = name
    return payload
