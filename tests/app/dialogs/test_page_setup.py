"""The page is set up with a mouse alone, with keys alone, and not with what no printer can do."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from shiboken6 import isValid

from app.dialogs.page_setup import PageSetupDialog
from app.editor.pages import PageSetup
from tests.support.hands import click, front
from tests.support.waiting import wait_for


@pytest.fixture
def asked(appearance):
    """The dialog, and what was chosen in it."""
    dialog, chosen = PageSetupDialog(None, PageSetup("A5", True, 10, 15, 25, 30)), []
    dialog.chosen.connect(chosen.append)
    dialog.show()
    front(dialog)
    yield dialog, chosen
    if isValid(dialog):
        dialog.close()


def named(dialog, text):
    (button,) = [button for button in dialog.findChildren(QPushButton) if button.text() == text]
    return button


def test_it_shows_what_is_and_leaves_it(asked):
    dialog, chosen = asked
    click(named(dialog, "Use this page"))
    assert chosen == [PageSetup("A5", True, 10, 15, 25, 30)]
    wait_for(lambda: not isValid(dialog))


def test_a_mouse_alone_chooses_paper_and_margins(asked):
    dialog, chosen = asked
    for field, text in ((dialog.size_field, "Letter"), (dialog.margins[0], "40")):
        field.showPopup()
        rows = field.view()
        rows.scrollTo(field.model().index(field.findText(text), 0))
        place = rows.visualRect(field.model().index(field.findText(text), 0)).center()
        QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=place)
        wait_for(lambda field=field, text=text: field.currentText() == text)
    click(named(dialog, "Portrait"))
    click(named(dialog, "Use this page"))
    assert chosen == [PageSetup("Letter", False, 40, 15, 25, 30)]


@pytest.mark.parametrize("wrong", ["", "x", "-5", "4", "61"])
def test_a_margin_that_no_printer_leaves_is_not_taken(asked, wrong):
    dialog, chosen = asked
    field = dialog.margins[1].lineEdit()
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    QTest.keyClicks(field, wrong)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert dialog.problem.text() == "Choose margins from 5 to 60 millimetres."
    assert dialog.focusWidget() is dialog.margins[1]
    assert chosen == []
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    wait_for(lambda: not isValid(dialog))
    assert chosen == []


def test_every_field_says_what_it_is(asked):
    dialog, _ = asked
    names = [field.accessibleName() for field in (dialog.size_field, *dialog.margins)]
    assert names == [
        "Paper",
        "Top margin in millimetres",
        "Bottom margin in millimetres",
        "Left margin in millimetres",
        "Right margin in millimetres",
    ]
