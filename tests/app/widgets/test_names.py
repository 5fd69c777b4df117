"""Widgets carry the names that the style sheet knows."""

import re

from PySide6.QtWidgets import QLabel

from app.resources import style_template
from app.widgets.names import button, named


def test_a_widget_is_named_and_handed_back(qt_app):
    label = QLabel("x")
    assert named(label, "hint") is label
    assert label.objectName() == "hint"


def test_the_looks_of_buttons_are_in_the_style_sheet(qt_app):
    looks = set(re.findall(r'look="(\w+)"', style_template()))
    assert looks == {"main", "link", "segment"}
    assert button("Go", "main").property("look") == "main"
    assert button("Go").property("look") is None
