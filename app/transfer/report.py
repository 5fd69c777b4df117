"""
Reports: what an import or export did, file by file. Reasons are sentences for people.

A program reads every entry (`plain`); a person reads each kind of remark once (`told`), because what is true
of one chapter of a book is true of a hundred.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from app.wording import REPORT, filled, pattern_of

WARNINGS_MAX = 10_000
"""Entries of one list; beyond it a report is no longer read, and a hostile file could make it endless."""

EXAMPLES_MAX: Final = 3
"""Files that are named of those with the same remark."""


class Remark(NamedTuple):
    """A file and what is to be said of it."""

    path: str
    reason: str
    kind: str
    """The sentence before its facts are in: what remarks of one kind have in common."""
    counted: int | None
    """What it counts, 0 if it says nothing of this file alone; None where it does."""

    @classmethod
    def of(cls, path: str, error: BaseException) -> Remark:
        """What an error says of a file."""
        kind, facts = pattern_of(error)
        counted = facts.get("count", 0) if facts.keys() <= {"count"} else None
        return cls(path, filled(kind, facts), kind, counted if isinstance(counted, int) else None)

    @property
    def plain(self) -> dict[str, str]:
        """For JSON."""
        return {"path": self.path, "reason": self.reason}


@dataclass(slots=True)
class Report:
    """What was done so far."""

    done: int = 0
    """Notes imported, or exported."""
    notes: list[str] = field(default_factory=list)
    """Ids of the notes that were made, so that an import can be taken back; or of those exported."""
    warnings: list[Remark] = field(default_factory=list)
    refused: list[Remark] = field(default_factory=list)
    cancelled: bool = False

    def warn(self, path: str, error: BaseException) -> None:
        """Note something of a file that was left out while the file itself came through."""
        if len(self.warnings) < WARNINGS_MAX:
            self.warnings.append(Remark.of(path, error))

    def refuse(self, path: str, error: BaseException) -> None:
        """Note a file that did not come through."""
        if len(self.refused) < WARNINGS_MAX:
            self.refused.append(Remark.of(path, error))

    def plain(self, done: str) -> dict[str, object]:
        """For JSON: `done` names the count ("imported", "exported")."""
        return {
            done: self.done,
            "warnings": [remark.plain for remark in self.warnings],
            "refused": [remark.plain for remark in self.refused],
        }


def told(remarks: Sequence[Remark], short: Callable[[str], str] = str) -> list[str]:
    """
    Remarks as a person reads them: of many of one kind a few, and how many they are.

    Args:
        remarks: In any order; kinds come as they are first met.
        short: Makes a path one to be shown.
    """
    kinds: dict[str, list[Remark]] = {}
    for remark in remarks:
        kinds.setdefault(remark.kind, []).append(remark)
    return [line for found in kinds.values() for line in _told(found, short)]


def _told(found: list[Remark], short: Callable[[str], str]) -> list[str]:
    """Remarks of one kind."""
    shown, more = found[:EXAMPLES_MAX], len(found) - EXAMPLES_MAX
    counts = [remark.counted for remark in found if remark.counted is not None]
    if more > 0 and len(counts) == len(found):
        reason = filled(found[0].kind, {"count": sum(counts)})
        paths = ", ".join(short(remark.path) for remark in shown)
        return [
            filled(REPORT["files"], {"reason": reason, "count": len(found), "paths": paths, "more": more})
        ]
    lines = [f"{short(remark.path)}: {remark.reason}" for remark in shown]
    return [*lines, filled(REPORT["more"], {"count": more})] if more > 0 else lines


def shown_path(path: Path | str) -> str:
    """A path as text that can be printed, whatever bytes its name has."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
