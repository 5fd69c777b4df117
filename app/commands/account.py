"""
Commands about the server: login, logout, sync, status.

In a process of its own a command makes a client, uses it and hangs up; in a window it uses the window's.
What the last contact said of the sign-in is remembered, so that `status` knows it offline.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.commands.context import DONE, REFUSED, SIGNED_OUT, VERSION_BEHIND, Context, counted
from app.refusals import Refused
from app.removal import check_removable

if TYPE_CHECKING:
    from sync.client.session import Client
    from sync.client.state import Status
    from sync.client.tokens import TokenStore

LOGIN_SECONDS = 10.0
"""How long a login waits for the account's notebooks; what is missing then comes with the next sync."""
LOGOUT_SECONDS = 2.0
REMEMBERED = "last_contact"
BEHIND = {
    ("upgrade", "send_only"): "A newer version of your notes is in use. {sending}; you"
    " won't see others' until you say “commonplace upgrade”.",
    ("upgrade", "blocked"): "Update to sync again: say “commonplace upgrade”. {edits} safe on this computer.",
    ("update_app", "send_only"): "Update Commonplace first: the notes on the server have a version that it"
    " cannot read yet. {sending}.",
    ("update_app", "blocked"): "Update Commonplace first: the notes on the server have a version that it"
    " cannot read yet. {edits} safe on this computer.",
    ("wait", "ahead"): "The server has not been upgraded yet. {edits} kept here.",
}
"""What is said while data models differ, by what can be done about it and what the server allows."""
_SENT = "Your edits are still being sent"
_TO_BE_SENT = "Your edits are safe on this computer and will be sent with the next sync"
_BEHIND_ELSE = "The notes on the server have another version. {edits} safe on this computer."
_MOMENTS = ("last_ack_ms", "up_to_date_ms")
_KEPT = ("auth", *_MOMENTS)


async def login(context: Context) -> int:
    """`login`: sign in, or sign up with `--sign-up`; notes that are here become the account's."""
    from sync.client.links import parse_link

    wanted = context.arguments
    password = context.streams.read().decode("utf-8", "replace").partition("\n")[0].rstrip("\r")
    if not password:
        raise Refused("wrong_value", option="The password", value="", instead="Give it on standard input.")
    name = wanted.name.strip() if wanted.sign_up else None
    invite = parse_link(wanted.invite) if wanted.invite is not None else None
    adopted = _to_be_adopted(context)
    client = client_for(context)
    try:
        await client.sign_in(wanted.server, wanted.email.strip(), password, sign_up_name=name, invite=invite)
        if context.library.client is None:
            await client.start()
        await client.drained(LOGIN_SECONDS)
        reached = client.status()
    finally:
        if context.library.client is None:
            await client.stop()
    remember(context, reached)
    words = f"Signed in to {reached.server} as {reached.email}."
    if adopted:
        words += f" Added to the account from this computer: {counted(adopted, 'note')}."
    context.give({**_plain(context, reached), "adopted": adopted}, words)
    return DONE


def _to_be_adopted(context: Context) -> int:
    """How many notes here become the account's with the first sign-in."""
    store = context.library.store
    if store.meta("account") is not None:
        return 0
    return sum(row.notes for row in store.notebooks() if row.local)


async def logout(context: Context) -> int:
    """`logout`: end the sign-in; with `--remove` also the library on this computer, if all of it is sent."""
    if context.arguments.remove:
        _check_removable(context)
    client = client_for(context)
    try:
        if context.library.client is None:
            # The server is told where it can be reached soon; otherwise its token lapses by itself.
            await client.start()
            await client.drained(LOGOUT_SECONDS)
        await client.sign_out()
        reached = client.status()
    finally:
        if context.library.client is None:
            await client.stop()
    context.library.store.set_meta(REMEMBERED, None)
    context.removes_library = context.arguments.remove
    context.give(_plain(context, reached), "Signed out.")
    return DONE


def _check_removable(context: Context) -> None:
    """Raises Refused when something would be lost, or a window is using it."""
    if context.in_window:
        raise Refused("is_window")
    check_removable(context.library.store)


async def sync(context: Context) -> int:
    """`sync`: send and fetch until both sides have everything, or the time is over."""
    if context.library.store.read_only:
        from app.wording import sentence
        from sync.errors import StoreUnavailable

        context.say(sentence(StoreUnavailable(context.library.store.path, "newer")))
        return VERSION_BEHIND
    client = client_for(context)
    if context.library.client is None:
        reached = await client.sync_once(context.arguments.timeout)
    else:
        client.sync_now()
        reached = await client.reached(context.arguments.timeout)
    remember(context, reached)
    code = sync_code(reached)
    context.give(_plain(context, reached), _sync_words(reached, code))
    if code != DONE:
        context.say(_problem(reached, code))
    return code


