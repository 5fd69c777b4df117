"""What others wrote is shown as they wrote it, whatever it looks like."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocumentFragment

import app
from app.dialogs.form import WIDTH_PX, Form
from app.labels import Label, tip
from app.models.people import Person
from app.widgets.presence_strip import PresenceStrip
from tests.support.looks import worn

TAGS = "Bob <b>bold</b> <img src='file:///etc/passwd'> & <br>"


@pytest.fixture
def appearance(qt_app):
    with worn(qt_app) as made:
        yield made


def test_a_label_takes_nothing_for_markup(qt_app):
    wide, narrow = Label(TAGS), Label("Bob")
    narrow.setText(TAGS)
    assert wide.textFormat() == narrow.textFormat() == Qt.TextFormat.PlainText
    assert wide.sizeHint() == narrow.sizeHint()
    assert wide.sizeHint().width() >= wide.fontMetrics().horizontalAdvance(TAGS)


@pytest.mark.parametrize("words", ["Bob", "a < b & c", TAGS, f"two\nlines {TAGS}", f"{TAGS}\nlines"])
def test_a_tool_tip_says_every_letter(qt_app, words):
    shown = tip(words)
    if shown.startswith("<span>"):
        shown = QTextDocumentFragment.fromHtml(shown).toPlainText()
    assert shown == words


def test_every_label_of_the_program_is_such_a_one():
    root = Path(app.__file__).parent
    bare = {path.name for path in root.rglob("*.py") if " QLabel(" in path.read_text().replace("(Q", " Q")}
    assert bare == {"note_view.py"}, "its line below the title is HTML of ours, with names escaped"


def test_people_with_tags_for_names_are_named_by_them(appearance):
    strip = PresenceStrip(appearance)
    strip.show_people([Person(TAGS, 1)])
    assert QTextDocumentFragment.fromHtml(strip.avatars[0].toolTip()).toPlainText() == TAGS
    strip.deleteLater()


def test_a_dialog_about_something_with_a_long_name_says_all_of_it(appearance):
    form = Form(None, "Share “Minutes of the meeting of the gardeners of the whole town (30 November 2026)”")
    form.add_problem()
    form.show()
    title = form.findChild(Label, "dialogTitle")
    assert title.height() >= title.heightForWidth(title.width()) > 1.5 * title.fontMetrics().height()
    assert title.geometry().right() < WIDTH_PX
    form.close()
