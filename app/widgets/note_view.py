"""
The right pane: one note with its title, its toolbar and the people in it, or what to do when there is none.

It binds and unbinds; which note is shown is decided by `widgets.browsing`. The title stands in the same
column as the text. Below the text is the room for banners.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from PySide6.QtCore import QEvent, QMargins, QObject, QPoint, QSize, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QCursor, QDesktopServices, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from app.editor.column import margins
from app.editor.find_bar import FindBar
from app.editor.jumping import jump_to_heading
from app.editor.loading import DOCUMENT_MARGIN_PX
from app.editor.note_edit import NoteEdit
from app.editor.note_links import NoteLinks
from app.editor.paste import blocks_of_markdown
from app.editor.toolbar import Toolbar
from app.models.times import long_time
from app.note_address import LinkTarget, shown_note, target_of
from app.open_note import OpenNote
from app.tag_colours import tag_colour
from app.theme import Appearance, Theme
from app.widgets.banner import BannerRoom, Choice, Message, Topic
from app.widgets.company import Company
from app.widgets.empty_state import EmptyState
from app.widgets.names import button, named
from app.widgets.palette import editor_palette
from app.widgets.title_edit import TitleEdit
from app.wording import sentence
from crdt import CrdtError
from sync.storage.rows import NoteRow

TAG_SCHEME = "tag:"
BAR_HEIGHT_PX = 46
TITLE_TOP_PX = 30
TITLE_PART_MAX = 40
"""Per cent of the pane's height that the title may take before it scrolls."""

# What a link may make the system open. Anything else a note could name is none of a link's business.
OPENED_SCHEMES = ("http", "https", "mailto")
HEAD_BOTTOM_PX = 4

PLACE_SHOWN_MAX = 60
"""Code points of the name of a heading that is missing."""


