"""
The row of buttons above the text: what it does is `commands`, what it shows is the state at the caret.

Icons come from the window, which knows their colours; without them the buttons show their names' first
letters. Every control has a name for assistive technology and a tooltip with its shortcut. Where the row is
too narrow the groups at its end go into a menu behind the last button.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from PySide6.QtCore import QCoreApplication, QSignalBlocker, QSize, Qt, QTimer
from PySide6.QtGui import QAction, QColor, QCursor, QIcon, QKeySequence, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from app.editor.fading import Fading
from app.editor.keyboard import SHORTCUTS
from app.editor.keys import values_of
from app.editor.languages import language_menu
from app.editor.link_popup import LinkPopup
from app.editor.note_edit import NoteEdit

Icons = Callable[[str], QIcon]

BUTTON_PX: Final = 30
_ICON_PX: Final = 18
_GAP_PX: Final = 2
_GROUP_GAP_PX: Final = 10
_STYLE_PX: Final = 104
_SWATCH_PX: Final = 16


def _tr(text: str) -> str:
    return QCoreApplication.translate("Toolbar", text)


class Tool(NamedTuple):
    """One button: what it is called, drawn with, and what it does."""

    name: str
    label: str
    icon: str
    group: int


TOOLS: Final = (
    Tool("bold", "Bold", "bold", 0),
    Tool("italic", "Italic", "italic", 0),
    Tool("underline", "Underline", "underline", 0),
    Tool("strike", "Strikethrough", "strikethrough", 0),
    Tool("highlight", "Highlight", "highlighter", 0),
    Tool("colour", "Text Colour", "palette", 0),
    Tool("bullet", "Bullet List", "list", 1),
    Tool("numbered", "Numbered List", "list-ordered", 1),
    Tool("check", "Check List", "list-todo", 1),
    Tool("link", "Link", "link", 2),
    Tool("code", "Code", "code", 2),
    Tool("quote", "Quote", "text-quote", 3),
    Tool("code block", "Code Block", "square-code", 3),
    Tool("divider", "Divider", "minus", 3),
)
_BLOCKS: Final = ("bullet", "numbered", "check", "quote", "code block")
_KINDS: Final[tuple[tuple[str, str, dict[str, Any]], ...]] = (
    ("paragraph", "Text", {}),
    ("heading1", "Heading 1", {"kind": "heading", "level": 1}),
    ("heading2", "Heading 2", {"kind": "heading", "level": 2}),
    ("heading3", "Heading 3", {"kind": "heading", "level": 3}),
    ("heading4", "Heading 4", {"kind": "heading", "level": 4}),
    ("heading5", "Heading 5", {"kind": "heading", "level": 5}),
    ("heading6", "Heading 6", {"kind": "heading", "level": 6}),
)


class Toolbar(QWidget):
    """Formatting of one editor."""

    def __init__(self, view: NoteEdit, icons: Icons | None = None, parent: QWidget | None = None) -> None:
        """
        Show the state of an editor.

        Args:
            view: What the buttons act on; it may show a note or none.
            icons: Gives the icon of a name, as the window's theme draws it.
            parent: Of the widget.
        """
        super().__init__(parent)
        self._view: Final = view
        self.setObjectName("toolbar")
        self.setAccessibleName(_tr("Formatting"))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.link_popup = LinkPopup(view)
        self.fading = Fading(self, view)
        self.buttons: dict[str, QToolButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)  # what does not fit is hidden
        row.setSpacing(_GAP_PX)
        self.style_button = self._make_style_button()
        row.addWidget(self.style_button)
        group = -1
        for tool in TOOLS:
            if tool.group != group:
                row.addSpacing(_GROUP_GAP_PX)
                group = tool.group
            row.addWidget(self._make_button(tool))
        self.more_button = self._make_more_button()
        row.addWidget(self.more_button)
        row.addStretch(1)
        # Many signals come with one key: the row is brought up to date once for all of them.
        self._look_timer = QTimer(self, singleShot=True, interval=0)
        self._look_timer.timeout.connect(self.show_state)
        view.state_changed.connect(self._look_timer.start)
        view.language_wanted.connect(self._ask_language)
        if icons is not None:
            self.use_icons(icons)
        self.show_state()

    # Making

    def _make_style_button(self) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName("styleButton")
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setAutoRaise(True)
        button.setFixedHeight(BUTTON_PX)
        button.setMinimumWidth(_STYLE_PX)
        button.setIconSize(QSize(_ICON_PX - 4, _ICON_PX - 4))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        # Its icon says that there is a menu, so it stands behind the text.
        behind = self.layoutDirection() == Qt.LayoutDirection.LeftToRight
        button.setLayoutDirection(
            Qt.LayoutDirection.RightToLeft if behind else Qt.LayoutDirection.LeftToRight
        )
        button.setAccessibleName(_tr("Style of the paragraph"))
        button.setToolTip(_tr("Style of the paragraph"))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        menu = QMenu(button)
        for name, label, attributes in _KINDS:
            action = QAction(_tr(label), menu)
            action.setCheckable(True)
            action.setShortcut(QKeySequence(SHORTCUTS[name]))
            action.setShortcutVisibleInContextMenu(True)
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.triggered.connect(lambda _=False, kind=attributes: self._set_kind(kind))
            menu.addAction(action)
        button.setMenu(menu)
        return button

    def _make_button(self, tool: Tool) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(tool.name)
        button.setAutoRaise(True)
        button.setFixedSize(BUTTON_PX, BUTTON_PX)
        button.setIconSize(QSize(_ICON_PX, _ICON_PX))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName(_tr(tool.label))
        shortcut = SHORTCUTS.get(tool.name)
        keys = QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText) if shortcut else ""
        button.setToolTip(f"{_tr(tool.label)} ({keys})" if keys else _tr(tool.label))
        button.setText(_tr(tool.label)[:1])
        if tool.name in ("highlight", "colour"):
            button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
            button.setMenu(self._make_colour_menu(button, tool.name))
        else:
            button.setCheckable(tool.name not in ("divider", "link"))
            button.clicked.connect(lambda _=False, name=tool.name: self._act(name))
        self.buttons[tool.name] = button
        return button

    def _make_colour_menu(self, button: QToolButton, kind: str) -> QMenu:
        menu = QMenu(button)
        menu.aboutToShow.connect(lambda: self._fill_colours(menu, kind))
        return menu

    def _fill_colours(self, menu: QMenu, kind: str) -> None:
        menu.clear()
        palette = self._view.formats.palette
        named = palette.highlights if kind == "highlight" else palette.colours
        none = menu.addAction(_tr("None"))
        none.triggered.connect(lambda: self._mark(kind, None))
        for name, colour in named:
            action = menu.addAction(_swatch(colour, palette.faint), _tr(name.capitalize()))
            action.triggered.connect(lambda _=False, value=name: self._mark(kind, value))

    def _make_more_button(self) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName("more")
        button.setAutoRaise(True)
        button.setFixedSize(BUTTON_PX, BUTTON_PX)
        button.setIconSize(QSize(_ICON_PX, _ICON_PX))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setText("…")
        button.setAccessibleName(_tr("More formatting"))
        button.setToolTip(_tr("More formatting"))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        menu.aboutToShow.connect(lambda: self._fill_more(menu))
        button.setMenu(menu)
        button.hide()
        return button

    def _fill_more(self, menu: QMenu) -> None:
        menu.clear()
        for tool in TOOLS:
            button = self.buttons[tool.name]
            if not button.isHidden():
                continue
            own = button.menu()
            if own is not None:
                own.setTitle(_tr(tool.label))
                menu.addMenu(own)
                continue
            action = menu.addAction(button.icon(), _tr(tool.label))
            action.setCheckable(button.isCheckable())
            action.setChecked(button.isChecked())
            action.setEnabled(button.isEnabled())
            action.triggered.connect(lambda _=False, name=tool.name: self._act(name))

    def use_icons(self, icons: Icons) -> None:
        """Draw the buttons with these icons from now on: at first, and when the theme changes."""
        for tool in TOOLS:
            self.buttons[tool.name].setIcon(icons(tool.icon))
        self.more_button.setIcon(icons("ellipsis"))
        self.style_button.setIcon(icons("chevron-down"))

    # Doing

    def _act(self, name: str) -> None:
        view = self._view
        if view.is_open:
            if name == "link":
                view.link_wanted.emit()
            elif name == "divider":
                view.commands.insert_embed({"type": "divider"}, alone=True)
            elif name in _BLOCKS:
                view.commands.toggle_kind(_attributes_of(name))
            else:
                view.commands.toggle(name)
        self.show_state()
        view.setFocus()

    def _set_kind(self, attributes: dict[str, Any]) -> None:
        if self._view.is_open:
            self._view.commands.set_kind(attributes)
        self.show_state()
        self._view.setFocus()

    def _mark(self, kind: str, value: str | None) -> None:
        if self._view.is_open:
            self._view.commands.set_mark(kind, value)
        self._view.setFocus()

    def _ask_language(self, number: int) -> None:
        """The language of a code block was clicked."""
        menu = language_menu(self._view, number)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(QCursor.pos())

    # Showing

    def show_state(self) -> None:
        """Show which marks and kind the caret has, and whether anything can be done."""
        view = self._view
        if view.is_open and not view.bound.is_complete:
            return  # asking would show the rest of a long note at once; it tells when it is there
        writes = view.is_open and not view.isReadOnly()
        marks = view.commands.marks() if view.is_open else {}
        values = values_of(view.commands.block().attributes) if view.is_open else {}
        kind = values.get("kind")
        for name, button in self.buttons.items():
            button.setEnabled(writes)
            if button.isCheckable():
                blocker = QSignalBlocker(button)
                on = kind == _attributes_of(name)["kind"] if name in _BLOCKS else bool(marks.get(name))
                button.setChecked(on)
                blocker.unblock()
        self.style_button.setEnabled(writes)
        level = values.get("level") if kind == "heading" else None
        label = _tr("Text")
        for action, (_, text, attributes) in zip(self.style_button.menu().actions(), _KINDS, strict=True):
            chosen = (
                (attributes.get("level") == level) if kind == "heading" else not attributes and kind is None
            )
            action.setChecked(chosen)
            if chosen:
                label = _tr(text)
        self.style_button.setText(label)

    def minimumSizeHint(self) -> QSize:
        """Qt: as narrow as the first and the last button."""
        return QSize(self.style_button.minimumWidth() + BUTTON_PX + _GAP_PX, BUTTON_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: the row has another width: hide the groups that do not fit."""
        super().resizeEvent(event)
        self._fit(event.size().width())

    def _fit(self, width: int) -> None:
        style = self.style_button
        gaps = len({tool.group for tool in TOOLS}) * _GROUP_GAP_PX  # hidden groups keep theirs
        at = max(style.sizeHint().width(), style.minimumWidth()) + gaps + BUTTON_PX + _GAP_PX
        fits = True
        for tool in TOOLS:
            at += BUTTON_PX + _GAP_PX
            fits = fits and at <= width
            self.buttons[tool.name].setVisible(fits)
        self.more_button.setVisible(not fits)


def _attributes_of(name: str) -> dict[str, Any]:
    """What a block's button makes of a block."""
    if name == "check":
        return {"kind": "check", "level": 0, "checked": False}
    if name == "code block":
        return {"kind": "code"}
    return {"kind": name} if name == "quote" else {"kind": name, "level": 0}


def _swatch(colour: str, edge: str) -> QIcon:
    """A round sample of a colour."""
    picture = QPixmap(_SWATCH_PX * 2, _SWATCH_PX * 2)
    picture.setDevicePixelRatio(2)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(colour))
    painter.setPen(QColor(edge))
    painter.drawEllipse(2, 2, _SWATCH_PX - 4, _SWATCH_PX - 4)
    painter.end()
    return QIcon(picture)
