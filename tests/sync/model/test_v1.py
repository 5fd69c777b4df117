import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt.clock import Clock
from crdt.delta import Delta
from crdt.document import Document
from crdt.schema import SchemaViolation, validate_delta, validate_value
from sync.model.v1 import (
    COMMENTS,
    FOLDERS,
    MODEL,
    NOTES,
    PREVIEW_LENGTH_MAX,
    SCHEMAS,
    TITLE_LENGTH_MAX,
    add_reply,
    encoded_note_summary,
    folder_parents,
    folder_summary,
    new_comment,
    new_folder,
    new_note,
    note_summary,
    note_title,
    summarise,
)

FOLDER = "AAAAAAAAAAAAAAAAAAAAAA"
OTHER = "BBBBBBBBBBBBBBBBBBBBBB"
CREATED_MS = 1_732_300_000_000


@pytest.fixture
def clock():
    return Clock(7)


def write(document, clock, body, at=0):
    return document.edit(clock.tick(CREATED_MS), lambda edit: edit.text(("body",)).insert(at, body))


def test_the_delta_of_a_new_note_makes_the_same_note_elsewhere(clock):
    note, delta = new_note(7, clock.tick(CREATED_MS), title="Plans", created_ms=CREATED_MS, folder=FOLDER)
    elsewhere = Document(8)
    elsewhere.apply(Delta.decode(delta.encode()))
    assert elsewhere.encode() == note.encode()
    assert note.to_value() == {
        "attachments": {},
        "body": "",
        "created_ms": CREATED_MS,
        "folder": FOLDER,
        "pinned": False,
        "tags": {},
        "title": "Plans",
    }


def test_what_is_new_fits_its_schema(clock):
    note = new_note(7, clock.tick(1), created_ms=1)
    folder = new_folder(7, clock.tick(1), name="Work", parent=FOLDER, order="V")
    comment = new_comment(
        7, clock.tick(1), note=OTHER, start=[7, 1, "after"], end=[7, 3, "before"], quote="fox"
    )
    comment[0].edit(
        clock.tick(2), lambda edit: add_reply(edit, author="Ana", created_ms=2, text="Which one?")
    )
    for collection, (document, delta) in ((NOTES, note), (FOLDERS, folder), (COMMENTS, comment)):
        validate_value(SCHEMAS[collection], document.to_value())
        validate_delta(SCHEMAS[collection], Document(9), delta)
    assert comment[0].value(("replies",)) == [{"author": "Ana", "created_ms": 2, "body": "Which one?"}]
    assert MODEL == "1.0"


def test_what_does_not_fit_names_the_path_and_the_reason(clock):
    note, _ = new_note(7, clock.tick(1), created_ms=1)
    delta = note.edit(clock.tick(2), lambda edit: edit.set(("tags", "home"), "yes"))
    with pytest.raises(SchemaViolation, match="tags/home is a string, not true or false") as caught:
        validate_delta(SCHEMAS[NOTES], note, delta)
    assert caught.value.path == ("tags", "home")


def test_typing_into_a_new_note_is_undone_without_its_title(clock):
    note, _ = new_note(7, clock.tick(1), title="Plans", created_ms=1)
    write(note, clock, "words")
    note.undo(clock.tick(3))
    assert note.value(("title",)) == "Plans"
    assert note.value(("body",)) == ""


def test_an_empty_title_shows_the_first_words_of_the_body(clock):
    note, _ = new_note(7, clock.tick(1), created_ms=1)
    assert note_title(note) == ""
    write(note, clock, "\n  \nMilk and  eggs\nbread")
    assert note_title(note) == "Milk and eggs"
    assert note_summary(note).preview == "bread"
    write(note, clock, "word " * 40)
    assert note_title(note).endswith("word…")
    assert len(note_title(note)) <= TITLE_LENGTH_MAX + 1
    assert len(note_summary(note).preview) <= PREVIEW_LENGTH_MAX


def test_a_summary_says_what_lists_show(clock):
    note, _ = new_note(7, clock.tick(1), title=" To  do ", created_ms=CREATED_MS, folder=FOLDER)

    def change(edit):
        edit.text(("body",)).insert(0, "one two\nthree")
        edit.text(("body",)).insert_embed(3, {"type": "divider"})
        edit.set(("tags", "b"), True)
        edit.set(("tags", "a"), True)
        edit.set(("tags", "off"), False)
        edit.set(("pinned",), True)
        edit.set(("trashed_ms",), 5)

    note.edit(clock.tick(2), change)
    summary = note_summary(note)
    assert summary[:9] == (
        "To do",
        "one two three",
        3,
        "one  two\nthree",
        ["a", "b"],
        FOLDER,
        True,
        CREATED_MS,
        5,
    )
    assert encoded_note_summary(note.encode()) == summary


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(
    st.dictionaries(
        st.sampled_from(["title", "body", "folder", "tags", "pinned", "created_ms", "trashed_ms"]), plain
    )
)
def test_reading_what_a_stranger_wrote_never_raises(note):
    summary = summarise(note)
    assert isinstance(summary.title, str)
    assert isinstance(summary.created_ms, int)


def test_folders_moved_into_each_other_make_no_circle(clock):
    folders = {name: new_folder(7, clock.tick(1), name=name)[0] for name in "abc"}
    folders["a"].edit(clock.tick(2), lambda edit: edit.set(("parent",), "b"))
    folders["b"].edit(clock.tick(3), lambda edit: edit.set(("parent",), "a"))
    folders["c"].edit(clock.tick(4), lambda edit: edit.set(("parent",), "missing"))
    assert folder_parents(folders) == {"a": "b", "b": None, "c": None}
    folders["a"].edit(clock.tick(5), lambda edit: edit.set(("parent",), None))
    assert folder_parents(folders) == {"a": None, "b": "a", "c": None}


def test_a_folder_summary_says_what_the_sidebar_shows(clock):
    folder, _ = new_folder(7, clock.tick(1), name="Work", parent=FOLDER, order="V")
    assert folder_summary(folder) == ("Work", FOLDER, "V")
    assert folder_summary(Document(7)) == ("", None, "")
