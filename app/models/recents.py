"""
Which notes were open lately, the last first.
"""

from __future__ import annotations

from collections.abc import Iterable

KEPT_MAX = 40


class Recents:
    """The ids of the last KEPT_MAX notes that were shown."""

    def __init__(self, ids: Iterable[object] = ()) -> None:
        """`ids` as `ids` gave them, the last first; what is no id is left out."""
        self._ids = [note_id for note_id in ids if isinstance(note_id, str)][:KEPT_MAX]

    @property
    def ids(self) -> list[str]:
        """The last first."""
        return list(self._ids)

    def note_shown(self, note_id: str) -> None:
        """A note is on screen now."""
        self._ids = [note_id, *(known for known in self._ids if known != note_id)][:KEPT_MAX]
