"""
Letters that can be read on any colour.

Source: WCAG 2.2, relative luminance and contrast ratio.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import QColor

_LIGHT: Final = QColor("#ffffff")
_DARK: Final = QColor("#1c1c1e")


def luminance(colour: QColor) -> float:
    """How light an opaque colour is to the eye, from 0 to 1."""
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(front: QColor, back: QColor) -> float:
    """The contrast of two opaque colours, from 1 to 21."""
    light, dark = sorted((luminance(front), luminance(back)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def ink_on(ground: QColor) -> QColor:
    """The colour of letters on a colour: white or nearly black, whichever can be read better."""
    return QColor(max((_LIGHT, _DARK), key=lambda ink: contrast(ink, ground)))
