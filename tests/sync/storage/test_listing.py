"""Lists in the order that was asked for, and notes found by what people call them."""

import pytest

from tests.support.library import NOTEBOOK, named


@pytest.fixture
def three(desk):
    ids = []
    for title in ("beta", "Alpha", "gamma"):
        desk.wall.ms += 1_000
        ids.append(desk.new_note(title))
    desk.store.refresh_projections()
    return ids


def titles(rows):
    return [row.title for row in rows]


def test_orders(desk, three):
    assert titles(desk.store.notes()) == ["gamma", "Alpha", "beta"]
    assert titles(desk.store.notes(order="title")) == ["Alpha", "beta", "gamma"]
    desk.wall.ms += 1_000
    desk.type(three[0], "x")
    assert titles(desk.store.notes()) == ["beta", "gamma", "Alpha"]
    assert titles(desk.store.notes(order="created")) == ["gamma", "Alpha", "beta"]
    desk.edit(three[1], lambda e: e.set(("pinned",), True))
    assert titles(desk.store.notes(order="title")) == ["Alpha", "beta", "gamma"]
    assert titles(desk.store.notes())[0] == "Alpha"
    assert titles(desk.store.notes(order="created", pinned_first=False)) == ["gamma", "Alpha", "beta"]


def test_filters(desk, three):
    desk.store.add_notebook("O" * 22, "Other")
    desk.edit(three[0], lambda e: e.set(("folder",), named(9, "F")))
    desk.edit(three[1], lambda e: (e.set(("tags", "home"), True), e.set(("tags", "homework"), True)))
    desk.edit(three[2], lambda e: e.set(("tags", "homework"), True))
    assert desk.store.notes(notebook="O" * 22) == []
    assert len(desk.store.notes(notebook=NOTEBOOK)) == 3
    assert titles(desk.store.notes(folder=named(9, "F"))) == ["beta"]
    assert set(titles(desk.store.notes(folder=None))) == {"Alpha", "gamma"}
    assert titles(desk.store.notes(tag="home")) == ["Alpha"]


def test_a_note_is_found_by_id_by_the_beginning_of_one_and_by_title(desk, three):
    assert titles(desk.store.find_note(three[0])) == ["beta"]
    assert titles(desk.store.find_note("ALPHA")) == ["Alpha"]
    assert len(desk.store.find_note(three[0][:4])) == 3
    assert titles(desk.store.find_note(three[1][:8])) == ["Alpha"]
    assert desk.store.find_note("nothing") == []
    assert desk.store.find_note("%") == []


def test_what_is_in_the_trash_is_found_last(desk, three):
    again = desk.new_note("beta")
    desk.edit(three[0], lambda e: e.set(("trashed_ms",), 5))
    assert [row.id for row in desk.store.find_note("beta")] == [again]
    desk.edit(again, lambda e: e.set(("trashed_ms",), 5))
    assert len(desk.store.find_note("beta")) == 2


def test_hits_come_with_the_line_that_answers(desk, three):
    desk.type(three[2], "first line\nthe needle is here\nlast line")
    hit = desk.store.search("needle")[0]
    assert hit.row.id == three[2]
    assert "the needle is here" in hit.snippet


def test_an_unknown_notebook_has_no_folders(desk):
    assert desk.store.folders("nobody") == []


def test_titles_are_those_of_notes_outside_the_trash_the_latest_first(desk, three):
    desk.edit(three[1], lambda e: e.set(("trashed_ms",), 5))
    rows = desk.store.titles()
    assert [(row.id, row.title, row.notebook_name) for row in rows] == [
        (three[2], "gamma", desk.store.notebooks()[0].name),
        (three[0], "beta", desk.store.notebooks()[0].name),
    ]
    assert rows[0].updated_ms == desk.store.find_note("gamma")[0].updated_ms
