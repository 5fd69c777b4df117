"""
Import: files and folders of other programs into a notebook.

For each file: read it, parse it, make its note (`draft`, pure and on any thread), then store it with others
in one commit (`take`, on the store's thread). One bad file is an entry in the report and never the end. Ids
are given out first, so that links between files can become links between notes whatever their order.

Invariants: a note and the folders it is in are committed together or before it; what was committed stays
when the import is cancelled or the process ends, and the report counts exactly that.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from app.headings import Heading, Outline, headings_of
from app.library import Library, NewNote, new_id
from app.note_address import LinkTarget
from app.refusals import Refused
from app.transfer.anchors import anchors_of
from app.transfer.block_builder import NestedTooDeeply
from app.transfer.blocks import Block, block_text, is_embed
from app.transfer.front_matter import TAGS_MAX, FrontMatter, split_front_matter
from app.transfer.page_head import split_page
from app.transfer.pictures import Attachment, FolderResolver
from app.transfer.report import Report, shown_path
from app.transfer.sources import ARCHIVE, ENEX, HTML, MARKDOWN, NOTES, Source, find_sources, read_source
from app.transfer.wiki import Kept, Names, are_linked, as_ours, is_vault
from crdt import CrdtError

if TYPE_CHECKING:
    from app.transfer.enex import EnexNote
    from sync.storage.rows import LocalChange

BATCH_NOTES: Final = 200
"""Notes in one commit: each waits for the disk, and a larger one keeps a window's engine busy longer."""
BATCH_CHANGES: Final = 1_000
"""Deltas in one commit, for long notes."""
TITLE_LENGTH_MAX: Final = 300
"""Code points of a heading that is taken for the title; a longer one is text."""
FOLDER_LENGTH_MAX: Final = 200

T = TypeVar("T")
Progress = Callable[[int, int, str], None]
"""Told how many files are done, of how many, and the one in hand."""
Away = Callable[[Callable[[], Any]], Awaitable[Any]]
"""Does a piece of pure work elsewhere, as `asyncio.to_thread` does."""


async def run_here(work: Callable[[], T]) -> T:
    """Do the work at once: for a process that has nothing else to do."""
    return work()


class Drafted(NamedTuple):
    """A file that has become a note, not stored yet."""

    source: Source
    note: NewNote
    attachments: list[Attachment]
    remarks: list[Refused]


async def import_paths(
    library: Library,
    paths: list[Path],
    *,
    notebook: str | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    away: Away = run_here,
    batch: int = BATCH_NOTES,
) -> Report:
    """
    Import files and folders.

    Args:
        library: Used on this thread only, between the pieces of work that are done `away`.
        paths: Files and folders; Markdown, HTML and text in them become notes, folders become folders.
        notebook: Its id; the personal one by default.
        progress: Called after each file.
        cancelled: Asked before each file; True ends the import after storing what is done.
        away: Where files are read and parsed; here by default.
        batch: Notes in one commit; smaller where others wait for the thread.

    Returns:
        What was imported, what was left out of it, and what was refused, each with its reason.

    Raises:
        Refused: the notebook may only be read.
        StoreUnavailable: the library cannot be written; what was committed before stays.

    Cost: about 2 ms for a page of text.
    """
    where = notebook or library.personal()
    library.check_writable(where)
    job = _Import(library, where, batch)
    sources = await away(lambda: job.plan(paths))
    for path in job.archives:
        from app.transfer.carrying import take_archive

        await take_archive(
            library,
            path,
            job.report,
            notebook=notebook,
            progress=progress,
            cancelled=cancelled,
            away=away,
            batch=batch,
        )
    for source in job.enexes:
        await job.take_enex(source, progress, cancelled, away)
    for number, source in enumerate(sources):
        if cancelled():
            job.report.cancelled = True
            break
        drafted = await away(partial(job.draft, source))
        if drafted is not None:
            job.take(drafted)
        if progress is not None:
            progress(number + 1, len(sources), shown_path(source.path))
    job.finish()
    return job.report


