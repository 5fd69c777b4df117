"""
Printing: the note that is shown, as it will look on paper, before it goes there.

The page setup is kept, for the next time and for the export as PDF. Not here: laying a note out (`paper`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.bridge import Bridge
from app.open_note import OpenNote
from app.settings import Settings
from app.theme import Appearance
from app.transfer.addresses import ATTACHMENT_SCHEME
from app.transfer.blocks import Block, is_embed
from app.transfer.body import read_body
from app.transfer.front_matter import FrontMatter
from app.transfer.matter import matter_of
from sync.model.versions import model_of

PAGE = "page"
"""The setting in which the page setup is kept."""

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

    from app.dialogs.print_preview import PrintPreview
    from app.library import Library


class Printing(QObject):
    """Shows a preview, from which one prints. GUI thread only."""

    def __init__(
        self,
        bridge: Bridge,
        window: QWidget,
        appearance: Appearance,
        note: Callable[[], OpenNote | None],
        settings: Settings,
    ) -> None:
        """`note`: the one that is shown, if any; `settings`: where the page setup is kept."""
        super().__init__(window)
        self._appearance = appearance
        self._bridge = bridge
        self._window = window
        self._note = note
        self._settings = settings
        self.dialog: PrintPreview | None = None
        self._printer: QPrinter | None = None

    def ask(self) -> None:
        """Show the preview of the note; its pictures are fetched from the library first."""
        note = self._note()
        if note is None or self.dialog is not None:
            return
        matter, blocks = matter_of(note.document, model_of(note.model)), read_body(note.document)
        self._bridge.call(
            partial(_load_pictures, blocks), lambda pictures: self._show(matter, blocks, pictures)
        )

    def _show(self, matter: FrontMatter, blocks: list[Block], pictures: dict[str, bytes]) -> None:
        from PySide6.QtPrintSupport import QPrinter

        from app.dialogs.print_preview import PrintPreview
        from app.editor.pages import paint_pages, setup_of, text_width
        from app.editor.paper import Paper

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setDocName(matter.title or self.tr("Note"))

        def paint(target: QPrinter) -> None:
            width = text_width(target.pageLayout())
            paper = Paper(matter, blocks, pictures, width, target.resolution())
            paint_pages(paper, target, partial(wanted_pages, target))

        setup = setup_of(self._settings.get(PAGE))
        dialog = PrintPreview(self._window, self._appearance, printer, paint, setup)
        dialog.page_chosen.connect(lambda setup: self._settings.set(PAGE, list(setup)))
        dialog.destroyed.connect(self._gone)
        self.dialog, self._printer = dialog, printer  # the dialog does not own its printer
        dialog.open()

    def _gone(self) -> None:
        self.dialog = self._printer = None


def wanted_pages(printer: QPrinter, count: int) -> list[int]:
    """Which pages of so many to print one after the other: the range, order and copies that were chosen."""
    ranges = printer.pageRanges()
    pages = [page for page in range(1, count + 1) if ranges.isEmpty() or ranges.contains(page)]
    if printer.pageOrder() == printer.PageOrder.LastPageFirst:
        pages.reverse()
    copies = 1 if printer.supportsMultipleCopies() else printer.copyCount()
    return pages * copies if printer.collateCopies() else [page for page in pages for _ in range(copies)]


def _load_pictures(blocks: list[Block], library: Library) -> dict[str, bytes]:
    """The pictures that blocks name and that are on this computer. Engine thread."""
    found: dict[str, bytes] = {}
    for spans, _ in blocks:
        for span in spans:
            source = span[1]["embed"].get("src") if is_embed(span) else None
            if isinstance(source, str) and source.startswith(ATTACHMENT_SCHEME):
                digest = source.removeprefix(ATTACHMENT_SCHEME)
                body = library.store.load_attachment(digest)
                if body is not None:
                    found[digest] = body
    return found
