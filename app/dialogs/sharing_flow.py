"""
Sharing from the window: notebooks and notes, joining by a link, leaving, the account's devices and password.

The dialogs show and ask; the client on the engine thread does. Nothing waits for it. Not here: who may do
what (the server), sentences for errors (`app.wording`).
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.bridge import Bridge
from app.dialogs.connected import keep_connected
from app.dialogs.devices import DeviceRow, DevicesDialog
from app.dialogs.join import JoinDialog
from app.dialogs.share import Member, ShareDialog, Standing
from app.engine_room import client_of
from app.notebook_names import shown_names
from app.refusals import Refused
from app.theme import Appearance
from app.widgets.banner import BannerRoom, Choice, Message, Topic
from app.wording import sentence
from sync.client.links import Link, link_of
from sync.errors import AuthFailed

if TYPE_CHECKING:
    from app.library import Library

REACH_SECONDS = 30.0
"""How long a note that is shared by itself may take to be in its own notebook."""

Work = Callable[["Library"], Coroutine[Any, Any, Any]]
Place = Callable[["Library"], Coroutine[Any, Any, str]]
"""Gives the id of what is shared, on the engine thread; makes it first where it must."""


class SharingFlow(QObject):
    """What the window does with others. GUI thread only."""

    def __init__(self, bridge: Bridge, window: QWidget, banners: BannerRoom, appearance: Appearance) -> None:
        """`window` is the parent of the dialogs; `banners` take what is worth saying afterwards."""
        super().__init__(window)
        self._bridge = bridge
        self._window = window
        self._banners = banners
        self._appearance = appearance
        self.sharing: ShareDialog | None = None
        self.joining: JoinDialog | None = None
        self.devices: DevicesDialog | None = None
        self._arriving: str | None = None
        bridge.copy_kept.connect(self._say_kept)
        bridge.library_changed.connect(self._look_for_arrived)

    # ---- a notebook, a note -----------------------------------------------------------------------------

    def ask_share(self, notebook: str | None, name: str) -> None:
        """Open the dialog of a notebook."""
        if notebook is None:
            return

        async def it(_: Library) -> str:
            return notebook

        dialog = self._open_share(name)
        self._fill(dialog, it)
        self._ask(dialog, partial(standing_of, notebook=notebook), dialog.show_standing)

    def ask_share_note(self, note: str | None, title: str) -> None:
        """Share one note by itself: with the first person or link it gets a notebook of its own."""
        if note is None:
            return
        dialog = self._open_share(title)
        self._fill(dialog, partial(_alone, note=note, name=title or self.tr("A note")))
        self._ask(dialog, partial(_standing_of_note, note=note), dialog.show_standing)

    def _open_share(self, name: str) -> ShareDialog:
        if self.sharing is not None:
            self.sharing.close()
        dialog = ShareDialog(self._window, self._appearance, name)
        self.sharing = dialog
        dialog.finished.connect(lambda _: self._gone(dialog))
        keep_connected(self._bridge, dialog)
        dialog.show()
        return dialog

    def _fill(self, dialog: ShareDialog, place: Place) -> None:
        """Connect a dialog to what it shares."""
        ask = partial(self._change, dialog, place)
        dialog.role_chosen.connect(lambda who, role: ask("set_role", account=who, role=role))
        dialog.person_added.connect(lambda email, role: ask("share", email=email, role=role))
        dialog.link_ended.connect(lambda link: ask("revoke_invite", id=link))
        dialog.link_wanted.connect(lambda role, life: self._make_link(dialog, place, role, life))
        dialog.leave_wanted.connect(lambda: self._leave(dialog, place))

    def _change(self, dialog: ShareDialog, place: Place, call: str, **args: Any) -> None:
        async def change(library: Library) -> Standing:
            notebook = await place(library)
            await client_of(library).call(call, {"notebook": notebook, **args})
            return await standing_of(library, notebook=notebook)

        self._ask(dialog, change, dialog.show_standing)

    def _make_link(self, dialog: ShareDialog, place: Place, role: str, life: int) -> None:
        async def make(library: Library) -> tuple[str, Standing]:
            notebook = await place(library)
            client = client_of(library)
            args = {"notebook": notebook, "role": role, "expires_in": life}
            made = (await client.call("create_invite", args)).value
            link = link_of(str(client.status().server), made["id"], made["secret"])
            return link, await standing_of(library, notebook=notebook)

        def show(made: tuple[str, Standing]) -> None:
            dialog.show_standing(made[1])
            dialog.show_link(made[0])

        self._ask(dialog, make, show)

    def _leave(self, dialog: ShareDialog, place: Place) -> None:
        async def leave(library: Library) -> None:
            await client_of(library).call("leave", {"notebook": await place(library)})

        def left(_: None) -> None:
            dialog.close()

        self._ask(dialog, leave, left)

    # ---- joining ----------------------------------------------------------------------------------------

    def ask_join(self, link: str = "") -> None:
        """Open the dialog, or bring the open one to the front; with a link in it, if there is one already."""
        if self.joining is not None:
            if link:
                self.joining.link.setText(link)
            self.joining.raise_()
            return
        dialog = JoinDialog(self._window)
        self.joining = dialog
        if link:
            dialog.link.setText(link)
        dialog.submitted.connect(self._join)
        dialog.finished.connect(lambda _: self._gone(dialog))
        keep_connected(self._bridge, dialog)
        dialog.show()

    def _join(self, link: Link) -> None:
        dialog = self.joining
        assert dialog is not None

        async def join(library: Library) -> dict[str, Any]:
            client = client_of(library)
            server = client.status().server
            if server is None:
                raise AuthFailed("local_only")
            if server != link.server:
                raise Refused("other_server", address=link.server)
            value: dict[str, Any] = (await client.call("redeem", link.plain())).value
            return value

        self._ask(dialog, join, self._joined)

    def _joined(self, value: dict[str, Any]) -> None:
        if self.joining is not None:
            self.joining.close()
        self._arriving = value["notebook"]
        self._look_for_arrived()

    def _look_for_arrived(self) -> None:
        """Say that a notebook that was joined is there, once it is and its name for the sidebar is known."""
        notebook = self._arriving
        if notebook is not None:
            self._bridge.call(lambda library: _arrived(library, notebook), self._say_arrived)

    def _say_arrived(self, name: str | None) -> None:
        if name is not None and self._arriving is not None:
            self._arriving = None
            self._say(self.tr("“{name}” is in the sidebar now.").format(name=name), "users")

    # ---- the account ------------------------------------------------------------------------------------

    def ask_devices(self, who: str) -> None:
        """Open the dialog of devices and password, or bring the open one to the front."""
        if self.devices is not None:
            self.devices.raise_()
            return
        dialog = DevicesDialog(self._window, who)
        self.devices = dialog
        dialog.finished.connect(lambda _: self._gone(dialog))
        keep_connected(self._bridge, dialog)
        dialog.sign_out_wanted.connect(lambda key: self._ask(dialog, out(key), dialog.show_devices))
        dialog.password_chosen.connect(
            lambda old, new: self._ask(dialog, password(old, new), dialog.say_changed)
        )
        dialog.show()
        self._ask(dialog, devices_of, dialog.show_devices)

    # ---- inside -----------------------------------------------------------------------------------------

    def _ask(self, dialog: Any, work: Work, done: Callable[[Any], None]) -> None:
        """Do something on the engine thread; tell a dialog that is still open what came of it."""

        def tell(value: Any) -> None:
            if dialog in (self.sharing, self.joining, self.devices):
                done(value)

        self._bridge.call(work, tell, partial(self._refuse, dialog))

    def _refuse(self, dialog: Any, error: Exception) -> None:
        if dialog in (self.sharing, self.joining, self.devices):
            dialog.refuse(sentence(error))

    def _gone(self, dialog: QWidget) -> None:
        if self.sharing is dialog:
            self.sharing = None
        if self.joining is dialog:
            self.joining = None
        if self.devices is dialog:
            self.devices = None

    def _say_kept(self, document: str, copy: str) -> None:
        text = self.tr("You may no longer edit a note. Your unsent edits are kept in a note of your own.")
        if document == copy:
            text = self.tr("You may not write in that notebook. Your new note is in your own notebook now.")
        self._say(text, "copy")

    def _say(self, text: str, icon: str) -> None:
        close = Choice(self.tr("OK"), lambda: self._banners.unsay(Topic.NOTICE))
        self._banners.say(Topic.NOTICE, Message(text, (close,), tone="notice", icon=icon))


def _arrived(library: Library, notebook: str) -> str | None:
    """What a notebook is called; None while it is not there, or needs its owner's name and has none yet."""
    rows = library.store.notebooks()
    name = shown_names(rows).get(notebook)
    owner = next((row.owner for row in rows if row.id == notebook), None)
    is_bare = any(row.id == notebook and row.name == name for row in rows)
    return None if owner == "" and not is_bare else name


