"""
Commands that read: list, show, search, notebooks, history.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.commands.context import DONE, Context, counted
from app.library import notebook_name
from app.refusals import Refused

if TYPE_CHECKING:
    from app.transfer.blocks import Block
    from crdt import Document
    from sync.model.versions import Model
    from sync.storage.rows import NotebookRow, NoteRow

ID_SHOWN = 8
"""Characters of an id that a list shows to people: enough to be unambiguous in any library."""


COUNTED_MAX = 20_000
"""Notes that changed since they were listed last and are looked at again to count them: 2 s at most."""


async def list_notes(context: Context) -> int:
    """`list`: every note, or those of a notebook, with a tag, in the trash."""
    wanted = context.arguments
    notebook = _notebook_id(context, wanted.notebook) if wanted.notebook else None
    rows = context.library.store.notes(
        notebook=notebook, tag=wanted.tag, trashed=wanted.trashed, archived=wanted.archived
    )
    folders = context.library.folder_paths()
    if context.json:
        context.give([row_value(row, folders) for row in rows])
    else:
        context.give(None, "\n".join(_line(row) for row in rows))
    return DONE


async def show(context: Context) -> int:
    """`show`: one note in a format."""
    row = context.library.find(context.arguments.note)
    document = context.library.document(row.id)
    chosen = context.arguments.format or ("json" if context.json else "md")
    text = _shown(chosen, row, document, context.library.model, _body(context, document))
    if context.json and chosen != "json":
        context.give({"id": row.id, "format": chosen, "content": text})
    else:
        context.streams.out.write(text)
    return DONE


def _body(context: Context, document: Document) -> list[Block]:
    """The body of a note, as it is or as it was at the version that is wanted."""
    wanted = context.arguments.of_version
    if wanted is None:
        from app.transfer.body import read_body

        return read_body(document)
    from app.commands.versions import find_version, past_blocks

    return past_blocks(document, find_version(document, wanted))


def _shown(chosen: str, row: NoteRow, document: Document, model: Model, blocks: list[Block]) -> str:
    """A note with a body of its own or its past as text in a format, ending in a newline."""
    from app.transfer.blocks import block_text
    from app.transfer.matter import matter_of, note_text
    from app.transfer.note_json import blocks_value, canonical, note_value

    if chosen == "json":
        value = note_value(row.id, row.notebook_name, document, model)
        return canonical({**value, "blocks": blocks_value(blocks)}) + "\n"
    if chosen == "text":
        return "\n".join(block_text(spans) for spans, _ in blocks) + "\n"
    if chosen == "html":
        from app.transfer.html_writer import write_html

        return write_html(matter_of(document, model), blocks, row.id, row.title)
    from app.transfer.markdown_writer import write_markdown

    title = note_text(document, "title")
    head = write_markdown([([(title, {})], {"kind": "heading", "level": 1})]) if title else ""
    body = write_markdown(blocks)
    return head + ("\n" if head and body else "") + body


async def search(context: Context) -> int:
    """`search`: notes that have all the words, the best first."""
    query = " ".join(context.arguments.query)
    if not query.strip():
        raise Refused("empty_query")
    hits = context.library.search(query, context.arguments.limit)
    folders = context.library.folder_paths()
    if context.json:
        context.give([{**row_value(hit.row, folders), "snippet": hit.snippet} for hit in hits])
    else:
        context.give(None, "\n".join(f"{_line(hit.row)}\n          {hit.snippet}" for hit in hits))
    return DONE


async def notebooks(context: Context) -> int:
    """`notebooks`: each with its role and how many notes it has; or one is made, renamed, deleted."""
    wanted, library = context.arguments, context.library
    if wanted.make is not None:
        made = library.new_notebook(notebook_name(wanted.make))
        context.give({"id": made}, made)
        return DONE
    if wanted.rename is not None:
        notebook = _notebook_id(context, wanted.rename[0])
        name = notebook_name(wanted.rename[1])
        library.rename_notebook(notebook, name)
        context.give({"id": notebook, "name": name}, "")
        return DONE
    if wanted.delete is not None:
        notebook = _notebook_id(context, wanted.delete)
        notes = library.notes_to_delete(notebook)
        for note in notes:
            library.set_trashed(note, True)
        library.hide_notebook(notebook, True)
        context.give(
            {"id": notebook, "trashed": len(notes)}, f"Put into the trash: {counted(len(notes), 'note')}."
        )
        return DONE
    library.store.refresh_projections(COUNTED_MAX)
    rows = [row for row in library.store.notebooks() if row.is_shown]
    words = [
        f"{row.id[:ID_SHOWN]}  {_named(row)}  ({row.role}, {counted(row.notes, 'note')})" for row in rows
    ]
    context.give([row._asdict() for row in rows], "\n".join(words))
    return DONE


def _named(row: NotebookRow) -> str:
    """The name of a notebook, with whose it is where it is somebody else's."""
    return f"{row.name} — {row.owner}" if row.owner else row.name


async def history(context: Context) -> int:
    """`history`: who wrote when, burst by burst, the oldest first."""
    from app.commands.versions import version_name
    from sync.model.lenses import written_by_people

    store = context.library.store
    row = context.library.find(context.arguments.note)
    document = context.library.document(row.id)
    people, account = store.people(), store.meta("account")
    value: list[dict[str, Any]] = []
    lines: list[tuple[str, str, str]] = []
    for burst in written_by_people(document):
        person, name = people.get(burst.rid), version_name(burst)
        author = person.name if person is not None and person.name else None
        value.append({"version": name, "replica": str(burst.rid), "author": author, "begun_ms": burst.ms})
        is_mine = burst.rid == store.rid or (person is not None and person.account == account)
        lines.append((name, _moment(burst.ms), "you" if is_mine else author or "somebody"))
    width = max((len(name) for name, _, _ in lines), default=0)
    context.give(value, "\n".join(f"{name:{width}}  {moment}  {who}" for name, moment, who in lines))
    return DONE


def _moment(ms: int) -> str:
    """A moment as clocks here show it, with how far they are from UTC."""
    from datetime import UTC, datetime

    return f"{datetime.fromtimestamp(ms / 1000, UTC).astimezone():%Y-%m-%d %H:%M:%S %z}"


def _notebook_id(context: Context, name: str) -> str:
    """The id of a notebook by its name or id."""
    found = context.library.find_notebook(name)
    if found is None:
        raise Refused("no_notebook", name=name)
    return found.id


def row_value(row: NoteRow, folders: dict[str, str]) -> dict[str, Any]:
    """One note of a list, for JSON."""
    return {
        "id": row.id,
        "title": row.title,
        "notebook": row.notebook_name,
        "notebook_id": row.notebook,
        "folder": folders.get(row.folder or ""),
        "folder_id": row.folder,
        "tags": list(row.tags),
        "tag_colours": dict(row.tag_colours),
        "pinned": row.pinned,
        "archived": row.archived,
        "icon": row.icon,
        "created_ms": row.created_ms,
        "updated_ms": row.updated_ms,
        "trashed_ms": row.trashed_ms,
        "words": row.words,
        "unsent": row.unsent,
    }


def _line(row: NoteRow) -> str:
    """One note of a list, for people."""
    marks = ("*" if row.pinned else "") + (f" ({row.unsent} to send)" if row.unsent else "")
    icon = f"{row.icon} " if row.icon else ""
    return f"{row.id[:ID_SHOWN]}  {icon}{row.title or 'Untitled'}{marks}"


COMMANDS = {
    "list": list_notes,
    "show": show,
    "search": search,
    "notebooks": notebooks,
    "history": history,
}
