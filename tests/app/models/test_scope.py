"""A scope knows its notes and survives settings."""

import pytest

from app.models.scope import Kind, Scope
from tests.support.rows import note_row

SCOPES = [
    Scope(),
    Scope(Kind.PINNED),
    Scope(Kind.TRASH),
    Scope(Kind.NOTEBOOK, "home"),
    Scope(Kind.FOLDER, "home", "work"),
    Scope(Kind.TAG, tag="two words/ünd"),
]


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_comes_back_from_settings(scope):
    assert Scope.from_text(scope.to_text()) == scope


@pytest.mark.parametrize("text", ["", "nonsense", "notebook", "folder home", "all of them", "trash a b c"])
def test_anything_else_in_settings_means_all_notes(text):
    assert Scope.from_text(text) == Scope()


def test_the_trash_holds_only_what_was_thrown_away_and_nothing_else_holds_it():
    thrown = note_row(trashed_ms=1, pinned=True, folder="work")
    assert [scope.holds(thrown) for scope in SCOPES] == [False, False, True, False, False, False]


def test_a_folder_holds_its_own_notes_of_its_own_notebook():
    scope = Scope(Kind.FOLDER, "home", "work")
    assert scope.holds(note_row(folder="work"))
    assert not scope.holds(note_row(folder="play"))
    assert not scope.holds(note_row(folder="work", notebook="other"))
    assert Scope(Kind.NOTEBOOK, "home").holds(note_row(folder="work"))
    assert Scope(Kind.PINNED).holds(note_row(pinned=True))
    assert not Scope(Kind.PINNED).holds(note_row())
    assert Scope(Kind.TAG, tag="a").holds(note_row(tags=("a", "b")))
    assert not Scope(Kind.TAG, tag="c").holds(note_row(tags=("a", "b")))
