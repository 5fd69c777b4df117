"""
Random people at real views: what they do, and a loop that does it and checks.

    python -m tests.support.editor_fuzz --actions 20000 --seed 1

Three windows on three replicas exchange deltas with delays while people type, compose, paste, drag, click,
format, undo, and open the note anew; a foreign hand edits the QTextDocument behind the binding's back. After
every action the acting window's view has its note's text; at each meeting all deltas arrive and views,
mirrors and documents must be equal in text, spans and blocks, and every line of every layout holds its text.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Callable
from typing import Final

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QImage

from app.editor import binding
from app.editor.find_bar import find_in
from app.editor.palette import EditorPalette
from tests.support import editor_foreign
from tests.support.editor_foreign import HTML, PIECES
from tests.support.editor_world import (
    ALT,
    CTRL,
    NONE,
    SHIFT,
    OwnDrop,
    Window,
    World,
    check_window,
    fail_on_slot_errors,
)

LENGTH_MAX: Final = 400  # code points; a longer note loses a stretch, so that actions keep meeting each other
PICTURE: Final = "attachment:" + "2" * 64
MEETING: Final = 60  # actions between two meetings, on average
WINDOWS: Final = 3
FIRST_BLOCKS, SLICE_BLOCKS = 3, 2  # of a note that is opened: small, so that every note here is a long one
MARKDOWN: Final = ("# ", "### ", "- ", "1. ", "7) ", "[] ", "[x] ", "> ", "```\n", "```py\n", "---\n")
NOTES: Final = ("bold", "italic", "underline", "strike", "code", "highlight")
Act = Callable[["Fuzz", Window], None]


class Fuzz:
    """One run from one seed."""

    def __init__(self, seed: int, windows: int = WINDOWS) -> None:
        """Args: seed: Decides everything; windows: How many people."""
        self.seed = seed
        self.random = random.Random(seed)
        self.world = World(windows, "The quick brown fox jumps over the lazy dog.\nSecond \U0001f600 line\n")
        self.done = 0
        self.last = "nothing yet"
        for window in self.world.windows:
            window.view.take_picture = lambda _body, name: {"type": "image", "src": PICTURE, "name": name}
            window.view.take_files = lambda paths: [{"type": "file", "name": path} for path in paths]
        names = [name for name, weight in ACTIONS.items() for _ in range(weight[1])]
        self._names = names

    def run(self, actions: int) -> None:
        """Do so many actions, then meet for the last time."""
        for _ in range(actions):
            window = self.random.choice(self.world.windows)
            name = self.random.choice(self._names)
            self.last = f"{name} in window {window.number}"
            ACTIONS[name][0](self, window)
            self.done += 1
            self._look_at(window)
            if self.random.randrange(MEETING) == 0:
                self.meet()
        self.meet()
        self.world.agree(to_the_byte=True)

    def _look_at(self, window: Window) -> None:
        if window.view.is_composing:
            return
        if not window.view.bound.is_complete and self.random.randrange(3):
            return
        window.view.bound.settle()
        text = window.text
        shown = window.view.bound.mirror.text()
        assert shown == text, f"shown {shown!r}\nbut the note is {text!r}"
        if self.random.randrange(10) == 0:
            check_window(window)
        if len(text) > LENGTH_MAX:
            self.last = "shortening"
            start = self.random.randrange(len(text) // 2)
            window.place(start, start + len(text) // 2)
            window.key(Qt.Key.Key_Delete)

    def meet(self) -> None:
        """Commit what is composed, let all deltas arrive, and compare everything."""
        self.last = "meeting after " + self.last
        for window in self.world.windows:
            window.view.end_composition()
        self.world.turn()
        self.world.sync()
        self.world.agree(to_the_byte=False)
        for window in self.world.windows:
            assert window.view.bound.check_idle()

    def range(self, window: Window) -> tuple[int, int]:
        """Draw a range of a window's text, mostly short."""
        length = len(window.view.bound.mirror)
        start = self.random.randint(0, length)
        if self.random.randrange(4) == 0:
            return start, self.random.randint(start, length)
        return start, min(length, start + self.random.randint(0, 6))

    def piece(self) -> str:
        """Draw something to type."""
        return self.random.choice(PIECES)


