"""
Windows on one note: replicas with views, and a network of queues between them.

Each `Window` is a real `NoteEdit` on a real `Document`; deltas wait in order, per sender and receiver, until
the test lets them through. `agree` is the judge: view, mirror and document of every window say the same.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Sequence
from types import TracebackType

from PySide6.QtCore import QEvent, QMimeData, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QDropEvent, QInputMethodEvent, QKeyEvent, QMouseEvent, QTextCursor
from PySide6.QtWidgets import QApplication

from app.editor.keys import Marks, key_of
from app.editor.loading import mirror_of
from app.editor.mirror import MirrorBlock
from app.editor.note_edit import NoteEdit
from crdt.clock import Clock
from crdt.delta import Delta
from crdt.document import Document
from crdt.edit import Edit
from crdt.errors import CausalGap
from crdt.text import RichText

BODY = ("body",)
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
NONE = Qt.KeyboardModifier.NoModifier


class LoopNote(QObject):
    """An open note whose deltas go to the queues of a world."""

    patched = Signal(list)
    presence = Signal(list)

    def __init__(self, rid: int, send: Callable[[Delta], None]) -> None:
        """Args: rid: Of the replica; send: Takes what is edited here."""
        super().__init__()
        self.id = f"note-of-{rid}"
        self.document = Document(rid)
        self.writable = True
        self.caret: tuple[object, object] | None = None
        self.deltas: list[Delta] = []
        self._send = send
        self._clock = Clock(rid)
        self._now_ms = 1_000

    @property
    def body(self) -> RichText:
        """The text that is shown."""
        return self.document.text(BODY)

    def _stamp(self):
        self._now_ms += 1
        return self._clock.tick(self._now_ms)

    def _sent(self, delta: Delta) -> bool:
        if delta.empty:
            return False
        self.deltas.append(delta)
        self._send(delta)
        return True

    def edit(self, intent: Callable[[Edit], None]) -> None:
        """Edit and send."""
        self._sent(self.document.edit(self._stamp(), intent))

    def break_group(self) -> None:
        """Begin a new edit group."""
        self.document.new_group()

    def undo(self) -> bool:
        """Undo my last group and show it."""
        done = self._sent(self.document.undo(self._stamp()))
        if done:
            self.patched.emit(list(self.document.last_patches))
        return done

    def redo(self) -> bool:
        """Redo my last undone group and show it."""
        done = self._sent(self.document.redo(self._stamp()))
        if done:
            self.patched.emit(list(self.document.last_patches))
        return done

    def set_caret(self, anchor, head) -> None:
        """Remember where the caret is said to be."""
        self.caret = (anchor, head)

    def take(self, delta: Delta) -> None:
        """Apply a delta of somebody else and show it."""
        self._clock.observe(delta.stamp, delta.stamp.ms)
        patches = self.document.apply(delta)
        if patches:
            self.patched.emit(list(patches))


class OwnDrop(QDropEvent):
    """A drop whose source is a widget (None: another program), as Qt's drag loop would say."""

    def __init__(self, source, place: QPointF, content: QMimeData, action: Qt.DropAction) -> None:
        super().__init__(place, action, content, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        self.setDropAction(action)
        self._source = source
        self._content = content

    def source(self):
        return self._source

    def mimeData(self):
        return self._content


class Window:
    """One person at one view."""

    def __init__(self, number: int, world: World) -> None:
        """Args: number: From 0; world: Carries what is written here."""
        self.number = number
        self.note = LoopNote(number + 1, lambda delta: world.post(number, delta))
        self.view = NoteEdit()
        self.view.resize(600, 400)

    def open(self) -> None:
        """Show the note."""
        self.view.open(self.note)

    # What a person does

    def key(self, key: int, text: str = "", held: Qt.KeyboardModifier = NONE) -> None:
        """Press and release a key."""
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(self.view, QKeyEvent(kind, int(key), held, text))

    def type(self, text: str) -> None:
        """Type characters, newlines by Enter."""
        for letter in text:
            if letter == "\n":
                self.key(Qt.Key.Key_Return, "\r")
            elif letter == "\t":
                self.key(Qt.Key.Key_Tab, "\t")
            else:
                self.key(0, letter)

    def compose(self, preedit: str, commit: str = "", start: int = 0, length: int = 0) -> None:
        """Send what an input method sends."""
        event = QInputMethodEvent(preedit, [])
        if commit or length:
            event.setCommitString(commit, start, length)
        QApplication.sendEvent(self.view, event)

    def mouse(self, kind: QEvent.Type, place: QPointF, held: Qt.KeyboardModifier = NONE) -> None:
        """Move or press the left button at a point of the viewport."""
        left = Qt.MouseButton.LeftButton
        button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else left
        buttons = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else left
        viewport = self.view.viewport()
        event = QMouseEvent(kind, place, QPointF(viewport.mapToGlobal(place)), button, buttons, held)
        QApplication.sendEvent(viewport, event)

    def place(self, anchor: int, head: int | None = None) -> None:
        """Place the caret, or a selection, by indexes."""
        self.view.bound.standing.select(anchor, anchor if head is None else head)

    def cursor(self, start: int, end: int | None = None) -> QTextCursor:
        """A Qt cursor that is not the view's, as a foreign hand would use it."""
        surface = self.view.bound.surface
        cursor = QTextCursor(self.view.document())
        cursor.setPosition(surface.offset(start))
        if end is not None:
            cursor.setPosition(surface.offset(end), QTextCursor.MoveMode.KeepAnchor)
        return cursor

    # What can be seen

    @property
    def text(self) -> str:
        """The note's text."""
        return self.note.body.text()

    @property
    def caret(self) -> int:
        """The index of the caret."""
        return self.view.bound.standing.caret()

    @property
    def selection(self) -> tuple[int, int]:
        """Anchor and caret."""
        return self.view.bound.standing.selection()

    def kinds(self) -> list[Marks]:
        """The attributes of the blocks."""
        return [attributes for _, attributes in self.note.body.blocks()]

    def spans(self) -> list[tuple[str, Marks]]:
        """The spans of all blocks, one after the other."""
        return [span for spans, _ in self.note.body.blocks() for span in spans]

    def shown(self) -> list[MirrorBlock]:
        """What the view shows, read from Qt itself."""
        found = []
        block = self.view.document().begin()
        while block.isValid():
            made, exact = self.view.bound.surface.read(block)
            assert exact, f"block {len(found)} has formats that are not ours: {block.text()!r}"
            found.append(made)
            block = block.next()
        return found


class World:
    """Windows and the deltas on their way."""

    def __init__(self, count: int = 1, text: str = "") -> None:
        """
        Open windows on one note.

        Args:
            count: How many people.
            text: What the note holds; it comes from nobody among them.
        """
        self._app = QApplication.instance() or QApplication(["editor-world"])
        self._queues: dict[tuple[int, int], deque[Delta]] = {}
        self.windows = [Window(number, self) for number in range(count)]
        author = Document(1_000_000)
        stamp = Clock(author.rid).tick(1)

        def found_note(edit: Edit) -> None:
            edit.make(BODY, "text")
            if text:
                edit.text(BODY).insert(0, text)

        delta = author.edit(stamp, found_note)
        for window in self.windows:
            window.note.document.apply(delta)
            window.open()

    def __enter__(self) -> World:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the windows."""
        for window in self.windows:
            window.view.close_note()
            window.view.close()
            window.view.deleteLater()
        self.turn()
        self._app.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    def turn(self) -> None:
        """Let the event loop do what is due."""
        self._app.processEvents()

    def post(self, sender: int, delta: Delta) -> None:
        """Put a delta on its way to everybody else."""
        for window in self.windows:
            if window.number != sender:
                copy = Delta.decode(delta.encode())
                self._queues.setdefault((sender, window.number), deque()).append(copy)

    def waiting(self, receiver: int) -> int:
        """How many deltas are on their way to a window."""
        return sum(len(queue) for (_, to), queue in self._queues.items() if to == receiver)

    def deliver(self, receiver: int, count: int | None = None, sender: int | None = None) -> None:
        """
        Let deltas through to one window: all, or the first `count` of each (or one) sender.

        One that builds on what is still on its way waits for it, as a server has it.
        """
        for (source, to), queue in list(self._queues.items()):
            if to != receiver or (sender is not None and source != sender):
                continue
            for _ in range(len(queue) if count is None else min(count, len(queue))):
                try:
                    self.windows[receiver].note.take(queue[0])
                except CausalGap:
                    break
                queue.popleft()

    def sync(self) -> None:
        """Let everything through; what builds on each other may take several rounds."""
        for window in self.windows:
            while self.waiting(window.number):
                before = self.waiting(window.number)
                self.deliver(window.number)
                assert self.waiting(window.number) < before, "deltas that wait for each other"

    def agree(self, *, to_the_byte: bool = True) -> None:
        """
        Assert that every window shows its note and all notes are equal, once all deltas have arrived.

        Args:
            to_the_byte: Whether to compare encoded documents too, whose length is that of their history.
        """
        for window in self.windows:
            check_window(window)
        first = self.windows[0].note.document
        for window in self.windows[1:]:
            assert window.note.body.blocks() == first.text(BODY).blocks()
            assert not to_the_byte or window.note.document.encode() == first.encode()


def canonical(blocks: Sequence[MirrorBlock]) -> list[tuple[str, list[tuple[int, str]], str]]:
    """Blocks as plain values that compare."""
    return [(block.text, block.spans, block.attributes) for block in blocks]


def check_window(window: Window) -> None:
    """Assert that a window's view, mirror and document say the same, formats and units included."""
    window.view.bound.settle()
    wanted = canonical(mirror_of(window.note.body.blocks()).blocks)
    mirror = window.view.bound.mirror
    assert canonical(window.shown()) == wanted, "the view does not show the note"
    assert canonical(mirror.blocks) == wanted, "the mirror does not have the note"
    assert mirror.text() == window.note.body.text()
    assert mirror.units == window.view.document().characterCount() - 1
    assert len(mirror) == len(window.note.body)
    check_layout(window)


def check_layout(window: Window) -> None:
    """Assert that the lines of every block hold its text, and blocks stand below each other without a gap."""
    document = window.view.document()
    layout = document.documentLayout()
    block = document.begin()
    while block.isValid():  # measured first: the scroll bar may come or go with it, and with that the width
        layout.blockBoundingRect(block)
        block = block.next()
    bottom = document.documentMargin()
    block = document.begin()
    while block.isValid():
        top = layout.blockBoundingRect(block).top()
        before = block.previous()
        margins = max(before.blockFormat().bottomMargin(), block.blockFormat().topMargin())
        assert abs(top - bottom - (margins if before.isValid() else 0)) < 0.01, block.text()
        broken = block.layout()
        lines = [broken.lineAt(number) for number in range(broken.lineCount())]
        shown = block.length() - 1 + len(broken.preeditAreaText().encode("utf-16-le")) // 2
        assert sum(line.textLength() for line in lines) == shown, "its lines were made for another text"
        bottom = top + lines[-1].y() + lines[-1].height()
        block = block.next()
    assert abs(layout.documentSize().height() - bottom - document.documentMargin()) < 0.01


def marks(**kinds: object) -> str:
    """The key of marks."""
    return key_of(kinds)


def fail_on_slot_errors() -> None:
    """Make an exception inside a Qt slot end the program: PySide only prints it."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sys.__excepthook__(kind, error, trace)
        raise SystemExit(70)

    sys.excepthook = hook
