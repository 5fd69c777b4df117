"""Times in lists are as short as they can be."""

import pytest
from PySide6.QtCore import QDate, QDateTime, QLocale, QTime

from app.models.times import clock_time, long_time, short_time


def ms(year: int, month: int, day: int, hour: int = 12, minute: int = 0) -> int:
    return QDateTime(QDate(year, month, day), QTime(hour, minute)).toMSecsSinceEpoch()


NOW = ms(2026, 11, 22, 18, 30)


@pytest.fixture(autouse=True)
def english():
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    yield
    QLocale.setDefault(before)


@pytest.mark.parametrize(
    ("then", "said"),
    [
        (ms(2026, 11, 22, 0, 1), "00:01"),
        (ms(2026, 11, 23, 9, 0), "09:00"),
        (ms(2026, 11, 21, 23, 59), "Sat"),
        (ms(2026, 11, 16), "Mon"),
        (ms(2026, 11, 15), "15 Nov"),
        (ms(2025, 12, 31), "31 Dec 2025"),
    ],
)
def test_the_nearest_thing_worth_saying_is_said(then, said):
    assert short_time(then, NOW) == said


def test_the_long_form_says_day_and_time():
    assert long_time(NOW) == "22 November 2026, 18:30"
    assert clock_time(NOW) == "18:30"
