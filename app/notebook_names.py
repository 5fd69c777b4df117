"""
Names of notebooks as they are shown: where several have the same name, those of others say whose they are.

Anybody may share a notebook that is called as one of mine is; everybody's first is called "Personal".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from sync.storage.rows import NotebookRow


def shown_names(notebooks: Sequence[NotebookRow]) -> dict[str, str]:
    """{id: what it is called}, deleted ones included. Any thread."""
    alike = Counter(_folded(row) for row in notebooks if row.is_shown)
    return {row.id: _with_owner(row) if alike[_folded(row)] > 1 else row.name for row in notebooks}


def _with_owner(row: NotebookRow) -> str:
    if row.owner is None:
        return row.name
    return _tr("{name} — {owner}").format(name=row.name, owner=row.owner or _tr("shared with me"))


def _folded(row: NotebookRow) -> str:
    return " ".join(row.name.split()).casefold()


def _tr(text: str) -> str:
    return QCoreApplication.translate("NotebookNames", text)
