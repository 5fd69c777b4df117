"""
A second place at an open note: what another window of this program binds its editor to.

The note itself belongs to the first window that shows it. A seat has the same face; its edits go into the
same document, and each of the two hears of the other's edits as patches, as if they came from elsewhere. Undo
is of the person, so it is the same in both.

Not here: which window has the note and which has seats (`workspace`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from app.open_note import Anchor, OpenNote
from crdt import Edit

if TYPE_CHECKING:
    from app.open_note import Patches


class NoteSeat(OpenNote):
    """One more view of `base`. `leave` gives it up."""

    def __init__(self, base: OpenNote) -> None:
        """Sit down."""
        self.base = base
        super().__init__(base._outlet, base.stream, base.id, base.document, base.model)
        base.take_seat(self)
        base.patched.connect(self._hear)
        base.replaced.connect(self.replaced)
        base.edited.connect(self.edited)
        base.presence.connect(self.presence)
        base.peers.connect(self.peers)

    def leave(self) -> None:
        """Hear nothing any more."""
        base = self.base
        base.leave_seat(self)
        base.patched.disconnect(self._hear)
        for theirs, mine in (
            (base.replaced, self.replaced),
            (base.edited, self.edited),
            (base.presence, self.presence),
            (base.peers, self.peers),
        ):
            theirs.disconnect(mine)

    def _hear(self, patches: Patches) -> None:
        if self.base.editing_seat is not self:
            self.patched.emit(patches)

    def __getattribute__(self, name: str) -> Any:
        """What the note is (its document, whether it may be written in) is asked of the note itself."""
        if name in _OF_THE_NOTE:
            return getattr(object.__getattribute__(self, "base"), name)
        return super().__getattribute__(name)

    def edit(self, intent: Callable[[Edit], None]) -> None:
        """Edit the note; as OpenNote.edit."""
        self.base.edit_from(self, intent)

    def set_caret(self, anchor: Anchor, head: Anchor) -> None:
        """Tell the others where this person is: where they wrote last."""
        self.base.set_caret(anchor, head)


_OF_THE_NOTE = frozenset(
    (
        *("document", "writable", "stream", "model", "draft", "title", "body", "folder", "carried"),
        *("keep", "break_group", "undo", "redo", "apply", "take_own", "await_replacement", "replace"),
        *("is_awaiting", "missed_own_of_before", "set_writable"),
    )
)
