"""Commands stand in the menus, where their shortcuts can be learnt."""

import pytest
from PySide6.QtWidgets import QMainWindow

from app.actions import Actions, fill

pytestmark = pytest.mark.usefixtures("qt_app")


def test_every_command_with_a_shortcut_can_be_found_in_a_menu():
    window = QMainWindow()
    actions = Actions(window)
    fill(window.menuBar(), actions.menus())
    listed = set()
    for top in window.menuBar().actions():
        listed |= {action.text() for action in top.menu().actions()}
    named = {action.text() for action in window.actions() if not action.shortcut().isEmpty()}
    assert named <= listed
    menus = [top.menu().accessibleName() for top in window.menuBar().actions()]
    assert menus == ["File", "Edit", "Note", "View", "Help"]


def test_the_menu_of_a_place_offers_only_what_can_be_done_with_it():
    window = QMainWindow()
    actions = Actions(window)
    assert actions.rename in actions.place_menu(rename=True, share=True).actions()
    assert actions.delete_place in actions.place_menu(rename=True, share=True).actions()
    plain = actions.place_menu(rename=False, share=False).actions()
    assert not {actions.rename, actions.delete_place} & set(plain)
    assert actions.trash in actions.note_menu().actions()
