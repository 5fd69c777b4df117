"""
A small field under the caret that asks for the address of a link.

Enter sets it, an empty field takes the link away, Escape and a click elsewhere leave everything as it was.
Addresses without a scheme that look like a host get https; those the allow-list refuses are not taken.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit

from app.editor.floating import FloatingPanel
from app.editor.note_edit import NoteEdit
from app.labels import Label
from app.transfer.addresses import address_of
from crdt.anchor import Anchor

_WIDTH_PX: Final = 320


class LinkPopup(FloatingPanel):
    """The field of one editor; it shows itself when the editor asks."""

    def __init__(self, view: NoteEdit) -> None:
        """Wait for `link_wanted`."""
        super().__init__(view)
        self.setObjectName("linkPopup")
        self._view: Final = view
        self._range: tuple[Anchor, Anchor] | None = None
        self.setFixedWidth(_WIDTH_PX)
        self.field = QLineEdit(self)
        self.field.setPlaceholderText(self.tr("Paste or type an address"))
        self.field.setAccessibleName(self.tr("Address of the link"))
        self.field.setClearButtonEnabled(True)
        self.field.installEventFilter(self)
        self.hint = Label(self.tr("Not an address a link can have"), self)
        self.hint.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 6, 8, 6)
        row.addWidget(self.field, 1)
        row.addWidget(self.hint)
        self.field.returnPressed.connect(self._set)
        self.field.textEdited.connect(lambda _: self.hint.hide())
        view.link_wanted.connect(self.ask)
        self.hide()

    def ask(self) -> None:
        """Ask for the link of what is selected, or of the link the caret is in."""
        view = self._view
        if not view.is_open or view.isReadOnly():
            return
        start, end, link = view.commands.link_here()
        body = view.bound.note.body
        self._range = (body.anchor(start, "before" if start < end else "after"), body.anchor(end, "after"))
        self.field.setText(link)
        self.field.selectAll()
        self.hint.hide()
        self.adjustSize()
        self.stand_below(end)
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _set(self) -> None:
        address = address_of(self.field.text())
        if address is None:
            self.hint.show()
            return
        self._finish()
        if self._range is None or not self._view.is_open:
            return
        self._view.bound.settle()
        body, commands = self._view.bound.note.body, self._view.commands
        start, end = (body.index(anchor) for anchor in self._range)
        if start == end and address:
            commands.insert_blocks([([(address.removeprefix("https://"), {"link": address})], {})])
        else:
            commands.set_link(start, end, address or None)

    def _finish(self) -> None:
        self.hide()
        self._view.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: leave the field by Escape or by going elsewhere."""
        if watched is self.field:
            if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
                if event.type() == QEvent.Type.KeyPress:
                    self._finish()
                return True
            if event.type() == QEvent.Type.FocusOut:
                self.hide()
        return super().eventFilter(watched, event)
