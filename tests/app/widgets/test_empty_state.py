"""An empty pane says what to do, and its button does it."""

from PySide6.QtWidgets import QLabel, QPushButton

from app.widgets.empty_state import EmptyState


def test_the_message_and_its_button_are_shown(appearance):
    done, state = [], EmptyState(appearance)
    button = state.findChild(QPushButton)
    assert button.isHidden()
    state.say("pin", "Nothing pinned", "Pin a note.", "New note", lambda: done.append(1))
    said = [label.text() for label in state.findChildren(QLabel) if label.text()]
    assert said == ["Nothing pinned", "Pin a note."]
    button.click()
    assert done == [1]
    state.say("pin", "Nothing pinned", "")
    assert button.isHidden()


def test_a_long_text_is_shown_whole(appearance):
    state = EmptyState(appearance)
    state.resize(300, 400)
    state.say("pin", "Title", "words " * 30)
    text = state.findChild(QLabel, "emptyText")
    assert text.height() >= text.heightForWidth(text.width())


def test_in_a_narrow_pane_the_lines_are_narrower_and_in_a_wide_one_they_stand_in_the_middle(appearance):
    state = EmptyState(appearance)
    text = state.findChild(QLabel, "emptyText")
    state.show()
    for width in (160, 240, 500):
        state.resize(width, 400)
        state.say("pin", "Title", "Write a note, or drag some from another place onto this one.")
        state.layout().activate()
        assert state.width() == width
        assert text.height() >= text.heightForWidth(text.width())
        assert abs(text.geometry().center().x() - state.rect().center().x()) <= 1
    state.close()