def _type(fuzz: Fuzz, window: Window) -> None:
    for _ in range(fuzz.random.randint(1, 4)):
        window.type(fuzz.piece())


def _type_markdown(fuzz: Fuzz, window: Window) -> None:
    window.key(Qt.Key.Key_Home)
    window.type(fuzz.random.choice(MARKDOWN))


def _enter(fuzz: Fuzz, window: Window) -> None:
    window.key(
        Qt.Key.Key_Return, "\r", SHIFT if fuzz.random.randrange(6) == 0 else Qt.KeyboardModifier.NoModifier
    )


def _erase(fuzz: Fuzz, window: Window) -> None:
    key = fuzz.random.choice((Qt.Key.Key_Backspace, Qt.Key.Key_Delete))
    held = CTRL if fuzz.random.randrange(5) == 0 else NONE
    for _ in range(fuzz.random.randint(1, 3)):
        window.key(key, "", held)


def _erase_at_border(fuzz: Fuzz, window: Window) -> None:
    border = fuzz.random.choice((Qt.Key.Key_Home, Qt.Key.Key_End))
    window.key(border)
    window.key(Qt.Key.Key_Backspace if border == Qt.Key.Key_Home else Qt.Key.Key_Delete)


def _move(fuzz: Fuzz, window: Window) -> None:
    start, end = fuzz.range(window)
    if fuzz.random.randrange(3) == 0:
        window.place(*fuzz.random.choice(((start, end), (end, start))))
    elif fuzz.random.randrange(2):
        window.place(start)
    else:
        keys = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_End)
        held = fuzz.random.choice((Qt.KeyboardModifier.NoModifier, SHIFT, CTRL, CTRL | SHIFT))
        window.key(fuzz.random.choice(keys), "", held)


def _format(fuzz: Fuzz, window: Window) -> None:
    commands = window.view.commands
    match fuzz.random.randrange(5):
        case 0:
            window.key(Qt.Key.Key_B, "b", CTRL)
        case 1:
            commands.set_mark("colour", fuzz.random.choice(("red", "#123456", None)))
        case 2:
            commands.set_link(*fuzz.range(window), fuzz.random.choice(("https://example.org", None)))
        case 3:
            commands.clear_marks()
        case _:
            commands.toggle(fuzz.random.choice(NOTES))


def _block(fuzz: Fuzz, window: Window) -> None:
    keys = (Qt.Key.Key_0, Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_6)
    match fuzz.random.randrange(6):
        case 0:
            window.key(fuzz.random.choice(keys), "", CTRL | ALT)
        case 1:
            window.key(fuzz.random.choice((Qt.Key.Key_7, Qt.Key.Key_8, Qt.Key.Key_9)), "", CTRL | SHIFT)
        case 2:
            window.key(Qt.Key.Key_Tab, "\t")
        case 3:
            window.key(Qt.Key.Key_Backtab, "", SHIFT)
        case 4:
            window.key(Qt.Key.Key_Return, "\r", CTRL)
        case _:
            kinds = (
                {"kind": "quote"},
                {"kind": "code"},
                {"kind": "unheard of", "x": 1},
                {"kind": "bullet", "level": 2},
            )
            window.view.commands.toggle_kind(fuzz.random.choice(kinds))


def _compose(fuzz: Fuzz, window: Window) -> None:
    window.compose(fuzz.piece())
    for _ in range(fuzz.random.randrange(3)):
        window.compose(fuzz.piece())
    match fuzz.random.randrange(5):
        case 0:
            window.compose("")
        case 1:
            window.compose("", fuzz.piece(), -1 if window.view.textCursor().positionInBlock() else 0, 1)
        case 2 | 3:
            window.compose(fuzz.piece() if fuzz.random.randrange(3) == 0 else "", fuzz.piece())


