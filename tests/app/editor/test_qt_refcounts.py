"""The reason for the upper bound on PySide6: a release dropped one reference to None at each call."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject


def test_a_thousand_calls_into_qt_take_no_reference_to_none_away(qt_app):
    thing = QObject()
    before = sys.getrefcount(None)
    for _ in range(1_000):
        thing.setObjectName("name")
    assert abs(sys.getrefcount(None) - before) < 100
