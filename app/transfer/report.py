"""
Reports: what an import or export did, file by file. Reasons are sentences for people.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from app.wording import sentence

WARNINGS_MAX = 10_000
"""Entries of one list; beyond it a report is no longer read, and a hostile file could make it endless."""


class Remark(NamedTuple):
    """A file and what is to be said of it."""

    path: str
    reason: str


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
            self.warnings.append(Remark(path, sentence(error)))

    def refuse(self, path: str, error: BaseException) -> None:
        """Note a file that did not come through."""
        if len(self.refused) < WARNINGS_MAX:
            self.refused.append(Remark(path, sentence(error)))

    def plain(self, done: str) -> dict[str, object]:
        """For JSON: `done` names the count ("imported", "exported")."""
        return {
            done: self.done,
            "warnings": [remark._asdict() for remark in self.warnings],
            "refused": [remark._asdict() for remark in self.refused],
        }


def shown_path(path: Path | str) -> str:
    """A path as text that can be printed, whatever bytes its name has."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
