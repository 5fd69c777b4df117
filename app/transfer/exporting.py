"""
Export: the library as a folder of files that other programs read.

Folders mirror folders, names are safe and unique, pictures lie in `assets`, links between notes lead to
their files. Markdown and HTML come back whole with `import` (see their writers), an archive with its history
(see `archive`); JSON is for reading. Works signed out and on notebooks that may only be read. Nothing that is
already in the folder is overwritten, except an earlier export.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from app.headings import Outline, headings_of, slugs
from app.library import Library
from app.note_address import LinkTarget, shown_note, target_of
from app.refusals import Refused
from app.removal import marks_before, note_exported
from app.transfer.addresses import ATTACHMENT_SCHEME
from app.transfer.blocks import Block, Marks, Span
from app.transfer.body import read_body
from app.transfer.file_names import Names, as_address, safe_name
from app.transfer.front_matter import FrontMatter, write_front_matter
from app.transfer.html_writer import write_html
from app.transfer.importing import Away, Progress, run_here
from app.transfer.markdown_writer import write_markdown
from app.transfer.matter import matter_of
from app.transfer.note_json import canonical, note_value
from app.transfer.report import Report, shown_path
from app.transfer.wiki_links import NamesGiven, heading_by_name, with_place
from crdt import CrdtError, Document
from sync.errors import StoreUnavailable

if TYPE_CHECKING:
    from sync.storage.rows import NoteRow

Paper = Callable[[FrontMatter, list[Block], Mapping[str, bytes]], bytes]
"""(what a note says of itself, its body, {sha256: bytes of an attachment}) -> a file."""

FORMATS: Final = ("md", "html", "json", "archive")
ASSETS: Final = "assets"
TRASH: Final = "Trash"
MARKER: Final = ".commonplace-export"
"""A file that says: this folder is an export, a later one may replace what it wrote."""
UNTITLED: Final = "Untitled"

_ENDINGS: Final = {"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp",
                   "image/svg+xml": ".svg", "image/bmp": ".bmp"}  # fmt: skip
_FATAL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})
"""What every further file would meet as well."""


class Target(NamedTuple):
    """A note and the file that it becomes."""

    row: NoteRow
    path: str
    """Relative to the export's folder, with slashes."""


async def export_notes(
    library: Library,
    folder: Path,
    format: str = "md",
    *,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    away: Away = run_here,
    with_trash: bool = False,
    only: Collection[str] | None = None,
    paper: Paper | None = None,
    by_name: bool = False,
) -> Report:
    """
    Export every note that is not in the trash (an archive has that too); what is only on this computer is
    known to be elsewhere then.

    Args:
        library: Read on this thread only, between what is done `away`.
        folder: Made when it does not exist; otherwise empty, or an earlier export.
        format: One of FORMATS, or with `paper` the ending of its files.
        progress: Called after each note.
        cancelled: Asked before each note; what was written stays.
        away: Where notes are written and files made; here by default.
        with_trash: Export the trash too, into a folder of its own.
        only: Ids of the notes to export; an archive always has everything.
        paper: Makes each file instead, for a format that is for paper: the window has these.
        by_name: Write links and embeds by name (`[[Roses]]`) where that says the same; Markdown alone.

    Returns:
        What was exported, and what was left out or refused, each with its reason.

    Raises:
        Refused: the folder holds something else.
        OSError: the folder cannot be written, or the disk is full.

    Cost: about 2 ms for a page of text.
    """
    job = _Export(library, folder, format, paper, by_name and format == "md")
    await away(job.prepare)
    marks = marks_before(library.store)
    if format == "archive":
        from app.transfer.archive import write_archive

        await write_archive(library, folder, job.report, progress=progress, cancelled=cancelled, away=away)
        note_exported(library.store, marks, job.report)
        return job.report
    targets = job.plan()
    if with_trash:
        targets += job.plan_trash()
    if only is not None:
        targets = [target for target in targets if target.row.id in only]
    for number, target in enumerate(targets):
        if cancelled():
            job.report.cancelled = True
            break
        ready = job.load(target)
        if ready is not None:
            await away(ready)
        if progress is not None:
            progress(number + 1, len(targets), target.path)
    if paper is None:  # what is printed cannot be taken in again
        note_exported(library.store, marks, job.report)
    return job.report


