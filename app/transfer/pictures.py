"""
Pictures and links of a file that is imported: local pictures become attachments, links between files links
between notes.

Only ordinary files inside the imported folder are ever read, whatever an address says: no absolute path, no
`file:`, no way up and out, no link out. Bytes are told from their beginning, not from their name.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import mimetypes
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import parse_qs, quote, urlsplit

from app.note_address import LinkTarget, target_of
from app.refusals import Refused
from app.transfer.addresses import (
    ATTACHMENT_SCHEME,
    PlainResolver,
    inside,
    is_allowed,
    note_payload,
    picture_payload,
    split_relative,
)
from app.transfer.blocks import Marks
from app.transfer.sources import NOTES, Source, check_ordinary
from app.transfer.wiki import Names

PICTURE_SIZE_MAX: Final = 100 << 20
"""Bytes of one picture; the server takes no larger attachment."""
NAME_LENGTH_MAX: Final = 200
ADDRESS_SHOWN_MAX: Final = 100

_BEGINNINGS: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
)
_SVG = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*|<!DOCTYPE[^>]*>\s*)*<svg[\s>]", re.DOTALL
)
_OBSIDIAN: Final = "obsidian://open?"
_DATA = re.compile(r"data:image/[a-z+.\-]+;base64,([A-Za-z0-9+/=\s]+)", re.IGNORECASE)


class Attachment(NamedTuple):
    """A file that a note refers to."""

    sha256: str
    body: bytes
    mime: str
    name: str

    def facts(self) -> dict[str, object]:
        """What the note says of it."""
        return {"name": self.name, "mime": self.mime, "size_bytes": len(self.body)}


def picture_mime(body: bytes) -> str | None:
    """The kind of picture that these bytes are, told by their beginning; None for anything else."""
    for beginning, mime in _BEGINNINGS:
        if body.startswith(beginning):
            return mime
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    return "image/svg+xml" if _SVG.match(body[:4096]) else None


class FolderResolver(PlainResolver):
    """Resolves the addresses of one file against the folder that it lies in, and keeps what it found."""

    def __init__(
        self,
        source: Source,
        notes: Mapping[str, str],
        names: Names | None = None,
        anchors: Callable[[str], Mapping[str, str]] = lambda path: {},
        *,
        by_name: bool = False,
    ) -> None:
        """
        Start with nothing found.

        Args:
            source: The file.
            notes: Absolute paths of all files that are imported, and the ids of their notes.
            names: What links by name mean; None where there are none.
            anchors: The names that a file of `notes`, by its path, gives to headings besides their text.
            by_name: Whether a relative address where no file lies is the name of one, as in a vault.
        """
        self._by_name: Final = by_name
        self._anchors: Final = anchors
        self._names: Final = names
        self._source: Final = source
        self._notes: Final = notes
        self._folder: Final = os.path.abspath(source.path.parent)
        self._root: Final = os.path.realpath(source.root)
        self.attachments: dict[str, Attachment] = {}
        self.files: set[str] = set()
        """Real paths of the files that were taken in."""
        self.remarks: list[Refused] = []
        self.places: list[LinkTarget] = []
        """The places in notes that links lead to; that there are such is not known yet."""
        self.blocks = 0
        """Links to a named block in a note, which lead to the whole of it."""
        self.in_tables = 0
        """Links in tables, where they are text."""

    def link(self, address: str) -> str | None:
        """A link to another imported file becomes one to its note."""
        address = inside(self._of_program(address))
        if not is_allowed(address):
            self.remarks.append(Refused("unsafe_link", address=shown_address(address)))
            return None
        target = target_of(address)
        if target is not None:
            return self._kept(target).link if target.note else self._kept_here(target)
        relative = self._relative(address)
        if relative is None:
            return address
        target = self._note(*relative)
        if target is not None:
            return self._kept(target).link
        if self._is_inside(relative[0]):
            self.remarks.append(Refused("link_left", address=shown_address(relative[0])))
        return address

    def picture(self, address: str, alt: str, name: str) -> Marks | None:
        """A local picture becomes an attachment; a file that is a note, the link to it."""
        if data := _DATA.fullmatch(address):
            return self._embedded(data[1], alt, name)
        target = target_of(address)
        if target is not None and target.note:
            return note_payload(self._kept(target), alt)
        relative = self._relative(address)
        if relative is None:
            payload = super().picture(address, alt, name)
            if payload is None:
                self.remarks.append(Refused("unsafe_link", address=shown_address(address)))
            return payload
        target = self._note(*relative)
        if target is not None:
            return note_payload(self._kept(target), alt)
        try:
            return self._attached(self._read(relative[0]), alt, name or os.path.basename(relative[0]))
        except FileNotFoundError:
            self.remarks.append(Refused("picture_missing", address=shown_address(address)))
        except Refused as refused:
            payload = self.file(address, alt) if _is_other_file(relative[0]) else None
            if payload is not None:
                return payload
            self.remarks.append(refused)
        except (OSError, ValueError):  # a path that no system takes: NUL, too long
            self.remarks.append(Refused("picture_missing", address=shown_address(address)))
        return None

    def file(self, address: str, words: str) -> Marks | None:
        """A local file that is no note becomes an attachment."""
        relative = self._relative(address)
        if relative is None or self._note(*relative) is not None or not self._is_inside(relative[0]):
            return None
        name = os.path.basename(relative[0])
        try:
            body = self._read(relative[0])
        except (OSError, Refused):
            return None  # the link says that it was left
        mime = picture_mime(body) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        digest = self._keep(body, mime, name)
        if os.path.basename(words.partition("#")[0]) == name:  # how a link names it, and no words of its own
            words = name
        return {"type": "file", "src": ATTACHMENT_SCHEME + digest, "name": (words or name)[:NAME_LENGTH_MAX]}

    def named(self, name: str) -> str | None:
        """A note by its id, with the place in it that is named; any other file by its relative address."""
        bare, _, place = name.partition("#")
        if place and not bare.strip():
            return None if _is_block(place) else LinkTarget("", place).link
        path = self._names.find(bare, self._folder) if self._names is not None else None
        if path is None:
            return None
        if path in self._notes:
            return LinkTarget(self._notes[path], place).link
        return quote(os.path.relpath(path, self._folder).replace(os.sep, "/"))

    def unnamed(self, name: str) -> None:
        """A picture or another file that is not there; a note may be written yet."""
        path = name.partition("#")[0].strip()
        if mimetypes.guess_type(path)[0] is not None and os.path.splitext(path)[1].lower() not in NOTES:
            self.remarks.append(Refused("picture_missing", address=shown_address(path)))

    def flattened(self) -> None:
        """Counted, so that it can be said."""
        self.in_tables += 1

    def _kept(self, target: LinkTarget) -> LinkTarget:
        """A place in another note as it is linked to; of a named block nothing but its note."""
        if _is_block(target.place):
            self.blocks += 1
            return target._replace(place="")
        if target.place:
            self.places.append(target)
        return target

    def _kept_here(self, target: LinkTarget) -> str:
        """A place in this note; the name of a block stays as it is written."""
        path = os.path.abspath(self._source.path)
        if path in self._notes and not _is_block(target.place):
            target = self._anchored(target, path)
            self.places.append(target._replace(note=self._notes[path]))
        return target.link

    def _anchored(self, target: LinkTarget, path: str) -> LinkTarget:
        """The same place by the text of its heading, where the file at `path` has a name for that."""
        known = self._anchors(path) if target.place else {}
        return target._replace(place=known.get(target.place, target.place))

    def _of_program(self, address: str) -> str:
        """What a link that only Obsidian opens leads to, where that is imported; any other as it is."""
        if not address.startswith(_OBSIDIAN):
            return address
        names = parse_qs(urlsplit(address).query).get("file", [])
        return (self.named(names[0]) if names else None) or address

    def _relative(self, address: str) -> tuple[str, str] | None:
        """As `split_relative`; in a vault a way from its top, or a mere name, leads to a file as well."""
        from_top = self._by_name and address.startswith("/") and is_allowed(address)
        relative = split_relative(address.lstrip("/") if from_top else address)
        if relative is None or not self._by_name or self._names is None:
            return relative
        if not from_top and (
            self._note(*relative) or os.path.lexists(os.path.join(self._folder, relative[0]))
        ):
            return relative
        path = self._names.find(relative[0], self._folder)
        return relative if path is None else (os.path.relpath(path, self._folder), relative[1])

    def _note(self, path: str, place: str) -> LinkTarget | None:
        """The note that a relative path names; pages of a book link to each other as .html."""
        whole = os.path.normpath(os.path.join(self._folder, path))
        stem, suffix = os.path.splitext(whole)
        candidates = [whole, whole + ".md"]
        if suffix.lower() in (".html", ".htm"):
            candidates.append(stem + ".md")
        found = next((name for name in candidates if name in self._notes), None)
        return None if found is None else self._anchored(LinkTarget(self._notes[found], place), found)

    def _is_inside(self, path: str) -> bool:
        """Whether a relative path names a file of the folder that did not become a note."""
        try:
            check_ordinary(Path(self._folder, path), self._root)
        except (OSError, ValueError, Refused):
            return False
        return True

    def _read(self, path: str) -> bytes:
        """The bytes of a file inside the folder."""
        place = Path(self._folder, path)
        size = check_ordinary(place, self._root)
        if size > PICTURE_SIZE_MAX:
            raise Refused("too_large", size_bytes=size, size_bytes_max=PICTURE_SIZE_MAX)
        with place.open("rb") as file:
            body = file.read(PICTURE_SIZE_MAX)
        self.files.add(os.path.realpath(place))
        return body

    def _embedded(self, text: str, alt: str, name: str) -> Marks | None:
        """A picture written into the address itself."""
        try:
            return self._attached(base64.b64decode("".join(text.split()), validate=True), alt, name)
        except (binascii.Error, Refused):
            self.remarks.append(Refused("not_picture", address="data:"))
            return None

    def _attached(self, body: bytes, alt: str, name: str) -> Marks:
        """Keep the bytes as an attachment, if they are a picture."""
        mime = picture_mime(body)
        if mime is None:
            raise Refused("not_picture", address=shown_address(name))
        return picture_payload(ATTACHMENT_SCHEME + self._keep(body, mime, name), alt, name[:NAME_LENGTH_MAX])

    def _keep(self, body: bytes, mime: str, name: str) -> str:
        """Keep bytes as an attachment; returns their hash."""
        digest = hashlib.sha256(body).hexdigest()
        self.attachments.setdefault(digest, Attachment(digest, body, mime, name[:NAME_LENGTH_MAX]))
        return digest


def _is_other_file(path: str) -> bool:
    """Whether a name says that the file is neither a picture nor text."""
    kind = mimetypes.guess_type(path)[0] or ""
    return os.path.splitext(path)[1].lower() not in NOTES and not kind.startswith(("image/", "text/"))


def _is_block(place: str) -> bool:
    """Whether a place is the name of a block, which no note here has: "^name", perhaps below a heading."""
    return place.rpartition("#")[2].startswith("^")


def shown_address(address: str) -> str:
    """An address in a report: printable and not endless."""
    text = address.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return text if len(text) <= ADDRESS_SHOWN_MAX else text[:ADDRESS_SHOWN_MAX] + "…"
