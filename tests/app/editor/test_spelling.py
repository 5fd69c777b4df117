"""Red lines under words that are in no dictionary, and what the menu offers for them."""

from __future__ import annotations

import importlib.util

import pytest
from PySide6.QtGui import QColor

from app.editor import spelling
from app.editor.spelling import Spelling, installed_dictionaries
from app.editor.text_menu import text_menu
from tests.support.editor_world import World
from tests.support.waiting import wait_for

RIGHT = {"hello", "world", "second", "line", "third", "don't", "the"}


class Words:
    """A dictionary of a few words."""

    def __init__(self, tag: str = "en_GB", words=RIGHT) -> None:
        self.tag = tag
        self.words = set(words)

    def check(self, word: str) -> bool:
        return word.lower() in self.words

    def suggest(self, word: str) -> list[str]:
        return [known for known in sorted(self.words) if known[0] == word[0].lower()]

    def add(self, word: str) -> None:
        self.words.add(word.lower())


@pytest.fixture
def checked(qt_app):
    with World(1, "Hello wrold\nsecnd line") as world:
        window = world.windows[0]
        window.view.spelling = Spelling(window.view, lambda: [Words()])
        window.view.spelling.load()
        yield window


def wrong(window) -> list[str]:
    """The words that are wrong, once all have been looked up."""

    def found() -> list[str]:
        blocks = window.view.bound.mirror.blocks
        return [
            block.text[low:high] for block in blocks for low, high in window.view.spelling.wrong_words(block)
        ]

    found()
    wait_for(lambda: not window.view.spelling._asked)
    return found()


def test_words_in_no_dictionary_are_wrong_and_nothing_else(checked):
    assert wrong(checked) == ["wrold", "secnd"]
    checked.place(0)
    checked.type("don't don\u2019t 3rd x2 مرحبا 世界 ")
    assert wrong(checked) == ["wrold", "secnd"]


def test_code_and_links_are_left_in_peace(checked):
    checked.place(6, 11)
    checked.view.commands.toggle("code")
    checked.place(12)
    checked.view.commands.set_kind({"kind": "code"})
    assert wrong(checked) == []


def test_a_word_of_another_language_is_right_where_its_dictionary_is(checked):
    checked.view.spelling = Spelling(checked.view, lambda: [Words(), Words("ru_RU", {"привет"})])
    checked.view.spelling.load()
    checked.place(0)
    checked.type("привет превет ")
    assert wrong(checked) == ["превет", "wrold", "secnd"]


def test_the_menu_offers_what_may_have_been_meant_and_puts_it_there(checked):
    wrong(checked)
    checked.place(8)
    labels = [action.text() for action in text_menu(checked.view).actions()]
    assert labels[:3] == ["world", "Add to Dictionary", "Ignore"]
    text_menu(checked.view).actions()[0].trigger()
    assert checked.text.startswith("Hello world\n")
    checked.view.undo()
    assert checked.text.startswith("Hello wrold\n")


@pytest.mark.parametrize("label", ["Add to Dictionary", "Ignore"])
def test_a_word_can_be_let_pass(checked, label):
    wrong(checked)
    checked.place(8)
    next(action for action in text_menu(checked.view).actions() if action.text() == label).trigger()
    assert wrong(checked) == ["secnd"]


def test_wrong_words_are_underlined_but_not_the_one_being_typed(checked):
    red = QColor(dict(checked.view.formats.palette.colours)["red"])

    def underlined() -> bool:
        image = checked.view.grab().toImage()
        return any(
            abs(image.pixelColor(x, y).red() - red.red()) < 30 and image.pixelColor(x, y).green() < 120
            for x in range(image.width())
            for y in range(60)
        )

    checked.view.show()
    checked.view.setFocus()
    wait_for(checked.view.hasFocus)
    checked.view.selectAll()
    checked.view.commands.delete_range(0, len(checked.text))
    checked.type("wrold")
    assert wrong(checked) == ["wrold"]
    assert not underlined()
    checked.type(" ")
    assert underlined()
    checked.view.spelling.set_enabled(False)
    assert not underlined()
    checked.view.hide()


def test_without_enchant_nothing_is_checked_and_nothing_is_said(qt_app, monkeypatch):
    def missing(name: str):
        raise ImportError(f"The {name!r} C library was not found")

    monkeypatch.setattr(spelling.importlib, "import_module", missing)
    assert installed_dictionaries() == []
    with World(1, "wrold") as world:
        view = world.windows[0].view
        view.spelling.load()
        assert not view.spelling.is_on
        assert view.spelling.wrong_words(view.bound.mirror.blocks[0]) == []


@pytest.mark.skipif(importlib.util.find_spec("enchant") is None, reason="the spelling extra is not installed")
def test_what_enchant_has_here_can_be_asked(qt_app):
    for dictionary in installed_dictionaries():
        assert isinstance(dictionary.check("word"), bool)
