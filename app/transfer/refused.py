"""
Edits that a server refused: what is in them, in words, and as a file that holds them whole.

No Qt. Not here: showing them and trying again (`dialogs.refused`), why they were refused (`wording`).
Invariant: nothing is dropped here; the file has the bytes of each edit beside the words.
"""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from app.removal import note_refused_exported
from app.wording import rejection
from crdt import CrdtError, Delta
from crdt.object_ops import SET, TEXT, inner_op, kind_at
from crdt.ops import ERASE, INSERT, MARK, TYPE

if TYPE_CHECKING:
    from app.library import Library
    from sync.storage.rows import QuarantineRow


class RefusedEdit(NamedTuple):
    """One delta in the quarantine, to be shown."""

    key: int
    document: str
    title: str
    """Of its note, as far as it can be read."""
    at_ms: int
    code: str
    reason: str
    """A sentence that says what can be done."""
    text: str
    """What it would have written; "" when it writes nothing."""
    changes: str
    """What else it does, for people."""
    body: bytes

    @property
    def delta(self) -> Delta | None:
        """The edit itself; None when this program cannot read it."""
        try:
            return Delta.decode(self.body)
        except CrdtError:
            return None


def refused_edits(library: Library) -> list[RefusedEdit]:
    """Every edit that the server refused and nobody has dealt with, oldest first. Engine thread."""
    titles = {row.id: row.title or row.preview for row in library.store.notes()}
    titles |= {row.id: row.title or row.preview for row in library.store.notes(trashed=True)}
    return [_shown(row, titles.get(row.document, "")) for row in library.store.quarantine()]


def export_refused(library: Library, path: Path) -> int:
    """
    Write every refused edit into a file, and remember that they are there.

    Returns:
        How many.

    Raises:
        OSError: The file cannot be written; nothing is remembered.
    """
    found = refused_edits(library)
    value = [
        {
            "note": edit.document,
            "title": edit.title,
            "refused_ms": edit.at_ms,
            "code": edit.code,
            "reason": edit.reason,
            "text": edit.text,
            "changes": edit.changes,
            "edit": base64.b64encode(edit.body).decode("ascii"),
        }
        for edit in found
    ]
    beside = path.with_name(path.name + ".new")
    with beside.open("w", encoding="utf-8") as file:
        json.dump({"refused_edits": value}, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
    note_refused_exported(library.store, found)
    return len(found)


def drop_refused(library: Library, key: int) -> None:
    """Forget a refused edit that has been sent again, or that an export holds. Engine thread."""
    library.store.drop_quarantined(key)


def _shown(row: QuarantineRow, title: str) -> RefusedEdit:
    try:
        delta: Delta | None = Delta.decode(row.body)
    except CrdtError:
        delta = None
    text, changes = contents(delta) if delta is not None else ("", [])
    return RefusedEdit(
        row.key,
        row.document,
        title,
        row.at_ms,
        row.code,
        rejection(row.code),
        text,
        "; ".join(changes),
        row.body,
    )


def contents(delta: Delta) -> tuple[str, list[str]]:
    """What a delta writes, and in a few words what else it does."""
    texts: list[str] = []
    changes: list[str] = []
    for op in delta.ops:
        kind = kind_at(op)
        if kind == TEXT:
            _text_op(list(inner_op(op)), texts, changes)
        elif kind == SET and isinstance(op[6], str):
            changes.append(f"{op[6]} → {_plain(op[7])}")
    return "".join(texts), changes


def _text_op(op: list[object], texts: list[str], changes: list[str]) -> None:
    kind = op[0]
    if kind == INSERT:
        texts.append(str(op[4]))
    elif kind == TYPE:
        texts.append(str(op[3]))
    elif kind == ERASE:
        changes.append(f"− {op[6]}")
    elif kind == MARK:
        changes.append(str(op[5]))


def _plain(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
