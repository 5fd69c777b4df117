"""One of the segments is down, and a press tells its value."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics
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


def test_what_somebody_else_chose_is_shown_and_not_told(appearance):
    seen = []
    segments = Segments("Size", [("S", 1), ("M", 2)], 2)
    segments.changed.connect(seen.append)
    segments.take(1)
    assert (segments.chosen, seen) == (1, [])


def test_each_is_wide_enough_for_its_label_when_it_is_down(appearance):
    segments = Segments("When", [("All the time", 1), ("At intervals", 2)], 1)
    button = segments.findChildren(QPushButton)[1]
    bold = QFont(button.font())
    bold.setWeight(QFont.Weight.DemiBold)
    more = QFontMetrics(bold).horizontalAdvance("At intervals") - button.fontMetrics().horizontalAdvance(
        "At intervals"
    )
    assert more > 0
    assert button.sizeHint().width() == QPushButton.sizeHint(button).width() + more


def test_every_segment_is_named_and_works_with_the_keys(appearance):
    segments = Segments("Size", [("S", 1), ("M", 2)], 2)
    first, second = segments.findChildren(QPushButton)
    assert first.accessibleName() == "Size: S"
    QTest.keyClick(first, Qt.Key.Key_Space)
    assert segments.chosen == 1
    assert not second.isChecked()
