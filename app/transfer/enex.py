"""
Evernote's export: notes with tags, times, pictures and files in one XML file.

The file is read note by note, so that its size does not matter. What a note holds is XHTML of a dialect
(ENML), which goes through the same allow-list as any HTML. Not here: storing (`importing`). Invariants:
nothing outside the file is read; entities are never expanded; a note that makes no sense fails alone.

Source: Evernote's `evernote-export4.dtd` and `enml2.dtd`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from app.refusals import Refused
from app.transfer.addresses import ATTACHMENT_SCHEME, PlainResolver, picture_payload
from app.transfer.blocks import Block, Marks, encode_value, is_embed, tidy
from app.transfer.front_matter import TAG_LENGTH_MAX, TAGS_MAX
from app.transfer.html_reader import read_html
from app.transfer.inline_html import marks_of_tag, parse_tag, quoted
from app.transfer.pictures import NAME_LENGTH_MAX, PICTURE_SIZE_MAX, Attachment, picture_mime, shown_address

CONTENT_LENGTH_MAX: Final = 16 << 20
"""Code points of one note: as much as a file of any other kind may have."""
HEAD_SIZE: Final = 4096

_TICKED: Final = "\u2611"
_UNTICKED: Final = "\u2610"
_TODO: Final = re.compile(r"<en-todo\b([^>]*?)/?>(?:\s*</en-todo>)?", re.IGNORECASE)
_TODO_ITEM: Final = re.compile(r"<li\b[^>]*--en-checked:\s*(true|false)[^>]*>(?:\s*<div>)?", re.IGNORECASE)
_MEDIA: Final = re.compile(r"<en-media\b([^>]*?)/?>(?:\s*</en-media>)?", re.IGNORECASE)
_HASH: Final = re.compile(r'\bhash\s*=\s*["\']([0-9a-fA-F]{32})["\']')
_PROLOGUE: Final = re.compile(r"^\s*(?:<\?xml[^>]*\?>)?\s*(?:<!DOCTYPE[^>]*>)?\s*", re.IGNORECASE)
_MEDIA_NAME: Final = "enex-"
_CODE: Final = re.compile(r"<div\b[^>]*-en-codeblock:\s*true[^>]*>", re.IGNORECASE)
_DIV: Final = re.compile(r"<(/?)div\b[^>]*(?<!/)>", re.IGNORECASE)
_NO_LINE: Final = re.compile(r"<div\b[^>]*>|</?(?:span|font)\b[^>]*>", re.IGNORECASE)
"""What begins a line of code, or colours it."""
_LINE_END: Final = re.compile(r"(?:<br\b[^>]*>\s*)?</div>|<br\b[^>]*>", re.IGNORECASE)
_STYLED: Final = re.compile(r"<(?:span|font)\b[^>]*>", re.IGNORECASE)
_COLOURS: Final = frozenset({"style", "color"})
_NOTHING: Final = PlainResolver()


class EnexNote(NamedTuple):
    """One note of the file, as ours."""

    title: str
    blocks: list[Block]
    tags: list[str]
    created_ms: int | None
    attachments: list[Attachment]
    remarks: list[Refused]


class _Media(PlainResolver):
    """Finds the resources of one note by the hash that its content names them by."""

    def __init__(self, resources: dict[str, Attachment]) -> None:
        self._resources: Final = resources
        self.used: dict[str, Attachment] = {}
        self.remarks: list[Refused] = []
        self.in_tables = 0

    def link(self, address: str) -> str | None:
        """As everywhere; what is left out is said."""
        found = super().link(address)
        if found is None:
            self.remarks.append(Refused("unsafe_link", address=shown_address(address)))
        return found

    def flattened(self) -> None:
        """Counted, so that it can be said."""
        self.in_tables += 1

    def picture(self, address: str, alt: str, name: str) -> Marks | None:
        """A resource of the note; anything else as everywhere."""
        if not address.startswith(_MEDIA_NAME):
            return super().picture(address, alt, name)
        found = self._resources.get(address.removeprefix(_MEDIA_NAME))
        if found is None:
            self.remarks.append(Refused("picture_missing", address=address))
            return None
        self.used[found.sha256] = found
        source = ATTACHMENT_SCHEME + found.sha256
        if found.mime.startswith("image/"):
            return picture_payload(source, "", found.name)
        return {"type": "file", "src": source, "name": found.name}


def read_enex(path: Path) -> Iterator[EnexNote | Refused]:
    """
    Read an export, note by note.

    Yields:
        Each note, or why it was refused. A file that ends in its middle ends with a refusal.

    Raises:
        OSError: it cannot be read.
        Refused: it is none, or defines entities.

    Cost: one note in memory; about 2 ms each, and its resources.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_SIZE)
        if b"<en-export" not in head or b"<!ENTITY" in head:
            raise Refused("not_note") if head else Refused("empty_file")
        file.seek(0)
        try:
            for _, element in ElementTree.iterparse(file, events=("end",)):
                if element.tag == "note":
                    yield _read_safely(element)
                    element.clear()
        except ElementTree.ParseError:
            yield Refused("enex_damaged")


