"""
A text as a QR code, to be photographed from the screen.

Always dark on light with a quiet border, whatever the theme: cameras expect it so.
"""

from __future__ import annotations

from PySide6.QtGui import QColor, QImage, QPixmap

BORDER = 3
"""Modules of quiet around it; below two, cameras miss it."""


def qr_pixmap(text: str, size_px: int) -> QPixmap:
    """
    Draw a QR code.

    Args:
        text: At most some 1,000 letters.
        size_px: Wide and high, at least; it is as large as whole modules make it.
    """
    import segno  # only here: nobody else needs it

    rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix]
    side = len(rows) + 2 * BORDER
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                image.setPixelColor(x + BORDER, y + BORDER, QColor("black"))
    scale = max(1, -(-size_px // side))
    return QPixmap.fromImage(image.scaled(side * scale, side * scale))
