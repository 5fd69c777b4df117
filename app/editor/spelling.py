"""
Spelling: red lines under words that no dictionary of this person's languages knows.

Dictionaries come from Enchant, where it and they are installed; where they are not, nothing is checked and
nothing is said. Words are looked up when nothing else is to be done, and remembered; painting shows what is
known by then, in the visible blocks alone. Code, links and the word being typed are left in peace.
"""

from __future__ import annotations

import importlib
import logging
import re
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

from PySide6.QtCore import QLocale, QObject, QPointF, QRectF, QTimer
from PySide6.QtGui import QColor, QPainter, QPen, QTextBlock

from app.editor.geometry import rects_between
from app.editor.keys import values_of
from app.editor.mirror import MirrorBlock
from app.editor.units import units_at

if TYPE_CHECKING:
    from app.editor.note_edit import NoteEdit

SUGGESTIONS_MAX: Final = 5
_LOAD_MS: Final = 600  # after a note is first shown: starting and reading come before dictionaries
_SLICE_S: Final = 0.004  # of looking words up at a time
_WORD: Final = re.compile(r"\b[^\W\d_]+(?:['\u2019][^\W\d_]+)*\b")
_WORD_LENGTH_MAX: Final = 60
_KNOWN_MAX: Final = 50_000  # words remembered
_UNCHECKED_KINDS: Final = frozenset({"code"})
_UNCHECKED_MARKS: Final = frozenset({"code", "link", "embed"})
# A dictionary says nothing of words in letters its language does not use.
_LETTERS: Final = {
    "el": "\u0370-\u03ff\u1f00-\u1fff",
    "he": "\u0590-\u05ff",
    "hy": "\u0530-\u058f",
    "ka": "\u10a0-\u10ff",
    **dict.fromkeys(("ar", "fa", "ur"), "\u0600-\u06ff"),
    **dict.fromkeys(("be", "bg", "kk", "mk", "mn", "ru", "sr", "uk"), "\u0400-\u04ff"),
}
_LATIN: Final = "A-Za-z\u00aa\u00b5\u00ba\u00c0-\u024f\u1e00-\u1eff"

_log = logging.getLogger("app.editor.spelling")


class Dictionary(Protocol):
    """What Enchant gives for one language."""

    tag: str

    def check(self, word: str) -> bool:
        """Whether it knows a word."""

    def suggest(self, word: str) -> list[str]:
        """Give what may have been meant, best first."""

    def add(self, word: str) -> None:
        """Know a word from now on, in this person's own list."""


def installed_dictionaries() -> list[Dictionary]:
    """Give the dictionaries for the languages that this computer speaks; none where there are none."""
    try:
        enchant: Any = importlib.import_module("enchant")
        languages = [name.replace("-", "_") for name in QLocale.system().uiLanguages()]
        present = enchant.list_languages()
        chosen: dict[str, Dictionary] = {}
        for language in languages:
            near = [tag for tag in present if tag == language]
            near += [tag for tag in present if tag.partition("_")[0] == language.partition("_")[0]]
            if near and near[0] not in chosen:
                chosen[near[0]] = enchant.Dict(near[0])
        return list(chosen.values())
    except (ImportError, OSError):  # neither the package nor the library it loads has to be there
        return []


