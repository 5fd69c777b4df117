"""
Documents that are open in this window: the GUI thread's own, edited and patched there and nowhere else.

`OpenDocument` ties a `Document` to the engine: an edit is applied, and its delta submitted, in one
uninterrupted call; what others did is applied and told as patches. `OpenNote` adds what a note has: title,
body, caret. Not here: loading, closing, lists (`workspace`).

Invariants: the document here is the only writer of this replica's counters in it, so everything stored of
it is in it or on its way to it. A draft is a new document whose first delta waits for the first edit:
nothing that a person has not touched is ever stored.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, Protocol

from PySide6.QtCore import QObject, Signal

from app.portions import portions
from crdt import CausalGap, CrdtError, Delta, Document, Edit, Patch, RichText, Stamp
from sync.storage.rows import LocalChange

TITLE = ("title",)
BODY = ("body",)

# A pause that ends an undo group.
GROUP_SECONDS = 1.0

# Who holds the copy that lags; it writes nothing.
SHADOW_RID = 1

Anchor = tuple[int, int, str]
Patches = list[tuple[Any, Patch]]


class Outlet(Protocol):
    """What an open document needs of the workspace."""

    def stamp(self) -> Stamp:
        """A new stamp of this replica."""

    def submit(self, change: LocalChange) -> None:
        """Store and send a change."""

    def show_caret(self, document: str, anchor: Anchor, head: Anchor) -> None:
        """Tell others where this person is."""


class Waiting(NamedTuple):
    """The deltas that make a draft's document, and what to tell when they go out."""

    deltas: Sequence[Delta]
    begun: Callable[[], None]


