"""The sidebar chooses places, keeps what was folded, and tells what was asked for."""

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from app.models.notebook_tree import NotebookTree
from app.models.scope import Kind, Scope
from app.widgets.sidebar import Sidebar
from tests.support.rows import folder_row, notebook_row

HOME, WORK = Scope(Kind.NOTEBOOK, "home"), Scope(Kind.FOLDER, "home", "work")


@pytest.fixture
def sidebar(appearance):
    made = Sidebar(appearance, NotebookTree())
    made.resize(220, 500)
    fill(made)
    made.show()
    yield made
    made.close()


def fill(sidebar):
    sidebar.places.show(
        [notebook_row("home", notes=3)], {"home": [folder_row("work"), folder_row("in", "work")]}
    )


def test_choosing_with_the_keys_tells_the_place(sidebar):
    seen = []
    sidebar.scope_chosen.connect(seen.append)
    sidebar.tree.setFocus()
    sidebar.select(Scope())
    QTest.keyClick(sidebar.tree, Qt.Key.Key_Down)
    assert seen == [Scope(Kind.PINNED)]
    assert sidebar.current_scope() == Scope(Kind.PINNED)


def test_rebuilding_the_tree_chooses_nothing(sidebar):
    sidebar.select(WORK)
    seen = []
    sidebar.scope_chosen.connect(seen.append)
    fill(sidebar)
    sidebar.select(WORK)
    assert seen == []
    assert sidebar.current_scope() == WORK


def test_what_was_folded_stays_folded_when_the_tree_is_rebuilt(sidebar):
    tree = sidebar.tree
    assert tree.isExpanded(sidebar.places.index_of(HOME))
    tree.setExpanded(sidebar.places.index_of(WORK), False)
    fill(sidebar)
    assert tree.isExpanded(sidebar.places.index_of(HOME))
    assert not tree.isExpanded(sidebar.places.index_of(WORK))


def test_a_press_on_the_chevron_folds_and_does_not_choose(sidebar):
    seen = []
    sidebar.scope_chosen.connect(seen.append)
    rect = sidebar.tree.visualRect(sidebar.places.index_of(HOME))
    QTest.mouseClick(sidebar.tree.viewport(), Qt.MouseButton.LeftButton, pos=rect.topLeft() + QPoint(12, 12))
    assert not sidebar.tree.isExpanded(sidebar.places.index_of(HOME))
    assert seen == []
    QTest.mouseClick(sidebar.tree.viewport(), Qt.MouseButton.LeftButton, pos=rect.topLeft() + QPoint(80, 12))
    assert seen == [HOME]


def test_the_account_line_offers_a_server_or_names_the_account(sidebar):
    asked = []
    sidebar.account_asked.connect(lambda: asked.append(1))
    assert sidebar.account.accessibleName() == "Connect a server"
    sidebar.show_account("ana@example.org")
    assert "ana@example.org" in sidebar.account.text()
    sidebar.account.click()
    assert asked == [1]


def test_a_menu_is_asked_for_where_the_pointer_is(sidebar):
    seen = []
    sidebar.menu_asked.connect(lambda scope, at: seen.append(scope))
    rect = sidebar.tree.visualRect(sidebar.places.index_of(WORK))
    sidebar.tree.customContextMenuRequested.emit(rect.center())
    sidebar.tree.customContextMenuRequested.emit(QPoint(10, 480))
    assert seen == [WORK, None]


def test_it_is_painted_in_every_state(sidebar):
    sidebar.select(WORK)
    assert not sidebar.grab().isNull()


@pytest.mark.parametrize("place", [HOME, WORK])
def test_a_place_is_named_where_its_name_stands_beside_its_picture(sidebar, place):
    tree = sidebar.tree
    index = sidebar.places.index_of(place)
    before = tree.grab().toImage()
    tree.begin_naming(index)
    field = tree.viewport().findChild(QLineEdit)
    row = tree.visualRect(index)
    letters = field.geometry().left() + field.fontMetrics().leftBearing(field.text()[0])
    assert letters > row.left() + 40, "the picture is not covered"
    assert field.geometry().right() < tree.viewport().width()
    assert row.top() <= field.geometry().top() <= field.geometry().bottom() <= row.bottom()
    after = tree.grab().toImage()
    picture = QRect(row.left() + 20, row.top() + 4, 20, row.height() - 8).translated(tree.viewport().pos())
    assert before.copy(picture) == after.copy(picture)
