"""
The right-hand drawer: one panel about the note on screen, or nothing.

Panels are made when they are first wanted and kept. The drawer knows nothing of what they show.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from app.labels import Label
from app.open_note import OpenNote
from app.theme import Appearance
from app.widgets.names import named

HEAD_HEIGHT_PX = 46


class Panel(QWidget):
    """One panel. `title` is shown above it."""

    title = ""

    def show_note(self, note: OpenNote | None) -> None:
        """Be about this note. Called while the panel is on screen, and with None when it leaves it."""

    def first_control(self) -> QWidget:
        """What takes the focus when the panel is opened by a key."""
        return self


Maker = Callable[[], Panel]


class Drawer(QFrame):
    """Shows one panel at a time."""

    changed = Signal()
    """Another panel is on screen, or none."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        """Closed."""
        super().__init__(parent)
        self.setObjectName("drawer")
        self._made: dict[Maker, Panel] = {}
        self._shown: Maker | None = None
        self._note: OpenNote | None = None
        self.heading = named(Label(), "panelTitle")
        self.close_button = QToolButton()
        self.close_button.setIconSize(QSize(16, 16))
        self.close_button.setToolTip(self.tr("Close"))
        self.close_button.setAccessibleName(self.tr("Close the panel"))
        appearance.tint(self.close_button, "x")
        self.close_button.clicked.connect(self.shut)
        self._pages = QStackedWidget()
        head = named(QFrame(), "drawerHead")
        head.setFixedHeight(HEAD_HEIGHT_PX)
        row = QHBoxLayout(head)
        row.setContentsMargins(16, 0, 8, 0)
        row.addWidget(self.heading, 1)
        row.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(self._pages, 1)
        self.hide()

    @property
    def panel(self) -> Panel | None:
        """What is on screen."""
        return self._made[self._shown] if self._shown is not None else None

    def shows(self, make: Maker) -> bool:
        """Is the panel of this maker on screen?"""
        return self._shown == make

    def toggle(self, make: Maker) -> None:
        """Open the panel that `make` makes, or close it when it is open."""
        if self._shown == make:
            self.shut()
        else:
            self.open(make)

    def open(self, make: Maker) -> None:
        """Open a panel in place of the one that is open."""
        if self._shown == make:
            return
        self._leave()
        panel = self._made.get(make)
        if panel is None:
            panel = self._made[make] = make()
            self._pages.addWidget(panel)
        self._shown = make
        self.heading.setText(panel.title)
        self._pages.setCurrentWidget(panel)
        self.show()
        panel.show_note(self._note)
        panel.first_control().setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    def shut(self) -> None:
        """Close it."""
        if self._shown is not None:
            self._leave()
            self.hide()
            self.changed.emit()

    def show_note(self, note: OpenNote | None) -> None:
        """Be about another note."""
        self._note = note
        if self.panel is not None:
            self.panel.show_note(note)

    def _leave(self) -> None:
        if self.panel is not None:
            self.panel.show_note(None)
        self._shown = None
