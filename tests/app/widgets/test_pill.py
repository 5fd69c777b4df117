"""The pill names whom this window goes after, stays in the middle, and ends it."""

from PySide6.QtWidgets import QWidget

from app.models.people import Person
from app.widgets.pill import Pill


def test_the_pill_stands_in_the_middle_and_says_whom(appearance):
    over = QWidget()
    over.resize(600, 300)
    over.show()
    pill = Pill(appearance, over)
    assert pill.isHidden()
    pill.say(Person("Ana", 1))
    assert pill.isVisible()
    assert pill.accessibleName() == pill.text.text() == "Following Ana"
    for width in (600, 900):
        over.resize(width, 300)
        assert abs(pill.geometry().center().x() - width // 2) <= 1
    ended = []
    pill.ended.connect(lambda: ended.append(1))
    pill.button.click()
    assert ended == [1]
    assert pill.button.accessibleName() == "Stop following"
    over.close()
