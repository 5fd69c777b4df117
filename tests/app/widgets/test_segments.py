"""One of the segments is down, and a press tells its value."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from app.widgets.segments import Segments


def test_exactly_one_is_down_and_pressing_another_tells_it(appearance):
    seen = []
    segments = Segments("Size", [("S", 1), ("M", 2)], 2)
    segments.changed.connect(seen.append)
    assert segments.chosen == 2
    segments.choose(1)
    assert segments.chosen == 1
    assert seen == [1]
    assert Segments("Size", [("S", 1)], 9).chosen is None


def test_every_segment_is_named_and_works_with_the_keys(appearance):
    segments = Segments("Size", [("S", 1), ("M", 2)], 2)
    first, second = segments.findChildren(QPushButton)
    assert first.accessibleName() == "Size: S"
    QTest.keyClick(first, Qt.Key.Key_Space)
    assert segments.chosen == 1
    assert not second.isChecked()