class _Import:
    """One import on its way."""

    def __init__(self, library: Library, notebook: str, batch: int) -> None:
        self._library: Final = library
        self._notebook: Final = notebook
        self._batch: Final = batch
        self._ids: dict[str, str] = {}
        self._used: set[str] = set()
        self._unused: list[Source] = []
        self._folders: dict[tuple[str, ...], str] = {}
        self._missing: set[tuple[str, ...]] = set()
        self._waiting: list[LocalChange] = []
        self._waiting_notes: list[str] = []
        self._stored: set[str] = set()
        self._known_folders = library.store.folders(notebook)
        self.report = Report()
        self.archives: list[Path] = []
        self.enexes: list[Source] = []
        self._names = Names([])
        self._notes: list[Source] = []
        self._tagged: dict[Path, bool] = {}
        self._vaults: dict[tuple[Path, tuple[str, ...]], bool] = {}
        self._headings: dict[str, tuple[list[Heading], str]] = {}
        self._places: dict[str, tuple[list[LinkTarget], int]] = {}
        self._anchors: dict[str, dict[str, str]] = {}

    def plan(self, paths: list[Path]) -> list[Source]:
        """Find the files, give their notes ids, and their folders. Any thread."""
        sources: list[Source] = []
        for source in find_sources(paths, lambda path, error: self.report.refuse(shown_path(path), error)):
            if source.kind in NOTES:
                sources.append(source)
                self._ids[os.path.abspath(source.path)] = new_id()
            elif source.kind == ARCHIVE:
                self.archives.append(source.path)
            elif source.kind == ENEX:
                self.enexes.append(source)
            else:
                self._unused.append(source)
        self._names = Names([*sources, *self._unused])
        self._notes = sources
        for source in sources:
            self._plan_folder(source.folders)
        return sources

    def _plan_folder(self, names: tuple[str, ...]) -> str | None:
        """The id of a folder: the notebook's own of that name, or one made with its first note."""
        if not names:
            return None
        if names not in self._folders:
            parent = self._plan_folder(names[:-1])
            name = shown_path(names[-1])[:FOLDER_LENGTH_MAX]
            known = [row.id for row in self._known_folders if row.name == name and row.parent == parent]
            self._folders[names] = known[0] if known else new_id()
            if not known:
                self._missing.add(names)
        return self._folders[names]

    def draft(self, source: Source) -> Drafted | None:
        """Read and parse a file and make its note; None when it is refused. Any thread, one at a time."""
        try:
            created_ms = source.path.stat().st_mtime_ns // 1_000_000
            return self._drafted(source, self._text(source), max(created_ms, 0))
        except NestedTooDeeply as error:
            self.report.refuse(shown_path(source.path), Refused("nested", levels=error.levels))
        except (OSError, Refused, CrdtError) as error:
            self.report.refuse(shown_path(source.path), error)
        return None

    def _text(self, source: Source) -> str:
        """The text of a file; in a vault an empty one is a note, which others may link to."""
        try:
            return read_source(source.path)
        except Refused as refused:
            if refused.code == "empty_file" and source.kind in MARKDOWN and is_vault(source):
                return ""
            raise

    def _drafted(self, source: Source, text: str, created_ms: int) -> Drafted:
        """The note of a file's text."""
        place = source.root, source.folders
        if place not in self._vaults:
            self._vaults[place] = is_vault(source)
        of_vault = self._vaults[place]
        resolver = FolderResolver(source, self._ids, self._names, self._anchors_of, by_name=of_vault)
        tags = self._is_tagged(source.root)
        title, matter, blocks = read_note(text, source.kind, resolver, of_vault=of_vault, tags=tags)
        if resolver.in_tables:
            resolver.remarks.append(Refused("table_links_left", count=resolver.in_tables))
        if matter.others:
            resolver.remarks.append(Refused("fields_left", fields=", ".join(matter.others)))
        note = self._library.draft_note(
            self._notebook,
            note=self._ids[os.path.abspath(source.path)],
            title=title if title or matter.ours else shown_path(source.path.stem),
            blocks=blocks,
            folder=self._plan_folder(source.folders),
            created_ms=created_ms if matter.created_ms is None else matter.created_ms,
            tags=matter.tags,
            pinned=matter.pinned,
            archived=matter.archived,
            icon=matter.icon,
            colours=matter.colours,
            attachments={found.sha256: found.facts() for found in resolver.attachments.values()},
        )
        self._used.update(resolver.files)
        self._headings[note.id] = (headings_of(blocks), title)
        if resolver.places or resolver.blocks:
            self._places[shown_path(source.path)] = resolver.places, resolver.blocks
        return Drafted(source, note, list(resolver.attachments.values()), resolver.remarks)

    def _is_tagged(self, root: Path) -> bool:
        """Whether a `#tag` in the text is one in a folder: where its notes link to each other by name."""
        if root not in self._tagged:
            notes = (source for source in self._notes if source.root == root and source.kind in MARKDOWN)
            self._tagged[root] = are_linked(notes, self._names)
        return self._tagged[root]

    def _anchors_of(self, path: str) -> Mapping[str, str]:
        """What a file that is linked to calls its headings besides; it may not have had its turn yet."""
        if path not in self._anchors:
            is_markdown = os.path.splitext(path)[1].lower() in MARKDOWN
            try:
                self._anchors[path] = anchors_of(read_source(Path(path))) if is_markdown else {}
            except (OSError, Refused):
                self._anchors[path] = {}
        return self._anchors[path]

    async def take_enex(
        self, source: Source, progress: Progress | None, cancelled: Callable[[], bool], away: Away
    ) -> None:
        """Take in every note of another program's export, into a folder of the file's name."""
        from app.transfer.enex import read_enex

        path = shown_path(source.path)
        place = source._replace(folders=(*source.folders, source.path.stem))
        self._plan_folder(place.folders)
        found = read_enex(source.path)
        number = 0
        try:
            while not cancelled() and (note := await away(lambda: next(found, None))) is not None:
                number += 1
                if isinstance(note, Refused):
                    self.report.refuse(f"{path}: {number}", note)
                else:
                    self.take(await away(partial(self._drafted_enex, place, note)))
                if progress is not None:
                    progress(number, number, path)
        except (OSError, Refused) as error:
            self.report.refuse(path, error)
        self.report.cancelled = self.report.cancelled or cancelled()

    def _drafted_enex(self, source: Source, note: EnexNote) -> Drafted:
        """The note of one that an export holds."""
        made = self._library.draft_note(
            self._notebook,
            title=note.title,
            blocks=note.blocks,
            folder=self._plan_folder(source.folders),
            created_ms=note.created_ms,
            tags=note.tags,
            attachments={found.sha256: found.facts() for found in note.attachments},
        )
        return Drafted(source, made, note.attachments, note.remarks)

    def take(self, drafted: Drafted) -> None:
        """Store a note with the next commit. The store's thread."""
        for attachment in drafted.attachments:
            if attachment.sha256 not in self._stored:
                self._library.store.save_attachment(attachment.body, attachment.mime)
                self._stored.add(attachment.sha256)
        self._make_folders(drafted.source.folders)
        self._waiting.extend(drafted.note.changes)
        self._waiting_notes.append(drafted.note.id)
        for remark in drafted.remarks:
            self.report.warn(shown_path(drafted.source.path), remark)
        if len(self._waiting_notes) >= self._batch or len(self._waiting) >= BATCH_CHANGES:
            self._commit()

    def _make_folders(self, names: tuple[str, ...]) -> None:
        """Have the folders on the way to a note stored with it."""
        for depth in range(1, len(names) + 1):
            place = names[:depth]
            if place in self._missing:
                self._missing.discard(place)
                name = shown_path(place[-1])[:FOLDER_LENGTH_MAX]
                parent = self._folders.get(place[:-1])
                change = self._library.draft_folder(self._notebook, name, parent, self._folders[place])
                self._waiting.append(change)

    def _commit(self) -> None:
        """Store what waits."""
        self._library.submit(self._waiting)
        self.report.notes += self._waiting_notes
        self.report.done += len(self._waiting_notes)
        self._waiting, self._waiting_notes = [], []

    def finish(self) -> None:
        """Store the rest, and say which places are missing, and which files are no notes and in none."""
        self._commit()
        self._say_places()
        if not self.report.cancelled:
            for source in self._unused:
                if os.path.realpath(source.path) not in self._used:
                    self.report.refuse(shown_path(source.path), Refused("not_note"))
        while self._library.store.refresh_projections():
            pass

    def _say_places(self) -> None:
        """Say which files link to a place that the note has not, be it the name of a block."""
        named = {target.note for places, _ in self._places.values() for target in places}
        outlines = {note: Outline(*self._headings[note]) for note in named if note in self._headings}
        for path, (places, blocks) in self._places.items():
            known = ((outlines[target.note], target.place) for target in places if target.note in outlines)
            missing = sum(outline.find(place) is None for outline, place in known)
            if missing or blocks:
                self.report.warn(path, Refused("anchors_left", count=missing + blocks))