class _Export:
    """One export on its way."""

    def __init__(
        self, library: Library, folder: Path, format: str, paper: Paper | None, by_name: bool
    ) -> None:
        self._library: Final = library
        self._folder: Final = folder
        self._format: Final = format
        self._paper: Final = paper
        self._names = Names()
        self._paths: dict[str, str] = {}
        self._assets: dict[str, str] = {}
        self._outlines: dict[str, Outline] = {}
        self._places: dict[LinkTarget, tuple[str, str | None]] = {}  # a place's slug, and its heading
        self._by_name: Final = by_name
        self._given: NamesGiven | None = None
        self._named: dict[str, str] = {}  # of the note that is just written
        self.report = Report()

    def prepare(self) -> None:
        """Make the folder, or make sure that nothing in it will be lost."""
        if self._folder.is_dir():
            inside = {entry.name for entry in os.scandir(self._folder)}
            if inside and MARKER not in inside:
                raise Refused("folder_not_empty", path=shown_path(self._folder))
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / MARKER).write_text(self._format + "\n", encoding="ascii")

    def plan(self) -> list[Target]:
        """Give every note its file."""
        self._names.unique("", ASSETS, "")
        notebooks = self._library.store.notebooks()
        targets: list[Target] = []
        for notebook in notebooks:
            top = self._names.unique("", safe_name(notebook.name, UNTITLED), "") if len(notebooks) > 1 else ""
            places = self._folder_paths(notebook.id, top)
            for row in self._library.store.notes(notebook=notebook.id, pinned_first=False, order="created"):
                place = places.get(row.folder or "", top)
                name = self._names.unique(place, safe_name(row.title, UNTITLED), "." + self._format)
                targets.append(Target(row, f"{place}/{name}" if place else name))
        self._paths = {target.row.id: target.path for target in targets}
        self._given = NamesGiven(self._paths.values()) if self._by_name else None
        return targets

    def plan_trash(self) -> list[Target]:
        """Give every note in the trash its file, in a folder beside the others."""
        top = self._names.unique("", TRASH, "")
        targets = []
        for row in self._library.store.notes(trashed=True, pinned_first=False, order="created"):
            name = self._names.unique(top, safe_name(row.title, UNTITLED), "." + self._format)
            targets.append(Target(row, f"{top}/{name}"))
        return targets

    def _folder_paths(self, notebook: str, top: str) -> dict[str, str]:
        """The path of each folder of a notebook."""
        rows = {row.id: row for row in self._library.store.folders(notebook)}
        paths: dict[str, str] = {}

        def place(folder: str) -> str:
            if folder not in paths:
                paths[folder] = top  # where the parents should form a circle, it ends here
                row = rows[folder]
                above = place(row.parent) if row.parent in rows else top
                name = self._names.unique(above, safe_name(row.name, UNTITLED), "")
                paths[folder] = f"{above}/{name}" if above else name
            return paths[folder]

        for folder in rows:
            place(folder)
        return paths

    def load(self, target: Target) -> Callable[[], None] | None:
        """Read a note and its attachments; what is to be done then, anywhere. None when it cannot be read."""
        try:
            document = self._library.document(target.row.id)
            blocks = read_body(document)
            self._learn_places(target.row.id, blocks)
            bodies = {
                digest: self._attachment(target, digest, _file_name(document, digest) or name)
                for digest, name in dict(_attachments(blocks)).items()
            }
        except (StoreUnavailable, CrdtError) as error:
            self.report.refuse(target.path, error)
            return None
        return lambda: self._write(target, document, blocks, bodies)

    def _attachment(self, target: Target, digest: str, name: str) -> bytes | None:
        """The bytes of an attachment that was not written yet; None when there is nothing to write."""
        if digest in self._assets:
            return None
        body = self._library.store.load_attachment(digest)
        if body is None:
            self.report.warn(target.path, Refused("no_picture", address=name or digest))
        if body is None or self._paper is not None:
            return body
        self._assets[digest] = f"{ASSETS}/{self._asset_name(digest, name, body)}"
        return body

    def _asset_name(self, digest: str, name: str, body: bytes) -> str:
        """The file name of an attachment."""
        from app.transfer.pictures import picture_mime

        if self._format == "json":
            return digest
        stem, ending = os.path.splitext(name)
        known = _ENDINGS.get(picture_mime(body) or "")
        bare = safe_name(ending[1:], "")
        return self._names.unique(ASSETS, safe_name(stem, digest[:12]), known or (f".{bare}" if bare else ""))

    def _write(self, target: Target, document: Document, blocks: list[Block], bodies: dict[str, Any]) -> None:
        """Make the files of one note."""
        try:
            self._put(target.path, self._made(target, document, blocks, bodies))
        except OSError as error:
            if error.errno in _FATAL:
                raise
            self.report.refuse(target.path, error)
            return
        self.report.done += 1
        self.report.notes.append(target.row.id)

    def _made(
        self, target: Target, document: Document, blocks: list[Block], bodies: Mapping[str, bytes | None]
    ) -> bytes:
        """A note's file; its attachments are written beside it, or are in it."""
        there = {digest: body for digest, body in bodies.items() if body is not None}
        if self._paper is not None:
            matter = matter_of(document, self._library.model)
            return self._paper(replace(matter, title=matter.title or target.row.title), blocks, there)
        for digest, body in there.items():
            self._put(self._assets[digest], body)
        return self._text(target, document, blocks).encode("utf-8", "replace")

    def _put(self, path: str, body: bytes) -> None:
        """Write one file."""
        place = self._folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(body)

    def _text(self, target: Target, document: Document, blocks: list[Block]) -> str:
        """A note in the format."""
        if self._format == "json":
            value = note_value(target.row.id, target.row.notebook_name, document, self._library.model)
            return canonical(value) + "\n"
        self._named = {}
        moved = [(list(self._moved(spans, target)), attributes) for spans, attributes in blocks]
        matter, row = matter_of(document, self._library.model), target.row
        if self._format == "html":
            return write_html(matter, moved, row.id, row.title, slugs(headings_of(blocks)))
        return write_front_matter(matter, row.id) + write_markdown(moved, self._named)

    def _moved(self, spans: list[Span], source: Target) -> Iterator[Span]:
        """Spans with the addresses that they have in the export."""
        for text, marks in spans:
            changed = dict(marks)
            if isinstance(marks.get("link"), str):
                changed["link"] = self._address(marks["link"], source)
            embed = marks.get("embed")
            if isinstance(embed, dict) and self._is_exported_file(embed):
                del changed["embed"]  # a link to the file is what every program understands
                text = str(embed.get("name") or ASSETS)
                changed["link"] = self._address(embed["src"], source)
            elif isinstance(embed, dict):
                changed["embed"] = self._moved_embed(embed, source)
            yield text, changed

    def _is_exported_file(self, payload: Marks) -> bool:
        """Whether an embed is a file, no picture, that is in the export."""
        source = payload.get("src") if payload.get("type") == "file" else None
        return isinstance(source, str) and source.removeprefix(ATTACHMENT_SCHEME) in self._assets

    def _moved_embed(self, payload: Marks, source: Target) -> Marks:
        """An embed as the export writes it: a linked note as a picture of its file, as other programs do."""
        target = shown_note(payload)
        if target is not None and target.note in self._paths:
            address = self._address(target.link, source)
            return {"type": "image", "src": address, "alt": str(payload.get("title") or "")}
        if isinstance(payload.get("src"), str):
            return {**payload, "src": self._address(payload["src"], source)}
        return payload

    def _address(self, address: str, source: Target) -> str:
        """Where an address of ours leads to from a file of the export."""
        target = target_of(address)
        if target is not None and not target.note:
            known = self._places.get(target._replace(note=source.row.id))
            return address if known is None else self._called(f"#{known[0]}", "", known[1])
        path, place = None, ""
        heading: str | None = ""
        if target is not None:
            path = self._paths.get(target.note)
            place, heading = self._places.get(target, (target.place, target.place))
        elif address.startswith(ATTACHMENT_SCHEME):
            path = self._assets.get(address.removeprefix(ATTACHMENT_SCHEME))
        if path is None:
            return address
        folder = os.path.dirname(source.path) or "."
        relative = as_address(os.path.relpath(path, folder).replace(os.sep, "/"))
        if place:
            relative = f"{relative}#{as_address(place)}"
        given = self._given
        if given is None:
            return relative
        return self._called(relative, given.file(path) if target is None else given.note(path), heading)

    def _called(self, address: str, name: str | None, heading: str | None) -> str:
        """The address; what it is called, where it has a name, is kept for the note that is written."""
        called = with_place(name, heading) if self._given is not None else None
        if called:
            self._named[address] = called
        return address

    def _learn_places(self, note: str, blocks: list[Block]) -> None:
        """Find out what the places are called in files that a note links to. The store's thread."""
        for target in _places(blocks, note):
            if target.note == note and note not in self._outlines:
                self._outlines[note] = Outline(headings_of(blocks))
            if target not in self._places and target.note in self._paths:
                outline = self._outline(target.note)
                found = outline.find(target.place)
                if found is not None:
                    self._places[target] = outline.slugs[found], heading_by_name(outline, found)

    def _outline(self, note: str) -> Outline:
        """The headings of a note of the export; none where it cannot be read, which its own turn says."""
        if note not in self._outlines:
            try:
                blocks = read_body(self._library.document(note))
            except (StoreUnavailable, CrdtError):
                blocks = []
            self._outlines[note] = Outline(headings_of(blocks))
        return self._outlines[note]


def _places(blocks: list[Block], note: str) -> Iterator[LinkTarget]:
    """The places that a note links to, in itself too."""
    for spans, _ in blocks:
        for _, marks in spans:
            link, embed = marks.get("link"), marks.get("embed")
            target = target_of(link) if isinstance(link, str) else None
            for found in (target, shown_note(embed) if isinstance(embed, dict) else None):
                if found is not None and found.place:
                    yield found if found.note else found._replace(note=note)


def _file_name(document: Document, digest: str) -> str:
    """What the file of an attachment was called, as its note remembers; "" where it does not."""
    place = ("attachments", digest)
    name = document.value((*place, "name"), "") if document.has(place) else ""
    return name if isinstance(name, str) else ""


def _attachments(blocks: list[Block]) -> Iterator[tuple[str, str]]:
    """The hash and name of every attachment that blocks refer to."""
    for spans, _ in blocks:
        for _, marks in spans:
            embed = marks.get("embed")
            source = embed.get("src") if isinstance(embed, dict) else None
            if isinstance(embed, dict) and isinstance(source, str) and source.startswith(ATTACHMENT_SCHEME):
                yield source.removeprefix(ATTACHMENT_SCHEME), str(embed.get("name") or embed.get("alt") or "")
