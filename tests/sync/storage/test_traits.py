"""Links, mentions, tags, people and looks, as the store has them."""

import pytest

from sync.storage.rows import PersonRow, RemoteDelta
from sync.storage.traits import TITLE_LENGTH_MIN
from tests.support.library import FOREIGN, NOTES, foreign_note


def link(target, text="there"):
    def intent(edit):
        body = edit.text(("body",))
        body.insert(0, text)
        body.format(0, len(text), "link", f"note:{target}")

    return intent


@pytest.fixture
def two(desk):
    """A note and one that links to it."""
    target, source = desk.new_note("Big plan"), desk.new_note("Source")
    desk.edit(source, link(target))
    desk.store.refresh_projections()
    return target, source


def test_links_are_known_from_the_other_end_and_survive_renaming(desk, two):
    target, source = two
    assert [row.id for row in desk.store.backlinks(target)] == [source]
    desk.edit(target, lambda e: e.text(("title",)).insert(0, "Very "))
    assert [row.title for row in desk.store.backlinks(target)] == ["Source"]
    desk.edit(source, lambda e: e.text(("body",)).format(0, 5, "link", None))
    assert desk.store.backlinks(target) == []


def test_a_note_does_not_link_to_itself_and_the_trash_links_to_nothing(desk, two):
    target, source = two
    desk.edit(target, link(target))
    assert [row.id for row in desk.store.backlinks(target)] == [source]
    desk.edit(source, lambda e: e.set(("trashed_ms",), 5))
    assert desk.store.backlinks(target) == []


def test_a_title_in_a_text_is_a_mention_unless_it_is_linked_already(desk, two):
    target, source = two
    told = desk.new_note("Told", "First line\nAbout the BIG  plan, at last")
    desk.new_note("Not", "a big planet")
    desk.edit(source, lambda e: e.text(("body",)).insert(0, "big plan "))
    desk.store.refresh_projections()
    rows = desk.store.mentions(target)
    assert [row.id for row in rows] == [told]
    assert "BIG plan" in rows[0].snippet
    assert rows[0].notebook_name == "Personal"


def test_titles_too_short_to_mean_anything_are_not_looked_for(desk):
    short = desk.new_note("ab"[: TITLE_LENGTH_MIN - 1])
    just = desk.new_note("abc"[:TITLE_LENGTH_MIN])
    desk.new_note("other", "ab abc")
    desk.store.refresh_projections()
    assert desk.store.mentions(short) == []
    assert len(desk.store.mentions(just)) == 1
    assert desk.store.mentions("no such note") == []


def test_tags_are_counted_outside_the_trash(desk):
    ids = [desk.new_note(title) for title in "abc"]
    for note in ids:
        desk.edit(note, lambda e: e.set(("tags", "home"), True))
    desk.edit(ids[0], lambda e: e.set(("tags", "Zoo"), True))
    desk.edit(ids[0], lambda e: e.set(("tags", "apple"), True))
    desk.edit(ids[1], lambda e: e.set(("trashed_ms",), 1))
    desk.store.refresh_projections()
    assert desk.store.tags() == {"apple": 1, "home": 2, "Zoo": 1}
    assert list(desk.store.tags()) == ["apple", "home", "Zoo"]


def test_replicas_are_strangers_until_a_server_has_said_whose_they_are(desk):
    _, bodies = foreign_note(rid=99)
    desk.store.append_remote(NOTES, [RemoteDelta(FOREIGN, body, 0) for body in bodies], 2)
    desk.store.refresh_projections()
    assert desk.store.strangers(10) == {}
    notebook = NOTES.partition("/")[0]
    desk.store.set_account_notebooks([(notebook, "Personal", "owner")])
    assert desk.store.strangers(10) == {notebook: [99]}
    desk.store.save_people([PersonRow(99, "a" * 22, "Ana")])
    assert desk.store.strangers(10) == {}
    assert desk.store.people() == {99: PersonRow(99, "a" * 22, "Ana")}


def test_who_wrote_last_is_told_where_it_was_somebody_else(desk):
    _, bodies = foreign_note(rid=99)
    desk.store.append_remote(NOTES, [RemoteDelta(FOREIGN, body, 0) for body in bodies], 2)
    mine = desk.new_note("mine")
    desk.store.refresh_projections()
    assert {row.who for row in desk.store.notes()} == {""}
    desk.store.save_people([PersonRow(99, "a" * 22, "Ana")])
    assert {row.id: row.who for row in desk.store.notes()} == {FOREIGN: "Ana", mine: ""}
    desk.wall.ms += 5_000
    desk.type(FOREIGN, "mine now")
    assert {row.who for row in desk.store.notes()} == {""}


def test_the_way_of_each_delta_to_the_server_is_known(desk):
    note = desk.new_note("sent", "text")
    last = desk.store.stream(NOTES).next_n - 1
    desk.store.acknowledge(NOTES, last - 1, [], 5)
    rows = desk.store.sent_of(note)
    assert [(row.n, row.acked) for row in rows] == [(last, False), (last - 1, True)]
    assert all(row.size_bytes > 0 and not row.rejected for row in rows)
    assert desk.store.sent_of(note, 1) == rows[:1]
    assert desk.store.sent_of("nothing") == []


def test_the_last_look_is_kept(desk):
    assert desk.store.look("x") is None
    desk.store.save_look("x", 5, {7: 3, (1 << 63) - 1: 9})
    desk.store.save_look("x", 6, {7: 4, (1 << 63) - 1: 9})
    look = desk.store.look("x")
    assert look is not None
    assert (look.at_ms, look.version) == (6, {7: 4, (1 << 63) - 1: 9})
