"""
A foreign hand at a bound QTextDocument: what assistive technology, platform services or a stray slot may do.

Each act edits with a QTextCursor of its own, behind the binding's back.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QTextBlockFormat, QTextCharFormat, QTextCursor, QTextListFormat

Act = Callable[[random.Random, QTextCursor], None]
PIECES: Final = (
    *("a", "b", "aa", "word", " ", "  ", "é", "e\u0301", "中文", "日本", "שלום", "مرحبا", "The fox jumped."),
    *("\U0001f600", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f1e9\U0001f1ea", "x\U00020000y"),
    *("1\ufe0f\u20e3", "\u00a0", "\u2028", "\t", "\ufffd", "\ufffc"),
)
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


def _text(chance: random.Random, cursor: QTextCursor) -> None:
    cursor.insertText(chance.choice((chance.choice(PIECES), "two\nlines", "\n", "\n\n")))


def _erase(chance: random.Random, cursor: QTextCursor) -> None:
    if cursor.hasSelection():
        cursor.removeSelectedText()
    else:
        chance.choice((cursor.deleteChar, cursor.deletePreviousChar))()


def _marks(chance: random.Random, cursor: QTextCursor) -> None:
    format_ = QTextCharFormat()
    match chance.randrange(6):
        case 0:
            format_.setFontWeight(chance.choice((QFont.Weight.Bold, QFont.Weight.Normal)))
        case 1:
            format_.setFontItalic(bool(chance.randrange(2)))
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


def _plain(_chance: random.Random, cursor: QTextCursor) -> None:
    cursor.setCharFormat(QTextCharFormat())


def _block(chance: random.Random, cursor: QTextCursor) -> None:
    format_ = QTextBlockFormat()
    match chance.randrange(4):
        case 0:
            format_.setHeadingLevel(chance.randrange(4))
        case 1:
            format_.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        case 2:
            format_.setIndent(chance.randrange(3))
        case _:
            cursor.setBlockFormat(format_)
            return
    cursor.mergeBlockFormat(format_)


def _list(chance: random.Random, cursor: QTextCursor) -> None:
    styles = (QTextListFormat.Style.ListDisc, QTextListFormat.Style.ListDecimal)
    cursor.createList(chance.choice(styles))


def _half(chance: random.Random, cursor: QTextCursor) -> None:
    """Step into the middle of a surrogate pair and write there."""
    text = cursor.document().toPlainText().encode("utf-16-le")
    inside = [at // 2 for at in range(0, len(text) - 1, 2) if 0xDC <= text[at + 1] <= 0xDF]
    if inside:
        cursor.setPosition(chance.choice(inside))
        if chance.randrange(2):
            cursor.insertText("Z")
        else:
            cursor.deleteChar()


def _distant(chance: random.Random, cursor: QTextCursor) -> None:
    """One edit block, edits at both ends: the signal names the union, or something wrong."""
    cursor.beginEditBlock()
    cursor.setPosition(0)
    cursor.insertText("first ")
    cursor.movePosition(QTextCursor.MoveOperation.End)
    cursor.insertText(" last" + chance.choice(PIECES))
    if chance.randrange(2):
        cursor.movePosition(QTextCursor.MoveOperation.Start)
        cursor.movePosition(QTextCursor.MoveOperation.NextBlock)
        cursor.insertBlock()
    cursor.endEditBlock()


def _in_slot(_chance: random.Random, cursor: QTextCursor) -> None:
    """An edit inside a slot of contentsChange, which nobody announces."""
    document = cursor.document()

    def slot(*_: int) -> None:
        document.contentsChange.disconnect(slot)
        other = QTextCursor(document)
        other.movePosition(QTextCursor.MoveOperation.End)
        other.insertText("slot")

    document.contentsChange.connect(slot)
    cursor.insertText("trigger")


def _html(chance: random.Random, cursor: QTextCursor) -> None:
    cursor.insertHtml(chance.choice(HTML[:4]))


ACTS: Final[Sequence[Act]] = (
    _text,
    _text,
    _erase,
    _marks,
    _plain,
    _block,
    _list,
    _half,
    _distant,
    _in_slot,
    _html,
)
