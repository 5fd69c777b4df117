"""What a profile can do."""

from __future__ import annotations

import pytest

from app.library import PERSONAL_NAME, Library, new_id
from app.refusals import Refused
from app.transfer.blocks import tidy
from app.transfer.body import read_body
from crdt import Delta, OutOfRange, Stamp
from sync.errors import StoreUnavailable
from tests.support.libraries import NOW_MS, library_in


@pytest.fixture
def library(tmp_path):
    with library_in(tmp_path / "profile") as opened:
        yield opened


def insert(text, at=0):
    return lambda edit: edit.text(("body",)).insert(at, text)


def code(caught):
    return caught.value.code


def test_ids_are_22_safe_letters_and_never_look_like_an_option():
    ids = {new_id() for _ in range(2_000)}
    assert len(ids) == 2_000
    assert all(len(name) == 22 and not name.startswith("-") for name in ids)


def test_the_personal_notebook_is_made_once(library):
    first = library.personal()
    assert library.personal() == first
    assert [row.name for row in library.store.notebooks()] == [PERSONAL_NAME]


def test_a_note_is_stored_with_everything_that_was_given(library):
    blocks = [([("Hello ", {}), ("you", {"bold": True})], {"kind": "quote"})]
    made = library.new_note(title="T", blocks=blocks, tags=["b", "a"], pinned=True, created_ms=5)
    row = library.find(made)
    assert (row.title, row.tags, row.pinned, row.created_ms, row.words) == ("T", ("a", "b"), True, 5, 2)
    assert read_body(library.document(made)) == blocks


def test_a_note_is_created_now_unless_somebody_says_when(library):
    assert library.find(library.new_note(title="T")).created_ms == NOW_MS


def test_what_was_written_is_there_after_opening_again(tmp_path):
    with library_in(tmp_path / "p") as library:
        made = library.new_note(title="T")
        library.edit(made, insert("kept"))
    with library_in(tmp_path / "p") as library:
        assert library.document(made).text(("body",)).text() == "kept"
        library.edit(made, insert("and ", 0))
        assert library.document(made).text(("body",)).text() == "and kept"


def test_notes_are_found_by_id_beginning_and_title(library):
    made = library.new_note(title="The Garden")
    assert library.find(made).id == made
    assert library.find(made[:8]).id == made
    assert library.find("the garden").id == made


def test_nobody_and_several_are_told_apart(library):
    library.new_note(title="Same")
    library.new_note(title="Same")
    with pytest.raises(Refused) as caught:
        library.find("Same")
    assert (code(caught), caught.value.facts["count"]) == ("several_notes", 2)
    with pytest.raises(Refused) as caught:
        library.find("Other")
    assert code(caught) == "no_note"


def test_notebooks_are_found_by_id_and_name(library):
    made = library.new_notebook("Work")
    assert library.find_notebook("work").id == made
    assert library.find_notebook(made).name == "Work"
    assert library.find_notebook("none") is None
    library.new_notebook("Work")
    with pytest.raises(Refused) as caught:
        library.find_notebook("Work")
    assert code(caught) == "several_notebooks"


def test_an_edit_that_cannot_be_changes_nothing(library):
    made = library.new_note(title="T")
    with pytest.raises(OutOfRange):
        library.edit(made, insert("x", 5))
    assert library.store.outbox_count() == 1


def test_an_edit_of_nothing_stores_nothing(library):
    made = library.new_note(title="T")
    assert library.edit(made, lambda edit: None).empty
    assert library.store.outbox_count() == 1


def test_a_note_that_is_not_there_cannot_be_edited(library):
    with pytest.raises(StoreUnavailable) as caught:
        library.edit("A" * 22, insert("x"))
    assert caught.value.reason == "missing"


def test_the_trash_takes_and_gives_back(library):
    made = library.new_note(title="T")
    library.set_trashed(made, True)
    assert library.store.notes() == []
    library.set_trashed(made, False)
    assert [row.id for row in library.store.notes()] == [made]


def test_a_viewer_cannot_write(library, monkeypatch):
    made = library.new_note(title="T")
    rows = [row._replace(role="viewer") for row in library.store.notebooks()]
    monkeypatch.setattr(library.store, "notebooks", lambda: rows)
    for attempt in (lambda: library.new_note(title="x"), lambda: library.edit(made, insert("x"))):
        with pytest.raises(Refused) as caught:
            attempt()
        assert code(caught) == "not_writable"


def test_what_is_written_is_found(library):
    made = library.new_note(title="T", blocks=[([("needle in hay", {})], {})])
    (hit,) = library.search("needle")
    assert hit.row.id == made
    assert "needle" in hit.snippet


def test_a_window_edits_elsewhere(tmp_path):
    asked = []

    def elsewhere(note, intent):
        asked.append(note)
        return Delta(1, 0, 0, Stamp(0, 0, 1), [])

    with library_in(tmp_path / "p") as library:
        made = library.new_note(title="T")
        windowed = Library(library.store, None, library.ticker, editor=elsewhere)
        windowed.edit(made, insert("x"))
    assert asked == [made]


def test_a_client_is_told_of_what_is_written(tmp_path):
    class Told:
        def __init__(self):
            self.changes = []
            self.notebooks = []

        def submit(self, changes):
            self.changes.extend(changes)

        def add_notebook(self, notebook, name):
            self.notebooks.append(name)

    told = Told()
    with library_in(tmp_path / "p", client=told) as library:
        library.new_notebook("Work")
        library.submit([])
        library.submit([library.draft_folder("N", "f", None, "F" * 22)])
    assert told.notebooks == ["Work"]
    assert len(told.changes) == 1


def test_a_long_new_note_is_opened_by_its_state(library):
    blocks = tidy([([("a" * 2_000, {})], {}) for _ in range(100)])
    made = library.new_note(title="Long", blocks=blocks)
    stored = library.store.load(made)
    assert stored.snapshot is not None
    assert stored.deltas == []
    assert library.document(made).text(("body",)).text() == "\n".join(["a" * 2_000] * 100)
    short = library.store.load(library.new_note(title="Short", blocks=blocks[:1]))
    assert short.snapshot is None
