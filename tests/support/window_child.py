"""
A window in a process of its own that obeys: `python -m tests.support.window_child PROFILE`.

The whole program runs as it does for a person; only keys come from standard input, as one JSON object a line,
and each is answered by one line. Keys are real key events to the widget that has the focus. Times are
monotonic seconds, which all processes of a machine share.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QInputMethodEvent, QKeyEvent, QKeySequence, QTextCursor
from PySide6.QtWidgets import QApplication

import app.main
from app.dialogs.first_steps import WRITTEN
from app.editor.units import points_of, units_at, wide_indexes
from app.engine_room import client_of
from app.errand import NOTHING, Errand
from app.models.notices import Act
from app.paths import profile_at
from app.settings import Settings
from app.theme import Mode


class Pilot(QObject):
    """Carries out orders in the window, on the GUI thread."""

    heard = Signal(str)
    due = Signal(float, str)

    def __init__(self, program: app.main.Program) -> None:
        super().__init__(program.window)
        self.program = program
        self.commits: list[tuple[float, float]] = []
        self.seen: list[tuple[float, int]] = []
        self.status: Any = None
        self.frames: list[float] = []
        self.answers: dict[str, float] = {}
        self.heard.connect(self.obey)
        self.due.connect(self.press_and_paint)
        program.window.browsing.search.answered.connect(self.note_answer)
        program.bridge.status_changed.connect(self.keep_status)
        program.window.view.edit.textChanged.connect(self.keep_time)
        self.ready_at = 0.0
        program.window.browsing.shown.connect(self.note_shown)
        threading.Thread(target=self.listen, name="pilot", daemon=True).start()

    def listen(self) -> None:
        """Read orders; the end of the input is the order to close."""
        for line in sys.stdin:
            self.heard.emit(line)
        self.heard.emit('{"do": "close"}')

    def note_shown(self, note: Any) -> None:
        if note is not None and not self.ready_at:
            QTimer.singleShot(0, self.mark_ready)

    def mark_ready(self) -> None:
        self.ready_at = time.monotonic()

    def keep_status(self, status: Any) -> None:
        self.status = status

    def keep_time(self) -> None:
        self.seen.append((time.monotonic(), self.program.window.view.edit.document().characterCount()))

    def obey(self, line: str) -> None:
        order = json.loads(line)
        try:
            answer = getattr(self, "do_" + order.pop("do"))(**order)
        except Exception as error:  # whatever went wrong, the test that asked has to hear of it
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer if answer is not None else {}), flush=True)

    # Orders

    def do_open(self, note: str) -> None:
        self.program.window.browsing.open(note)

    def do_focus(self, what: str = "text") -> None:
        view = self.program.window.view
        (view.title if what == "title" else view.edit).setFocus()

    def do_type(self, text: str, pause_ms: int = 0, at_once: bool = True) -> dict | None:
        """Send a key event for each character; with a pause, one after the other from the event loop."""
        if at_once:
            for character in text:
                self.press(character)
            return None
        self.type_slowly(list(text), pause_ms)
        return None

    def type_slowly(self, characters: list[str], pause_ms: int) -> None:
        if characters:
            began = time.monotonic()
            self.press(characters.pop(0))
            self.program.bridge.call(
                lambda library: time.monotonic(), lambda done: self.commits.append((began, done))
            )
            QTimer.singleShot(pause_ms, lambda: self.type_slowly(characters, pause_ms))

    def press(self, character: str) -> None:
        key = Qt.Key.Key_Return if character == "\n" else 0
        target = QApplication.focusWidget() or self.program.window.view.edit
        text = "\r" if character == "\n" else character
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(target, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, text))

    def do_key_frames(self, text: str, pause_ms: int) -> None:
        """
        Have keys come in from outside, as from a keyboard, at their times however busy the window is.

        `frames` then tells how long after its time each key was on screen.
        """
        self.frames = []
        threading.Thread(target=self.send_keys, args=(text, pause_ms), daemon=True).start()

    def send_keys(self, text: str, pause_ms: int) -> None:
        for character in text:
            time.sleep(pause_ms / 1000)
            self.due.emit(time.monotonic(), character)

    def press_and_paint(self, began: float, character: str) -> None:
        self.press(character)
        self.program.window.view.edit.viewport().repaint()
        self.frames.append((time.monotonic() - began) * 1000)

    def do_frames(self) -> dict:
        return {"frames": self.frames}

    def do_switch(self, note: str) -> None:
        """Go to a note; `switched` tells when it is painted."""
        window = self.program.window
        self.switched = 0.0
        began = time.monotonic()

        def painted(shown: Any) -> None:
            if shown is not None and shown.id == note:
                window.browsing.shown.disconnect(painted)
                window.view.edit.viewport().repaint()
                self.switched = (time.monotonic() - began) * 1000

        window.browsing.shown.connect(painted)
        window.browsing.open(note)

    def do_switched(self) -> dict:
        return {"ms": self.switched}

    def do_search(self, text: str) -> None:
        """Put a query into the search field, as the key that completes it does."""
        self.answers.pop(text, None)
        self.asked = time.monotonic()
        self.program.window.pane.search.setText(text)

    def note_answer(self, text: str, _hits: Any) -> None:
        self.program.window.pane.list.viewport().repaint()
        self.answers[text] = (time.monotonic() - self.asked) * 1000

    def do_answer(self, text: str) -> dict:
        """How long after its key the answer to a query was on screen; None while it is not."""
        return {"ms": self.answers.get(text)}

    def do_scroll(self, steps: int, by_px: int) -> dict:
        """Scroll the list of notes step by step, far off now and then: how long each step takes to paint."""
        view = self.program.window.pane.list
        bar, frames = view.verticalScrollBar(), []
        for step in range(steps):
            began = time.monotonic()
            bar.setValue(bar.value() + by_px if step % 50 else bar.maximum() * step // steps)
            view.viewport().repaint()
            frames.append((time.monotonic() - began) * 1000)
        return {"frames": frames}

    def do_compose(self, preedit: str, commit: str) -> None:
        """Type with an input method: a composition on screen first, then its result."""
        edit = self.program.window.view.edit
        QApplication.sendEvent(edit, QInputMethodEvent(preedit, []))
        event = QInputMethodEvent("", [])
        event.setCommitString(commit)
        QApplication.sendEvent(edit, event)

    def do_keys(self, keys: str) -> None:
        """Send one key combination, such as Ctrl+Z."""
        combination = QKeySequence(keys)[0]  # type: ignore[index]  # the stubs leave it out
        target = QApplication.focusWidget() or self.program.window.view.edit
        for kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, combination.key(), combination.keyboardModifiers())
            QApplication.sendEvent(target, event)

    def do_select(self, start: int, end: int | None = None) -> None:
        """Put the caret at a code point, or select up to another."""
        edit = self.program.window.view.edit
        wides = wide_indexes(edit.toPlainText())
        cursor = edit.textCursor()
        cursor.setPosition(units_at(wides, start))
        if end is not None:
            cursor.setPosition(units_at(wides, end), QTextCursor.MoveMode.KeepAnchor)
        edit.setTextCursor(cursor)

    def do_paste_picture(self, colour: str, side: int = 40) -> None:
        """Paste a picture of one colour, as from another program."""
        image = QImage(side, side, QImage.Format.Format_RGB32)
        image.fill(QColor(colour))
        mime = QMimeData()
        mime.setImageData(image)
        self.program.window.view.edit.insertFromMimeData(mime)

    def do_pictures(self) -> dict:
        """The pictures that the note names: their colour as they are shown, None for what is not here."""
        view = self.program.window.view
        names = view.note.document.keys(("attachments",)) if view.note is not None else []
        shown = {name: view.edit.find_attachment(name) for name in names}
        return {
            name: picture.pixelColor(1, 1).name() if picture is not None else None
            for name, picture in shown.items()
        }

    def do_sign_in(self, server: str, email: str, password: str, name: str | None = None) -> None:
        """Sign in, or up with a name, the way the dialog does once it is filled in."""
        self.signed: dict = {}
        self.program.bridge.call(
            lambda library: client_of(library).sign_in(server, email, password, sign_up_name=name),
            lambda result: self.signed.update(done=True),
            lambda error: self.signed.update(failed=f"{type(error).__name__}: {error}"),
        )

    def do_signed(self) -> dict:
        return self.signed

    def do_state(self) -> dict:
        """What is on screen, and what the document and the engine say."""
        window = self.program.window
        view, note = window.view, window.view.note
        cursor = view.edit.textCursor()
        plain = view.edit.toPlainText()
        found: dict[str, Any] = {
            "note": note.id if note is not None else None,
            "shown": plain,
            "caret": points_of(wide_indexes(plain), cursor.position()),
            "ready_at": self.ready_at,
            "opened": self.program.workspace.is_ready and window.isVisible(),
            "banner": first.text if (first := view.banners.first()) is not None else "",
            "toast": window.toast.text.text() if window.toast.isVisible() else "",
            "window": id(window),
        }
        if note is not None:
            found |= {
                "text": note.body.text(),
                "title": note.title.text(),
                "blocks": note.body.blocks(),
                "state": note.document.encode().hex(),
            }
        if self.status is not None:
            found["status"] = {
                name: getattr(self.status, name)
                for name in ("link", "auth", "mode", "outbox", "inbound", "model")
            }
        return found

    def do_upgrade(self) -> None:
        """Press the button of the banner, then the one of the dialog."""
        upgrade = self.program.window.upgrade
        self.program.window.remedies.act(Act.UPGRADE)
        assert upgrade.dialog is not None
        upgrade.dialog.go.click()

    def do_leave_receipt(self) -> None:
        """Close the upgrade's dialog by the key that its button is chosen for."""
        dialog = self.program.window.upgrade.dialog
        assert dialog is not None
        assert dialog.focusWidget() is dialog.cancel
        dialog.cancel.click()

    def do_upgraded(self) -> dict:
        """What the upgrade's dialog says."""
        dialog = self.program.window.upgrade.dialog
        if dialog is None:
            return {}
        return {"receipt": dialog.summary.text(), "problem": dialog.problem.text()}

    def do_times(self) -> dict:
        """When keys were pressed and committed, and when the text on screen changed."""
        return {"commits": self.commits, "seen": self.seen}

    def do_grab(self, path: str) -> None:
        """Save a picture of the window."""
        self.program.window.grab().save(path)

    def do_theme(self, mode: Mode) -> None:
        self.program.appearance.set_mode(mode)

    def do_close(self) -> None:
        self.program.window.close()


class PilotedProgram(app.main.Program):
    """The program with a pilot on board."""

    def start(self, finished: Callable[[int], object], errand: Errand = NOTHING, remark: str = "") -> None:
        """Show the window, and listen."""
        super().start(finished, errand, remark)
        self.pilot = Pilot(self)


def main() -> int:
    """Run the window on the profile that is named; in an empty library an empty note is on screen."""
    vars(app.main)["Program"] = PilotedProgram
    profile = profile_at(sys.argv[1])
    profile.folder.mkdir(parents=True, exist_ok=True)
    Settings(profile.folder).set(WRITTEN, True)
    return app.main.run_window(profile)


if __name__ == "__main__":
    sys.exit(main())
