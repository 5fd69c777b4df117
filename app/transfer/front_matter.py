"""
Front matter: the few lines of YAML that may stand above a Markdown note.

Only what notes have is read: title, icon, tags and their colours, created, pinned, archived, and our own id.
Anything else is named in `others`, so that the report can say what was left out.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from app.transfer.yaml_fields import Fields, read_fields

LENGTH_MAX: Final = 65_536
"""Code points of front matter. A file that opens with dashes and never closes them is no front matter."""
TAGS_MAX: Final = 200
TAG_LENGTH_MAX: Final = 100

_FENCE = re.compile(r"-{3}[ \t]*\r?\n")
_END = re.compile(r"^(?:-{3}|\.{3})[ \t]*(?:\r?\n|\Z)", re.MULTILINE)
_ZONE = re.compile(r"\s+(?=[+-]\d\d:?\d\d$)")
"""Blanks that some programs write before the zone of a time."""
_TRUE: Final = {"true", "yes", "on", "1"}
_PLAIN = re.compile(r"[^\W\d_][\w .,/()'’+&-]*", re.UNICODE)
_KNOWN: Final = {
    *("title", "tags", "tag", "keywords", "created", "date"),
    *("pinned", "archived", "commonplace"),
}
_OURS: Final = {"icon", "tag-colours"}
"""Fields that mean what we mean by them only where we wrote them."""


@dataclass(slots=True)
class FrontMatter:
    """What stood above a note."""

    title: str = ""
    tags: list[str] = field(default_factory=list)
    created_ms: int | None = None
    pinned: bool = False
    archived: bool = False
    icon: str = ""
    colours: dict[str, str] = field(default_factory=dict)
    """{tag: the name of a colour of the theme, or ``#rrggbb``}."""
    ours: bool = False
    """Whether we wrote it: then the body begins with the body and not with the title."""
    others: list[str] = field(default_factory=list)
    """Names of fields that notes do not have."""


def split_front_matter(text: str) -> tuple[FrontMatter | None, str]:
    """
    Part a file into front matter and what is below it.

    Returns:
        None and the whole text when there is none.
    """
    opening = _FENCE.match(text)
    closing = _END.search(text, opening.end(), LENGTH_MAX) if opening else None
    if opening is None or closing is None:
        return None, text
    lines = text[opening.end() : closing.start()].replace("\r\n", "\n").split("\n")
    fields = read_fields(lines)
    if fields is None:
        return None, text
    return _understood(fields), text[closing.end() :].removeprefix("\n")


def _understood(fields: Fields) -> FrontMatter:
    """What notes have, out of what is there."""
    found = FrontMatter(ours="commonplace" in fields)
    title = _first(fields, "title")
    found.title = title if found.ours else " ".join(title.split())
    for name in ("tags", "tag", "keywords"):
        for value in _all(fields, name):
            parts = [value] if found.ours else [_tag(part) for part in re.split(r"[,;]", value)]
            found.tags.extend(tag for tag in parts if tag and tag not in found.tags)
    del found.tags[TAGS_MAX:]
    for name in ("created", "date"):
        if found.created_ms is None:
            found.created_ms = time_of(_first(fields, name))
    found.pinned = _first(fields, "pinned").lower() in _TRUE
    found.archived = _first(fields, "archived").lower() in _TRUE
    if found.ours:
        found.icon = _first(fields, "icon")
        pairs = [value.rpartition("=") for value in _all(fields, "tag-colours")]
        found.colours = {tag: colour for tag, _, colour in pairs if tag in found.tags}
    found.others = sorted(set(fields) - _KNOWN - (_OURS if found.ours else set()))
    return found


def _all(fields: Fields, name: str) -> list[str]:
    """The texts of a field; tags that nothing but blanks part are several, as in other programs."""
    value = fields.get(name, [])
    if isinstance(value, list):
        return value
    return value.split() if name in ("tag", "tags") and not re.search("[,;]", value) else [value]


def _first(fields: Fields, name: str) -> str:
    """The first text of a field, "" when there is none."""
    return next(iter(_all(fields, name)), "")


def _tag(text: str) -> str:
    """A tag without its sign and stray blanks."""
    return " ".join(text.split()).removeprefix("#")[:TAG_LENGTH_MAX]


def time_of(text: str) -> int | None:
    """Milliseconds since 1970 of an ISO date or time, UTC where it does not say; None when it is none."""
    try:
        moment = datetime.fromisoformat(_ZONE.sub("", text.replace("Z", "+00:00")))
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    ms = round((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000)
    return ms if ms >= 0 else None


def write_front_matter(matter: FrontMatter, note: str) -> str:
    """The lines above an exported note, to be read back by `split_front_matter` exactly."""
    lines = ["---", f"title: {_quoted(matter.title)}"]
    if matter.icon:
        lines.append(f"icon: {_quoted(matter.icon)}")
    if matter.tags:
        lines.append(f"tags: [{', '.join(_quoted(tag) for tag in matter.tags)}]")
    if matter.colours:
        pairs = [_quoted(f"{tag}={colour}") for tag, colour in matter.colours.items()]
        lines.append(f"tag-colours: [{', '.join(pairs)}]")
    lines.append(f"created: {iso_time(matter.created_ms or 0)}")
    lines += [f"{name}: true" for name in ("pinned", "archived") if getattr(matter, name)]
    lines += [f"commonplace: {note}", "---", ""]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A value as it is where YAML takes it for text, else between quotes."""
    plain = _PLAIN.fullmatch(text) and text == text.strip() and "," not in text and text.lower() not in _WORDS
    return text if plain else json.dumps(text, ensure_ascii=False)


_WORDS: Final = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}
"""What YAML takes for something else than text."""


def iso_time(ms: int) -> str:
    """A time in UTC, to the millisecond; what no calendar has is written as the first of 1970."""
    seconds, rest = divmod(ms, 1000)
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        moment, rest = datetime.fromtimestamp(0, UTC), 0
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest:03d}Z"
