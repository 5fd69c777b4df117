"""
Commands about others: share, join, leave, devices; and move, which works without them.

All others ask the server, so they need somebody signed in; in a window they use its client. What is on the
server decides; here is only what is asked and how the answer is told.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any, Final

from app.commands.account import client_for
from app.commands.context import DONE, Context, counted
from app.library import Library
from app.refusals import Refused

if TYPE_CHECKING:
    from sync.client.session import Client

REACH_SECONDS: Final = 30.0
"""How long to wait for the server, and for what is written here to be there."""

SECONDS_A_DAY: Final = 24 * 3600


async def share(context: Context) -> int:
    """`share`: a link to a notebook, a role for a person, or who is in it."""
    wanted = context.arguments
    return await _with_server(context, _listed if wanted.list else _revoked if wanted.revoke else _shared)


async def _shared(context: Context, client: Client) -> int:
    wanted = context.arguments
    notebook = await _notebook(context, client)
    if wanted.email is None:
        return await _link(context, client, notebook)
    args = {"notebook": notebook, "email": wanted.email.strip(), "role": wanted.role}
    if wanted.role == "none":
        person = await _person(client, notebook, wanted.email)
        result = await client.call("set_role", {"notebook": notebook, "account": person, "role": "none"})
    else:
        result = await client.call("share", args)
    value = {**result.value, "notebook": notebook, "email": wanted.email.strip()}
    words = "is a member no more" if wanted.role == "none" else f"is {wanted.role} now"
    context.give(value, f"{value['email']} {words}.")
    return DONE


async def _link(context: Context, client: Client, notebook: str) -> int:
    from sync.client.links import link_of

    wanted = context.arguments
    args = {"notebook": notebook, "role": wanted.role, "uses": wanted.uses}
    if wanted.days is not None:
        args["expires_in"] = int(wanted.days * SECONDS_A_DAY)
    made = (await client.call("create_invite", args)).value
    link = link_of(str(client.status().server), made["id"], made["secret"])
    names = ("id", "role", "expires_ms", "uses", "notebook")
    context.give({"link": link, **{name: made[name] for name in names}}, link)
    return DONE


async def _listed(context: Context, client: Client) -> int:
    """Who is in a notebook; for its owners also the links."""
    from sync.errors import AuthFailed

    notebook = await _notebook(context, client)
    rows = (await client.call("members", {"notebook": notebook})).value["members"]
    members = [
        {"account": row[0], "email": row[1], "role": row[2], "name": row[3], "collections": dict(row[4])}
        for row in rows
    ]
    try:
        invites = (await client.call("invites", {"notebook": notebook})).value["invites"]
    except AuthFailed as error:
        if error.code != "forbidden":
            raise
        invites = []
    lines = [f"{row['email']}  {row['role']}  {row['name']}" for row in members]
    lines += [
        f"link {row['id']}  {row['role']}  {row['state']}, used {counted(row['used'], 'time')}"
        for row in invites
    ]
    context.give({"notebook": notebook, "members": members, "invites": invites}, "\n".join(lines))
    return DONE


async def _revoked(context: Context, client: Client) -> int:
    from sync.errors import AuthFailed

    notebook = await _notebook(context, client)
    wanted = context.arguments.revoke
    try:
        await client.call("revoke_invite", {"notebook": notebook, "id": wanted})
    except AuthFailed as error:
        if error.code != "invite_none":
            raise
        raise Refused("no_invite", name=wanted) from error
    context.give({"id": wanted, "state": "revoked"}, "Nobody can join by that link any more.")
    return DONE


async def join(context: Context) -> int:
    """`join`: use a link, and fetch what it leads to."""
    from sync.client.links import parse_link

    link = parse_link(context.arguments.link)

    async def use(context: Context, client: Client) -> int:
        if client.status().server != link.server:
            raise Refused("other_server", address=link.server)
        value = (await client.call("redeem", link.plain())).value
        notebook = value["notebook"]
        await client.drained(REACH_SECONDS, lambda: _role(context, notebook) == (value["role"] or "none"))
        said = {
            "joined": "You are {role} of “{name}” now.",
            "raised": "You are {role} of “{name}” now.",
            "already": "You are {role} of “{name}” already.",
        }
        context.give(value, said[value["outcome"]].format(**value))
        return DONE

    return await _with_server(context, use)


async def leave(context: Context) -> int:
    """`leave`: be a member of a notebook no more."""

    async def go(context: Context, client: Client) -> int:
        notebook = await _notebook(context, client)
        await client.call("leave", {"notebook": notebook})
        await client.drained(REACH_SECONDS, lambda: _role(context, notebook) == "none")
        context.give({"left": notebook}, "You have left it. Its notes stay on this computer.")
        return DONE

    return await _with_server(context, go)


async def devices(context: Context) -> int:
    """`devices`: what is signed in to the account; one can be signed out."""

    async def look(context: Context, client: Client) -> int:
        if context.arguments.revoke is not None:
            ended = (await client.call("sign_out", {"device": context.arguments.revoke})).value["ended"]
            if not ended:
                raise Refused("no_device", name=str(context.arguments.revoke))
            context.give({"ended": ended}, "It is signed out.")
            return DONE
        names = ("key", "installation", "system", "program", "created_ms", "seen_ms", "current")
        rows = (await client.call("devices", {})).value["devices"]
        found = [dict(zip(names, row, strict=False)) for row in rows]
        lines = [
            f"{row['key']}  {row['system']}  {row['program']}" + ("  (this one)" if row["current"] else "")
            for row in found
        ]
        context.give(found, "\n".join(lines))
        return DONE

    return await _with_server(context, look)


async def _with_server(context: Context, work: Callable[[Context, Client], Awaitable[int]]) -> int:
    """
    Do something that asks the server.

    Raises:
        AuthFailed: Nobody is signed in (any more), or the server cannot be reached, or refuses.
    """
    from sync.client.state import AUTHS_PARKED
    from sync.errors import AuthFailed

    client = client_for(context)
    try:
        with client.held():
            reached = await client.reached(REACH_SECONDS)
            if reached.auth == "local_only" or reached.auth in AUTHS_PARKED:
                raise AuthFailed(reached.auth)
            if reached.link != "live":
                raise AuthFailed("offline")
            return await work(context, client)
    finally:
        if context.library.client is None:
            await client.stop()


async def _notebook(context: Context, client: Client) -> str:
    """The id of the notebook that is meant, which the server knows."""
    wanted = context.arguments.notebook
    if getattr(context.arguments, "note", False):
        return await _note_alone(context, client)
    row = context.library.find_notebook(wanted)
    if row is None:
        raise Refused("no_notebook", name=wanted)
    if row.local:
        raise Refused("not_on_server", name=row.name)
    return row.id


def _role(context: Context, notebook: str | None) -> str:
    """The role in a notebook as this library knows it; none where it does not know it."""
    return next((row.role for row in context.library.store.notebooks() if row.id == notebook), "none")


async def _note_alone(context: Context, client: Client) -> str:
    """The notebook of a note that is shared by itself; the note is there when this returns."""
    from sync.errors import AuthFailed

    library = context.library
    note = library.find(context.arguments.notebook)
    if client is not library.client and library.client is None:
        library = Library(library.store, client, library.ticker)
    notebook = library.notebook_of_note(note.id, note.title or note.preview[:80])

    def is_there() -> bool:
        return library.store.load(note.id).stream.startswith(notebook)

    if not await client.drained(REACH_SECONDS, is_there) or not is_there():
        raise AuthFailed("timeout")
    return notebook


async def move(context: Context) -> int:
    """`move`: a note to another notebook; on the server as soon as it can be asked."""
    library = context.library
    note = library.find(context.arguments.note)
    row = library.find_notebook(context.arguments.notebook)
    if row is None:
        raise Refused("no_notebook", name=context.arguments.notebook)
    library.move([note.id], row.id)
    context.give({"id": note.id, "notebook": row.id}, f"“{note.title}” is in “{row.name}” now.")
    return DONE


async def _person(client: Client, notebook: str, email: str) -> str:
    """The account of a member, by e-mail."""
    rows = (await client.call("members", {"notebook": notebook})).value["members"]
    for account, known, *_ in rows:
        if known.casefold() == email.strip().casefold():
            return str(account)
    raise Refused("no_person", name=email)


COMMANDS: Final[dict[str, Callable[[Context], Coroutine[Any, Any, int]]]] = {
    "share": share,
    "join": join,
    "leave": leave,
    "devices": devices,
    "move": move,
}
