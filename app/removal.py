"""
Removing a library from this computer: the one place that deletes one, and the question it asks first.

What is only here is never deleted: edits that no server has, edits that a server refused, notes and files
that were never sent, unless an export has them since. The answer is taken from the closed file itself, in the
last moment, so no window, command or unlucky order of the two can lead around it. No Qt. Not here: asking the
person (`dialogs.sign_out`), writing exports (`transfer.exporting`, `transfer.refused`).

Invariants:
- `remove_library` deletes only what `only_here` says is nowhere to be lost.
- An export counts for exactly what it wrote: a later edit of the same note is only here again. What it wrote
  is known by its content, never by numbers that a store gives out twice.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from app.refusals import Refused

if TYPE_CHECKING:
    from pathlib import Path

    from app.paths import Profile
    from app.transfer.report import Report
    from sync.storage.client_store import ClientStore

_EXPORTED: Final = "exported"
_EXPORTED_REFUSED: Final = "exported_refused"
_FILE_IS_ELSEWHERE: Final = frozenset({"sent"})
"""States of an attachment in which a server has it."""


class OnlyHere(NamedTuple):
    """What would be lost with the library."""

    edits: int
    """Deltas that no server has and no export holds."""
    notes: int
    """In how many documents they are."""
    refused: int
    """Deltas that a server refused and nobody has exported."""
    files: int
    """Attachments that no server has and no export holds."""

    @property
    def total(self) -> int:
        """How many things, of whatever kind."""
        return self.edits + self.refused + self.files


class RefusedDelta(Protocol):
    """One delta in the quarantine."""

    @property
    def document(self) -> str:
        """Where it was made."""

    @property
    def body(self) -> bytes:
        """The delta, encoded."""


class Marks(NamedTuple):
    """Where a library stood before an export began."""

    documents: dict[str, str]
    """Document -> `ClientStore.unsent_marks`."""
    files: list[str]


def only_here(store: ClientStore) -> OnlyHere:
    """What is in this library and, as far as can be known, nowhere else."""
    known = _exported(store)
    unsent = store.outbox_documents()
    lost = [name for name, mark in store.unsent_marks().items() if known.documents.get(name) != mark]
    told = refused_exported(store)
    files = [row for row in store.attachments() if row.state not in _FILE_IS_ELSEWHERE]
    return OnlyHere(
        edits=sum(unsent[name] for name in lost),
        notes=len(lost),
        refused=sum(mark_of(row) not in told for row in store.quarantine()),
        files=sum(row.sha256 not in known.files for row in files),
    )


def check_removable(store: ClientStore) -> None:
    """Raises Refused (`unsent`) when something would be lost."""
    found = only_here(store)
    if found.total:
        raise Refused("unsent", count=found.total)


def marks_before(store: ClientStore) -> Marks:
    """Where the library stands; taken before an export reads the first note."""
    return Marks(store.unsent_marks(), [row.sha256 for row in store.attachments()])


def note_exported(store: ClientStore, marks: Marks, report: Report) -> None:
    """
    Remember what an export wrote.

    Args:
        marks: From before it began; what was edited since is not counted.
        report: `notes` are those that were written. Folders and files count when nothing was left out.
    """
    if store.read_only:
        return  # it cannot be noted, so nothing counts as exported
    known = _exported(store)
    written = set(report.notes)
    whole = not report.cancelled and not report.refused
    for document, mark in marks.documents.items():
        if document in written or (whole and _is_folder(store, document)):
            known.documents[document] = mark
    files = {*known.files, *marks.files} if whole and not report.warnings else known.files
    store.set_meta(_EXPORTED, json.dumps([known.documents, sorted(files)]))


def mark_of(refused: RefusedDelta) -> str:
    """What a refused delta is known by."""
    from sync.protocol.chain import CHAIN_START, chain_next

    return chain_next(CHAIN_START, refused.document, refused.body).hex()


def note_refused_exported(store: ClientStore, refused: Iterable[RefusedDelta]) -> None:
    """Remember which refused deltas were written to a file."""
    if store.read_only:
        return
    marks = {mark_of(one) for one in refused}
    store.set_meta(_EXPORTED_REFUSED, json.dumps(sorted(refused_exported(store) | marks)))


def refused_exported(store: ClientStore) -> frozenset[str]:
    """The marks of the refused deltas that a file holds."""
    return frozenset(map(str, json.loads(store.meta(_EXPORTED_REFUSED) or "[]")))


def remove_library(profile: Profile) -> None:
    """
    Delete the library of a profile and its copies. Nobody has it open; the profile's lock is held.

    A library that was set aside stays, and with it the copies: they may have what cannot be read there.

    Raises:
        Refused: Something is only here; nothing was deleted.
        StoreUnavailable, VersionTooNew: It cannot be read, so nobody knows; nothing was deleted.
    """
    from app.backups import libraries_aside
    from sync.storage.beside import remove_beside
    from sync.storage.client_store import ClientStore
    from sync.storage.profile_file import ENDINGS

    if profile.library.exists():
        store = ClientStore.open(profile.library, newest=profile.data_model)
        try:
            check_removable(store)
        finally:
            store.close()
    if hasattr(os, "sync"):
        os.sync()  # an export that stands for what is deleted now is on the disk, not on its way there
    for ending in ENDINGS:
        profile.library.with_name(profile.library.name + ending).unlink(missing_ok=True)
    remove_beside(profile.library)
    if not libraries_aside(profile.folder):
        _remove_copies(profile.backups)


def _remove_copies(folder: Path) -> None:
    """Delete the copies of a library; what else somebody put beside them, such as an export, stays."""
    for copy in folder.glob("library-*.sqlite3*"):
        if copy.is_file():
            copy.unlink(missing_ok=True)
    with suppress(OSError):  # there is no folder, or something is in it
        folder.rmdir()


def _exported(store: ClientStore) -> Marks:
    kept = store.meta(_EXPORTED)
    return Marks(*json.loads(kept)) if kept else Marks({}, [])


def _is_folder(store: ClientStore, document: str) -> bool:
    """Folders are exported as folders of files."""
    return store.load(document).stream.endswith("/folders")