def _paste(fuzz: Fuzz, window: Window) -> None:
    mime = QMimeData()
    match fuzz.random.randrange(6):
        case 4:
            picture = QImage(3, 2, QImage.Format.Format_RGB32)
            picture.fill(QColor("#204060"))
            mime.setImageData(picture)
        case 5:
            mime.setText("# Head\n\n- one\n- **two**\n  - [x] deep\n\n> said\n\n```py\nx = 1\n```\n")
        case 0:
            mime.setHtml(fuzz.random.choice(HTML))
        case 1:
            mime.setText("\r\n".join(fuzz.piece() for _ in range(fuzz.random.randint(1, 4))))
        case 2:
            mime.setText("odd \x00 \u2029 \r \ufdd0 text\x0b")
        case _:
            start, end = fuzz.range(window)
            window.place(start, end)
            mime = window.view.createMimeDataFromSelection()
            window.place(fuzz.range(window)[0])
    window.view.insertFromMimeData(mime)


def _drag(fuzz: Fuzz, window: Window) -> None:
    """Drop what is selected here or in another window, or what another program drags, where the mouse is."""
    view = window.view
    target = QPointF(view.rect_at(fuzz.random.randint(0, len(view.bound.mirror))).center())
    source = fuzz.random.choice([*fuzz.world.windows, window, window, None])
    if source is None:
        mime = QMimeData()
        if fuzz.random.randrange(2):
            mime.setText("\n".join(fuzz.piece() for _ in range(fuzz.random.randint(1, 3))))
        else:
            mime.setUrls([QUrl.fromLocalFile("/nowhere/file.txt"), QUrl("https://example.org")])
    else:
        source.place(*fuzz.range(source))
        mime = source.view.createMimeDataFromSelection()
    if source is None or mime.formats():
        action = fuzz.random.choice((Qt.DropAction.MoveAction, Qt.DropAction.CopyAction))
        origin = None if source is None else source.view.viewport()
        view.dropEvent(OwnDrop(origin, target, mime, action))


def _mouse(fuzz: Fuzz, window: Window) -> None:
    """Press somewhere, perhaps move on, let go; or press twice."""
    size = window.view.viewport().size()

    def somewhere() -> QPointF:
        return QPointF(fuzz.random.randrange(size.width()), fuzz.random.randrange(size.height()))

    begin = end = somewhere()
    held = fuzz.random.choice((NONE, NONE, NONE, SHIFT))
    window.mouse(QEvent.Type.MouseButtonPress, begin, held)
    if fuzz.random.randrange(2):
        end = somewhere()
        window.mouse(QEvent.Type.MouseMove, end, held)
    window.mouse(QEvent.Type.MouseButtonRelease, end, held)
    if fuzz.random.randrange(6) == 0:
        window.mouse(QEvent.Type.MouseButtonDblClick, end, held)
        window.mouse(QEvent.Type.MouseButtonRelease, end, held)


def _replace(fuzz: Fuzz, window: Window) -> None:
    window.view.bound.settle()
    found = find_in(window.view.bound.mirror.text(), fuzz.random.choice("aeo \U0001f600"), match_case=False)
    window.view.commands.replace_all(found[: fuzz.random.randint(1, 5)], fuzz.random.choice(("", "e", "中")))


def _reopen(fuzz: Fuzz, window: Window) -> None:
    """Leave the note and come back, or show it from scratch: its blocks come in slices."""
    if fuzz.random.randrange(2):
        window.view.close_note()
        window.open()
    else:
        window.view.bound.reload()


def _embed(fuzz: Fuzz, window: Window) -> None:
    payloads = (
        {"type": "divider"},
        {"type": "image", "src": "attachment:" + "1" * 64},
        {"type": "new", "bytes": b"\x00\xff"},
    )
    window.view.commands.insert_embed(fuzz.random.choice(payloads), alone=bool(fuzz.random.randrange(2)))


