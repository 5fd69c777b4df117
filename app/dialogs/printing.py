"""
Printing: the note that is shown, as it will look on paper, before it goes there.

Not here: laying a note out (`paper`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QGraphicsView, QLineEdit, QWidget

from app.bridge import Bridge
from app.open_note import OpenNote
from app.transfer.addresses import ATTACHMENT_SCHEME
from app.transfer.blocks import Block, is_embed
from app.transfer.body import read_body
from app.transfer.note_json import note_text
from app.widgets.names import named

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter, QPrintPreviewDialog

    from app.library import Library


class Printing(QObject):
    """Shows a preview, from which one prints. GUI thread only."""

    def __init__(self, bridge: Bridge, window: QWidget, note: Callable[[], OpenNote | None]) -> None:
        """`note`: the one that is shown, if any."""
        super().__init__(window)
        self._bridge = bridge
        self._window = window
        self._note = note
        self.dialog: QPrintPreviewDialog | None = None
        self._printer: QPrinter | None = None

    def ask(self) -> None:
        """Show the preview of the note; its pictures are fetched from the library first."""
        note = self._note()
        if note is None or self.dialog is not None:
            return
        title, blocks = note_text(note.document, "title"), read_body(note.document)
        self._bridge.call(
            partial(_load_pictures, blocks), lambda pictures: self._show(title, blocks, pictures)
        )

    def _show(self, title: str, blocks: list[Block], pictures: dict[str, bytes]) -> None:
        from PySide6.QtPrintSupport import QPrinter, QPrintPreviewDialog

        from app.editor.paper import Paper, text_width

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setDocName(title or self.tr("Note"))
        dialog = QPrintPreviewDialog(printer, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(self.tr("Print"))
        dialog.resize(900, 1000)
        named(dialog, "print")
        for kind, name in ((QLineEdit, self.tr("Page")), (QGraphicsView, self.tr("Preview"))):
            for control in dialog.findChildren(kind):  # Qt gives these no name
                control.setAccessibleName(name)

        def paint(target: QPrinter) -> None:
            Paper(title, blocks, pictures, text_width(target.pageLayout())).print_(target)

        dialog.paintRequested.connect(paint)
        dialog.destroyed.connect(self._gone)
        self.dialog, self._printer = dialog, printer  # the dialog does not own its printer
        dialog.open()

    def _gone(self) -> None:
        self.dialog = self._printer = None


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
