"""Pictures from bytes."""

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage

from app.editor.decoding import SIDE_PX_MAX, decoded


def png(side):
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(0xAA3344)
    body = QByteArray()
    buffer = QBuffer(body)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(body.data())


@pytest.mark.usefixtures("qt_app")
def test_pictures_are_decoded_and_large_ones_smaller():
    assert decoded(png(8)).size().width() == 8
    assert decoded(png(SIDE_PX_MAX + 100)).size().width() == SIDE_PX_MAX
    assert decoded(b"<svg xmlns='http://www.w3.org/2000/svg'/>") is None
    assert decoded(b"\x89PNG\r\n\x1a\n and then nothing") is None
    assert decoded(b"text") is None
