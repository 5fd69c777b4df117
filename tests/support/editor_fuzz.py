"""
Random people at real views: what they do, and a loop that does it and checks.

    python -m tests.support.editor_fuzz --actions 20000 --seed 1

Two windows on two replicas exchange deltas with delays while they type, compose, paste, move, format, undo;
a foreign hand edits the QTextDocument behind the binding's back. After every action the acting window's view
has its note's text; at each meeting all deltas arrive and views, mirrors and documents must be equal in
text, spans and blocks.
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

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextListFormat,
)

from app.editor.palette import EditorPalette
from tests.support.editor_world import ALT, CTRL, SHIFT, Window, World, check_window, fail_on_slot_errors

LENGTH_MAX: Final = 400  # code points; a longer note loses a stretch, so that actions keep meeting each other
MEETING: Final = 60  # actions between two meetings, on average
PIECES: Final = (
    *("a", "b", "aa", "word", " ", "  ", "é", "e\u0301", "中文", "日本", "שלום", "مرحبا", "The fox jumped."),
    *("\U0001f600", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f1e9\U0001f1ea", "x\U00020000y"),
    *("1\ufe0f\u20e3", "\u00a0", "\u2028", "\t", "\ufffd", "\ufffc"),
)
MARKDOWN: Final = ("# ", "### ", "- ", "1. ", "7) ", "[] ", "[x] ", "> ", "```\n", "```py\n", "---\n")
HTML: Final = (
    "<p>plain</p>",
    "<h2>Head</h2><p>one <b>bold</b> <i>slanted</i></p>",
    "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>",
    "<ol start=3><li>x<li>y</ol>tail",
    "<p>go <a href='https://example.org/\U0001f600'>there</a></p><hr><p>on</p>",
    "<pre><code class='language-py'>def f():\n    pass\n</code></pre>",
    "<blockquote>said<p>twice</p></blockquote>",
    "<img src='attachment:%s' alt='p'>" % ("0" * 64),
    "<span style='font-weight:700;text-decoration:underline'>styled</span>",
)
NOTES: Final = ("bold", "italic", "underline", "strike", "code", "highlight")
Act = Callable[["Fuzz", Window], None]


class Fuzz:
    """One run from one seed."""

    def __init__(self, seed: int, windows: int = 2) -> None:
        """Args: seed: Decides everything; windows: How many people."""
        self.seed = seed
        self.random = random.Random(seed)
        self.world = World(windows, "The quick brown fox jumps over the lazy dog.\nSecond \U0001f600 line\n")
        self.done = 0
        self.last = "nothing yet"
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
    held = CTRL if fuzz.random.randrange(5) == 0 else Qt.KeyboardModifier.NoModifier
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
    match fuzz.random.randrange(4):
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
    start, end = fuzz.range(window)
    window.view.commands.move(start, end, fuzz.random.randint(0, len(window.view.bound.mirror)))


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
    fuzz.random.choice(FOREIGN)(fuzz, cursor)


def _foreign_text(fuzz: Fuzz, cursor: QTextCursor) -> None:
    cursor.insertText(fuzz.random.choice((fuzz.piece(), "two\nlines", "\n", "\n\n")))


def _foreign_erase(fuzz: Fuzz, cursor: QTextCursor) -> None:
    if cursor.hasSelection():
        cursor.removeSelectedText()
    else:
        fuzz.random.choice((cursor.deleteChar, cursor.deletePreviousChar))()


def _foreign_marks(fuzz: Fuzz, cursor: QTextCursor) -> None:
    format_ = QTextCharFormat()
    match fuzz.random.randrange(6):
        case 0:
            format_.setFontWeight(fuzz.random.choice((QFont.Weight.Bold, QFont.Weight.Normal)))
        case 1:
            format_.setFontItalic(bool(fuzz.random.randrange(2)))
        case 2:
            format_.setFontUnderline(True)
        case 3:
            format_.setForeground(QColor("#00ff01"))
        case 4:
            format_.setAnchor(True)
            format_.setAnchorHref("https://example.org/foreign")
        case _:
            format_.setFontStrikeOut(True)
    cursor.mergeCharFormat(format_)


def _foreign_plain(_fuzz: Fuzz, cursor: QTextCursor) -> None:
    cursor.setCharFormat(QTextCharFormat())


def _foreign_block(fuzz: Fuzz, cursor: QTextCursor) -> None:
    format_ = QTextBlockFormat()
    match fuzz.random.randrange(4):
        case 0:
            format_.setHeadingLevel(fuzz.random.randrange(4))
        case 1:
            format_.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        case 2:
            format_.setIndent(fuzz.random.randrange(3))
        case _:
            cursor.setBlockFormat(format_)
            return
    cursor.mergeBlockFormat(format_)


def _foreign_list(fuzz: Fuzz, cursor: QTextCursor) -> None:
    styles = (QTextListFormat.Style.ListDisc, QTextListFormat.Style.ListDecimal)
    cursor.createList(fuzz.random.choice(styles))


def _foreign_half(fuzz: Fuzz, cursor: QTextCursor) -> None:
    """Step into the middle of a surrogate pair and write there."""
    text = cursor.document().toPlainText().encode("utf-16-le")
    inside = [at // 2 for at in range(0, len(text) - 1, 2) if 0xDC <= text[at + 1] <= 0xDF]
    if inside:
        cursor.setPosition(fuzz.random.choice(inside))
        if fuzz.random.randrange(2):
            cursor.insertText("Z")
        else:
            cursor.deleteChar()


def _foreign_distant(fuzz: Fuzz, cursor: QTextCursor) -> None:
    """One edit block, edits at both ends: the signal names the union, or something wrong."""
    cursor.beginEditBlock()
    cursor.setPosition(0)
    cursor.insertText("first ")
    cursor.movePosition(QTextCursor.MoveOperation.End)
    cursor.insertText(" last" + fuzz.piece())
    if fuzz.random.randrange(2):
        cursor.movePosition(QTextCursor.MoveOperation.Start)
        cursor.movePosition(QTextCursor.MoveOperation.NextBlock)
        cursor.insertBlock()
    cursor.endEditBlock()


def _foreign_in_slot(_fuzz: Fuzz, cursor: QTextCursor) -> None:
    """An edit inside a slot of contentsChange, which nobody announces."""
    document = cursor.document()

    def slot(*_: int) -> None:
        document.contentsChange.disconnect(slot)
        other = QTextCursor(document)
        other.movePosition(QTextCursor.MoveOperation.End)
        other.insertText("slot")

    document.contentsChange.connect(slot)
    cursor.insertText("trigger")


def _foreign_html(fuzz: Fuzz, cursor: QTextCursor) -> None:
    cursor.insertHtml(fuzz.random.choice(HTML[:4]))


FOREIGN: Final = (
    _foreign_text,
    _foreign_text,
    _foreign_erase,
    _foreign_marks,
    _foreign_plain,
    _foreign_block,
    _foreign_list,
    _foreign_half,
    _foreign_distant,
    _foreign_in_slot,
    _foreign_html,
)

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
    "drag": (_drag, 3),
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
    fuzz = Fuzz(seed)
    try:
        fuzz.run(actions)
    except BaseException as error:
        error.add_note(f"after {fuzz.done} actions, at: {fuzz.last}\nreplay: {replay_line(seed, actions)}")
        raise
    finally:
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
    print(f"{options.actions} actions in {time.perf_counter() - begun:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
