"""
Names and looks by which the style sheet (`resources/themes/style.qss`) knows widgets; sizes that fit.
"""

from __future__ import annotations

from typing import Literal, TypeVar

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QPushButton, QWidget

W = TypeVar("W", bound=QWidget)


def named(widget: W, name: str) -> W:
    """The widget, under the name that its style goes by."""
    widget.setObjectName(name)
    return widget


FRAME_PX = QSize(16, 56)
"""What desktops put around a window, about: its true size is known only once the window is there."""


def resize_within_screen(window: QWidget, width: int, height: int) -> None:
    """Give a window a size, or as much of it as its screen has room for, frame and title included."""
    free = window.screen().availableGeometry().size() - FRAME_PX
    window.resize(QSize(width, height).boundedTo(free))


def move_within_screen(window: QWidget, x: int, y: int) -> None:
    """Give a window a place, or the nearest where all of it is on its screen, frame and title included."""
    free, size = window.screen().availableGeometry(), window.size() + FRAME_PX
    left = max(free.left(), min(x, free.right() + 1 - size.width()))
    window.move(left, max(free.top(), min(y, free.bottom() + 1 - size.height())))


def button(text: str, look: Literal["plain", "main", "link"] = "plain") -> QPushButton:
    """
    A button.

    Args:
        text: Its label.
        look: "main" does what the window is for, at most one each; "link" is quiet.
    """
    made = QPushButton(text)
    if look != "plain":
        made.setProperty("look", look)
    return made