async def standing_of(library: Library, *, notebook: str) -> Standing:
    """Who is in a notebook, and for its owners the links. Engine thread."""
    client = client_of(library)
    rows = (await client.call("members", {"notebook": notebook})).value["members"]
    members = [Member(row[0], row[1], row[2], row[3]) for row in rows]
    standing = Standing(client.status().account or "", members)
    if not standing.is_owner:
        return standing
    links = (await client.call("invites", {"notebook": notebook})).value["invites"]
    return Standing(standing.me, members, links)


async def _alone(library: Library, *, note: str, name: str) -> str:
    """The notebook in which a note is alone; the note is there when this returns. Engine thread."""
    notebook = library.notebook_of_note(note, name)
    client = client_of(library)

    def is_there() -> bool:
        return library.store.load(note).stream.startswith(notebook)

    if not await client.drained(REACH_SECONDS, is_there) or not is_there():
        raise AuthFailed("offline" if client.status().link != "live" else "timeout")
    return notebook


async def _standing_of_note(library: Library, *, note: str) -> Standing:
    """Who has a note by itself; this account alone while it is in a notebook with others. Engine thread."""
    notebook = library.notebook_alone(note)
    if notebook is not None:
        return await standing_of(library, notebook=notebook)
    client = client_of(library)
    is_connected, status = await client.connected(), client.status()
    if not is_connected or status.account is None:
        raise AuthFailed("local_only" if status.server is None else "offline")
    me = Member(status.account, status.email or "", "owner")
    return Standing(status.account, [me], is_planned=True, shared_in=_shared_in(library, note))


def _shared_in(library: Library, note: str) -> str:
    """What the notebook is called through which others have a note; empty when none have it."""
    rows = library.store.notebooks()
    where = library.store.load(note).stream.partition("/")[0]
    has_others = any(row.id == where and row.members > 1 for row in rows)
    return shown_names(rows).get(where, "") if has_others else ""


async def devices_of(library: Library) -> list[DeviceRow]:
    """The account's signed-in devices. Engine thread."""
    rows = (await client_of(library).call("devices", {})).value["devices"]
    return [DeviceRow(row[0], row[2], row[3], row[5], bool(row[6])) for row in rows]


def out(key: int) -> Work:
    """Sign a device out, then list those that are left."""

    async def work(library: Library) -> list[DeviceRow]:
        await client_of(library).call("sign_out", {"device": key})
        return await devices_of(library)

    return work


def password(old: str, new: str) -> Work:
    """Change the password; how many other devices that signed out."""

    async def work(library: Library) -> int:
        value = (await client_of(library).call("change_password", {"old": old, "new": new})).value
        return int(value["ended"])

    return work