class OpenDocument(QObject):
    """One open document of any collection."""

    patched = Signal(list)
    """[(path, patch)] of what others, undo or redo did; already in the document."""
    replaced = Signal()
    """The document was built anew: show it from scratch."""
    edited = Signal()
    """This window made an edit; it is submitted."""

    def __init__(self, outlet: Outlet, stream: str, document_id: str, document: Document, model: str) -> None:
        """Take over a document of a data model that nobody else holds."""
        super().__init__()
        self._outlet = outlet
        self._thread = threading.get_ident()
        self._last_edit = float("-inf")
        self._waiting: Waiting | None = None
        self._missed: list[Delta] | None = None
        self._loading = 0
        self._former: Document | None = None
        self.stream = stream
        self.id = document_id
        self.document = document
        self.model = model
        self.writable = True

    @property
    def draft(self) -> bool:
        """True until the first edit of a new document."""
        return self._waiting is not None

    def begin_as_draft(self, deltas: Sequence[Delta], begun: Callable[[], None]) -> None:
        """Hold back the deltas that make the document until the first edit; then `begun` is called."""
        self._waiting = Waiting(deltas, begun)

    def keep(self) -> None:
        """Store a draft as it is, without waiting for its first edit."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self._submit(waiting.deltas)
            waiting.begun()

    def edit(self, intent: Callable[[Edit], None]) -> None:
        """
        Do something to the document as one action of this person, and submit it.

        Raises:
            CrdtError: The intent asks for what cannot be; nothing was changed.
        """
        self._check_thread()
        assert self.writable, "an edit of a document that takes none"
        now = time.monotonic()
        if now - self._last_edit > GROUP_SECONDS:
            self.document.new_group()
        self._last_edit = now
        stamp = self._stamp()
        delta = self.document.edit(stamp, intent)
        self._send(delta)
        self._note_delta(delta)

    def _note_delta(self, delta: Delta) -> None:
        """The document has taken in a delta; for whoever shows it beside."""

    def break_group(self) -> None:
        """Let the next edit begin a new undo group."""
        self.document.new_group()

    def undo(self) -> bool:
        """Undo this person's last group. False when there is none; a draft is not this person's yet."""
        return not self.draft and self.document.can_undo and self._step(self.document.undo)

    def redo(self) -> bool:
        """Redo what was undone last. False when there is nothing."""
        return self.document.can_redo and self._step(self.document.redo)

    def apply(self, bodies: Sequence[bytes]) -> None:
        """Take in what others did; it is stored already. What is known changes nothing."""
        self._check_thread()
        patches: Patches = []
        for body in bodies:
            delta = Delta.decode(body)
            if self._missed is not None:
                self._missed.append(delta)
            patches += self.document.apply(delta)
            self._note_delta(delta)
        if patches:
            self.patched.emit(patches)

    def take_own(self, delta: Delta) -> None:
        """Take in an edit that this window made on a copy: apply, tell the views, submit."""
        patches = self.document.apply(delta)
        self._send(delta)
        self._note_delta(delta)
        self.patched.emit(patches)

    def set_writable(self, writable: bool) -> None:
        """Take edits, or not: the role in the notebook has changed. Views are told to reload."""
        if writable != self.writable:
            self.writable = writable
            self.replaced.emit()

    def await_replacement(self) -> int:
        """
        The document is being loaded: from now on remember what happens, so that it is not lost.

        Returns:
            The number of this loading; only what the last one brings is to replace the document.
        """
        self._missed = []
        self._loading += 1
        return self._loading

    def is_awaiting(self, loading: int) -> bool:
        """Whether a loading is the last one."""
        return loading == self._loading

    def missed_own_of_before(self, rid: int, model: str) -> bool:
        """Whether something was written here since, by a replica or in a data model that is no more."""
        if (rid, model) == (self.document.rid, self.model):
            return False
        return any(delta.rid == self.document.rid for delta in self._missed or ())

    def replace(self, document: Document, model: str) -> None:
        """Put a document built from the store in place of this one, with what happened since its loading."""
        self._check_thread()
        missed, self._missed = self._missed or [], None
        for delta in missed:
            try:
                document.apply(delta)
            except CausalGap:
                # It builds on something the server refused; the engine keeps it with the refused one.
                continue
        self._former, self.document, self.model = self.document, document, model
        self.replaced.emit()
        self._former = None

    def _step(self, step: Callable[[Stamp], Delta]) -> bool:
        self._check_thread()
        if not self.writable:
            return False
        delta = step(self._stamp())
        self._send(delta)
        patches = self.document.last_patches
        self._note_delta(delta)
        if patches:
            self.patched.emit(patches)
        return True

    def _stamp(self) -> Stamp:
        """
        A stamp for the next edit, of the replica that the document is edited as.

        A library may come to be written as another replica. Until the document is loaded again its edits go
        on under the former id, and the store rewrites them as it has rewritten those before them.
        """
        stamp = self._outlet.stamp()
        return Stamp(stamp.ms, stamp.count, self.document.rid)

    def _send(self, delta: Delta) -> None:
        if delta.empty:
            return
        if self._missed is not None:
            self._missed.append(delta)
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self._submit(waiting.deltas)
        self._submit(portions(delta))
        if waiting is not None:
            waiting.begun()
        self.edited.emit()

    def _submit(self, deltas: Iterable[Delta]) -> None:
        for delta in deltas:
            self._outlet.submit(LocalChange(self.stream, self.id, delta, model=self.model))

    def _check_thread(self) -> None:
        assert threading.get_ident() == self._thread, "an open document belongs to the GUI thread"


class OpenNote(OpenDocument):
    """One open note: what the editor and the title line are bound to."""

    presence = Signal(list)
    """[Caret] of the others, for the editor."""
    peers = Signal(list)
    """Who else is in the note, as the engine says it."""

    def __init__(self, outlet: Outlet, stream: str, document_id: str, document: Document, model: str) -> None:
        """As OpenDocument; nobody sits beside it."""
        super().__init__(outlet, stream, document_id, document, model)
        self._seats: list[OpenNote] = []
        self._shadow: Document | None = None
        self._beside: Patches = []
        self.editing_seat: OpenNote | None = None
        """Whose edit is being told: it knows already."""
        self.replaced.connect(self._cast_shadow)

    # ---- other views of this program --------------------------------------------------------------------

    def take_seat(self, seat: OpenNote) -> None:
        """Another view shows this note from now on."""
        self._seats.append(seat)
        self._cast_shadow()

    def leave_seat(self, seat: OpenNote) -> None:
        """It does no more."""
        self._seats.remove(seat)
        self._cast_shadow()

    def edit(self, intent: Callable[[Edit], None]) -> None:
        """Do something to the note as one action of this person; as OpenDocument.edit."""
        self.edit_from(None, intent)

    def edit_from(self, seat: OpenNote | None, intent: Callable[[Edit], None]) -> None:
        """The same for a seat (None: for the view that has the note itself); the other views are told."""
        self._beside = []
        super().edit(intent)
        if not self._seats or not self._beside:
            return
        patches, self._beside = self._beside, []
        if seat is None:
            for other in self._seats:
                other.patched.emit(patches)
        else:
            self.editing_seat = seat
            self.patched.emit(patches)
            self.editing_seat = None

    def _note_delta(self, delta: Delta) -> None:
        """An edit tells its own view nothing: what others have to show comes of a copy that lags it."""
        if self._shadow is not None and not delta.empty:
            self._beside = self._shadow.apply(delta)

    def _cast_shadow(self) -> None:
        document = self.document
        self._shadow = Document.decode(document.encode(), SHADOW_RID) if self._seats else None

    @property
    def title(self) -> RichText:
        """The title, to read."""
        return self.document.text(TITLE)

    @property
    def body(self) -> RichText:
        """The text, to read."""
        return self.document.text(BODY)

    @property
    def folder(self) -> str | None:
        """The folder it is in; None for none."""
        folder = self.document.value(("folder",))
        return folder if isinstance(folder, str) else None

    def carried(self, index: int) -> int:
        """Where an index of the body is now, while `replaced` is told: on the letter that it was behind."""
        if self._former is None:
            return index
        before = self._former.text(BODY)
        try:
            return self.body.index(before.anchor(min(index, len(before))))
        except CrdtError:
            return min(index, len(self.body))

    def set_caret(self, anchor: Anchor, head: Anchor) -> None:
        """Tell the others where the selection begins and where the caret is, as anchors of the body."""
        if not self.draft:
            self._outlet.show_caret(self.id, anchor, head)


def edit_beside(open_document: OpenDocument, stamp: Stamp, intent: Callable[[Edit], None]) -> Delta:
    """
    Edit an open document from outside its views: they are told in patches, as of a remote edit.

    The edit is made on a copy, so that the views hear of it by the one way they know.

    Raises:
        CrdtError: The intent asks for what cannot be; nothing was changed.

    Cost: encoding and decoding the document.
    """
    document = open_document.document
    copy = Document.decode(document.encode(), document.rid)
    delta = copy.edit(stamp, intent)
    if not delta.empty:
        open_document.take_own(delta)
    return delta
