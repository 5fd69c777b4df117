"""
What a person types into a search: words, phrases, filters; as plain values, without looking at a store.

    milk "brown bread" -butter tag:home in:Kitchen has:image is:open by:ana after:2026-01 before:yesterday

What it is not: finding anything (search.py, filters.py). Invariants: every text is a query, none is an error;
what only looks like a filter is words; a filter that is still being typed (`tag:`) filters nothing yet.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final, NamedTuple

KEYS: Final = ("tag", "in", "by", "has", "is", "before", "after")
"""The filters there are."""

HAS: Final = {
    "image": "image", "picture": "image", "file": "file", "attachment": "attachment", "link": "link",
    "note": "note", "task": "task", "tasks": "task", "todo": "task", "check": "task", "code": "code",
    "table": "table", "quote": "quote", "tag": "tag", "tags": "tag",
}  # fmt: skip
"""What may follow `has:`, and the trait that it asks for (sync.model.references)."""

IS: Final = {
    "open": "open", "done": "done", "pinned": "pinned", "trashed": "trashed", "unsent": "unsent",
    "archived": "archived", "untagged": "untagged",
}  # fmt: skip
"""What may follow `is:`."""

QUERY_LENGTH_MAX: Final = 1_000
"""Code points looked at; nobody types more."""

_PART = re.compile(r'(?P<minus>-?)(?:(?P<key>[A-Za-z]+):)?(?P<value>"[^"]*"?|[^\s"]+|(?<=:)(?=\s|$))')
_UNFINISHED_DATE = re.compile(r"[0-9-]*")
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?")


class Filter(NamedTuple):
    """One condition beside the words. ``value`` is what was typed; of dates the day, as ISO writes it."""

    key: str
    value: str
    negated: bool = False


class Query(NamedTuple):
    """A query, understood."""

    words: tuple[str, ...] = ()
    """Texts of which every word is looked for, as the beginning of one."""
    phrases: tuple[str, ...] = ()
    """Texts whose words are looked for side by side."""
    without: tuple[str, ...] = ()
    """Texts none of whose words may be there."""
    filters: tuple[Filter, ...] = ()

    @property
    def text(self) -> str:
        """Everything that is looked for, to find the place of a hit by."""
        return " ".join((*self.words, *self.phrases))

    @property
    def empty(self) -> bool:
        """Whether nothing is asked for."""
        return not (self.words or self.phrases or self.without or self.filters)


def understood(text: str, today: date) -> Query:
    """
    Understand what was typed.

    Args:
        text: Of it the first QUERY_LENGTH_MAX code points count.
        today: For `today` and `yesterday`.
    """
    words: list[str] = []
    phrases: list[str] = []
    without: list[str] = []
    filters: list[Filter] = []
    for found in _PART.finditer(text[:QUERY_LENGTH_MAX]):
        minus, key, value = found["minus"], found["key"] or "", found["value"]
        if not key and not value:
            continue
        quoted = value.startswith('"')
        plain = value.strip('"') if quoted else value
        made = _filter(key.lower(), plain, bool(minus), today) if key else None
        if made is not None:
            if made.value:
                filters.append(made)
            continue
        shown = f"{key}:{plain}" if key else plain
        if minus and not key and plain.strip("-"):
            without.append(plain)
        elif quoted and not key:
            phrases.append(plain)
        else:
            words.append(shown)
    return Query(tuple(words), tuple(phrases), tuple(without), tuple(filters))


def _filter(key: str, value: str, negated: bool, today: date) -> Filter | None:
    """A filter; with an empty value one that is not finished yet; None for words that look like one."""
    if key in ("tag", "in", "by"):
        return Filter(key, value.removeprefix("#") if key == "tag" else value, negated)
    if key in ("has", "is"):
        known = HAS if key == "has" else IS
        if value.lower() in known:
            return Filter(key, known[value.lower()], negated)
        unfinished = any(name.startswith(value.lower()) for name in known)
        return Filter(key, "") if unfinished else None
    if key in ("before", "after"):
        day = _day(value.lower(), today)
        if day is not None:
            return Filter(key, day.isoformat(), negated)
        unfinished = bool(_UNFINISHED_DATE.fullmatch(value)) or any(
            name.startswith(value.lower()) for name in ("today", "yesterday")
        )
        return Filter(key, "") if unfinished else None
    return None


def _day(value: str, today: date) -> date | None:
    """The first day of the year, month or day that is named."""
    if value == "today":
        return today
    if value == "yesterday":
        return today - timedelta(days=1)
    found = _DATE.fullmatch(value)
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        return None
