"""
Commands about what notes have beside their text: tags and their colours, an icon, the archive.

Each is one action of this person on one note. Icons, colours and the archive are there from the second data
model on; in an older library these commands end with the code for that and change nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.colour_names import NAMES, is_value
from app.commands.context import DONE, VERSION_BEHIND, Context
from app.commands.writing import clean, writable
from app.refusals import Refused

if TYPE_CHECKING:
    from crdt import Edit

NONE = "none"
"""Said instead of an icon or a colour to take it away."""
TAG_LENGTH_MAX = 100
"""Code points, as in files that are imported."""


async def archive(context: Context) -> int:
    """`archive`: out of the lists, or with `--undo` back into them."""
    from sync.model import v2

    if not _can(context, "archive"):
        return VERSION_BEHIND
    row, into = writable(context), not context.arguments.undo
    context.library.edit(row.id, lambda edit: v2.set_archived(edit, into))
    context.give({"id": row.id, "archived": into}, "")
    return DONE


async def icon(context: Context) -> int:
    """`icon`: a picture before the title, or `none`."""
    from sync.model import v2

    if not _can(context, "icon"):
        return VERSION_BEHIND
    row = writable(context)
    wanted = clean(context.arguments.icon).strip()
    if not wanted or len(wanted) > v2.ICON_LENGTH_MAX:
        instead = f"Give one picture, of at most {v2.ICON_LENGTH_MAX} characters, or “{NONE}”."
        raise Refused("wrong_value", option="ICON", value=wanted, instead=instead)
    kept = "" if wanted == NONE else wanted
    context.library.edit(row.id, lambda edit: v2.set_icon(edit, kept or None))
    context.give({"id": row.id, "icon": kept}, "")
    return DONE


async def tag(context: Context) -> int:
    """`tag`: give a note a tag, colour it, or with `--undo` take it away."""
    wanted = context.arguments
    name, colour = _tag(wanted.tag), _colour(wanted.colour)
    if colour is not None and not _can(context, "tag_colours"):
        return VERSION_BEHIND
    row, model, now_ms = writable(context), context.library.model, context.library.ticker.now_ms()
    document = context.library.document(row.id)

    def change(edit: Edit) -> None:
        from sync.model import v2

        if wanted.undo:
            model.remove_tag(edit, name)
        elif colour is not None:
            v2.colour_tag(edit, document, name, colour, now_ms)
        elif name not in row.tags:
            model.add_tag(edit, name, now_ms)

    context.library.edit(row.id, change)
    after = model.note_summary(context.library.document(row.id))
    colours = dict(after.tag_colours)
    context.give({"id": row.id, "tags": list(after.tags), "tag_colours": colours}, "")
    return DONE


def _can(context: Context, feature: str) -> bool:
    """Whether the library's model has this; says what to do where it does not."""
    from app.wording import sentence

    if feature in context.library.model.FEATURES:
        return True
    is_waiting = _is_server_older(context)
    context.say(sentence(Refused("needs_server") if is_waiting else Refused("needs_upgrade")))
    return False


def _is_server_older(context: Context) -> bool:
    """Whether the server has the notes in their old version, too: nothing can be upgraded then."""
    from app.commands.account import client_for

    known = client_for(context).status()
    return known.mode == "full" and known.server_model is not None


def _tag(text: str) -> str:
    """A tag without its sign."""
    name = " ".join(clean(text).split()).removeprefix("#")
    if not 0 < len(name) <= TAG_LENGTH_MAX:
        instead = f"A tag has 1 to {TAG_LENGTH_MAX} characters."
        raise Refused("wrong_value", option="TAG", value=name, instead=instead)
    return name


def _colour(text: str | None) -> str | None:
    """A colour as it is kept, "" for none; None where nothing is said of it."""
    if text is None:
        return None
    if text in NAMES or is_value(text):
        return text
    if text == NONE:
        return ""
    instead = f"Choose from {', '.join(NAMES)}, #rrggbb, {NONE}."
    raise Refused("wrong_value", option="--colour", value=text, instead=instead)


COMMANDS = {"archive": archive, "icon": icon, "tag": tag}