def sync_code(reached: Status) -> int:
    """The exit code for how far a sync came."""
    from sync.client.state import AUTHS_PARKED

    if reached.auth == "local_only" or reached.auth in AUTHS_PARKED:
        return SIGNED_OUT
    if reached.mode != "full" and reached.link == "live":
        return VERSION_BEHIND
    return DONE if reached.inbound == "up_to_date" and not reached.outbox else REFUSED


def _problem(reached: Status, code: int) -> str:
    """Why a sync did not come to its end, and what to do."""
    from app.wording import sentence
    from sync.errors import AuthFailed

    if code == VERSION_BEHIND:
        return _behind_words(reached)
    if code == SIGNED_OUT:
        return sentence(AuthFailed(reached.auth))
    return sentence(AuthFailed("timeout" if reached.link == "live" else "offline"))


def _sync_words(reached: Status, code: int) -> str:
    """How a sync ended, for people."""
    refused = f", {reached.quarantine} refused by the server" if reached.quarantine else ""
    if code == DONE and (reached.files_waiting or reached.files_wanted):
        files = f"{counted(reached.files_waiting, 'file')} to send, {reached.files_wanted} to fetch"
        return f"Notes are up to date{refused}; {files}."
    return f"Up to date{refused}." if code == DONE else f"{counted(reached.outbox, 'edit')} to send{refused}."


async def status(context: Context) -> int:
    """`status`: how syncing stands, as far as it is known without asking the server."""
    from app.wording import sentence
    from sync.client.state import AUTHS_PARKED
    from sync.errors import AuthFailed

    asked = client_for(context).status()
    found = _plain(context, asked)
    if context.library.client is None:
        kept = _tokens(context).load()
        if kept is not None:
            found.update(auth=remembered(context).get("auth", "unknown"), token_kept=kept[1])
    if found["auth"] in AUTHS_PARKED:
        since = found["signed_out_ms"] or context.library.store.meta("signed_out_ms")
        found["signed_out_ms"] = int(since) if since is not None else None
    words = [f"{name}: {value}" for name, value in found.items() if value is not None]
    context.give(found, "\n".join(words))
    if found["auth"] in AUTHS_PARKED:
        context.say(sentence(AuthFailed(found["auth"])))
    if found["mode"] != "full" and found["auth"] != "local_only":
        context.say(_behind_words(replace(asked, outbox=found["outbox"])))
    return DONE


def _behind_words(status: Status) -> str:
    """Which side is behind, what becomes of the edits here, and what to do."""
    from sync.client.offers import offer_of

    words = BEHIND.get((offer_of(status).kind, status.mode), _BEHIND_ELSE)
    count = status.outbox
    edits = counted(count, "edit is", "edits are") if count else "Your edits are"
    return words.format(edits=edits, sending=_SENT if status.link == "live" else _TO_BE_SENT)


def _plain(context: Context, status: Status) -> dict[str, Any]:
    """The status as plain values; counts, and what drives syncing, come from the store, which knows best."""
    from sync.client.attending import kept_driver
    from sync.client.visiting import synced_ms

    store = context.library.store
    store.refresh_projections()
    waiting, wanted, refused = store.file_counts()
    found: dict[str, Any] = {
        **status.plain(),
        "outbox": store.outbox_count(),
        "quarantine": store.quarantine_count(),
        "files_waiting": waiting,
        "files_wanted": wanted,
        "files_refused": refused,
    }
    known = remembered(context)
    for name in _MOMENTS:
        found[name] = found[name] or known.get(name)
    found["driver"] = kept_driver(store).text
    found["up_to_date_ms"] = max(found["up_to_date_ms"] or 0, synced_ms(store) or 0) or None
    return found


def remember(context: Context, reached: Status) -> None:
    """Keep what the server said last."""
    before = remembered(context)
    known = {name: getattr(reached, name) for name in _KEPT}
    for name in (*_MOMENTS, "auth"):
        known[name] = known[name] if known[name] not in (None, "unknown") else before.get(name)
    context.library.store.set_meta(REMEMBERED, json.dumps(known))


def remembered(context: Context) -> dict[str, Any]:
    """What the server said last."""
    text = context.library.store.meta(REMEMBERED)
    known: dict[str, Any] = json.loads(text) if text else {}
    return {name: value for name, value in known.items() if value is not None}


def client_for(context: Context) -> Client:
    """The window's client, or one of this process that nobody has started."""
    if context.library.client is not None:
        client: Client = context.library.client
        return client
    from sync.client.session import Client as Made

    return Made(
        context.library.store,
        context.library.ticker,
        tokens=_tokens(context),
        newest=context.profile.data_model,
    )


def _tokens(context: Context) -> TokenStore:
    """Where this profile's token lives."""
    from app.tokens import TokenStore as Tokens

    return Tokens(context.profile.token_file)


COMMANDS = {"login": login, "logout": logout, "sync": sync, "status": status}
