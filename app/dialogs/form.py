"""
The bones of our dialogs: a title, a line of explanation, labelled fields, a place for problems, buttons.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.labels import Label
from app.widgets.names import named

WIDTH_PX = 400
MARGIN_PX = 28
PAGE_HEIGHT_PX_MIN = 100


class Page(QScrollArea):
    """What may be higher than a screen: it shows all of it where there is room, and scrolls where not."""

    def __init__(self, width_px: int) -> None:
        """Show nothing; `column` takes what shall be in it, which is `width_px` wide."""
        super().__init__(widgetResizable=True)
        self.setObjectName("plainArea")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._width_px = width_px
        content = QWidget()
        self.column = QVBoxLayout(content)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(6)
        self.setWidget(content)

    def sizeHint(self) -> QSize:
        """Qt: all of it."""
        wrapped = self.column.totalHeightForWidth(self._width_px)
        return QSize(self._width_px, max(wrapped, self.column.totalSizeHint().height()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: something came into it or went; the dialog has to be higher, and hears of it nowhere else."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def minimumSizeHint(self) -> QSize:
        """Qt: so much that scrolling makes sense."""
        return QSize(self._width_px, min(PAGE_HEIGHT_PX_MIN, self.sizeHint().height()))


class Form(QDialog):
    """A non-modal dialog of one column. Subclasses add to it from top to bottom."""

    def __init__(self, parent: QWidget | None, title: str, hint: str = "") -> None:
        """The dialog destroys itself when it closes."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setFixedWidth(WIDTH_PX)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(MARGIN_PX, 24, MARGIN_PX, 22)
        self.column.setSpacing(6)
        self.column.addWidget(named(Label(title, wordWrap=True), "dialogTitle"))
        self.hint = named(Label(hint, wordWrap=True), "hint")
        self.hint.setVisible(bool(hint))
        self.column.addWidget(self.hint)
        self.column.addSpacing(8)
        self.problem = named(Label(wordWrap=True), "problem")
        self.problem.hide()
        self.part: QVBoxLayout = self.column
        """What fields and the place for problems are put into."""

    def add_field(self, label: str, *, secret: bool = False, example: str = "") -> QLineEdit:
        """Add a labelled line to type in."""
        name = named(Label(label), "fieldLabel")
        field = QLineEdit()
        field.setAccessibleName(label)
        field.setPlaceholderText(example)
        if secret:
            field.setEchoMode(QLineEdit.EchoMode.Password)
        name.setBuddy(field)
        self.part.addWidget(name)
        self.part.addWidget(field)
        self.part.addSpacing(6)
        return field

    def add_page(self, width_px: int = WIDTH_PX) -> QVBoxLayout:
        """
        Put a part here that scrolls where the screen is too low; fields go into its column from now on.

        Args:
            width_px: Of the dialog.
        """
        page = Page(width_px - 2 * MARGIN_PX)
        self.column.addWidget(page)
        self.part = page.column
        return page.column

    def add_problem(self) -> None:
        """Put the place for problems here."""
        self.part.addWidget(self.problem)

    def add_buttons(self, *buttons: QPushButton) -> None:
        """Put buttons at the foot, to the right. Room that is left is above them: nothing else moves."""
        self.column.addStretch(1)
        row = QHBoxLayout()
        row.setContentsMargins(0, 10, 0, 0)
        row.addStretch()
        for button in buttons:
            row.addWidget(button)
        self.column.addLayout(row)

    def say_problem(self, text: str) -> None:
        """Say what is wrong, where it is; empty takes it back."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))
        self.fit()
        self.bring_into_sight(self.problem)

    def bring_into_sight(self, widget: QWidget) -> None:
        """Scroll to what has just come, where its part scrolls, once there is room made for it."""
        for page in self.findChildren(Page):
            if page.isAncestorOf(widget) and not widget.isHidden():
                QTimer.singleShot(0, page, partial(page.ensureWidgetVisible, widget, 0, 0))

    def fit(self) -> None:
        """
        Be as high as what is shown needs, or as the screen is.

        Qt bounds the size a window has at first, and `adjustSize`, by two thirds of the screen, and forgets
        there that lines wrap: on a small or magnified screen the text would be cut.
        """
        for page in self.findChildren(Page):
            page.updateGeometry()
        self.setMinimumHeight(self._needed_height())
        self.adjustSize()

    def _needed_height(self) -> int:
        wrapped = self.column.totalHeightForWidth(self.minimumWidth())
        needed = max(wrapped, self.column.totalSizeHint().height())
        around = self.frameGeometry().height() - self.height()
        return min(needed, self.screen().availableGeometry().height() - around)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: what grows while it is shown, because an answer came, grows up where there is no room below."""
        super().resizeEvent(event)
        if self.isVisible():
            free, frame = self.screen().availableGeometry(), self.frameGeometry()
            left = max(free.left(), min(frame.left(), free.right() + 1 - frame.width()))
            top = max(free.top(), min(frame.top(), free.bottom() + 1 - frame.height()))
            if frame.topLeft() != QPoint(left, top):
                self.move(left, top)

    def event(self, event: QEvent) -> bool:
        """Qt: rows that are put into a part count only once they are shown, which is after `fit`."""
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest and self._needed_height() > self.minimumHeight():
            self.fit()
        return done

    def setVisible(self, visible: bool) -> None:
        """Qt: about to be shown, or hidden."""
        if visible:
            self.fit()
        super().setVisible(visible)


def main_button(text: str) -> QPushButton:
    """The button that does what the dialog is for."""
    button = QPushButton(text)
    button.setProperty("look", "main")
    button.setDefault(True)
    return button
