"""The question what to export: every choice says what it is for, and only what makes sense can be chosen."""

import pytest
from PySide6.QtWidgets import QPushButton

from app.dialogs.export import ExportDialog
from app.dialogs.transfer_flow import Wanted


@pytest.fixture
def ask(qt_app):
    made = []

    def asked(note=None):
        dialog = ExportDialog(None, note)
        made.append(dialog)
        dialog.show()
        return dialog

    yield asked
    for dialog in made:
        dialog.close()


def press(dialog):
    chosen = []
    dialog.chosen.connect(chosen.append)
    next(button for button in dialog.findChildren(QPushButton) if button.isDefault()).click()
    return chosen


def test_without_a_choice_it_is_all_notes_as_markdown(ask):
    assert press(ask()) == [Wanted("md", None, False)]


def test_the_note_that_is_shown_can_be_wanted_alone_and_then_not_the_trash(ask):
    dialog = ask("N" * 22)
    dialog.trash.setChecked(True)
    dialog.scope.choose("note")
    assert not dialog.trash.isEnabled()
    assert press(dialog) == [Wanted("md", ("N" * 22,), False)]


def test_an_archive_is_always_whole(ask):
    dialog = ask("N" * 22)
    dialog.scope.choose("note")
    dialog.format.setCurrentIndex(dialog.format.findData("archive"))
    assert not dialog.scope.isEnabled()
    assert press(dialog) == [Wanted("archive", None, False)]


def test_links_by_name_are_for_markdown_alone(ask):
    dialog = ask()
    dialog.by_name.setChecked(True)
    dialog.format.setCurrentIndex(dialog.format.findData("html"))
    assert not dialog.by_name.isEnabled()
    dialog.format.setCurrentIndex(dialog.format.findData("md"))
    assert press(dialog) == [Wanted("md", None, False, by_name=True)]


def test_every_format_says_what_it_is_for(ask):
    dialog = ask()
    said = set()
    for place in range(dialog.format.count()):
        dialog.format.setCurrentIndex(place)
        said.add(dialog.about.text())
    assert len(said) == dialog.format.count() == 5