def _read_safely(element: ElementTree.Element) -> EnexNote | Refused:
    from app.transfer.block_builder import NestedTooDeeply

    try:
        return _note(element)
    except NestedTooDeeply as error:
        return Refused("nested", levels=error.levels)
    except Refused as error:
        return error


def _note(element: ElementTree.Element) -> EnexNote:
    content = element.findtext("content") or ""
    if len(content) > CONTENT_LENGTH_MAX:
        raise Refused("too_large", size_bytes=len(content), size_bytes_max=CONTENT_LENGTH_MAX)
    media = _Media(_resources(element))
    is_clip = (element.findtext("note-attributes/source") or "").startswith("web.clip")
    page = _with_code(_as_html(content))
    blocks = _with_boxes(read_html(page if is_clip else _with_colours(page), media))
    if media.in_tables:
        media.remarks.append(Refused("table_links_left", count=media.in_tables))
    tags = [" ".join((tag.text or "").split())[:TAG_LENGTH_MAX] for tag in element.findall("tag")]
    title = " ".join((element.findtext("title") or "").split())
    return EnexNote(
        title,
        blocks,
        list(dict.fromkeys(tag for tag in tags if tag))[:TAGS_MAX],
        _time_ms(element.findtext("created") or ""),
        list(media.used.values()),
        media.remarks,
    )


def _resources(element: ElementTree.Element) -> dict[str, Attachment]:
    """The resources of a note by the MD5 of their bytes, by which ENML names them."""
    found: dict[str, Attachment] = {}
    for resource in element.findall("resource"):
        data = "".join((resource.findtext("data") or "").split())
        try:
            body = base64.b64decode(data, validate=True)
        except (binascii.Error, ValueError):
            continue
        if not body or len(body) > PICTURE_SIZE_MAX:
            continue
        mime = picture_mime(body) or resource.findtext("mime") or "application/octet-stream"
        digest = hashlib.sha256(body).hexdigest()
        name = (resource.findtext("resource-attributes/file-name") or digest[:12])[:NAME_LENGTH_MAX]
        by = hashlib.md5(body, usedforsecurity=False).hexdigest()
        is_picture = picture_mime(body) is not None or not mime.startswith("image/")
        found[by] = Attachment(digest, body, mime if is_picture else "application/octet-stream", name)
    return found


def _as_html(content: str) -> str:
    """ENML as HTML: resources as pictures, boxes as signs that are boxes again afterwards."""

    def media(found: re.Match[str]) -> str:
        named = _HASH.search(found[1])
        return f'<img src="{_MEDIA_NAME}{named[1].lower()}">' if named else ""

    def todo(found: re.Match[str]) -> str:
        return _TICKED if re.search(r'checked\s*=\s*["\']true', found[1], re.IGNORECASE) else _UNTICKED

    def item(found: re.Match[str]) -> str:
        return f"<li>{_TICKED if found[1].lower() == 'true' else _UNTICKED}"

    bare = _PROLOGUE.sub("", content, count=1)
    return _MEDIA.sub(media, _TODO_ITEM.sub(item, _TODO.sub(todo, bare)))


def _with_code(page: str) -> str:
    """The boxes of code as such, a line for each part inside."""
    made, place = [], 0
    while opening := _CODE.search(page, place):
        depth, end, stop = 1, len(page), len(page)
        for tag in _DIV.finditer(page, opening.end()):
            depth += -1 if tag[1] else 1
            if not depth:
                end, stop = tag.start(), tag.end()
                break
        lines = _LINE_END.sub("\n", _NO_LINE.sub("", page[opening.end() : end])).removesuffix("\n")
        made += [page[place : opening.start()], "<pre>\n", lines, "</pre>"]
        place = stop
    return "".join(made) + page[place:]


def _with_colours(page: str) -> str:
    """The colours that somebody chose, as marks; those of a page that was clipped are how it looks."""

    def coloured(found: re.Match[str]) -> str:
        tag, attributes, _ = parse_tag(found[0]) or ("", {}, False)
        marks = marks_of_tag(
            tag, {name: attributes[name] for name in attributes if name in _COLOURS}, _NOTHING
        )
        return f"<{tag} data-marks={quoted(encode_value(marks))}>" if marks else found[0]

    return _STYLED.sub(coloured, page)


def _with_boxes(blocks: list[Block]) -> list[Block]:
    """Blocks that begin with a box as items of a check list."""
    made: list[Block] = []
    for spans, attributes in blocks:
        first = spans[0] if spans else ("", {})
        if not is_embed(first) and first[0][:1] in (_TICKED, _UNTICKED):
            checked = first[0][0] == _TICKED
            level = attributes.get("level", 0) if attributes.get("kind") == "bullet" else 0
            rest = [(first[0][1:].lstrip(), first[1]), *spans[1:]]
            made.append((rest, {"kind": "check", "checked": checked, "level": level}))
        else:
            made.append((spans, attributes))
    return tidy(made)


def _time_ms(text: str) -> int | None:
    """Milliseconds since 1970 of "20240501T093000Z"; None when it is none."""
    try:
        moment = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    ms = int(moment.timestamp() * 1000)
    return ms if ms >= 0 else None