def _travel(fuzz: Fuzz, window: Window) -> None:
    for _ in range(fuzz.random.randint(1, 3)):
        if fuzz.random.randrange(3):
            window.key(Qt.Key.Key_Z, "z", CTRL)
        else:
            window.key(Qt.Key.Key_Y, "y", CTRL)


def _deliver(fuzz: Fuzz, window: Window) -> None:
    fuzz.world.deliver(window.number, fuzz.random.choice((1, 2, 5, None)))


def _pause(fuzz: Fuzz, window: Window) -> None:
    window.note.break_group()
    fuzz.world.turn()


def _repaint(fuzz: Fuzz, window: Window) -> None:
    if fuzz.random.randrange(4) == 0:
        window.view.use_palette(fuzz.random.choice((EditorPalette(), EditorPalette.dark())))
    elif not window.view.is_composing:
        window.view.grab()


def _foreign(fuzz: Fuzz, window: Window) -> None:
    """Somebody edits the QTextDocument with a cursor of theirs."""
    cursor = window.cursor(*fuzz.range(window))
    fuzz.random.choice(editor_foreign.ACTS)(fuzz.random, cursor)


ACTIONS: Final[dict[str, tuple[Act, int]]] = {
    "type": (_type, 18),
    "markdown": (_type_markdown, 4),
    "enter": (_enter, 8),
    "erase": (_erase, 8),
    "erase at a border": (_erase_at_border, 5),
    "move": (_move, 12),
    "format": (_format, 7),
    "block": (_block, 6),
    "compose": (_compose, 5),
    "paste": (_paste, 4),
    "drag": (_drag, 4),
    "mouse": (_mouse, 5),
    "replace": (_replace, 1),
    "reopen": (_reopen, 1),
    "embed": (_embed, 2),
    "travel": (_travel, 5),
    "deliver": (_deliver, 14),
    "pause": (_pause, 4),
    "repaint": (_repaint, 1),
    "foreign": (_foreign, 9),
}


def replay_line(seed: int, actions: int) -> str:
    """Give the command that does it all again."""
    return f"python -m tests.support.editor_fuzz --seed {seed} --actions {actions}"


def run(seed: int, actions: int) -> float:
    """
    Run one seed and tidy up.

    Returns:
        Seconds it took.

    Raises:
        AssertionError: Views and notes differ; the note says how to see it again.
    """
    begun = time.perf_counter()
    whole = binding.FIRST_BLOCKS, binding.SLICE_BLOCKS
    vars(binding).update(FIRST_BLOCKS=FIRST_BLOCKS, SLICE_BLOCKS=SLICE_BLOCKS)
    fuzz = Fuzz(seed)
    try:
        fuzz.run(actions)
    except BaseException as error:
        error.add_note(f"after {fuzz.done} actions, at: {fuzz.last}\nreplay: {replay_line(seed, actions)}")
        raise
    finally:
        vars(binding).update(FIRST_BLOCKS=whole[0], SLICE_BLOCKS=whole[1])
        fuzz.world.close()
    return time.perf_counter() - begun


def main() -> int:
    """Run from the command line; seeds follow each other until the actions are done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--actions", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=None, help="one run of this seed; default: fresh ones")
    parser.add_argument("--each", type=int, default=1_000, help="actions for each fresh seed")
    options = parser.parse_args()
    fail_on_slot_errors()
    if options.seed is not None:
        print(
            f"{options.actions} actions of seed {options.seed} in {run(options.seed, options.actions):.1f} s"
        )
        return 0
    left, begun = options.actions, time.perf_counter()
    while left > 0:
        run(random.randrange(1 << 32), min(options.each, left))
        left -= options.each
        print(f"{options.actions - max(0, left)} actions", end="\r", file=sys.stderr, flush=True)
    print(f"{options.actions} actions in {time.perf_counter() - begun:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
