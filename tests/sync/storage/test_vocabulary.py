"""The words that contain a part: read once, then grown with the index."""

import sqlite3

import pytest

from sync.storage import search
from sync.storage.vocabulary import PIECE, SIMILAR_MAX, Vocabulary


@pytest.fixture
def index():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(
        "CREATE VIRTUAL TABLE search USING fts5(title, body, tags, content='',"
        ' tokenize="unicode61 remove_diacritics 2");'
        "CREATE VIRTUAL TABLE search_words USING fts5vocab(search, row);"
    )
    yield connection
    connection.close()


def test_words_are_read_when_needed_and_the_shortest_come_first(index):
    search.add(index, 1, "", "unbelievable believe disbelief", "")
    words = Vocabulary()
    words.learn("never read before it is needed believing")
    assert words.containing(index, "belie") == ["believe", "disbelief", "unbelievable"]
    words.learn("believing snake_case_belief")
    assert words.containing(index, "belie") == [
        *("belief", "believe", "believing", "disbelief", "unbelievable"),
    ]
    words.forget()
    assert words.containing(index, "belie") == ["believe", "disbelief", "unbelievable"]


@pytest.mark.parametrize("count", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE + 7])
def test_words_read_in_pieces_are_all_of_them_and_what_is_learned_between_is_kept(index, count):
    search.add(index, 1, "", " ".join(f"w{number}x" for number in range(count)), "")
    words, pieces = Vocabulary(), 1
    while words.read(index):
        pieces += 1
        words.learn("w1between")
    assert pieces == count // PIECE + 1
    assert not words.read(index)
    assert words.containing(index, "w7x") == (["w7x"] if count > 7 else [])
    assert words.containing(index, "between") == (["w1between"] if pieces > 1 else [])


def test_no_more_than_the_limit_are_given(index):
    words = Vocabulary()
    assert words.containing(index, "x") == []
    words.learn(" ".join(f"x{number}" for number in range(SIMILAR_MAX + 1)))
    assert len(words.containing(index, "x")) == SIMILAR_MAX


def test_what_was_just_written_is_found_by_a_part_of_a_word(desk):
    desk.new_note("first", "something unbelievable")
    assert len(desk.store.search("believ")) == 1
    note = desk.new_note("second", "")
    assert desk.store.search("ickle") == []
    desk.type(note, "prickled Fríckled")
    assert [hit.row.id for hit in desk.store.search("ickle")] == [note]
    assert [hit.row.id for hit in desk.store.search("rickled")] == [note]
