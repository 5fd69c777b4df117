"""The list stays sorted and filtered as single notes change, and says so in Qt's own words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtTest import QAbstractItemModelTester

from app.models.note_list import NOTES_MIME, ROW_ROLE, SNIPPET_ROLE, NoteListModel
from app.models.scope import Kind, Scope
from tests.support.rows import note_row

pytestmark = pytest.mark.usefixtures("qt_app")


def model() -> NoteListModel:
    made = NoteListModel()
    made.tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    return made


def titles(shown: NoteListModel) -> list[str]:
    return [shown.row_at(place).title for place in range(shown.rowCount())]


def test_pinned_notes_come_first_and_then_the_newest():
    shown = model()
    shown.show(
        Scope(),
        [
            note_row("old", updated_ms=1),
            note_row("new", updated_ms=9),
            note_row("pin", pinned=True, updated_ms=0),
        ],
    )
    assert titles(shown) == ["pin", "new", "old"]


def test_an_edited_note_moves_to_the_top_and_keeps_its_index():
    shown = model()
    shown.show(
        Scope(), [note_row("a", updated_ms=3), note_row("b", updated_ms=2), note_row("c", updated_ms=1)]
    )
    from PySide6.QtCore import QPersistentModelIndex

    kept = QPersistentModelIndex(shown.index(2))
    shown.update([note_row("c", updated_ms=9, preview="new words")])
    assert titles(shown) == ["c", "a", "b"]
    assert kept.row() == 0
    assert kept.data(ROW_ROLE).preview == "new words"


def test_a_note_that_leaves_the_scope_leaves_the_list():
    shown = model()
    shown.show(Scope(Kind.PINNED), [note_row("a", pinned=True)])
    shown.update([note_row("a"), note_row("b", pinned=True)])
    assert titles(shown) == ["b"]


def test_a_search_keeps_its_order_and_its_snippets():
    shown = model()
    shown.show_hits([(note_row("b", updated_ms=1), "…b…"), (note_row("a", updated_ms=9), "…a…")])
    shown.update([note_row("b", updated_ms=99), note_row("z", updated_ms=99)])
    assert titles(shown) == ["b", "a"]
    assert shown.index(0).data(SNIPPET_ROLE) == "…b…"


def test_a_draft_stands_on_top_until_it_is_written_or_left():
    shown = model()
    shown.show(Scope(), [note_row("a", pinned=True)])
    shown.add_draft(note_row("d"))
    assert titles(shown) == ["d", "a"]
    shown.add_draft(note_row("e"))
    assert titles(shown) == ["e", "a"]
    shown.update([note_row("e", updated_ms=9)])
    assert titles(shown) == ["a", "e"]
    shown.drop_draft()
    assert titles(shown) == ["a", "e"]


def test_dragged_notes_are_carried_by_id():
    shown = model()
    shown.show(Scope(), [note_row("a", updated_ms=2), note_row("b", updated_ms=1)])
    mime = shown.mimeData([shown.index(0), shown.index(1)])
    assert bytes(mime.data(NOTES_MIME).data()) == b"a\nb"


rows = st.builds(
    note_row,
    st.sampled_from("abcdef"),
    updated_ms=st.integers(0, 5),
    pinned=st.booleans(),
    trashed_ms=st.sampled_from([None, None, 7]),
)


@given(
    st.lists(rows, unique_by=lambda row: row.id),
    st.lists(rows),
    st.sampled_from(["updated", "created", "title"]),
    st.sampled_from([Scope(), Scope(Kind.PINNED), Scope(Kind.TRASH)]),
)
def test_after_any_changes_the_list_is_what_asking_again_would_give(first, changes, order, scope):
    shown = model()
    shown.order = order
    shown.show(scope, [row for row in first if scope.holds(row)])
    state = {row.id: row for row in first}
    for row in changes:
        shown.update([row])
        state[row.id] = row
    fresh = model()
    fresh.order = order
    fresh.show(scope, [row for row in state.values() if scope.holds(row)])

    def keyed(one):
        listed = [one.row_at(place) for place in range(one.rowCount())]
        assert [one._key(e) for e in one._entries] == sorted(one._key(e) for e in one._entries)
        return set(listed)

    assert keyed(shown) == keyed(fresh)
