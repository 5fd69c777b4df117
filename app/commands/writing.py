"""
Commands that write: new, append, edit, format, restore, trash.

Each is one action of this person on one note. Positions are code points of the body.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from app.commands.context import DONE, Context
from app.refusals import Refused
from app.transfer.body import BODY, read_body
from app.transfer.importing import plain_blocks

if TYPE_CHECKING:
    from argparse import Namespace

    from app.transfer.blocks import Attributes
    from crdt import Edit
    from sync.storage.rows import NoteRow

BLOCK_KINDS = ("paragraph", "heading", "bullet", "numbered", "check", "quote", "code")
BLOCK_ATTRIBUTES = ("kind", "level", "checked", "language", "start")
"""What `format --block` decides; it removes those of them that the new kind does not have."""
LEVEL_MAX = 64
MARK_KINDS = ("bold", "italic", "underline", "strike", "code", "highlight", "colour", "link")
_TRUE_ONLY = ("bold", "italic", "underline", "strike", "code")
_COMMENT = re.compile(r"comment:[A-Za-z0-9_-]{1,64}")


async def new(context: Context) -> int:
    """`new`: a note with a title and maybe text, which is taken as it is, one paragraph a line."""
    wanted = context.arguments
    text = wanted.text or ""
    if wanted.file == "-":
        text = _text_of(context.streams.read())
    elif wanted.file is not None:
        text = _text_of(context.path(wanted.file).read_bytes())
    notebook = None
    if wanted.notebook:
        found = context.library.find_notebook(wanted.notebook)
        if found is None:
            raise Refused("no_notebook", name=wanted.notebook)
        notebook = found.id
    title = " ".join(clean(wanted.title).split())
    made = context.library.new_note(notebook, title=title, blocks=plain_blocks(clean(text)))
    context.give({"id": made}, made)
    return DONE


def _text_of(body: bytes) -> str:
    """Bytes as text. Raises Refused when they are none."""
    from app.transfer.sources import SIZE_MAX, decode

    if len(body) > SIZE_MAX:
        raise Refused("too_large", size_bytes=len(body), size_bytes_max=SIZE_MAX)
    return decode(body)


def clean(text: str) -> str:
    """Text from a command line: line ends as newlines, bytes that are no UTF-8 as U+FFFD."""
    text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")


async def append(context: Context) -> int:
    """`append`: text at the end of a note; a note that has text gets a new line first."""
    row = writable(context)
    text = clean(context.arguments.text)

    def intent(edit: Edit) -> None:
        body = edit.text(BODY)
        end = len(body)
        if end:
            body.insert(end, "\n", {})
            # The new line is a plain paragraph, whatever the one before it was.
            kept = dict.fromkeys(_set_at_end, None)
            body.set_block(end + 1, kept)
        body.insert(len(body), text, {})

    _set_at_end = read_body(context.library.document(row.id))[-1][1]
    context.library.edit(row.id, intent)
    context.give({"id": row.id}, "")
    return DONE


async def edit(context: Context) -> int:
    """`edit`: delete, then insert at a place. Inserted text takes the marks of the place."""
    row = writable(context)
    wanted = context.arguments
    inserted = clean(wanted.insert)
    length = _check_places(context, row, wanted.at, wanted.at + wanted.delete)
    context.library.edit(row.id, lambda edit: edit.text(BODY).replace(wanted.at, wanted.delete, inserted))
    context.give({"id": row.id, "length": length - wanted.delete + len(inserted)}, "")
    return DONE


async def format(context: Context) -> int:
    """`format`: a mark on a stretch, or the kind of a block."""
    row = writable(context)
    wanted = context.arguments
    if wanted.block is not None:
        attributes = block_attributes(wanted)
        _check_places(context, row, wanted.block, wanted.block)
        context.library.edit(row.id, lambda edit: edit.text(BODY).set_block(wanted.block, attributes))
    else:
        kind, value = mark_of(wanted.mark)
        if wanted.start > wanted.end:
            raise Refused("wrong_value", option="--end", value=wanted.end, instead="It comes after --start.")
        _check_places(context, row, wanted.start, wanted.end)
        context.library.edit(
            row.id, lambda edit: edit.text(BODY).format(wanted.start, wanted.end, kind, value)
        )
    context.give({"id": row.id}, "")
    return DONE


def block_attributes(wanted: Namespace) -> Attributes:
    """What `--kind` and its companions set; attributes that belong to other kinds are removed."""
    kind = clean(wanted.kind)
    if kind not in BLOCK_KINDS:
        raise Refused(
            "wrong_value", option="--kind", value=kind, instead=f"Choose from {', '.join(BLOCK_KINDS)}."
        )
    attributes: Attributes = dict.fromkeys(BLOCK_ATTRIBUTES, None)
    if kind == "paragraph":
        return attributes
    attributes["kind"] = kind
    if kind == "heading":
        attributes["level"] = _level(wanted.level, 1, 1, 6)
    elif kind in ("bullet", "numbered", "check") or wanted.level:
        attributes["level"] = _level(wanted.level, 0, 0, LEVEL_MAX)
    if kind == "check":
        attributes["checked"] = wanted.checked == "true"
    if kind == "code" and wanted.language:
        attributes["language"] = clean(wanted.language)
    return attributes


def _level(level: int | None, otherwise: int, lowest: int, highest: int) -> int:
    """A level within its bounds."""
    if level is None:
        return otherwise
    if not lowest <= level <= highest:
        instead = f"Choose from {lowest} to {highest}."
        raise Refused("wrong_value", option="--level", value=level, instead=instead)
    return level


def mark_of(text: str) -> tuple[str, Any]:
    """Kind and value of `KIND[=VALUE]`; the value None (written as nothing or "none") removes the mark."""
    from app.transfer.addresses import inside, is_allowed

    kind, equals, value = clean(text).partition("=")
    if kind not in MARK_KINDS and not _COMMENT.fullmatch(kind):
        instead = f"Choose from {', '.join(MARK_KINDS)}."
        raise Refused("wrong_value", option="--mark", value=kind, instead=instead)
    if equals and value.lower() in ("", "none"):
        return kind, None
    if not equals or (kind in _TRUE_ONLY and value.lower() == "true"):
        if kind in ("link", "colour"):
            raise Refused("wrong_value", option="--mark", value=text, instead=f"Write {kind}=VALUE.")
        return kind, True
    if kind in _TRUE_ONLY:
        raise Refused("wrong_value", option="--mark", value=text, instead=f"Write {kind} or {kind}=none.")
    value = inside(value) if kind == "link" else value
    if kind == "link" and not is_allowed(value):
        raise Refused("unsafe_link", address=value)
    return kind, value


def _check_places(context: Context, row: NoteRow, *places: int) -> int:
    """Raises Refused when a place is outside of the body; returns its length."""
    length = len(context.library.document(row.id).text(BODY))
    for place in places:
        if not 0 <= place <= length:
            raise Refused("beyond_text", index=place, length=length)
    return length


def writable(context: Context) -> NoteRow:
    """The note that is meant, when it is not in the trash."""
    row = context.library.find(context.arguments.note)
    if row.trashed_ms is not None:
        raise Refused("trashed")
    return row


async def restore(context: Context) -> int:
    """`restore`: the body as it was at a version, by an edit like any other."""
    from app.commands.versions import find_version, past_blocks, rewrite_body

    row = writable(context)
    name = context.arguments.to_version
    document = context.library.document(row.id)
    wanted = past_blocks(document, find_version(document, name))
    now = [(list(spans), dict(attributes)) for spans, attributes in document.text(BODY).blocks()]
    context.library.edit(row.id, lambda edit: rewrite_body(edit, now, wanted))
    context.give({"id": row.id, "version": name}, "")
    return DONE


async def trash(context: Context) -> int:
    """`trash`: into the trash, or with `--undo` out of it."""
    row = context.library.find(context.arguments.note)
    into = not context.arguments.undo
    context.library.set_trashed(row.id, into)
    context.give({"id": row.id, "trashed": into}, "")
    return DONE


COMMANDS = {
    "new": new,
    "append": append,
    "edit": edit,
    "format": format,
    "restore": restore,
    "trash": trash,
}
