"""
What an administrator may do: one function for each command, on the store's thread.

What it is not: the command line (commands.py) or the socket between it and a running server (service.py). The
same functions run inside the server and on a folder that no server has open, so that an edit always goes
through ingest and reaches open windows at once. Invariant: what connections must hear of is in the outcome;
nothing is told from here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from crdt import CrdtError, Document
from crdt.edit import Edit
from sync.errors import SyncError
from sync.model.versions import model_of
from sync.protocol.messages import Ack
from sync.protocol.rows import PushedDelta
from sync.server import auth
from sync.server.admin_models import MODELS
from sync.server.admin_people import PEOPLE, named_notebook
from sync.server.core import Segment
from sync.server.ingest import SERVER_ACCOUNT, Batch
from sync.server.opening import Opened
from sync.server.outcome import AdminError, Arguments, Outcome
from sync.server.purging import recover
from sync.server.upkeep import UPKEEP
from sync.storage.purge_store import is_bin
from sync.storage.server_store import DocumentRow, HeadMoved, StreamRow

PIECE_LENGTH_MAX: Final = 16_000
"""Code points inserted by one delta; a longer text becomes several."""

NOTES_A_STEP: Final = 20
"""Notes that a list reads before it lets others write."""


def run(opened: Opened, command: str, arguments: Arguments, now_ms: int) -> Outcome:
    """
    Do one command.

    Raises:
        AdminError: It cannot be done, or is none.
        StoreUnavailable: The store failed.
    """
    does = COMMANDS.get(command)
    if does is None:
        raise AdminError(f"unknown command: {command}")
    for name, value in arguments.items():
        if isinstance(value, str) and not _is_text(value):
            raise AdminError(f"the {name} is not in UTF-8")
    return does(opened, arguments, now_ms)


def answer(opened: Opened, line: bytes, now_ms: int) -> Outcome:
    """
    Do a command given as a line of JSON, ``{"command", "arguments"}``; what is wrong with it is in the
    answer.

    Returns:
        What connections must hear of, what is left to do, and the answer.
    """
    try:
        asked = json.loads(line)
        command, arguments = str(asked["command"]), dict(asked["arguments"])
    except (KeyError, TypeError, ValueError) as error:
        return Outcome(error=f"not a command: {error}")
    try:
        return run(opened, command, arguments, now_ms)
    except SyncError as error:
        return Outcome(error=str(error))


# --- notes -------------------------------------------------------------------------------------------


def _note_list(opened: Opened, arguments: Arguments, now_ms: int) -> Outcome:
    notes: list[dict[str, object]] = []
    wanted, purged = named_notebook(opened, arguments), bool(arguments.get("purged"))
    return Outcome({"notes": notes}, rest=_listing(opened, wanted, purged, notes))


def _listing(
    opened: Opened, wanted: str | None, purged: bool, notes: list[dict[str, object]]
) -> Iterator[None]:
    """List notes into ``notes``, in steps: each has to be read."""
    for stream in opened.store.streams():
        listed = stream.collection == "notes" and is_bin(stream.id) == purged
        if not listed or wanted not in (None, stream.notebook):
            continue
        after = ""
        while rows := opened.store.documents(stream.key, after=after, limit=NOTES_A_STEP):
            for row in rows:
                if purged and not row.state_seq:  # emptied
                    continue
                summary = model_of(row.model).encoded_note_summary(opened.core.documents.state(row))
                notes.append(
                    {
                        "id": row.id,
                        "notebook": stream.notebook,
                        "title": summary.title,
                        "words": summary.words,
                        "trashed": summary.trashed_ms is not None,
                    }
                )
            opened.core.documents.trim()
            after = rows[-1].id
            yield


def _note_show(opened: Opened, arguments: Arguments, now_ms: int) -> Outcome:
    row, stream = _note(opened, arguments)
    document = Document.decode(opened.core.documents.state(row), opened.core.rid)
    title, text = document.value(("title",), ""), document.value(("body",), "")
    return Outcome({"id": row.id, "notebook": stream.notebook, "title": title, "text": text})


def _note_add(opened: Opened, arguments: Arguments, now_ms: int) -> Outcome:
    notebook = str(arguments.get("notebook"))
    stream = opened.core.stream(f"{notebook}/notes")
    if stream is None:
        raise AdminError(f"there is no notebook {notebook}")
    title = str(arguments.get("title") or "")[:PIECE_LENGTH_MAX]
    stamp = opened.core.clock.tick(now_ms)
    made, delta = model_of(stream.model).new_note(opened.core.rid, stamp, title=title, created_ms=now_ms)
    note = auth.new_id()
    text = str(arguments.get("text") or "")
    bodies = [delta.encode(), *_edited(opened, made, now_ms, 0, text)]
    return _written(opened, stream, note, bodies, now_ms)


def _note_set(opened: Opened, arguments: Arguments, now_ms: int) -> Outcome:
    row, stream = _note(opened, arguments)
    scratch = Document.decode(opened.core.documents.state(row), opened.core.rid)
    old = len(scratch.text(("body",)))
    bodies = _edited(opened, scratch, now_ms, old, str(arguments.get("text") or ""))
    return _written(opened, stream, row.id, bodies, now_ms)


def _note_append(opened: Opened, arguments: Arguments, now_ms: int) -> Outcome:
    row, stream = _note(opened, arguments)
    scratch = Document.decode(opened.core.documents.state(row), opened.core.rid)
    bodies = _edited(opened, scratch, now_ms, 0, str(arguments.get("text") or ""))
    return _written(opened, stream, row.id, bodies, now_ms)


def _note_recover(opened: Opened, arguments: Arguments, now_ms: int) -> Outcome:
    """Bring a note back that has left the trash; it is in the trash again."""
    row, stream = _note(opened, arguments)
    if not is_bin(stream.id):
        raise AdminError(f"the note {row.id} has not left the trash")
    if not row.state_seq:
        raise AdminError(f"the note {row.id} left the trash too long ago; only a backup has it")
    try:
        back = recover(opened.core, row, stream, now_ms)
    except HeadMoved as error:
        raise AdminError("somebody wrote there at this moment; say it again") from error
    return Outcome({"id": row.id, "notebook": stream.notebook}, segments=[back])


def _edited(opened: Opened, scratch: Document, now_ms: int, removed: int, text: str) -> list[bytes]:
    """
    Edit the body of a copy: remove so many code points from its start, then append a text.

    Returns:
        The encoded deltas, in order.
    """
    text = text.replace("\0", "")
    bodies = []

    def edit(intent: Callable[[Edit], None]) -> None:
        delta = scratch.edit(opened.core.clock.tick(now_ms), intent)
        if not delta.empty:
            bodies.append(delta.encode())

    try:
        if removed:
            edit(_deleting(removed))
        for at in range(0, len(text), PIECE_LENGTH_MAX):
            edit(_appending(text[at : at + PIECE_LENGTH_MAX]))
    except CrdtError as error:
        raise AdminError(f"the text cannot be written: {error}") from error
    return bodies


def _deleting(count: int) -> Callable[[Edit], None]:
    """Return the intent that deletes so many code points from the start of a note's body."""

    def delete(change: Edit) -> None:
        change.text(("body",)).delete(0, count)

    return delete


