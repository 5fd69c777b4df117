"""A note moves to another notebook as it is; links follow; moving back undoes it."""

import pytest

from app.refusals import Refused
from app.relocation import move_back, relocate
from tests.support.libraries import library_in


@pytest.fixture
def library(tmp_path):
    with library_in(tmp_path) as made:
        yield made


def linked(edit, target):
    edit.text(("body",)).insert(0, "see there\nand on")
    edit.text(("body",)).format(4, 9, "link", f"note:{target}")


def test_everything_of_the_note_arrives_and_links_follow_there_and_back(library):
    there = library.new_notebook("Work")
    blocks = [([("Head", {})], {"kind": "heading", "level": 1}), ([("bold", {"bold": True})], {})]
    note = library.new_note(title="Plan", blocks=blocks, tags=["a", "b"], pinned=True, created_ms=5)
    other = library.new_note(title="Other")
    library.edit(other, lambda edit: linked(edit, note))
    library.store.refresh_projections()
    (moved,) = relocate(library, [note], there, None)
    library.store.refresh_projections()
    row = library.store.find_note(moved.new)[0]
    assert (row.title, row.notebook, row.tags, row.pinned, row.created_ms) == (
        "Plan",
        there,
        ("a", "b"),
        True,
        5,
    )
    assert (
        library.document(moved.new).text(("body",)).blocks()
        == library.document(note).text(("body",)).blocks()
    )
    assert library.store.find_note(note)[0].trashed_ms is not None
    spans = library.document(other).text(("body",)).spans()
    assert ("there", {"link": f"note:{moved.new}"}) in spans
    move_back(library, [moved])
    library.store.refresh_projections()
    assert library.store.find_note(note)[0].trashed_ms is None
    assert library.store.find_note(moved.new)[0].trashed_ms is not None
    assert ("there", {"link": f"note:{note}"}) in library.document(other).text(("body",)).spans()


def test_a_notebook_that_may_only_be_read_takes_and_gives_nothing(library):
    mine, theirs = library.new_note(title="Mine"), library.new_notebook("Theirs")
    kept = library.new_note(theirs, title="Kept")
    library.store.set_account_notebooks([(theirs, "Theirs", "viewer")])
    with pytest.raises(Refused):
        relocate(library, [mine], theirs, None)
    with pytest.raises(Refused):
        relocate(library, [kept], library.personal(), None)
    assert library.store.find_note(mine)[0].trashed_ms is None
    assert library.store.find_note(kept)[0].trashed_ms is None
