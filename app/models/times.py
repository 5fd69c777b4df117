"""
Times as lists show them: short, and in the person's language and zone.

Plain functions of milliseconds since 1970; nothing here reads a clock.
"""

from __future__ import annotations

from PySide6.QtCore import QDateTime, QLocale


def short_time(then_ms: int, now_ms: int) -> str:
    """
    The nearest thing worth saying about a moment: 14:03, Tue, 12 Nov or 12 Nov 2024.

    Today gives the time, the six days before it the weekday, this year the day, other years the date.
    """
    then = QDateTime.fromMSecsSinceEpoch(then_ms)
    days = then.date().daysTo(QDateTime.fromMSecsSinceEpoch(now_ms).date())
    locale = QLocale()
    if days <= 0:
        return clock_time(then_ms)
    if days < 7:
        return locale.toString(then, "ddd")
    if then.date().year() == QDateTime.fromMSecsSinceEpoch(now_ms).date().year():
        return locale.toString(then, "d MMM")
    return locale.toString(then, "d MMM yyyy")


def clock_time(then_ms: int) -> str:
    """Hours and minutes as the locale writes them."""
    return QLocale().toString(QDateTime.fromMSecsSinceEpoch(then_ms).time(), "HH:mm")


def long_time(then_ms: int) -> str:
    """Day and time: 22 November 2026, 14:03."""
    return QLocale().toString(QDateTime.fromMSecsSinceEpoch(then_ms), "d MMMM yyyy, HH:mm")
