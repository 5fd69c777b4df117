"""Pictures are stored, named in the note, shown at once and found again."""

import hashlib

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData
from PySide6.QtGui import QColor, QImage

from tests.support.waiting import wait_for
from tests.support.whole_window import started, type_text


def png(side=8, colour="#aa3344"):
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    body = QByteArray()
    buffer = QBuffer(body)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(body.data())


def pasted(desk):
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(QColor("#aa3344"))
    mime = QMimeData()
    mime.setImageData(image)
    desk.view.edit.insertFromMimeData(mime)


def test_a_pasted_picture_is_stored_shown_and_there_at_the_next_start(qt_app, tmp_path):
    with started(qt_app, tmp_path / "p") as desk:
        type_text(desk.view.title, "Picture")
        pasted(desk)
        note = desk.view.note
        embed = next(marks["embed"] for _, marks in note.body.spans() if "embed" in marks)
        digest = embed["src"].removeprefix("attachment:")
        assert desk.view.edit.find_attachment(digest) is not None
        facts = note.document.to_value()["attachments"][digest]
        assert facts["mime"] == "image/png"
        body = desk.call(lambda library: library.store.load_attachment(digest))
        assert hashlib.sha256(body).hexdigest() == digest
        assert facts["size_bytes"] == len(body)
    with started(qt_app, tmp_path / "p") as desk:
        wait_for(lambda: desk.view.note)
        wait_for(lambda: desk.view.edit.find_attachment(digest) is not None)


def test_dropped_files_are_taken_pictures_as_such(desk, tmp_path):
    good, bad, gone = tmp_path / "a.png", tmp_path / "b.txt", tmp_path / "c.png"
    good.write_bytes(png())
    bad.write_text("no picture")
    taken = desk.view.edit.take_files([str(good), str(bad), str(gone), str(tmp_path)])
    assert [(payload["type"], payload["name"]) for payload in taken] == [
        ("image", "a.png"),
        ("file", "b.txt"),
    ]
    digest = taken[1]["src"].removeprefix("attachment:")
    assert desk.call(lambda library: library.store.load_attachment(digest)) == b"no picture"
    facts = desk.view.note.document.to_value()["attachments"][digest]
    assert facts == {"name": "b.txt", "mime": "text/plain", "size_bytes": 10}


def test_a_picture_that_is_not_here_is_asked_for_once(desk):
    type_text(desk.view.title, "a")
    for _ in range(3):
        assert desk.view.edit.find_attachment("0" * 64) is None
    desk.call(lambda library: None)
    assert desk.view.edit.find_attachment("0" * 64) is None


def has_colour(widget, colour):
    image = widget.grab().toImage()
    return any(
        image.pixelColor(x, y) == QColor(colour)
        for x in range(0, image.width(), 4)
        for y in range(0, image.height(), 4)
    )


def test_the_past_shows_its_pictures(qt_app, tmp_path):
    with started(qt_app, tmp_path / "p") as desk:
        type_text(desk.view.title, "Picture")
        pasted(desk)
        type_text(desk.view.edit, "and words")
    with started(qt_app, tmp_path / "p") as desk:
        wait_for(lambda: desk.view.note)
        desk.window.actions_.show_history.trigger()
        panel = desk.window.drawer.panel
        wait_for(lambda: panel.model.rows)
        panel.list.setCurrentIndex(panel.model.index(1))
        wait_for(panel.view.isVisible)
        wait_for(lambda: has_colour(panel.view.text.viewport(), "#aa3344"))
