"""
The pictures that the README shows: `python -m tests.support.showcase FOLDER`.

A real library of a dozen notes (`showcase_notes`), real windows, and for two people a real server; each
picture in the light and in the dark. Dialogs stand before their window as on a desktop, without its frame.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPainterPath, QPixmap, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.dialogs.upgrade import UpgradeDialog
from app.models.notices import Topic
from app.widgets.history_panel import HistoryPanel
from tests.support.command_line import CommandLine
from tests.support.gallery import BANNERS, MODES_SHOWN, RECEIPT, painter_of
from tests.support.two_people import invite, join, show, sign_up
from tests.support.waiting import wait_for
from tests.support.whole_window import Started, served, started, type_text

NOTES: Final = Path(__file__).parent / "showcase_notes"
SIZE: Final = (1240, 800)
SETTLE_MS: Final = 500
GARDEN: Final = "The kitchen garden in spring"
_FRAME: Final = QColor(0, 0, 0, 70)


def main(folder: Path) -> int:
    """Save them all; how many."""
    app = painter_of(folder)
    saved = 0
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        import_notes(place)
        with (
            served(place / "server") as server,
            started(app, place / "ana") as ana,
            started(app, place / "ben") as ben,
        ):
            meet(ana, ben, server)
            for mode in MODES_SHOWN:
                for desk in (ana, ben):
                    desk.program.appearance.set_mode(mode)
                for picture in pictures(ana, ben):
                    settle(ana.window)
                    whole(ana.window).save(str(folder / f"{picture}-{mode}.png"))
                    saved += 1
    return saved


def import_notes(place: Path) -> None:
    """Make Ana's library."""
    shutil.copytree(NOTES, place / "notes")
    painted_hill().save(str(place / "notes" / "Garden" / "beds.png"))
    CommandLine(place / "ana").ok("import", str(place / "notes"))


def painted_hill() -> QImage:
    """A picture for a note: hills, a sun, rows of beds."""
    image = QImage(1200, 360, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    sky = QLinearGradient(0, 0, 0, 360)
    sky.setColorAt(0, QColor("#cfe3ec"))
    sky.setColorAt(1, QColor("#fbeed3"))
    painter.fillRect(image.rect(), sky)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor("#f6c667"))
    painter.drawEllipse(QPointF(930, 105), 44, 44)
    for height, bend, colour in ((190, -90, "#a9c3a0"), (240, 70, "#7fa67c"), (290, -40, "#55805a")):
        path = QPainterPath(QPointF(0, height))
        path.cubicTo(QPointF(400, height + bend), QPointF(800, height - bend), QPointF(1200, height - 20))
        path.lineTo(1200, 360)
        path.lineTo(0, 360)
        painter.setBrush(QColor(colour))
        painter.drawPath(path)
    painter.setBrush(QColor("#6b4f3a"))
    for row in range(7):
        painter.drawRoundedRect(QRectF(90 + 150 * row, 322, 120, 12), 6, 6)
    painter.end()
    return image


def meet(ana: Started, ben: Started, server: Any) -> None:
    """Ana shares her notebook with Ben, and both write in one note."""
    for desk in (ana, ben):
        desk.window.resize(*SIZE)
    sign_up(ana, server, "Ana")
    sign_up(ben, server, "Ben")
    dialog = invite(ana)
    join(ben, dialog.link.text())
    dialog.close()
    wait_for(lambda: GARDEN in ben.titles())
    note = ana.call(lambda library: library.find(GARDEN).id)
    show(ana, note)
    show(ben, note)
    write_behind(ben, "Mend the frame, ", "with the boards from the shed, ")
    wait_for(lambda: "from the shed" in ana.view.edit.toPlainText())
    write_behind(ana, "not a day sooner.", " Grandmother was never wrong.")
    write_behind(ben, "herbs for the kitchen", ", thyme above all")
    wait_for(lambda: "thyme" in ana.view.edit.toPlainText())
    ana.view.banners.unsay(Topic.NOTICE)


def write_behind(desk: Started, words: str, text: str) -> None:
    """Write where some words end."""
    go_behind(desk, words)
    type_text(desk.view.edit, text)


def go_behind(desk: Started, words: str) -> None:
    """Put the caret where some words end."""
    edit = desk.view.edit
    wait_for(lambda: words in edit.toPlainText())
    cursor = QTextCursor(edit.document().find(words))
    cursor.setPosition(cursor.selectionEnd())
    edit.setTextCursor(cursor)


