"""Paste, copy and drop."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDropEvent, QGuiApplication, QImage

from app.editor.exchange import Exchange
from app.editor.keys import Marks
from tests.support.editor_world import CTRL, SHIFT, OwnDrop, World, check_window


def mime(*, text: str | None = None, html: str | None = None) -> QMimeData:
    """A clipboard."""
    made = QMimeData()
    if text is not None:
        made.setText(text)
    if html is not None:
        made.setHtml(html)
    return made


def test_html_comes_in_with_its_kinds_and_marks(one):
    one.place(5)
    one.view.insertFromMimeData(mime(html="<h2>Head</h2><ul><li>a <b>bold</b></li></ul><p>tail</p>"))
    assert one.text.startswith("HelloHead\na bold\ntail world")
    assert one.kinds()[1] == {"kind": "bullet", "level": 0}
    assert ("bold", {"bold": True}) in one.spans()


def test_plain_text_comes_in_as_lines_of_the_place(one):
    one.place(0)
    one.view.commands.toggle_kind({"kind": "bullet", "level": 0})
    one.place(5)
    one.view.insertFromMimeData(mime(text="1\r\n2\n3"))
    assert one.text.startswith("Hello1\n2\n3 world")
    assert one.kinds()[:3] == [{"kind": "bullet", "level": 0}] * 3


def test_only_the_first_line_of_a_paste_into_a_heading_is_one(one):
    one.place(11)
    one.view.commands.set_kind({"kind": "heading", "level": 1})
    one.view.insertFromMimeData(mime(text=" x\ny"))
    assert one.kinds()[:2] == [{"kind": "heading", "level": 1}, {}]


def test_into_code_everything_goes_as_text(one):
    one.place(0)
    one.view.commands.set_kind({"kind": "code"})
    one.place(5)
    one.view.insertFromMimeData(mime(html="<b>x</b>", text="x\n  y"))
    assert one.text.startswith("Hellox\n  y world")
    assert one.kinds()[:2] == [{"kind": "code"}] * 2
    assert not any(marks for _, marks in one.spans())


def test_markdown_is_read_unless_nobody_reads_it(one):
    one.place(0)
    one.view.insertFromMimeData(mime(text="# T\n- a **b**"))
    assert one.text.startswith("T\na bHello")
    assert one.kinds()[0] == {"kind": "heading", "level": 1}
    one.view.read_markdown = None
    one.place(0)
    one.view.insertFromMimeData(mime(text="# T\n- a **b**"))
    assert one.text.startswith("# T\n- a **b**T\na b")


def test_a_copy_pasted_in_another_window_is_the_same(two):
    one, other = two.windows
    one.view.commands.insert_blocks(
        [([("x", {"future": 1})], {"kind": "quote"}), ([("y", {})], {"kind": "code"}), ([], {})]
    )
    one.place(0, 5)
    other.place(0)
    other.view.insertFromMimeData(one.view.createMimeDataFromSelection())
    assert other.kinds()[:2] == [{"kind": "quote"}, {"kind": "code"}]
    assert other.spans()[0] == ("x", {"future": 1})


def test_cut_and_paste_as_plain_text(one):
    one.place(0, 5)
    one.view.commands.toggle("bold")
    one.view.cut()
    assert one.text.startswith(" world")
    assert QGuiApplication.clipboard().text() == "Hello"
    one.place(1)
    one.key(Qt.Key.Key_V, "", CTRL | SHIFT)
    assert one.spans()[0] == (" Helloworld", {})


def test_pictures_are_kept_by_the_callback(one):
    kept: list[bytes] = []

    def keep(png: bytes, _name: str) -> Marks:
        kept.append(png)
        return {"type": "image", "src": "attachment:" + "a" * 64, "alt": ""}

    picture = QImage(4, 4, QImage.Format.Format_RGB32)
    picture.fill(QColor("red"))
    content = QMimeData()
    content.setImageData(picture)
    one.place(5)
    one.view.insertFromMimeData(content)
    assert one.text.startswith("Hello world")
    one.view.take_picture = keep
    one.view.insertFromMimeData(content)
    assert kept[0].startswith(b"\x89PNG")
    assert one.text.startswith("Hello\ufffc world")


def test_files_are_kept_by_the_callback(one):
    asked: list[str] = []

    def keep(paths):
        asked.extend(paths)
        return [{"type": "file", "name": "a.pdf", "src": "attachment:" + "b" * 64}]

    one.view.take_files = keep
    content = QMimeData()
    content.setUrls([QUrl.fromLocalFile("/somewhere/a.pdf")])
    one.place(0)
    one.view.insertFromMimeData(content)
    assert asked == ["/somewhere/a.pdf"]
    assert one.text.startswith("\ufffcHello")


def test_nothing_is_taken_where_nothing_can_be_written(one):
    assert one.view.canInsertFromMimeData(mime(text="x"))
    assert not one.view.canInsertFromMimeData(QMimeData())
    one.view.set_writable(False)
    assert not one.view.canInsertFromMimeData(mime(text="x"))
    one.view.insertFromMimeData(mime(text="x"))
    assert one.text.startswith("Hello world")


@pytest.mark.parametrize(("action", "text"), [
    (Qt.DropAction.MoveAction, " worldHello\nsecond"),
    (Qt.DropAction.CopyAction, "Hello worldHello\nsecond"),
])  # fmt: skip
def test_a_drag_inside_the_note_moves_or_copies(qt_app, action, text):
    with World(1, "Hello world\nsecond") as world:
        window = world.windows[0]
        window.view.show()
        world.turn()
        window.place(0, 5)
        place = QPointF(window.view.rect_at(11).center())
        event = OwnDrop(window.view.viewport(), place, window.view.createMimeDataFromSelection(), action)
        assert Exchange(window.view, window.view.commands).drop(event)
        assert window.text == text
        check_window(window)
        window.view.hide()


def test_a_drop_from_outside_falls_where_the_mouse_is(one):
    one.view.show()
    one.place(0, 5)
    place = QPointF(one.view.rect_at(11).center())
    content = mime(text="!")
    button, held = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDropEvent(place, Qt.DropAction.CopyAction, content, button, held, QEvent.Type.Drop)
    one.view.dropEvent(event)
    assert one.text.startswith("Hello world!\n")
    one.view.hide()


def test_a_copied_selection_dropped_into_itself_changes_nothing(one):
    one.view.show()
    one.place(0, 11)
    place = QPointF(one.view.rect_at(5).center())
    for action in (Qt.DropAction.MoveAction, Qt.DropAction.CopyAction):
        event = OwnDrop(one.view, place, one.view.createMimeDataFromSelection(), action)
        assert not Exchange(one.view, one.view.commands).drop(event)
    assert one.text.startswith("Hello world\n")
    one.view.hide()