def read_note(
    text: str, kind: str, resolver: FolderResolver, *, of_vault: bool = False, tags: bool = False
) -> tuple[str, FrontMatter, list[Block]]:
    """
    A file's text as a note.

    Args:
        text: With line ends as newlines.
        kind: The file name's ending, one of NOTES.
        resolver: Asked about links and pictures; told what was left out.
        of_vault: As in `read_all`, and `tags`.

    Returns:
        The title ("" when the file does not say), what its front matter says, and the body, tidied.

    Raises:
        NestedTooDeeply: lists or quotes nest beyond the limit.
    """
    if kind in MARKDOWN:
        from app.transfer.markdown_reader import read_all

        matter, text = split_front_matter(text)
        matter = matter or FrontMatter()
        found = read_all(
            text, resolver, of_vault=of_vault, tags=tags and not matter.ours, addresses=not matter.ours
        )
        kept = as_ours(found.blocks) if of_vault else Kept(found.blocks, 0, 0)
        matter.tags = list(dict.fromkeys([*matter.tags, *found.tags]))[:TAGS_MAX]
        if found.comments:
            resolver.remarks.append(Refused("html_comments_left", count=found.comments))
        if kept.names:
            resolver.remarks.append(Refused("block_names_left", count=kept.names))
        if kept.comments:
            resolver.remarks.append(Refused("comments_shown", count=kept.comments))
        return _titled(matter, kept.blocks, of_vault)
    if kind in HTML:
        from app.transfer.html_reader import html_title, read_html, with_frames_linked

        page, text = split_page(text)
        if page is not None:
            return page.title, page, read_html(text, resolver)
        name = html_title(text)
        read = read_html(with_frames_linked(text), resolver)
        title, matter, blocks = _titled(FrontMatter(), read, bool(name))
        return title or name, matter, blocks
    return "", FrontMatter(), plain_blocks(text)


def plain_blocks(text: str) -> list[Block]:
    """Plain text as paragraphs, one a line; a newline at the end ends the last line and begins no new one."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")
    return [([(line, {})] if line else [], {}) for line in lines]


def _titled(
    matter: FrontMatter, blocks: list[Block], is_named: bool = False
) -> tuple[str, FrontMatter, list[Block]]:
    """
    The title and what is left of the body: a heading that it begins with, unless one is higher.

    Where a file has a name of its own, as in a vault, only a heading of the first level is a title.
    """
    if matter.ours:
        return matter.title, matter, blocks
    spans, attributes = blocks[0]
    levels = [found["level"] for _, found in blocks if found.get("kind") == "heading"]
    is_heading = attributes.keys() == {"kind", "level"} and attributes["kind"] == "heading"
    highest = is_heading and levels[0] == (1 if is_named else min(levels))
    if highest and not any(is_embed(span) for span in spans):
        heading = " ".join(block_text(spans).split())
        if heading and len(heading) <= TITLE_LENGTH_MAX and matter.title in ("", heading):
            return heading, matter, blocks[1:] or [([], {})]
    return matter.title, matter, blocks
