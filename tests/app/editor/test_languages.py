"""The language of a code block: chosen from a menu, for all lines of its box, shown in its corner."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF

from app.editor.languages import LANGUAGES, language_menu, name_of
from app.editor.ornaments import languages, visible_blocks
from app.editor.text_menu import text_menu


@pytest.fixture
def code(one):
    """Three lines of code between two paragraphs."""
    one.view.show()
    one.place(0, len(one.text))
    one.view.commands.set_kind({"kind": "code"})
    one.place(3)
    yield one
    one.view.hide()


def choose(menu, label: str) -> None:
    next(action for action in menu.actions() if action.text() == label).trigger()


def test_a_choice_is_for_every_line_of_the_box_and_one_undo_away(code):
    choose(language_menu(code.view, 1), "Rust")
    assert code.kinds() == [{"kind": "code", "language": "rust"}] * 3
    choose(language_menu(code.view, 0), "Plain Text")
    assert code.kinds() == [{"kind": "code"}] * 3
    code.view.undo()
    assert code.kinds() == [{"kind": "code", "language": "rust"}] * 3


def test_a_language_that_is_not_known_here_stays_and_can_be_chosen_again(code):
    code.view.commands.set_language(0, "brainf")
    menu = language_menu(code.view, 0)
    checked = [action.text() for action in menu.actions() if action.isChecked()]
    assert checked == ["brainf"]
    assert name_of("brainf") == "brainf"
    assert [name_of(short) for short in ("py", "PY", "ts", "yml")] == [
        "Python",
        "Python",
        "TypeScript",
        "YAML",
    ]
    assert name_of("") == LANGUAGES[""]


def test_it_stands_in_the_corner_where_a_click_asks_for_another(code):
    code.view.commands.set_language(0, "python")
    shown = list(visible_blocks(code.view))
    ((item, label, rect),) = languages(code.view, shown)
    assert (item.block.blockNumber(), label) == (0, "Python")
    asked: list[int] = []
    code.view.language_wanted.connect(asked.append)
    code.mouse(QEvent.Type.MouseButtonPress, QPointF(rect.center()))
    code.mouse(QEvent.Type.MouseButtonRelease, QPointF(rect.center()))
    assert asked == [0]
    assert code.caret == 3


def test_without_a_language_the_corner_speaks_only_while_somebody_writes_there(code):
    shown = list(visible_blocks(code.view))
    assert [label for _, label, _ in languages(code.view, shown)] == ["Plain Text"]
    code.view.set_writable(False)
    assert not languages(code.view, shown)
    code.view.set_writable(True)


def test_the_menu_of_the_text_offers_it_in_code_alone(code):
    assert "Language" in [action.text() for action in text_menu(code.view).actions()]
    code.view.commands.set_kind({})
    assert "Language" not in [action.text() for action in text_menu(code.view).actions()]
