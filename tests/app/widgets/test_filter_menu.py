"""Filters are written into the box, after what is there, ready for their value."""

import pytest
from PySide6.QtWidgets import QLineEdit

from app.widgets.filter_menu import FilterMenu
from sync.storage.query import KEYS

pytestmark = pytest.mark.usefixtures("appearance")


def choose(menu, written):
    next(a for a in menu.actions() if a.text().endswith(f"\t{written}")).trigger()


def test_a_filter_comes_behind_the_words_with_the_caret_at_its_end():
    box = QLineEdit()
    menu = FilterMenu(box)
    choose(menu, "is:open")
    assert box.text() == "is:open"
    box.setText("milk ")
    box.setCursorPosition(0)
    choose(menu, "tag:")
    assert box.text() == "milk tag:"
    assert box.cursorPosition() == len(box.text())


def test_every_filter_there_is_can_be_had():
    box = QLineEdit()
    written = [a.text().partition("\t")[2] for a in FilterMenu(box).actions() if a.text()]
    assert {text.partition(":")[0] for text in written} == set(KEYS)
