"""
The filters of a search as a menu: what can be asked beside words, put into the box by a click.

It writes what a person could have typed; what it means is the store's (`sync.storage.query`).
"""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QMenu


class FilterMenu(QMenu):
    """Adds filters to a search box."""

    def __init__(self, box: QLineEdit) -> None:
        """Offer the filters there are for `box`."""
        super().__init__(box)
        self._box = box
        self.setAccessibleName(self.tr("Filters"))
        self.setToolTipsVisible(True)
        for text, written in (
            (self.tr("With a tag"), "tag:"),
            (self.tr("In a notebook or folder"), "in:"),
            (self.tr("Written in by me"), "by:me"),
            (self.tr("Written in by somebody"), "by:"),
        ):
            self._offer(text, written)
        self.addSeparator()
        for text, written in (
            (self.tr("With open tasks"), "is:open"),
            (self.tr("With pictures"), "has:image"),
            (self.tr("With files"), "has:file"),
            (self.tr("With links"), "has:link"),
            (self.tr("With code"), "has:code"),
            (self.tr("Pinned"), "is:pinned"),
            (self.tr("In the trash"), "in:trash"),
        ):
            self._offer(text, written)
        self.addSeparator()
        self._offer(self.tr("Changed since yesterday"), "after:yesterday")
        self._offer(self.tr("Changed after a day"), "after:")
        self._offer(self.tr("Changed before a day"), "before:")

    def _offer(self, text: str, written: str) -> None:
        action = self.addAction(f"{text}\t{written}")
        action.triggered.connect(lambda: self._write(written))

    def _write(self, written: str) -> None:
        """Put a filter at the end of the box; the caret stands where its value is typed."""
        before = self._box.text().rstrip()
        self._box.setText(f"{before} {written}" if before else written)
        self._box.setFocus()
        self._box.end(False)
