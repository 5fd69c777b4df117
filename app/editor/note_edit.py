"""
The widget in which a note is written.

A QTextEdit whose every key, paste and drop that writes goes through `commands` as exact operations; Qt's own
editing is left to what we cannot know of (assistive technology, platform services), which the binding hears.
It paints what Qt's text layout does not: list markers, boxes, others' carets. Without a note it is empty and
read-only.

Not here: where the note comes from and goes to (`app.workspace`), toolbars and dialogs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QMimeData, QPointF, QRect, Qt, QUrl, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QInputMethodEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCursor,
    QTextDocument,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QTextEdit, QWidget

from app.editor import geometry, keyboard
from app.editor.attached import Attached
from app.editor.binding import Binding
from app.editor.carets import RemoteCarets
from app.editor.column import keep_room, margins, show_margin
from app.editor.commands import Blocks, Commands
from app.editor.composition import Composition
from app.editor.embeds import is_attachment
from app.editor.exchange import Exchange
from app.editor.formats import Formats
from app.editor.keys import Marks
from app.editor.loading import DOCUMENT_MARGIN_PX, empty_document
from app.editor.note import Caret, Note
from app.editor.ornaments import Ornaments, visible_blocks
from app.editor.palette import EditorPalette
from app.editor.paste import blocks_of_markdown
from app.editor.pointing import Pointing, forget_presses
from app.editor.spelling import Spelling
from app.editor.text_layout import TextLayout
from app.editor.text_menu import text_menu
from app.editor.writing_keys import WritingKeys


class _Bound:
    """All that exists only while a note is shown."""

    def __init__(self, view: NoteEdit, note: Note) -> None:
        self.binding = Binding(view, note)
        self.commands = Commands(self.binding)
        self.keys = WritingKeys(view, self.commands)
        self.composition = Composition(self.binding, self.commands, view.show_preedit)
        self.exchange = Exchange(view, self.commands)
        self.pointing = Pointing(view, self.commands)
        self.carets = RemoteCarets(view, lambda anchor: note.body.index(anchor))


class NoteEdit(QTextEdit):
    """
    Shows and edits the body of one note.

    Attributes:
        take_picture: Keeps the PNG bytes of a pasted picture (and a name for it), gives the embed to insert.
        take_files: Keeps dropped or pasted files, gives an embed for each it took.
        find_attachment: Gives the picture of a sha256, None if it is not here (yet).
        read_markdown: Reads pasted Markdown; None has it pasted as the text it is.
        rebound: Names of shortcuts (`keyboard.ACTIONS`) that have other keys in the window: ours do nothing.
    """

    link_wanted: Signal = Signal()  # Ctrl+K: ask for an address
    language_wanted = Signal(int)  # the number of a code block whose language was clicked
    find_wanted: Signal = Signal()  # Ctrl+F: ask what to look for
    link_activated = Signal(str)
    embed_activated = Signal(dict)  # the payload of an embed that was double-clicked
    state_changed = Signal()  # marks or kind at the caret may differ: toolbars look again
    refused = Signal(object)  # CrdtError: what was just done could not be taken

    def __init__(self, palette: EditorPalette | None = None, parent: QWidget | None = None) -> None:
        """Show nothing yet; `palette` as `use_palette` takes it."""
        super().__init__(parent)
        self.take_picture: Callable[[bytes, str], Marks | None] | None = None
        self.take_files: Callable[[Sequence[str]], Sequence[Marks]] | None = None
        self.find_attachment: Callable[[str], QImage | None] | None = None
        self.read_markdown: Callable[[str], Blocks] | None = blocks_of_markdown
        self.rebound: frozenset[str] = frozenset()
        self._bound: _Bound | None = None
        self._own_document: QTextDocument | None = None
        self.formats = Formats(palette or EditorPalette())
        self._ornaments = Ornaments(self.formats)
        self.attached = Attached(self)
        self.spelling = Spelling(self)
        self.setFrameShape(QFrame.Shape.NoFrame)
        keep_room(self)
        self.setCursorWidth(2)
        self.setReadOnly(True)
        self.setAccessibleName(self.tr("Note text"))
        self.viewport().setMouseTracking(True)
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self.cursorPositionChanged.connect(self._step_out_of_pair)
        self.cursorPositionChanged.connect(self.state_changed)
        for signal in (self.cursorPositionChanged, self.selectionChanged, self.textChanged):
            signal.connect(lambda: self._ornaments.follow(self))
        self.selectionChanged.connect(self.state_changed)
        self.currentCharFormatChanged.connect(self.state_changed)
        self._use_colours()
        self.show_document(empty_document(self.formats, self))

    # The note

    def open(self, note: Note) -> None:
        """Show a note, instead of the one that is shown."""
        self.close_note()
        bound = _Bound(self, note)
        self._bound = bound
        bound.binding.edited.connect(bound.carets.text_changed)
        bound.binding.edited.connect(self.state_changed)
        bound.binding.completed.connect(bound.carets.text_changed)
        bound.binding.completed.connect(self.state_changed)
        bound.binding.refused.connect(self.refused)
        note.presence.connect(self._show_carets)
        self.set_writable(note.writable)
        self.verticalScrollBar().setValue(0)
        self.state_changed.emit()

    def close_note(self) -> None:
        """Show nothing; what was typed is in the note."""
        if self._bound is not None:
            bound, self._bound = self._bound, None
            if bound.composition.preedit:
                bound.composition.end()
            bound.binding.note.presence.disconnect(self._show_carets)
            bound.binding.close()
            bound.carets.close()
            bound.carets.deleteLater()
            bound.binding.deleteLater()
            self.set_writable(False)
            self.show_document(empty_document(self.formats, self))

    def set_writable(self, writable: bool) -> None:
        """Let the person write, or only read, select and copy."""
        self.setReadOnly(not writable)
        flags = Qt.TextInteractionFlag.TextEditorInteraction
        if not writable:
            flags = (
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
        self.setTextInteractionFlags(flags)

    @property
    def is_open(self) -> bool:
        """Whether a note is shown."""
        return self._bound is not None

    @property
    def bound(self) -> Binding:
        """The binding of the note that is shown."""
        assert self._bound is not None, "a note is open"
        return self._bound.binding

    @property
    def commands(self) -> Commands:
        """What can be done to the note that is shown."""
        assert self._bound is not None, "a note is open"
        return self._bound.commands

    @property
    def carets(self) -> RemoteCarets:
        """The others' carets in the note that is shown."""
        assert self._bound is not None, "a note is open"
        return self._bound.carets

    @property
    def is_composing(self) -> bool:
        """Whether an input method has text that is not committed."""
        return self._bound is not None and bool(self._bound.composition.preedit)

    def end_composition(self) -> None:
        """Commit what an input method is composing."""
        if self._bound is not None:
            self._bound.composition.end()

    def show_document(self, document: QTextDocument) -> None:
        """Show another QTextDocument that this view owns; the one before goes."""
        before, self._own_document = self._own_document, document
        self.setDocument(document)
        self.attached.serve(document)
        forget_presses(self)
        layout = document.documentLayout()
        if isinstance(layout, TextLayout):
            layout.shifted.connect(self._keep_place)
        self._use_font()
        if before is not None:
            before.deleteLater()

    def _keep_place(self, y: float, by: float) -> None:
        """Slot of layouts: what was guessed above is measured now; what is seen of this text stays."""
        bar = self.verticalScrollBar()
        if y <= bar.value() and self.sender() is self.document().documentLayout():
            bar.setValue(bar.value() + round(by))

    def ensureCursorVisible(self) -> None:
        """Scroll to the caret; with the first and the last line comes the margin beyond it."""
        super().ensureCursorVisible()
        show_margin(self)

    def index_of(self, offset_u16: int) -> int:
        """Give the index of an offset of the view."""
        return self.bound.surface.index(offset_u16)

    # Looks

    def use_palette(self, palette: EditorPalette) -> None:
        """Draw with other colours and fonts from now on."""
        self.formats = Formats(palette)
        self._ornaments = Ornaments(self.formats)
        self._use_colours()
        if self._bound is not None:
            self.end_composition()
            self._bound.binding.reload()
        else:
            self.show_document(empty_document(self.formats, self))
        self._lay_out_column()

    def _use_colours(self) -> None:
        self.setPalette(self.formats.colours(self.palette()))
        self.setAutoFillBackground(True)

    def _lay_out_column(self) -> None:
        """Keep the text at a readable width, in the middle."""
        beside = margins(self, self.formats.palette.column_px + 2 * DOCUMENT_MARGIN_PX)
        if self.viewportMargins() != beside:
            self.setViewportMargins(beside)

    def changeEvent(self, event: QEvent) -> None:
        """Qt: font, style or palette changed. The text's font is the palette's, not that of a style sheet."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._use_font()

    def _use_font(self) -> None:
        font = self.formats.font()
        if self.document().defaultFont() != font:
            self.document().setDefaultFont(font)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: the widget has another size."""
        self._lay_out_column()
        super().resizeEvent(event)

    def picture_arrived(self, digest: str) -> None:
        """Show a picture that was missing until now."""
        picture = self.find_attachment(digest) if self.find_attachment is not None else None
        if picture is not None:
            self.attached.picture_arrived(digest, picture)

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """Qt: a resource of the text. Only attachments exist; any other name gives an empty picture."""
        source = name if isinstance(name, str) else name.toString()
        picture = None
        if is_attachment(source) and self.find_attachment is not None:
            picture = self.find_attachment(source.partition(":")[2])
        if picture is not None or kind != int(QTextDocument.ResourceType.ImageResource.value):
            return picture
        empty = QImage(1, 1, QImage.Format.Format_ARGB32)  # none at all, and Qt would look for a local file
        empty.fill(Qt.GlobalColor.transparent)
        return None if is_attachment(source) else empty

    def rect_at(self, index: int) -> QRect:
        """Give the rectangle of a caret at an index, in coordinates of the viewport."""
        return geometry.rect_at(self, self.bound.surface.offset(index))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw, ornaments under and over the text."""
        layout, top = self.document().documentLayout(), self.verticalScrollBar().value()
        if isinstance(layout, TextLayout):
            layout.look_at(top, top + self.viewport().height())
        shown = list(visible_blocks(self))
        painter = QPainter(self.viewport())
        self._ornaments.paint_under(painter, self, shown)
        painter.end()
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        self._ornaments.paint_over(painter, self, shown)
        if self._bound is not None:
            self.spelling.paint(painter, [item.block for item in shown])
            self._bound.pointing.frame.paint(painter)
            self._bound.carets.paint(painter, self.viewport().rect())
        painter.end()

    # Keys and input methods

    def event(self, event: QEvent) -> bool:
        """Qt: leave our shortcuts to the window's menus first, and send presses beside the column into it."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            if keyboard.shortcut_of(event) is None:
                return super().event(event)
            event.ignore()
            return True
        if isinstance(event, QMouseEvent | QWheelEvent) and self._forward(event):
            return True
        return super().event(event)

    def _forward(self, event: QMouseEvent | QWheelEvent) -> bool:
        """Take what happens in the margins for the nearest place of the column."""
        if isinstance(event, QWheelEvent):
            self.wheelEvent(event)
            return True
        act = {
            QEvent.Type.MouseButtonPress: self.mousePressEvent,
            QEvent.Type.MouseButtonRelease: self.mouseReleaseEvent,
            QEvent.Type.MouseMove: self.mouseMoveEvent,
        }.get(event.type())
        if act is None:
            return False
        place = self.viewport().mapFrom(self, event.position())
        place.setX(max(0.0, min(place.x(), self.viewport().width() - 1.0)))
        button, buttons, held = event.button(), event.buttons(), event.modifiers()
        act(QMouseEvent(event.type(), place, event.globalPosition(), button, buttons, held))
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: a key. Writing ones are commands; QTextEdit moves the caret."""
        bound = self._bound
        if bound is None:
            self._move(event)
            return
        bound.binding.settle()
        name = keyboard.shortcut_of(event)
        if name is not None:
            event.accept()
            self.end_composition()
            if name not in self.rebound:
                keyboard.ACTIONS[name](self)
            return
        if not self.isReadOnly():
            if event.text() or keyboard.is_movement(event):
                self.end_composition()
            if bound.keys.press(event):
                event.accept()
                return
        before = self.textCursor().position()
        self._move(event)
        if self.textCursor().position() != before:
            bound.binding.note.break_group()

    def _move(self, event: QKeyEvent) -> None:
        super().keyPressEvent(event)
        if keyboard.is_movement(event):
            self.ensureCursorVisible()

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Qt: an input method composes or commits."""
        if self._bound is None or self.isReadOnly():
            event.ignore()  # QTextEdit would take a commit even where nothing can be written
        else:
            self._bound.composition.take(event)
            event.accept()

    def show_preedit(self, event: QInputMethodEvent) -> None:
        """Show a preedit as QTextEdit does."""
        super().inputMethodEvent(event)

    def keep_preedit(self) -> None:
        """Have what is being composed stand at the caret, wherever an edit has brought that."""
        if self._bound is not None:
            self._bound.composition.stand_at_caret()

    def undo(self) -> None:
        """Undo what this person did last."""
        if self._bound is not None:
            self._bound.binding.undo()

    def redo(self) -> None:
        """Redo what was undone last."""
        if self._bound is not None:
            self._bound.binding.redo()

    def _step_out_of_pair(self) -> None:
        """Slot: a caret between the halves of a character would cut it in two."""
        cursor = self.textCursor()
        document = self.document()
        ends = [geometry.outside_pair(document, place) for place in (cursor.anchor(), cursor.position())]
        if ends != [cursor.anchor(), cursor.position()]:
            cursor.setPosition(ends[0])
            cursor.setPosition(ends[1], QTextCursor.MoveMode.KeepAnchor)
            self.setTextCursor(cursor)

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Qt: a button goes down. What is being composed stays where it was begun."""
        self.end_composition()
        if self._bound is None or not self._bound.pointing.press(event):
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Qt: a button goes up."""
        bound = self._bound
        if bound is None or not bound.pointing.release(event):
            super().mouseReleaseEvent(event)
            if bound is not None and bound is self._bound:
                bound.pointing.released(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Qt: open an embed, else select a word."""
        if self._bound is None or not self._bound.pointing.double_press(event):
            super().mouseDoubleClickEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Qt: the mouse moves; it shows what a click would do."""
        if self._bound is None:
            super().mouseMoveEvent(event)
        elif not self._bound.pointing.move(event):
            super().mouseMoveEvent(event)
            self._bound.pointing.hover(event.position(), event.modifiers())

    def picture_selected(self) -> tuple[int, float] | None:
        """Give the index of the picture that is selected, and its widest in pixels; None if none is."""
        held = self._bound.pointing.frame.selected() if self._bound is not None else None
        if held is None or held.size is None:
            return None
        return self.index_of(held.offset_u16), self.document().textWidth() - 2 * DOCUMENT_MARGIN_PX

    def resize_picture(self, by: int) -> bool:
        """Make the selected picture a step wider (1) or narrower (-1), or move list items in or out."""
        if self._bound is None or self.isReadOnly():
            return False
        return self._bound.pointing.frame.step(by) or self.commands.indent(by)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Qt: the menu of the text, for what is under the mouse or at the caret."""
        if self._bound is not None and event.reason() == QContextMenuEvent.Reason.Mouse:
            self._bound.pointing.stand_at(QPointF(event.pos()))
        menu = text_menu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    # Clipboard and drops

    def selectAll(self) -> None:
        """Select all of the note."""
        if self._bound is not None:
            self._bound.binding.settle()
        super().selectAll()

    def cut(self) -> None:
        """Copy the selection and delete it."""
        if self._bound is not None and self.textCursor().hasSelection():
            self.copy()
            if not self.isReadOnly():
                self._bound.keys.delete_selection()

    def paste_plain(self) -> None:
        """Paste the text alone."""
        if self._bound is not None and not self.isReadOnly():
            self._bound.exchange.take_plain(QGuiApplication.clipboard().mimeData())

    def createMimeDataFromSelection(self) -> QMimeData:
        """Qt: what is copied or dragged."""
        return QMimeData() if self._bound is None else self._bound.exchange.copy()

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Qt: whether something can be pasted or dropped here."""
        return self._bound is not None and not self.isReadOnly() and Exchange.can_take(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Qt: paste."""
        if self._bound is not None and not self.isReadOnly():
            self.end_composition()
            self._bound.exchange.take(source)

    def dropEvent(self, event: QDropEvent) -> None:
        """Qt: a drop. QTextEdit only puts away what it showed while the drag was over it."""
        super().dragLeaveEvent(QDragLeaveEvent())
        if self._bound is None or self.isReadOnly() or not self.canInsertFromMimeData(event.mimeData()):
            event.ignore()
            return
        self.end_composition()
        if self._bound.exchange.drop(event):
            event.acceptProposedAction()
            self.setFocus(Qt.FocusReason.MouseFocusReason)

    def _show_carets(self, carets: Sequence[Caret]) -> None:
        """Slot of the note's `presence`."""
        if self._bound is not None:
            self._bound.carets.show_carets(carets)
