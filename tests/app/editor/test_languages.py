"""The language of a code block: chosen from a menu, for all lines of its box, shown in its corner."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF
from PySide6.QtGui import QFontMetricsF

from app.editor import list_keys
from app.editor.formats import label_room_px
from app.editor.keys import key_of
from app.editor.languages import LANGUAGES, language_menu, name_of
from app.editor.looks import Look
from app.editor.ornaments import languages, visible_blocks
from app.editor.text_menu import text_menu

TABLE = {"kind": "code", "language": "table"}


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
    assert [name_of(said) for said in ("rust,ignore", "rs should_panic", "Rust {.x}", ",rust", "a,b")] == [
        "Rust",
        "Rust",
        "Rust",
        ",rust",
        "a,b",
    ]


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


def test_code_of_two_languages_is_two_boxes_each_with_its_word_and_its_choice(code):
    code.view.bound.perform(list_keys.set_attributes(code.view.bound.mirror, 2, key_of(TABLE)))
    code.view.commands.set_language(1, "python")
    assert code.kinds() == [{"kind": "code", "language": "python"}] * 2 + [TABLE]
    found = languages(code.view, list(visible_blocks(code.view)))
    assert [(item.block.blockNumber(), label) for item, label, _ in found] == [(0, "Python"), (2, "table")]
    assert found[1][2].top() > found[0][2].bottom()


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


@pytest.mark.parametrize("text", ["x", "x" * 2_000])
def test_the_word_stands_above_the_code_however_long_its_lines_are(code, text):
    code.view.commands.set_language(0, "python")
    code.place(0)
    code.type(text)
    code.view.selectAll()
    ((item, _, rect),) = languages(code.view, list(visible_blocks(code.view)))
    line = item.block.layout().lineAt(0)
    baseline = item.rect.top() + line.y() + line.ascent()
    letters = QFontMetricsF(item.block.layout().font()).capHeight()
    assert rect.bottom() <= baseline - letters + 1


def test_without_a_language_a_long_line_leaves_no_room_for_the_word(code):
    shown = list(visible_blocks(code.view))
    assert len(languages(code.view, shown)) == 1
    code.place(0)
    code.type("x" * 2_000)
    assert languages(code.view, list(visible_blocks(code.view))) == []


def test_a_box_is_as_much_higher_as_the_word_needs(code):
    code.place(0)
    code.view.commands.set_kind({})
    code.place(len(code.text))

    def top():
        layout = code.view.document().documentLayout()
        return layout.blockBoundingRect(code.view.document().findBlockByNumber(1)).top()

    before = top()
    code.view.commands.set_language(1, "python")
    assert top() - before == label_room_px(Look("code", 0, False, "", 0, "python")) > 0
    assert label_room_px(Look("code", 0, False, "", 0)) == 0
