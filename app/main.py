"""
Where the window begins: check the platform, take the profile, show the window, open the library behind it.

The window is on screen before the library is read; the note shown last comes before the list. A second
start on the same profile raises the first window. Not here: the command line (`app.__main__`), what the
window does.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from app.errand import NOTHING, TEXT_LENGTH_MAX, Errand
from app.paths import Profile
from app.settings import Settings
from sync.errors import SyncError

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from app.crash import CrashDesk
    from app.main_window import MainWindow
    from app.theme import Mode

logger = logging.getLogger(__name__)

# 6.12 drops one reference to None per call on Python 3.10 and 3.11, and aborts after some 5,000 calls.
BROKEN_QT = (6, 12)
GOOD_PYTHON = (3, 12)

# How far a further window stands from the one it was opened from.
CASCADE_PX = 28

ACTIVATION_VARIABLE = "XDG_ACTIVATION_TOKEN"


def platform_problem(qt: tuple[int, int], python: tuple[int, int]) -> str | None:
    """Why this Qt and this Python cannot run a window together, as a sentence; None when they can."""
    if qt >= BROKEN_QT and python < GOOD_PYTHON:
        return (
            f"Commonplace cannot run with PySide6 {qt[0]}.{qt[1]} on Python {python[0]}.{python[1]}: "
            "this pair crashes. Install PySide6-Essentials below 6.12, or Python 3.12 or newer."
        )
    return None


def check_platform() -> str | None:
    """As `platform_problem`, for what is installed here. Loads no part of Qt itself."""
    import PySide6

    major, minor = PySide6.__version__.split(".")[:2]
    return platform_problem((int(major), int(minor)), sys.version_info[:2])


def run_window(profile: Profile, arguments: Sequence[str] = (), errand: Errand = NOTHING) -> int:
    """
    Run the window until it is closed.

    Args:
        profile: Its folder is made if it is not there.
        arguments: For Qt; what is ours has been taken out.
        errand: What the window is for; where one is open already, it gets it.

    Returns:
        The exit code: 0, or 1 after a sentence on stderr.
    """
    problem = check_platform()
    if problem is not None:
        print(problem, file=sys.stderr)
        return 1
    from app.logs import start_log, stop_log
    from app.profile_lock import Held, ProfileLock

    try:
        profile.make()
        lock = ProfileLock(profile.lock)
        lock.take_within("window")
    except Held as held:
        return _raise_other(profile, held.by, errand)
    except OSError as error:
        return _say(error)
    log = start_log(profile.log)
    try:
        return _run(profile, arguments, errand)
    finally:
        lock.release()
        if log is not None:
            stop_log(log)


def _run(profile: Profile, arguments: Sequence[str], errand: Errand) -> int:
    from PySide6.QtWidgets import QApplication

    from app.collecting import Collecting
    from app.crash import CrashDesk
    from app.translation import use_language

    app = QApplication([sys.argv[0], *arguments])
    collecting = Collecting(app)
    app.setApplicationName("Commonplace")
    app.setDesktopFileName("commonplace")
    app.setQuitOnLastWindowClosed(False)
    use_language(app)
    crash = CrashDesk(profile.folder)
    crash.install()
    terminate = signal.getsignal(signal.SIGTERM)
    try:
        again, remark = True, ""
        while again:
            program = Program(app, profile, crash)
            program.start(app.exit, errand, remark)
            # A session that ends, or `kill`. Python hears it when it runs next, collecting at the latest.
            signal.signal(signal.SIGTERM, lambda *_, program=program: program.quit())
            errand = NOTHING
            code = app.exec()
            program.end()
            again, remark = program.again, program.remark
    finally:
        signal.signal(signal.SIGTERM, terminate)
        crash.remove()
        collecting.end()
    return code


class Program:
    """The window of one profile with everything behind it, from the start to the ordered end."""

    def __init__(self, app: QApplication, profile: Profile, crash: CrashDesk) -> None:
        """Build all of it; nothing is on screen, no thread runs."""
        from app.bridge import Bridge
        from app.engine_room import open_room
        from app.main_window import MainWindow
        from app.theme import Appearance
        from app.workspace import Workspace

        self.settings = Settings(profile.folder)
        self.appearance = Appearance(app, theme_mode(self.settings), text_px(self.settings))
        self.bridge = Bridge(partial(open_room, profile, self.settings.get("last_note", "")), app)
        self.workspace = Workspace(self.bridge, app)
        self.window = MainWindow(self.bridge, self.workspace, self.appearance, self.settings)
        self.others: list[MainWindow] = []
        """Further windows on the same library that are on screen."""
        self._spare: list[MainWindow] = []
        self.crash = crash
        self._profile = profile
        self._finished: Callable[[int], object] = lambda code: None
        self._ended = False
        self._removing = False
        self.remark = ""
        """What the next one is to say, when this is not the last."""
        self.again = False
        """The program shall begin once more, on what the profile holds then."""
        crash.window = self.window
        self._app = app

    def start(self, finished: Callable[[int], object], errand: Errand = NOTHING, remark: str = "") -> None:
        """
        Show the window, then open the library.

        Args:
            finished: Told the exit code when the window is closed and the engine has ended.
            errand: What the window is for, once the library is open.
            remark: What to say then, of the one before.
        """
        self._finished = finished
        self._connect(self.window)
        self.bridge.raise_asked.connect(self._raise)
        self.bridge.open_failed.connect(self.window.show_unopened)
        self.bridge.stopped.connect(lambda unsent: self._stopped(finished, unsent))
        self._app.commitDataRequest.connect(self.bridge.stop_with_session)
        self.workspace.ready.connect(lambda: self._run_errand(errand))
        if remark:
            self.workspace.ready.connect(lambda: self.window.toast.say(remark))
        self.window.show()
        self.bridge.start(self.crash.report)

    def open_window(self, note: str = "") -> MainWindow:
        """Open a further window: for one note, or ("") for the whole library."""
        from app.main_window import MainWindow
        from app.widgets.names import move_within_screen

        if self._spare:
            window = self._spare.pop()
            window.begin_beside(note)
        else:
            window = MainWindow(self.bridge, self.workspace, self.appearance, self.settings, note)
            self._connect(window)
        self.others.append(window)
        near = self._front().geometry().topLeft()
        move_within_screen(window, near.x() + CASCADE_PX, near.y() + CASCADE_PX)
        window.show()
        window.activateWindow()
        return window

    def _connect(self, window: MainWindow) -> None:
        window.closed.connect(lambda: self._closed(window))
        window.window_asked.connect(self.open_window)
        window.quit_asked.connect(self.quit)
        window.account.removal_asked.connect(self._remove)
        window.recovery_asked.connect(self._recover)

    def _visible(self) -> list[MainWindow]:
        return [window for window in (self.window, *self.others) if window.isVisible()]

    def _front(self) -> MainWindow:
        """The window in use, or the last one opened that is on screen."""
        visible = self._visible()
        active = [window for window in visible if window.isActiveWindow()]
        return (active or visible or [self.window])[-1]

    def _raise(self, errand: Errand) -> None:
        """Somebody started the program again."""
        if errand.activation:
            os.environ[ACTIVATION_VARIABLE] = errand.activation  # Qt looks there when a window comes forward
        self._run_errand(errand._replace(activation="")).raise_window()

    def _run_errand(self, errand: Errand) -> MainWindow:
        """Do what a start was for, in a window that has lists where there is one."""
        front = self._front()
        whole = [window for window in self._visible() if window.has_lists]
        window = front if front in whole or not whole else whole[-1]
        if errand != NOTHING:
            window.errands.run(errand)
        return window

    def quit(self) -> None:
        """Close all windows; after the last one the program ends, with everything written."""
        for window in self._visible():
            window.close()

    def end(self) -> None:
        """After the event loop: wait for the engine thread, and put everything away."""
        if not self.bridge.join():
            logger.critical("the engine thread did not end in time")
        windows = (self.window, *self.others, *self._spare)
        for part in (*windows, self.workspace, self.bridge, self.appearance):
            part.deleteLater()

    def _closed(self, window: MainWindow) -> None:
        """A window has closed. After the last one end the engine, or go at once when it has ended before."""
        if window in self.others:
            # Kept for the next one: what it asked of the engine may still be answered.
            self.others.remove(window)
            self._spare.append(window)
        if self._visible():
            return
        if self._ended:
            self._finished(0)
        else:
            self.bridge.stop()

    def _stopped(self, finished: Callable[[int], object], unsent: int) -> None:
        """The engine has ended: by itself, because the library did not open, or because the window closed."""
        self._ended = True
        logger.info("%d edits will be sent next time", unsent)
        if self._visible():
            return
        if self._removing:
            self._removed(finished)
        elif unsent and self.window.status.status.auth != "local_only":
            self._say_farewell(finished, unsent)
        else:
            finished(0)

    def _recover(self, problem: str) -> None:
        """The library does not open: show the ways out of that."""
        from app.dialogs.recovery import RecoveryDialog

        dialog = RecoveryDialog(self.window, self._profile, problem)
        dialog.recovered.connect(self._begin_again)
        dialog.show()

    def _begin_again(self) -> None:
        self.again = True
        self.window.close()

    def _remove(self) -> None:
        """Signed out, and the notes shall go: end everything first, so that nothing is written meanwhile."""
        self._removing = True
        self.quit()

    def _removed(self, finished: Callable[[int], object]) -> None:
        """Delete the library, unless its last moments left something that is nowhere else; begin anew."""
        from PySide6.QtCore import QCoreApplication

        from app.refusals import Refused
        from app.removal import remove_library

        try:
            remove_library(self._profile)
            for name in ("last_note", "place"):
                self.settings.set(name, None)
        except Refused as refused:
            logger.info("the library stays: %s", refused)
            self.remark = QCoreApplication.translate(
                "Program", "Nothing was removed: what you wrote last is only on this computer."
            )
        except (SyncError, OSError) as error:
            logger.error("the library stays: %s", error)
        self.again = True
        finished(0)

    def _say_farewell(self, finished: Callable[[int], object], unsent: int) -> None:
        from app.widgets.farewell import Farewell

        self._farewell = Farewell(self.appearance, unsent, self.window.geometry())
        self._farewell.destroyed.connect(lambda: finished(0))
        self._farewell.show()


def theme_mode(settings: Settings) -> Mode:
    """The theme that was chosen, or the system's."""
    from app.theme import MODES

    chosen = settings.get("theme", "system")
    return next((mode for mode in MODES if mode == chosen), "system")


def text_px(settings: Settings) -> int:
    """The size of notes' text that was chosen, or the usual one."""
    from app.theme import TEXT_SIZE_PX, TEXT_SIZES_PX

    chosen = settings.get("text_px", TEXT_SIZE_PX)
    return chosen if chosen in TEXT_SIZES_PX else TEXT_SIZE_PX


def _raise_other(profile: Profile, by: str, errand: Errand) -> int:
    """Somebody else has the profile: bring a window to the front, or say that a command holds it."""
    from app.refusals import Refused

    if by != "window":
        return _say(Refused("profile_held"))
    from app.remote import raise_window

    errand = errand._replace(activation=os.environ.get(ACTIVATION_VARIABLE, "")[:TEXT_LENGTH_MAX])
    return 0 if raise_window(profile, errand) else _say(Refused("is_window"))


def _say(error: Exception) -> int:
    from app.wording import sentence

    print(sentence(error), file=sys.stderr)
    return 1
