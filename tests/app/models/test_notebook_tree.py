"""The sidebar's tree shows every folder once, whatever the rows claim about parents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.models.note_list import NOTES_MIME
from app.models.notebook_tree import COUNT_ROLE, NotebookTree
from app.models.scope import Kind, Scope
from tests.support.rows import folder_row, notebook_row

pytestmark = pytest.mark.usefixtures("qt_app")


def tree(folders=()) -> NotebookTree:
    made = NotebookTree()
    made.show([notebook_row("home", notes=3), notebook_row("team", role="viewer")], {"home": list(folders)})
    return made


def outline(model: NotebookTree, parent=None) -> list:
    index = parent if parent is not None else model.index_of(Scope(Kind.NOTEBOOK, "home"))
    return [
        (model.index(row, 0, index).data(), outline(model, model.index(row, 0, index)))
        for row in range(model.rowCount(index))
    ]


def test_folders_nest_in_their_order():
    model = tree([folder_row("b", order="2"), folder_row("a", order="3"), folder_row("c", "b")])
    assert outline(model) == [("B", [("C", [])]), ("A", [])]
    assert model.index_of(Scope(Kind.NOTEBOOK, "home")).data(COUNT_ROLE) == 3


def test_a_notebook_of_somebody_else_that_is_called_as_mine_is_says_whose_it_is():
    model = NotebookTree()
    renamed = []
    model.renamed.connect(lambda scope, name: renamed.append(name))
    mine, hers = Scope(Kind.NOTEBOOK, "home"), Scope(Kind.NOTEBOOK, "hers")
    rows = [notebook_row("home"), notebook_row("home", id="hers", role="editor", owner="")]
    model.show(rows, {"hers": [folder_row("a")]})
    assert [model.name_of(scope) for scope in (mine, hers)] == ["Home", "Home — shared with me"]
    model.show([rows[0], rows[1]._replace(owner="Ana")], {"hers": [folder_row("a")]})
    assert [model.name_of(scope) for scope in (mine, hers)] == ["Home", "Home — Ana"]
    assert [name for _, name in model.named_places()] == ["Home", "Home — Ana", "Home — Ana › A"]
    assert model.index_of(hers).data(Qt.ItemDataRole.ToolTipRole) == "Home — Ana"
    assert model.index_of(mine).data(Qt.ItemDataRole.ToolTipRole) is None
    assert not model.index_of(hers).flags() & Qt.ItemFlag.ItemIsEditable
    assert renamed == []


def test_a_folder_without_its_parent_and_a_ring_stand_at_the_top():
    model = tree([folder_row("orphan", "missing"), folder_row("x", "y"), folder_row("y", "x")])
    assert {name for name, _ in outline(model)} == {"Orphan", "X", "Y"}


@given(
    st.lists(
        st.tuples(st.sampled_from("abcde"), st.sampled_from([None, *"abcdez"])), unique_by=lambda f: f[0]
    )
)
def test_every_folder_is_shown_exactly_once(folders):
    model = tree([folder_row(*folder) for folder in folders])
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)

    def names(rows):
        return [name for name, _ in rows] + [name for _, inner in rows for name in names(inner)]

    assert sorted(names(outline(model))) == sorted(name.title() for name, _ in folders)


def test_dropping_notes_says_who_went_where():
    model = tree([folder_row("a")])
    seen = []
    model.notes_dropped.connect(lambda ids, scope: seen.append((ids, scope)))
    mime = QMimeData()
    mime.setData(NOTES_MIME, b"one\ntwo")
    scope = Scope(Kind.FOLDER, "home", "a")
    assert model.dropMimeData(mime, Qt.DropAction.MoveAction, -1, -1, model.index_of(scope))
    assert seen == [(["one", "two"], scope)]
    assert not model.dropMimeData(QMimeData(), Qt.DropAction.MoveAction, -1, -1, model.index_of(scope))


def test_renaming_in_place_is_told_and_an_empty_name_is_not():
    model = tree([folder_row("a")])
    seen = []
    model.renamed.connect(lambda scope, name: seen.append((scope, name)))
    scope = Scope(Kind.FOLDER, "home", "a")
    model.setData(model.index_of(scope), "  New name ")
    model.setData(model.index_of(scope), "   ")
    assert seen == [(scope, "New name")]


def test_new_notes_go_to_the_first_notebook_that_takes_them():
    model = NotebookTree()
    assert model.first_notebook() is None
    model.show([notebook_row("team", role="viewer"), notebook_row("mine")], {})
    assert model.first_notebook() == "mine"
    assert model.name_of(Scope(Kind.NOTEBOOK, "mine")) == "Mine"
    assert model.name_of(Scope(Kind.NOTEBOOK, "gone")) == ""


def test_the_heading_is_no_place():
    model = tree()
    heading = model.index(3, 0)
    assert heading.data() == "Notebooks"
    assert model.scope_at(heading) is None


def test_tags_stand_below_and_take_notes():
    model = NotebookTree()
    model.show([notebook_row("home")], {}, tags={"garden": 3, "home": 1})
    scope = Scope(Kind.TAG, tag="garden")
    assert model.index_of(scope).data(COUNT_ROLE) == 3
    seen = []
    model.notes_dropped.connect(lambda ids, scope: seen.append((ids, scope)))
    mime = QMimeData()
    mime.setData(NOTES_MIME, b"one")
    assert model.dropMimeData(mime, Qt.DropAction.MoveAction, -1, -1, model.index_of(scope))
    assert seen == [(["one"], scope)]


def test_a_folder_can_be_dragged_and_says_where_it_was_dropped():
    model = tree([folder_row("a"), folder_row("b")])
    a, b = (model.index_of(Scope(Kind.FOLDER, "home", name)) for name in "ab")
    assert a.flags() & Qt.ItemFlag.ItemIsDragEnabled
    assert not model.index_of(Scope(Kind.NOTEBOOK, "home")).flags() & Qt.ItemFlag.ItemIsDragEnabled
    seen = []
    model.folder_dropped.connect(lambda source, target: seen.append((source, target)))
    assert model.dropMimeData(model.mimeData([a]), Qt.DropAction.MoveAction, -1, -1, b)
    assert seen == [(Scope(Kind.FOLDER, "home", "a"), Scope(Kind.FOLDER, "home", "b"))]
    assert not model.dropMimeData(model.mimeData([a]), Qt.DropAction.MoveAction, -1, -1, model.index(0, 0))


def test_places_are_named_by_their_path():
    model = tree([folder_row("a"), folder_row("b", "a")])
    names = [name for _, name in model.named_places()]
    assert names == ["Home", "Home › A", "Home › A › B", "Team"]