def pictures(ana: Started, ben: Started) -> Iterator[str]:
    """Bring one thing after the other on Ana's screen; the name of each."""
    window, actions = ana.window, ana.window.actions_
    go_behind(ana, "What to do")
    go_behind(ben, "the shed")
    wait_for(lambda: ana.view.edit.carets.places())
    yield "window"
    QTest.mouseClick(ana.view.company.strip.avatars[0], Qt.MouseButton.LeftButton)
    yield "together"
    QTest.mouseClick(ana.view.company.strip.avatars[0], Qt.MouseButton.LeftButton)
    yield from panels(ana)
    yield from typed(ana, {"switcher": (actions.quick_open, "to"), "commands": (actions.palette, "not")})
    window.pane.search.setText("basil")
    wait_for(lambda: ana.notes.rowCount() == 4)
    yield "search"
    window.pane.search.clear()
    wait_for(lambda: ana.notes.rowCount() > 4)
    yield from dialogs(ana)
    yield from made_up(ana)


def panels(desk: Started) -> Iterator[str]:
    """What opens beside the note."""
    actions = desk.window.actions_
    for name, action in {"links": actions.show_links, "lens": actions.show_lens}.items():
        action.trigger()
        yield name
        action.trigger()
    actions.show_history.trigger()
    panel = desk.window.findChild(HistoryPanel)
    wait_for(lambda: panel.model.rowCount() > 3)
    QTest.keyClick(panel.list, Qt.Key.Key_Down)
    QTest.keyClick(panel.list, Qt.Key.Key_Down)
    wait_for(panel.view.isVisible)
    yield "history"
    actions.show_history.trigger()


def typed(desk: Started, actions: dict[str, tuple[Any, str]]) -> Iterator[str]:
    """What finds by letters."""
    for name, (action, letters) in actions.items():
        action.trigger()
        settle(desk.window)
        field = QApplication.focusWidget()
        assert field is not None
        type_text(field, letters)
        yield name
        QTest.keyClick(field, Qt.Key.Key_Escape)


def dialogs(desk: Started) -> Iterator[str]:
    """What stands before the window."""
    actions = desk.window.actions_
    dialog = invite(desk)
    yield "sharing"
    dialog.close()
    for name, action in {
        "preferences": actions.preferences,
        "shortcuts": actions.shortcuts,
        "print": actions.print_note,
    }.items():
        action.trigger()
        wait_for(lambda: before(desk.window))
        yield name
        for widget in before(desk.window):
            widget.close()


def made_up(desk: Started) -> Iterator[str]:
    """What nobody wants to wait for: the end of a sign-in, and an upgrade."""
    room = desk.window.status
    axes = room.axes
    room.take_axes(**BANNERS["expired"])
    yield "signed-out"
    room.take_axes(**vars(axes))
    dialog = UpgradeDialog(desk.window, desk.program.appearance, "notes.example.org")
    dialog.show()
    dialog._begin()
    dialog.show_receipt(RECEIPT)
    yield "upgraded"
    dialog.close()


def before(window: QWidget) -> list[QWidget]:
    """What stands before a window of its own."""
    return [w for w in QApplication.topLevelWidgets() if w.isVisible() and belongs(w, window)]


def belongs(widget: QWidget, window: QWidget) -> bool:
    """Whether a window is another's."""
    above = widget.parentWidget()
    while above is not None and above is not window:
        above = above.parentWidget()
    return above is window


def whole(window: QWidget) -> QPixmap:
    """A window with what stands before it, in its middle."""
    picture = window.grab()
    painter = QPainter(picture)
    for widget in before(window):
        shown = widget.grab()
        middle = QPoint((picture.width() - shown.width()) // 2, (picture.height() - shown.height()) // 2)
        painter.drawPixmap(middle, shown)
        painter.setPen(_FRAME)
        painter.drawRect(QRectF(middle, shown.size()))
    painter.end()
    return picture


def settle(window: QWidget) -> None:
    """Have a window in front, and let pass what is under way."""
    window.activateWindow()
    QTest.qWait(SETTLE_MS)


if __name__ == "__main__":
    print(f"{main(Path(sys.argv[1]))} pictures")
