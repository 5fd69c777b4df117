"""Lists and search follow what documents say, and only cost what changed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crdt import Stamp
from sync.model import v1
from sync.model.references import content_of
from sync.storage.rows import LocalChange, RemoteDelta
from tests.support.library import FOLDERS, FOREIGN, NOTEBOOK, NOTES, Desk, foreign_note, named


def shown(desk):
    while desk.store.refresh_projections(50):
        pass
    return {row.id: row for row in desk.store.notes()}


def test_a_note_is_listed_as_its_document_says(desk):
    note = desk.new_note("Shopping", "milk and bread\nbutter")
    desk.edit(note, lambda e: (e.set(("tags", "home"), True), e.set(("pinned",), True)))
    row = shown(desk)[note]
    assert (row.title, row.preview, row.words) == ("Shopping", "milk and bread butter", 4)
    assert (row.tags, row.pinned, row.folder, row.unsent) == (("home",), True, None, 3)
    assert (row.notebook, row.notebook_name, row.stream) == (NOTEBOOK, "Personal", NOTES)
    assert row.updated_ms == desk.wall.ms


def test_a_summary_given_with_a_new_note_saves_reading_it(desk):
    note, delta = v1.new_note(desk.store.rid, desk.ticker.stamp(), title="Imported", created_ms=3)
    desk.store.append([LocalChange(NOTES, named(1), delta, v1.note_summary(note), content=content_of(note))])
    assert desk.store.dirty_count() == 0
    assert desk.store.notes()[0].title == "Imported"
    assert [hit.row.id for hit in desk.store.search("imported")] == [named(1)]


def test_a_summary_given_with_an_old_note_does_not_hide_what_others_wrote(desk):
    _, bodies = foreign_note("theirs")
    desk.store.append_remote(NOTES, [RemoteDelta(FOREIGN, body, 0) for body in bodies[:1]], 1)
    note = desk.note(FOREIGN)
    mine = note.edit(desk.ticker.stamp(), lambda e: e.text(("body",)).insert(0, "mine "))
    desk.store.append_remote(NOTES, [RemoteDelta(FOREIGN, bodies[1], 0)], 2)
    desk.store.append([LocalChange(NOTES, FOREIGN, mine, v1.note_summary(note), content=content_of(note))])
    assert desk.store.dirty_count() == 1
    preview = shown(desk)[FOREIGN].preview
    assert "mine" in preview
    assert "theirs" in preview


def test_typing_on_refreshes_from_the_document_kept_decoded(desk):
    note = desk.new_note("growing")
    for number in range(30):
        desk.type(note, f"w{number} ")
        assert desk.store.refresh_projections() == 1
    assert shown(desk)[note].words == 30
    desk.store.acknowledge(NOTES, 12, [(9, "schema", "")], 5)
    assert shown(desk)[note].words < 30


def test_what_is_trashed_leaves_the_lists_and_the_search(desk):
    note = desk.new_note("Old", "needle")
    desk.edit(note, lambda e: e.set(("trashed_ms",), 77))
    assert shown(desk) == {}
    assert desk.store.search("needle") == []
    assert [row.trashed_ms for row in desk.store.notes(trashed=True)] == [77]
    assert [hit.row.id for hit in desk.store.search("needle", trashed=True)] == [note]


def test_a_document_that_cannot_be_read_is_marked_once_and_stops_nobody(desk, expect_log):
    expect_log("cannot be read")
    desk.store.append_remote(NOTES, [RemoteDelta(FOREIGN, b"not a delta", 1)], 1)
    note = desk.new_note("fine")
    assert set(shown(desk)) == {note}
    assert desk.store.dirty_count() == 0
    assert desk.store.refresh_projections() == 0


def test_folders_that_were_moved_into_each_other_stand_in_no_circle(desk):
    ids = [named(number, "F") for number in range(2)]
    made = []
    for number, name in enumerate(ids):
        folder, delta = v1.new_folder(
            desk.store.rid, desk.ticker.stamp(), name=f"folder {number}", order=str(number)
        )
        desk.store.append([LocalChange(FOLDERS, name, delta)])
        made.append(folder)
    for number, (folder, name) in enumerate(zip(made, ids, strict=True)):
        delta = folder.edit(desk.ticker.stamp(), lambda e, number=number: e.set(("parent",), ids[1 - number]))
        desk.store.append([LocalChange(FOLDERS, name, delta)])
    desk.store.refresh_projections()
    rows = desk.store.folders(NOTEBOOK)
    assert [(row.name, row.parent) for row in rows] == [("folder 0", ids[1]), ("folder 1", None)]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("projections")


@settings(max_examples=15)
@given(st.data())
def test_projections_are_a_function_of_the_documents(place, data):
    desk = Desk(place / f"{data.draw(st.integers(0, 1 << 60))}.sqlite3")
    try:
        notes = [desk.new_note(f"note {number}") for number in range(3)]
        for _ in range(data.draw(st.integers(1, 8))):
            note = data.draw(st.sampled_from(notes))
            words = data.draw(st.sampled_from(["alpha", "beta", "gamma delta", "中文笔记", ""]))
            length = len(desk.note(note).text(("body",)))
            if words:
                desk.edit(note, lambda e, n=length, words=words: e.text(("body",)).replace(0, n, words))
            else:
                desk.edit(note, lambda e: e.set(("tags", "x"), True))
            if data.draw(st.booleans()):
                desk.store.refresh_projections(data.draw(st.integers(1, 3)))
            if data.draw(st.booleans()):
                desk.crash()
                desk.open()
        before = shown(desk)
        hits = {
            word: {hit.row.id for hit in desk.store.search(word)}
            for word in ("alpha", "delta", "笔记", "note")
        }
        with desk.store._writing() as connection:
            connection.execute("UPDATE documents SET dirty = 1")
            connection.execute("DELETE FROM notes")
            connection.execute("DELETE FROM texts")
            connection.execute("INSERT INTO search(search) VALUES ('delete-all')")
        assert shown(desk) == before
        assert hits == {word: {hit.row.id for hit in desk.store.search(word)} for word in hits}
    finally:
        desk.crash()


def test_updated_is_when_somebody_last_wrote_wherever_it_came_from(desk):
    theirs, _ = foreign_note()
    theirs.edit(Stamp(1_760_000_555_000, 0, 99), lambda e: e.text(("body",)).insert(0, "later "))
    desk.store.take_states(NOTES, [(FOREIGN, theirs.encode())])
    assert shown(desk)[FOREIGN].updated_ms == 1_760_000_555_000


def test_a_note_that_came_as_a_state_is_listed_as_one_that_came_as_deltas(desk, tmp_path):
    note, bodies = foreign_note("words of theirs")
    desk.store.append_remote(NOTES, [RemoteDelta(FOREIGN, body, 0) for body in bodies], 2)
    other = Desk(tmp_path / "other.sqlite3")
    assert other.store.take_page(NOTES, [(FOREIGN, note.encode())], 2, FOREIGN) == [FOREIGN]
    assert shown(other)[FOREIGN] == shown(desk)[FOREIGN]
    assert [hit.row.id for hit in other.store.search("theirs")] == [FOREIGN]
    other.close()
