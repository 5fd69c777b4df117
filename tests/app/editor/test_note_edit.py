"""The widget as a whole: opening, closing, mouse, looks, resources."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QTextDocument, QWheelEvent
from PySide6.QtWidgets import QApplication

from app.editor.loading import DOCUMENT_MARGIN_PX
from app.editor.note_edit import NoteEdit
from app.editor.palette import EditorPalette
from tests.support.editor_world import CTRL, NONE, World

LEFT = Qt.MouseButton.LeftButton
DIGEST = "a" * 64


def mouse(view: NoteEdit, kind: QEvent.Type, place: QPointF, held: Qt.KeyboardModifier = NONE) -> None:
    """A mouse event of the viewport."""
    whole = view.viewport().mapToGlobal(place)
    buttons = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else LEFT
    QApplication.sendEvent(view.viewport(), QMouseEvent(kind, place, whole, LEFT, buttons, held))


def click(view: NoteEdit, place: QPointF, held: Qt.KeyboardModifier = NONE) -> None:
    """A click on the viewport."""
    mouse(view, QEvent.Type.MouseButtonPress, place, held)
    mouse(view, QEvent.Type.MouseButtonRelease, place, held)


@pytest.fixture
def visible(one):
    one.view.show()
    QApplication.processEvents()
    yield one
    one.view.hide()


def test_without_a_note_nothing_can_be_written(qt_app):
    view = NoteEdit()
    assert not view.is_open
    assert view.isReadOnly()
    QApplication.sendEvent(view, QKeyEvent(QEvent.Type.KeyPress, int(Qt.Key.Key_B), CTRL, "b"))
    QApplication.sendEvent(view, QKeyEvent(QEvent.Type.KeyPress, 0, NONE, "b"))
    view.cut()
    view.undo()
    view.redo()
    view.paste_plain()
    assert view.createMimeDataFromSelection().text() == ""
    assert view.toPlainText() == ""
    view.use_palette(EditorPalette.dark())
    view.deleteLater()


def test_notes_are_opened_one_after_the_other(qt_app):
    with World(2, "first") as world:
        one, other = world.windows
        other.type("second ")
        one.view.open(other.note)
        assert one.view.toPlainText() == "second first"
        one.view.open(one.note)
        assert one.view.toPlainText() == "first"
        one.view.close_note()
        assert one.view.toPlainText() == ""
        assert not one.view.is_open
        one.view.open(one.note)
        one.type("!")
        assert one.text == "!first"


def test_what_is_being_composed_is_in_the_note_before_it_is_closed(qt_app):
    with World(1, "first") as world:
        window = world.windows[0]
        window.compose("に")
        window.view.close_note()
        assert window.text == "にfirst"


def test_a_placeholder_can_be_shown_on_an_empty_note(qt_app):
    with World(1) as world:
        world.windows[0].view.setPlaceholderText("Write here")
        world.windows[0].view.grab()
        assert world.windows[0].view.document().isEmpty()


def test_the_column_stays_readable_and_in_the_middle(visible):
    palette = visible.view.formats.palette
    visible.view.resize(2_000, 400)
    QApplication.processEvents()
    viewport = visible.view.viewport()
    width = viewport.width()
    assert abs(width - palette.column_px - 2 * DOCUMENT_MARGIN_PX) <= 1
    assert abs(viewport.geometry().center().x() - 1_000) <= 1
    visible.view.resize(400, 400)
    QApplication.processEvents()
    assert visible.view.viewport().width() > 360


def test_a_click_in_the_margin_goes_to_the_line_beside_it(visible):
    visible.view.resize(2_000, 400)
    QApplication.processEvents()
    rect = visible.view.rect_at(15)
    place = QPointF(visible.view.viewport().mapTo(visible.view, QPoint(0, rect.center().y())))
    place.setX(20)
    whole = visible.view.mapToGlobal(place)
    for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease):
        event = QMouseEvent(kind, place, whole, LEFT, LEFT, NONE)
        QApplication.sendEvent(visible.view, event)
    assert visible.caret == 12


def test_the_wheel_scrolls_over_the_margin(qt_app):
    with World(1, "\n".join("line" for _ in range(200))) as world:
        view = world.windows[0].view
        view.show()
        world.turn()
        place = QPointF(2, 50)
        event = QWheelEvent(
            place, view.mapToGlobal(place), QPoint(), QPoint(0, -240), Qt.MouseButton.NoButton, NONE,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(view, event)
        assert view.verticalScrollBar().value() > 0
        view.hide()


def test_a_click_on_a_tick_box_ticks_it_and_moves_no_caret(visible):
    visible.place(14)
    visible.view.commands.set_kind({"kind": "check", "level": 0, "checked": False})
    visible.place(2)
    QApplication.processEvents()
    rect = visible.view.rect_at(12)
    box = QPointF(rect.left() - 14, rect.center().y())
    click(visible.view, box)
    assert visible.kinds()[1]["checked"] is True
    assert visible.caret == 2
    mouse(visible.view, QEvent.Type.MouseButtonPress, box)
    mouse(visible.view, QEvent.Type.MouseMove, QPointF(300, 300))
    mouse(visible.view, QEvent.Type.MouseButtonRelease, QPointF(300, 300))
    assert visible.kinds()[1]["checked"] is True
    visible.view.set_writable(False)
    click(visible.view, box)
    assert visible.kinds()[1]["checked"] is True


def test_links_are_followed_with_ctrl_or_where_nothing_can_be_written(visible):
    visible.view.commands.set_link(0, 5, "https://example.org")
    followed: list[str] = []
    visible.view.link_activated.connect(followed.append)
    place = QPointF(visible.view.rect_at(2).center())
    mouse(visible.view, QEvent.Type.MouseMove, place, CTRL)
    click(visible.view, place)
    assert followed == []
    click(visible.view, place, CTRL)
    visible.view.set_writable(False)
    click(visible.view, place)
    assert followed == ["https://example.org"] * 2


def test_a_double_click_opens_an_embed(visible):
    payload = {"type": "note", "id": "x", "title": "Packing list"}
    visible.place(0)
    visible.view.commands.insert_embed(payload)
    QApplication.processEvents()
    opened: list[dict[str, object]] = []
    visible.view.embed_activated.connect(opened.append)
    left = visible.view.rect_at(0)
    mouse(visible.view, QEvent.Type.MouseButtonDblClick, QPointF(left.right() + 20, left.center().y()))
    assert opened == [payload]


def test_another_palette_draws_everything_anew_and_keeps_the_place(visible):
    visible.place(0, 5)
    visible.view.commands.toggle("highlight")
    light = visible.view.grab().toImage()
    visible.view.use_palette(EditorPalette.dark())
    dark = visible.view.grab().toImage()
    assert light.pixelColor(2, 2).lightness() > 200
    assert dark.pixelColor(2, 2).lightness() < 60
    assert visible.selection == (0, 5)
    assert visible.spans()[0] == ("Hello", {"highlight": True})


def test_only_attachments_are_looked_up(one):
    asked: list[str] = []

    def find(digest: str) -> QImage | None:
        asked.append(digest)
        picture = QImage(8, 8, QImage.Format.Format_RGB32)
        picture.fill(Qt.GlobalColor.red)
        return picture

    one.view.find_attachment = find
    image = int(QTextDocument.ResourceType.ImageResource.value)
    assert one.view.loadResource(image, QUrl(f"attachment:{DIGEST}")).width() == 8
    for name in (
        "file:///etc/passwd",
        "/etc/passwd",
        "https://example.org/x.png",
        "attachment:../../x",
        "x.png",
    ):
        found = one.view.loadResource(image, QUrl(name))
        assert (found.width(), found.pixelColor(0, 0).alpha()) == (1, 0)
    assert (
        one.view.loadResource(int(QTextDocument.ResourceType.StyleSheetResource.value), QUrl("x.css")) is None
    )
    assert asked == [DIGEST]


def test_a_picture_that_arrives_later_is_shown(visible):
    pictures: dict[str, QImage] = {}
    visible.view.find_attachment = pictures.get
    visible.place(0)
    visible.view.commands.insert_embed(
        {"type": "image", "src": f"attachment:{DIGEST}", "alt": "A red square"}
    )
    visible.view.grab()
    low = visible.view.rect_at(3).height()
    picture = QImage(90, 90, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.red)
    pictures[DIGEST] = picture
    visible.view.picture_arrived(DIGEST)
    visible.view.grab()
    first = visible.view.document().firstBlock().layout().lineAt(0)
    assert first.height() > 80 > low
    assert visible.text.startswith("\ufffcHello")


def test_moving_the_caret_begins_a_new_undo_group(one):
    one.place(5)
    one.type("1")
    one.key(Qt.Key.Key_Right)
    one.type("2")
    one.view.undo()
    assert one.text.startswith("Hello1 world")
    one.view.undo()
    assert one.text.startswith("Hello world")


def test_the_text_has_a_name_for_assistive_technology(one):
    assert one.view.accessibleName()


def test_the_size_of_the_text_is_the_palettes_whatever_a_style_sheet_says(visible):
    visible.view.setStyleSheet("QTextEdit { font-size: 31px; }")
    QApplication.processEvents()
    assert visible.view.document().defaultFont().pixelSize() == visible.view.formats.palette.size_px
    visible.view.bound.reload()
    assert visible.view.document().defaultFont().pixelSize() == visible.view.formats.palette.size_px
