"""
Signing in, making an account, signing out: from the command to the server's answer.

The dialogs collect and show; the client on the engine thread does. Nothing waits for it: notes open and
take edits meanwhile. Not here: what a lost sign-in looks like (`widgets.status`), sentences for errors
(`app.wording`).
"""

from __future__ import annotations

from collections.abc import Coroutine
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QMenu, QWidget

from app.bridge import Bridge
from app.call import Call
from app.dialogs.sign_in import Credentials, SignInDialog
from app.dialogs.sign_out import SignOutDialog
from app.engine_room import client_of
from app.models.sync_words import auth_words, server_address, server_name
from app.paths import Profile
from app.removal import OnlyHere, check_removable, only_here
from app.separate import prepare, separate_profile, start_window
from app.widgets.banner import BannerRoom, Choice, Message, Topic
from app.widgets.sync_choice import SyncChoice
from app.wording import sentence
from sync.client.driver import Driver, driver_of
from sync.client.state import AUTHS_PARKED, Status
from sync.errors import AuthFailed

if TYPE_CHECKING:
    from app.library import Library


class AccountFlow(QObject):
    """One account of the profile. GUI thread only."""

    signed_in = Signal(bool)
    """Whether an account is known here, its sign-in good or not."""
    removal_asked = Signal()
    """Signed out, and the notes shall go: close the window, then `removal.remove_library`."""
    export_asked = Signal()
    """What is only here shall be exported, the trash too."""

    def __init__(self, bridge: Bridge, window: QWidget, banners: BannerRoom) -> None:
        """`window` is the parent of the dialogs; `banners` take what is worth saying afterwards."""
        super().__init__(window)
        self._bridge = bridge
        self._window = window
        self._banners = banners
        self._status = Status()
        self._call: Call | None = None
        self.dialog: SignInDialog | None = None
        self.leaving: SignOutDialog | None = None
        self.start_window = start_window
        self._choices: list[SyncChoice] = []

    def take_status(self, status: Status) -> None:
        """Follow the engine."""
        self._status = status
        self._show_driver()
        self.signed_in.emit(status.auth != "local_only")
        self.look_what_is_only_here()

    def sync_now(self) -> None:
        """Send and fetch at once, whatever drives syncing: somebody asked."""
        self._bridge.call(lambda library: client_of(library).sync_now())

    def come_back(self) -> None:
        """Somebody looks again: where there shall be a connection, try at once."""
        self._bridge.call(lambda library: client_of(library).nudge())

    def ask_driver(self, choice: SyncChoice) -> None:
        """Have somebody choose what drives syncing."""
        self._choices.append(choice)
        self._show_driver()
        choice.changed.connect(self._drive)
        choice.destroyed.connect(lambda: self._choices.remove(choice))

    def _show_driver(self) -> None:
        for choice in self._choices:
            choice.show_driver(driver_of(self._status.driver))

    def _drive(self, driver: Driver) -> None:
        def refused(error: Exception) -> None:
            self._say(sentence(error))
            for choice in self._choices:
                choice.take_back()

        self._bridge.call(lambda library: client_of(library).drive(driver), failed=refused)

    def send_now(self) -> None:
        """Send what waits for the typing to pause."""
        self._bridge.call(lambda library: client_of(library).flush())

    def show_account(self, near: QWidget | None = None) -> None:
        """Offer what can be done about the account: a dialog without one, a menu with one."""
        if self._status.auth == "local_only":
            self.ask_sign_in()
            return
        menu = QMenu(self._window)
        head = menu.addAction(f"{self._status.email or ''} · {server_name(self._status.server)}")
        head.setEnabled(False)
        menu.addSeparator()
        if self._status.auth in AUTHS_PARKED:
            menu.addAction(self.tr("Sign in…"), self.ask_sign_in)
        menu.addAction(self.tr("Sign out…"), self.ask_sign_out)
        menu.aboutToHide.connect(menu.deleteLater)
        at = near.mapToGlobal(QPoint(0, 0)) if near is not None else self._window.mapToGlobal(QPoint(40, 40))
        menu.popup(at - QPoint(0, menu.sizeHint().height()))

    # ---- in ---------------------------------------------------------------------------------------------

    def ask_sign_in(self) -> None:
        """Open the dialog, or bring the open one to the front."""
        if self.dialog is not None:
            self.dialog.raise_()
            self.dialog.activateWindow()
            return
        status = self._status
        reason = auth_words(status) + "." if status.auth in AUTHS_PARKED else ""
        dialog = SignInDialog(
            self._window, server=server_address(status.server), email=status.email or "", reason=reason
        )
        dialog.submitted.connect(self._sign_in)
        dialog.separate_asked.connect(self.keep_separate)
        dialog.finished.connect(lambda _: self._dialog_gone(dialog))
        self.dialog = dialog
        dialog.show()
        self._bridge.call(unowned_notes, self._offer_adoption)

    def ask_first_sign_in(self, wanted: dict[str, str]) -> None:
        """In a profile that was made for an account: ask for its password."""
        self.ask_sign_in()
        if self.dialog is not None:
            self.dialog.server.setText(wanted.get("server", ""))
            self.dialog.email.setText(wanted.get("email", ""))
            self.dialog.password.setFocus()

    def keep_separate(self, server: str = "", email: str = "") -> None:
        """Give another account a profile of its own, with a window of its own."""

        def start(folder: Path) -> None:
            other = separate_profile(Profile(folder), email)
            try:
                prepare(other, server or server_address(self._status.server), email)
            except OSError as error:
                self._say(sentence(error))
                return
            if self.start_window(other):
                text = self.tr("A separate profile opens in a window of its own. It is kept in {path}.")
                self._say(text.format(path=other.folder))
            else:
                text = self.tr("Start the separate profile with: commonplace --profile {path}")
                self._say(text.format(path=other.folder))

        self._bridge.call(lambda library: library.store.path.parent, start)

    def _say(self, text: str) -> None:
        close = Choice(self.tr("OK"), lambda: self._banners.unsay(Topic.NOTICE))
        self._banners.say(Topic.NOTICE, Message(text, (close,), tone="notice", icon="info"))

    def _offer_adoption(self, notes: int) -> None:
        if self.dialog is not None:
            self.dialog.offer_adoption(notes)

    def _dialog_gone(self, dialog: SignInDialog) -> None:
        if self.dialog is not dialog:
            return  # another was opened since
        self.dialog = None
        if self._call is not None:
            self._call.cancel()
            self._call = None

    def _sign_in(self, given: Credentials) -> None:
        async def work(library: Library) -> int:
            adopted = unowned_notes(library) if given.adopt else 0
            await client_of(library).sign_in(
                given.server, given.email, given.password, sign_up_name=given.name, adopt=given.adopt
            )
            return adopted

        self._call = self._bridge.call(work, partial(self._signed_in, given), self._refused)

    def _signed_in(self, given: Credentials, adopted: int) -> None:
        self._call = None
        if self.dialog is not None:
            self.dialog.close()
        if adopted:
            self._say_adopted(given, adopted)

    def _say_adopted(self, given: Credentials, count: int) -> None:
        text = self.tr("Signed in as {who}. {n} notes from this computer now belong to this account.")
        if count == 1:
            text = self.tr("Signed in as {who}. 1 note from this computer now belongs to this account.")
        close = Choice(self.tr("OK"), lambda: self._banners.unsay(Topic.NOTICE))
        said = text.format(who=given.email, n=count)
        self._banners.say(Topic.NOTICE, Message(said, (close,), tone="notice", icon="cloud-check"))

    def _refused(self, error: Exception) -> None:
        self._call = None
        if self.dialog is None:
            return
        if isinstance(error, AuthFailed) and error.code == "wrong_account":
            self.dialog.offer_ways(self._status.email or "", self._status.outbox)
        else:
            self.dialog.refuse(sentence(error))

    # ---- out --------------------------------------------------------------------------------------------

    def ask_sign_out(self) -> None:
        """Ask what is to become of the notes, then forget the token."""
        status = self._status
        dialog = SignOutDialog(self._window, f"{status.email or ''} · {server_name(status.server)}")
        dialog.accepted_sign_out.connect(self._sign_out)
        dialog.export_asked.connect(self.export_asked)
        dialog.finished.connect(lambda _: self._leaving_gone(dialog))
        self.leaving = dialog
        dialog.show()
        self.look_what_is_only_here()

    def look_what_is_only_here(self) -> None:
        """Tell the dialog, if it is open, whether anything would be lost by removing the notes."""
        if self.leaving is not None:
            self._bridge.call(lambda library: only_here(library.store), self._show_only_here)

    def _show_only_here(self, found: OnlyHere) -> None:
        if self.leaving is not None:
            self.leaving.show_only_here(found)

    def _leaving_gone(self, dialog: SignOutDialog) -> None:
        if self.leaving is dialog:
            self.leaving = None

    def _sign_out(self, remove: bool) -> None:
        def work(library: Library) -> Coroutine[None, None, None]:
            if remove:
                check_removable(library.store)
            return client_of(library).sign_out()

        done = (lambda _: self.removal_asked.emit()) if remove else None
        self._bridge.call(work, done, lambda error: self._say(sentence(error)))


def unowned_notes(library: Library) -> int:
    """How many notes are here while the library belongs to no account; 0 once it does. Engine thread."""
    if library.store.meta("account") is not None:
        return 0
    return sum(row.notes for row in library.store.notebooks() if row.local)
