"""Widgets carry the names that the style sheet knows."""

import re

from PySide6.QtWidgets import QLabel

from app.resources import style_template
from app.widgets.names import FRAME_PX, button, named, resize_within_screen


def test_a_widget_is_named_and_handed_back(qt_app):
    label = QLabel("x")
    assert named(label, "hint") is label
    assert label.objectName() == "hint"


def test_the_looks_of_buttons_are_in_the_style_sheet(qt_app):
    looks = set(re.findall(r'look="(\w+)"', style_template()))
    assert looks == {"main", "link", "segment"}
    assert button("Go", "main").property("look") == "main"
    assert button("Go").property("look") is None


def test_a_window_with_its_frame_is_never_made_larger_than_the_screen(qt_app):
    label = QLabel("x")
    room = label.screen().availableGeometry()
    resize_within_screen(label, 300, 200)
    assert (label.width(), label.height()) == (300, 200)
    resize_within_screen(label, room.width(), room.height() + 1)
    assert (label.width() + FRAME_PX.width(), label.height() + FRAME_PX.height()) == room.size().toTuple()
