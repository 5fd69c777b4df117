"""
Pictures from bytes, as large as is useful and no larger. Any thread.

Drawings are drawn by `drawings`, which lets through what is harmless in them.
"""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageReader

from app.transfer.pictures import picture_mime

# A picture is never shown wider or higher than this; a larger one is decoded smaller.
SIDE_PX_MAX = 2_048


def decoded(body: bytes) -> QImage | None:
    """A picture, no larger than is useful; None for anything else."""
    mime = picture_mime(body)
    if mime is None:
        return None
    if mime == "image/svg+xml":
        from app.editor.drawings import drawn  # the XML reader takes 10 ms, and drawings are rare

        return drawn(body, SIDE_PX_MAX)
    buffer = QBuffer()
    buffer.setData(QByteArray(body))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid() and max(size.width(), size.height()) > SIDE_PX_MAX:
        side = QSize(SIDE_PX_MAX, SIDE_PX_MAX)
        reader.setScaledSize(size.scaled(side, Qt.AspectRatioMode.KeepAspectRatio))
    picture = reader.read()
    return None if picture.isNull() else picture