class NoteView(QFrame):
    """The right pane."""

    note_asked = Signal(str, str)
    """A link to another note was followed: its id, and the heading in it that is meant, or ""."""
    remarked = Signal(str)
    """Something is to be said in a few words, and quietly."""
    file_asked = Signal(dict)
    """The embed of an attached file that shall be opened."""
    icon_asked = Signal()
    """The note's icon was clicked."""
    tag_asked = Signal(str, str, QPoint)
    """A tag was clicked: its name, the note's id, and where on the screen."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        """Show no note."""
        super().__init__(parent)
        self.setObjectName("noteView")
        self._appearance = appearance
        self.note: OpenNote | None = None
        self.edit = NoteEdit(editor_palette(appearance.theme, appearance.text_px))
        self.edit.read_markdown = blocks_of_markdown
        self.edit.installEventFilter(
            self
        )  # before those of lists that pop up in it, which have its keys first
        self.title = TitleEdit()
        self.away = named(button("", "link"), "away")
        self.away.hide()
        self.icon = named(QPushButton(), "noteIcon")
        self.icon.setAccessibleName(self.tr("Icon of the note"))
        self.icon.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.icon.hide()
        self.icon.clicked.connect(lambda: self.icon_asked.emit())
        self.meta = named(QLabel(textFormat=Qt.TextFormat.RichText, wordWrap=True), "meta")
        self.meta.linkActivated.connect(self._ask_tag)
        self.toolbar = Toolbar(self.edit, appearance.icon)
        self.find_bar = FindBar(self.edit, appearance.icon)
        self.links = NoteLinks(self.edit)
        self.company = Company(self.edit, appearance)
        self.banners = BannerRoom(appearance)
        self.empty = EmptyState(appearance)
        self._row: NoteRow | None = None
        self._sheet = self._build_sheet()
        self._pages = QStackedWidget()
        self._pages.addWidget(self._sheet)
        self._pages.addWidget(self.empty)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._pages, 1)
        layout.addWidget(self.banners)
        self._pages.setCurrentWidget(self.empty)
        self.title.body_asked.connect(self._go_to_text)
        self.title.left_below.connect(self._go_below_title)
        self.edit.link_activated.connect(self._follow)
        self.edit.embed_activated.connect(self._open_embed)
        self.edit.refused.connect(self._say_refused)
        appearance.changed.connect(self._restyle)

    def show_note(self, note: OpenNote) -> None:
        """Show a note, instead of the one that is shown. The caret stands at its start."""
        if note is self.note:
            return
        self._leave()
        self.note = note
        note.replaced.connect(self._reload)
        self.title.bind(note)
        self.edit.open(note)
        self._pages.setCurrentWidget(self._sheet)
        self.company.enter(note)

    def show_row(self, row: NoteRow | None) -> None:
        """Say where the note is and when it was changed; nothing for a draft."""
        parts = [] if row is None else [escape(row.notebook_name), long_time(row.updated_ms)]
        if row is not None and self.note is not None and not self.note.writable:
            parts.append(self.tr("read only"))
        if row is not None and row.tags:
            parts.append(tags_html(row, self._appearance.theme))
        self._row = row
        self.meta.setText("&nbsp; · &nbsp;".join(parts))
        self.icon.setText(row.icon if row is not None else "")
        self.icon.setVisible(bool(row is not None and row.icon))

    def show_nothing(
        self, picture: str, title: str, text: str, button: str = "", work: Callable[[], None] | None = None
    ) -> None:
        """Show no note, and say what to do; as EmptyState.say."""
        self._leave()
        self.empty.say(picture, title, text, button, work)
        self._pages.setCurrentWidget(self.empty)

    def say_away(self, text: str) -> None:
        """Say what others wrote while this person was away; empty takes it back."""
        self.away.setText(text)
        self.away.setVisible(bool(text))

    def show_past(self, past: QWidget | None) -> None:
        """Show a moment of the note's past in its place; None shows the note as it is again."""
        if past is None:
            if self.note is not None and self._pages.currentWidget() is not self._sheet:
                self._pages.setCurrentWidget(self._sheet)
            return
        if self._pages.indexOf(past) < 0:
            self._pages.addWidget(past)
        self._pages.setCurrentWidget(past)

    def begin_writing(self) -> None:
        """Put the caret where a new note begins: into its title."""
        self.title.setFocus()

    def focus_text(self) -> None:
        """Put the focus into the text."""
        (self.edit if self.note is not None else self).setFocus()

    def undo(self) -> None:
        """Undo what this person did last in the note, whether in its title or its text."""
        if self.title.hasFocus() and self.note is not None:
            self.note.undo()
        else:
            self.edit.undo()

    def redo(self) -> None:
        """Redo what was undone last."""
        if self.title.hasFocus() and self.note is not None:
            self.note.redo()
        else:
            self.edit.redo()

    def settle(self) -> None:
        """What is being composed becomes text: called before the window closes."""
        self.edit.end_composition()

    def _ask_tag(self, address: str) -> None:
        if self.note is not None:
            self.tag_asked.emit(address.removeprefix(TAG_SCHEME), self.note.id, QCursor.pos())

    def _follow(self, address: str) -> None:
        """A link was clicked: notes open here, the rest where the system opens it."""
        target = target_of(address)
        if target is not None:
            self._go(target)
        elif address.partition(":")[0].lower() in OPENED_SCHEMES:
            QDesktopServices.openUrl(QUrl(address))

    def _open_embed(self, payload: dict[str, Any]) -> None:
        target = shown_note(payload)
        if target is not None:
            self._go(target)
        elif payload.get("type") == "file":
            self.file_asked.emit(payload)
        else:
            self.edit.attached.ask_again(payload)

    def _go(self, target: LinkTarget) -> None:
        if target.note and (self.note is None or target.note != self.note.id or not target.place):
            self.note_asked.emit(target.note, target.place)
        else:
            self.go_to(target.place)

    def go_to(self, place: str) -> None:
        """Put the caret before the heading that a link means, at the top; before all where there is none."""
        if self.note is not None and not jump_to_heading(self.edit, place, self.note.title.text()):
            shown = place if len(place) <= PLACE_SHOWN_MAX else place[:PLACE_SHOWN_MAX] + "…"
            self.remarked.emit(self.tr("The heading “{place}” is not here any more").format(place=shown))

    def _say_refused(self, error: CrdtError) -> None:
        choice = Choice(self.tr("OK"), lambda: self.banners.unsay(Topic.NOTICE))
        self.banners.say(Topic.NOTICE, Message(sentence(error), (choice,)))

    def _leave(self) -> None:
        if self.note is not None:
            self.note.replaced.disconnect(self._reload)
            self.company.leave()
            self.edit.close_note()
            self.title.bind(None)
            self.note = None
            self.show_row(None)

    def _reload(self) -> None:
        assert self.note is not None
        self.edit.bound.reload(self.note.carried)
        self.edit.set_writable(self.note.writable)

    def _build_sheet(self) -> QWidget:
        sheet = QWidget()
        column = QVBoxLayout(sheet)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._build_bar())
        column.addWidget(self._build_head())
        column.addWidget(self.edit, 1)
        return sheet

    def _build_head(self) -> QWidget:
        head = QWidget()
        head.setMinimumSize(1, 1)  # what it took in a large window would keep the window large
        column = self._head = QVBoxLayout(head)
        column.setSpacing(4)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.icon, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.title, 1)
        column.addLayout(line)
        column.addWidget(self.meta)
        column.addWidget(self.away, 0, Qt.AlignmentFlag.AlignLeft)
        return head

    def _build_bar(self) -> QFrame:
        bar = named(QFrame(), "noteBar")
        bar.setFixedHeight(BAR_HEIGHT_PX)
        row = QHBoxLayout(bar)
        row.setContentsMargins(12, 0, 14, 0)
        row.setSpacing(8)
        style = self.toolbar.style_button
        style.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        style.setIconSize(QSize(12, 12))
        self._appearance.tint(style, "chevron-down", "text_faint")
        row.addWidget(self.toolbar, 1)
        row.addWidget(self.company.strip, 0, Qt.AlignmentFlag.AlignVCenter)
        return bar

    def _go_to_text(self) -> None:
        self.edit.setFocus()

    def _go_below_title(self, place: QPoint) -> None:
        """The caret goes down from the title into the text's first line."""
        line = self.edit.rect_at(0).center()
        line.setX(self.edit.viewport().mapFromGlobal(place).x())
        self.edit.setTextCursor(self.edit.cursorForPosition(line))
        self.edit.ensureCursorVisible()
        self.edit.setFocus()

    def _goes_above_text(self, event: QKeyEvent) -> bool:
        """The caret goes up from the text's first line into the title, if it is there and that is the key."""
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if event.key() != Qt.Key.Key_Up or not plain or not self.edit.is_open or self.edit.is_composing:
            return False
        caret = self.edit.cursorRect()
        if caret.center().y() > self.edit.rect_at(0).bottom():
            return False
        self.title.enter_below(self.edit.viewport().mapToGlobal(caret.topLeft()))
        return True

    def _restyle(self) -> None:
        self.toolbar.use_icons(self._appearance.icon)
        self.find_bar.use_icons(self._appearance.icon)
        self.edit.use_palette(editor_palette(self._appearance.theme, self._appearance.text_px))
        self.company.show()
        self.show_row(self._row)

    def _lay_out_head(self) -> None:
        """The title begins and ends where the lines of the text do."""
        beside = margins(self.edit, self.edit.formats.palette.column_px + 2 * DOCUMENT_MARGIN_PX)
        bar = self.edit.verticalScrollBar().sizeHint().width()
        is_rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left, right = (bar, 0) if is_rtl else (0, bar)
        beside += QMargins(
            left + DOCUMENT_MARGIN_PX, TITLE_TOP_PX, right + DOCUMENT_MARGIN_PX, HEAD_BOTTOM_PX
        )
        if self._head.contentsMargins() != beside:
            self._head.setContentsMargins(beside)

    def _keep_caret_in_sight(self, event: QResizeEvent) -> None:
        """A banner that takes room below may not cover the line that is written in; nothing else scrolls."""
        lost = event.oldSize().height() - event.size().height()
        foot = self.edit.cursorRect().bottom()
        if lost > 0 and event.size().height() < foot <= event.oldSize().height():
            QTimer.singleShot(0, self.edit, self.edit.ensureCursorVisible)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The editor's width decides where the title begins; its first line, where Up leads."""
        if watched is self.edit and isinstance(event, QResizeEvent):
            self._lay_out_head()
            self._keep_caret_in_sight(event)
        if watched is self.edit and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._goes_above_text(event)
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the column straight."""
        super().resizeEvent(event)
        self.title.set_height_max(self.height() * TITLE_PART_MAX // 100)
        self._lay_out_head()


def tags_html(row: NoteRow, theme: Theme) -> str:
    """The tags of a note as chips that can be clicked, each in its colour."""
    colours = dict(row.tag_colours)
    muted = theme.css("text_muted")
    chips = []
    for tag in row.tags:
        dot = tag_colour(theme, colours.get(tag, "")).name()
        chips.append(
            f'<a href="{TAG_SCHEME}{escape(tag)}" style="color: {muted}; text-decoration: none">'
            f'<span style="color: {dot}">●</span>&nbsp;{escape(tag)}</a>'
        )
    return "&nbsp; ".join(chips)