class Spelling(QObject):
    """The spelling of what one view shows."""

    def __init__(
        self, view: NoteEdit, find: Callable[[], Sequence[Dictionary]] = installed_dictionaries
    ) -> None:
        """Args: view: Is painted over; find: Gives the dictionaries, when they are first needed."""
        super().__init__(view)
        self._view: Final = view
        self._find: Final = find
        self._dictionaries: Sequence[Dictionary] | None = None
        self._letters: list[re.Pattern[str]] = []
        self._known: dict[str, bool] = {}
        self._asked: dict[str, None] = {}
        self._enabled = True
        self._loading = QTimer(self, singleShot=True, interval=_LOAD_MS)
        self._loading.timeout.connect(self.load)
        self._looking = QTimer(self, singleShot=True, interval=0)
        self._looking.timeout.connect(self._look_up)

    @property
    def is_on(self) -> bool:
        """Whether words are checked: it is wanted, and there is a dictionary."""
        return self._enabled and bool(self._dictionaries)

    def set_enabled(self, enabled: bool) -> None:
        """Check words from now on, or not."""
        self._enabled = enabled
        self._view.viewport().update()

    def load(self) -> None:
        """Look for dictionaries, once."""
        if self._dictionaries is None:
            self._dictionaries = list(self._find())
            letters = {_LETTERS.get(one.tag.partition("_")[0], _LATIN) for one in self._dictionaries}
            self._letters = [re.compile(f"[{chosen}'\u2019]+") for chosen in sorted(letters)]
            _log.info("%d dictionaries", len(self._dictionaries))
            self._view.viewport().update()

    # Words

    def is_wrong(self, word: str) -> bool:
        """Whether a word is known to be in no dictionary; one that was not looked up yet is, soon."""
        found = self._known.get(word)
        if found is None:
            self._asked[word] = None
            self._looking.start()
        return found is False

    def _look_up(self) -> None:
        deadline = time.perf_counter() + _SLICE_S
        news = False
        while self._asked and time.perf_counter() < deadline:
            word = self._asked.popitem()[0]
            if len(self._known) >= _KNOWN_MAX:
                self._known.clear()
            self._known[word] = self._is_right(word)
            news = news or not self._known[word]
        if self._asked:
            self._looking.start()
        if news:
            self._view.viewport().update()

    def _is_right(self, word: str) -> bool:
        if len(word) > _WORD_LENGTH_MAX or not any(letters.fullmatch(word) for letters in self._letters):
            return True
        plain = word.replace("\u2019", "'")
        return any(dictionary.check(plain) for dictionary in self._dictionaries or ())

    def wrong_words(self, block: MirrorBlock) -> list[tuple[int, int]]:
        """Give the ranges of the words of a block that no dictionary knows, in code points from its start."""
        if not self.is_on or values_of(block.attributes).get("kind") in _UNCHECKED_KINDS:
            return []
        return [
            found.span()
            for found in _WORD.finditer(block.text)
            if self._is_prose(block, found.start()) and self.is_wrong(found.group())
        ]

    def _is_prose(self, block: MirrorBlock, index: int) -> bool:
        if len(block.spans) == 1 and not block.spans[0][1]:
            return True
        return _UNCHECKED_MARKS.isdisjoint(values_of(block.key_at(index)))

    def word_at(self, index: int) -> tuple[int, int, str] | None:
        """Give the wrong word at an index of the note: start, end, the word; None if there is none."""
        mirror = self._view.bound.mirror
        number, inside = mirror.locate(index)
        start = mirror.start(number)
        for low, high in self.wrong_words(mirror.blocks[number]):
            if low <= inside <= high:
                return start + low, start + high, mirror.blocks[number].text[low:high]
        return None

    def suggestions(self, word: str) -> list[str]:
        """Give what may have been meant, best first."""
        found: dict[str, None] = {}
        for dictionary in self._dictionaries or ():
            found.update(dict.fromkeys(dictionary.suggest(word.replace("\u2019", "'"))))
        return list(found)[:SUGGESTIONS_MAX]

    def learn(self, word: str) -> None:
        """Put a word into this person's own list."""
        if self._dictionaries:
            self._dictionaries[0].add(word.replace("\u2019", "'"))
            self._known.clear()
            self._view.viewport().update()

    def ignore(self, word: str) -> None:
        """Let a word pass until the program ends."""
        self._known[word] = True
        self._view.viewport().update()

    # Painting

    def paint(self, painter: QPainter, blocks: Sequence[QTextBlock]) -> None:
        """Underline the wrong words of visible blocks, all but the one being typed."""
        view = self._view
        if self._dictionaries is None:
            if self._enabled and not self._loading.isActive():
                self._loading.start()
            return
        if not self.is_on or view.isReadOnly():
            return
        mirror, caret = view.bound.mirror, view.textCursor().position()
        colours = dict(view.formats.palette.colours)
        painter.setPen(QPen(QColor(colours.get("red", view.formats.palette.accent)), 1.2))
        for shown in blocks:
            number, start = shown.blockNumber(), shown.position()
            block = mirror.blocks[number] if number < len(mirror.blocks) else None
            if block is None or shown.layout().preeditAreaText():
                continue
            for low, high in self.wrong_words(block):
                begin, end = start + units_at(block.wides, low), start + units_at(block.wides, high)
                if caret != end or not view.hasFocus():
                    for line in rects_between(view, begin, end, view.viewport().rect()):
                        _wave(painter, line)


def _wave(painter: QPainter, line: QRectF) -> None:
    """Draw a wave below a piece of a line."""
    y, x = line.bottom() - 2.0, line.left()
    points: list[QPointF] = []
    while x <= line.right():
        points.append(QPointF(x, y + (1.5 if len(points) % 2 else 0.0)))
        x += 2.0
    painter.drawPolyline(points)