def _appending(piece: str) -> Callable[[Edit], None]:
    """Return the intent that puts a text at the end of a note's body."""

    def append(change: Edit) -> None:
        body = change.text(("body",))
        body.insert(len(body), piece)

    return append


def _written(opened: Opened, stream: StreamRow, note: str, bodies: list[bytes], now_ms: int) -> Outcome:
    """
    Push deltas as the server's own replica, the way everybody's go; in one commit, so that a text that is
    replaced is never gone without the one in its place.
    """
    if is_bin(stream.id):
        raise AdminError(f"the note {note} has left the trash; `note recover` brings it back")
    opened.store.db.place()  # nobody else writes as this replica
    segments: list[Segment] = []
    if bodies:
        position = opened.core.position(stream.key, opened.core.rid)
        batch = Batch(
            stream.id,
            SERVER_ACCOUNT,
            opened.core.rid,
            0,
            stream.model,
            position.last_n + 1,
            position.chain,
            tuple([PushedDelta(note, body) for body in bodies]),
        )
        written = opened.core.write([batch], now_ms)
        segments = written.segments
        answer = written.answers[0].message
        if not isinstance(answer, Ack) or answer.rejected:
            why = (
                answer.rejected[0].message if isinstance(answer, Ack) else opened.core.trouble or answer.code
            )
            return Outcome(segments=segments, error=f"the note was not written: {why}")
    return Outcome({"id": note, "notebook": stream.notebook, "deltas": len(bodies)}, segments=segments)


COMMANDS: Final[Mapping[str, Callable[[Opened, Arguments, int], Outcome]]] = {
    **PEOPLE,
    "note list": _note_list,
    "note show": _note_show,
    "note add": _note_add,
    "note set": _note_set,
    "note append": _note_append,
    "note recover": _note_recover,
    **UPKEEP,
    **MODELS,
}


def _is_text(value: str) -> bool:
    """Whether a string is one of characters: bytes that are no UTF-8 reach us as lone surrogates."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _note(opened: Opened, arguments: Arguments) -> tuple[DocumentRow, StreamRow]:
    """Return the note that an id, or its unambiguous beginning, stands for."""
    wanted = str(arguments.get("note") or "")
    if not wanted:  # else a server's only note would be meant by nothing at all
        raise AdminError("a note is named by its id, or the beginning of it")
    found = opened.store.documents_like(wanted)
    notes = [(row, stream) for row, stream in found if stream.collection == "notes"]
    if len(notes) != 1:
        raise AdminError(
            f"there are {len(notes)} notes whose id begins with {wanted}" if notes else f"no note {wanted}"
        )
    return notes[0]
