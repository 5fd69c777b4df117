"""
The whole program in a test: window, bridge, engine, library in a folder, and if asked a server.

Nothing is replaced but the keyring (a file) and the folder dialog. A bug on any thread fails the test.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QWidget

from app.crash import CrashDesk
from app.dialogs.first_steps import WRITTEN
from app.errand import NOTHING, Errand
from app.main import Program
from app.paths import Profile
from app.settings import Settings
from tests.support.looks import undress
from tests.support.running_server import RunningServer, running_server
from tests.support.waiting import SECONDS_MAX, wait_for


class BugDesk(CrashDesk):
    """Keeps what it is told instead of showing it."""

    def __init__(self) -> None:
        super().__init__()
        self.bugs: list[BaseException] = []

    def report(self, error: BaseException) -> None:
        """Keep it."""
        self.bugs.append(error)


class Started:
    """
    A program that runs. `window` and the parts of it that tests ask for.

    Args:
        first: The very first start of a profile; otherwise an empty library shows an empty note.
    """

    def __init__(
        self,
        app: QApplication,
        profile: Profile,
        errand: Errand = NOTHING,
        *,
        first: bool = False,
        remark: str = "",
    ) -> None:
        profile.folder.mkdir(exist_ok=True)
        if not first:
            Settings(profile.folder).set(WRITTEN, True)
        self.profile = profile
        self.desk = BugDesk()
        self._hook = sys.excepthook
        sys.excepthook = lambda kind, error, trace: self.desk.report(error)
        self.codes: list[int] = []
        self.statuses: list[Any] = []
        self.program = Program(app, self.profile, self.desk)
        self.program.bridge.status_changed.connect(self.statuses.append)
        self.program.start(self.codes.append, errand, remark)
        self.window = self.program.window
        self.browsing = self.window.browsing
        self.view = self.window.view
        self.notes = self.browsing.notes

    def ready(self) -> Started:
        """Wait until the library is open, the list is read and the first status has come."""
        listed: list[int] = []
        self.notes.modelReset.connect(lambda: listed.append(1))
        wait_for(
            lambda: self.program.workspace.is_ready and self.statuses and (listed or self.notes.rowCount())
        )
        return self

    @property
    def status(self) -> Any:
        """The engine's last word."""
        return self.statuses[-1]

    def titles(self) -> list[str]:
        """What the list shows."""
        return [self.notes.row_at(place).title for place in range(self.notes.rowCount())]

    def call(self, work: Callable[[Any], Any]) -> Any:
        """What a piece of work on the engine thread gives."""
        answers: list[Any] = []
        self.program.bridge.call(
            work, lambda answer: answers.append((answer,)), lambda e: answers.append((e,))
        )
        return wait_for(lambda: answers)[0][0]

    def close(self) -> None:
        """Close the window as a person does, and wait for the end of everything."""
        if not self.codes:
            self.window.close()
            wait_for(lambda: self.codes)
        self.program.end()
        self.desk.deleteLater()
        sys.excepthook = self._hook
        assert not self.desk.bugs, self.desk.bugs


@contextmanager
def started(
    app: QApplication, place: Path | Profile, *, first: bool = False, remark: str = ""
) -> Iterator[Started]:
    """The program on a profile, or on the one in a folder, ready; closed in order afterwards."""
    palette, font = app.palette(), app.font()
    profile = place if isinstance(place, Profile) else Profile(place)
    made = Started(app, profile, first=first, remark=remark)
    try:
        yield made.ready()
    finally:
        made.close()
        del made
        undress(app, palette, font)


class Served:
    """A real server on a loop of its own."""

    def __init__(self, server: RunningServer, loop: asyncio.AbstractEventLoop) -> None:
        self.url = server.url
        self._server = server
        self._loop = loop

    def administer(self, command: str, **arguments: Any) -> Any:
        """Give a command as the administrator would."""
        work = self._server.administer(command, **arguments)
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    def alter(self, call: Callable[[Any], Any]) -> Any:
        """What a piece of work on the open folder gives, on the store's thread."""
        work = self._server.in_store(lambda: call(self._server.opened))
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    def change_password(self, email: str, old: str, new: str) -> None:
        """Change a password as the person does, on another device."""

        async def change() -> None:
            peer = await self._server.peer()
            for result in (
                await peer.sign_in(email, old),
                await peer.call("change_password", old=old, new=new),
            ):
                assert not result.code, result

        asyncio.run_coroutine_threadsafe(change(), self._loop).result(20)


@contextmanager
def served(folder: Path, data_model: str | None = None) -> Iterator[Served]:
    """A server for the time of the block; a new one of a data model, or of the usual."""
    loop = asyncio.new_event_loop()
    servers: list[RunningServer] = []
    ending = asyncio.Event()
    up = threading.Event()

    async def live() -> None:
        async with running_server(folder, data_model=data_model) as server:
            servers.append(server)
            up.set()
            await ending.wait()

    thread = threading.Thread(target=lambda: (loop.run_until_complete(live()), loop.close()), name="server")
    thread.start()
    try:
        assert up.wait(SECONDS_MAX)
        yield Served(servers[0], loop)
    finally:
        loop.call_soon_threadsafe(ending.set)
        thread.join(20)


def type_text(widget: QWidget, text: str) -> None:
    """Type, a key at a time, whatever the script."""
    for letter in text:
        key = Qt.Key.Key_Return if letter == "\n" else 0
        shown = "\r" if letter == "\n" else letter
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(widget, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, shown))


def press(widget: QWidget, keys: str) -> None:
    """Press one combination, such as Ctrl+Z."""
    combination = QKeySequence(keys)[0]
    for kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        event = QKeyEvent(kind, combination.key(), combination.keyboardModifiers())
        QApplication.sendEvent(widget, event)
