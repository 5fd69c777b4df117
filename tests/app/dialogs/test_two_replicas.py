"""Two sides written on apart become the same when what waits is delivered, in any order and step."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.dialogs.two_replicas import TwoReplicasDialog
from tests.support.whole_window import press, type_text

pytestmark = pytest.mark.usefixtures("appearance")


def place(side, index):
    cursor = side.text.textCursor()
    cursor.setPosition(index)
    side.text.setTextCursor(cursor)


def test_what_both_wrote_waits_until_it_is_delivered_and_the_inside_is_shown():
    dialog = TwoReplicasDialog()
    ana, ben = dialog.sides
    assert dialog.verdict.text() == "Both are the same, to the byte."
    place(ana, 4)
    type_text(ana.text, "quick ")
    place(ben, 15)
    press(ben.text, "Backspace")
    type_text(ben.text, "!")
    assert "waits" in dialog.verdict.text()
    assert not dialog.buttons[0, False].isHidden()
    dialog.buttons[0, False].click()
    assert ben.text.toPlainText() == "The qfox jumped!"
    dialog.buttons[0, True].click()
    dialog.buttons[1, True].click()
    assert ana.text.toPlainText() == ben.text.toPlainText() == "The quick fox jumped!"
    assert dialog.verdict.text() == "Both are the same, to the byte."
    assert "†" in ana.inside.text()
    assert not dialog.buttons[0, True].isEnabled()
    dialog.grab()
    dialog.deleteLater()


def test_the_caret_stays_on_its_letter_when_the_other_side_arrives():
    dialog = TwoReplicasDialog()
    ana, ben = dialog.sides
    place(ben, 7)
    type_text(ana.text, "Hey 🙂 ")
    dialog.deliver(0, all_of_it=True)
    assert ben.text.textCursor().position() == 7 + len("Hey 🙂 ") + 1
    dialog.deleteLater()


a_step = st.tuples(st.integers(0, 1), st.sampled_from(["type", "delete", "one", "all"]), st.integers(0, 15))


@settings(max_examples=15)
@given(st.lists(a_step, max_size=20))
def test_in_the_end_both_are_the_same(taken):
    dialog = TwoReplicasDialog()
    for who, what, at in taken:
        side = dialog.sides[who]
        if what in ("one", "all"):
            dialog.deliver(who, all_of_it=what == "all")
            continue
        place(side, min(at, len(side.text.toPlainText())))
        type_text(side.text, "ab") if what == "type" else press(side.text, "Backspace")
        assert side.text.toPlainText() == side.document.text(("body",)).text()
    for who in (0, 1):
        dialog.deliver(who, all_of_it=True)
    assert dialog.verdict.text() == "Both are the same, to the byte."
    dialog.deleteLater()
