"""What is found, in which scripts, and that nothing a person types is an operator."""

import sqlite3
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.storage import search
from sync.storage.query import understood
from sync.storage.vocabulary import Vocabulary


@pytest.fixture
def index():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(
        "CREATE TABLE notes(document INTEGER PRIMARY KEY, trashed_ms INTEGER);"
        "CREATE TABLE documents(key INTEGER PRIMARY KEY, updated_ms INTEGER);"
        "CREATE VIRTUAL TABLE search USING fts5(title, body, tags, content='',"
        ' tokenize="unicode61 remove_diacritics 2");'
        "CREATE VIRTUAL TABLE search_words USING fts5vocab(search, row);"
    )
    yield connection
    connection.close()


def found(connection, query):
    return search.matching(connection, Vocabulary(), understood(query, date(2026, 1, 2)), 10)


def fill(connection, *texts):
    for number, text in enumerate(texts, 1):
        connection.execute("INSERT INTO notes VALUES (?, NULL)", (number,))
        connection.execute("INSERT INTO documents VALUES (?, 0)", (number,))
        search.add(connection, number, "", text, "")


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("The quick brown fox", "quick"),
        ("The quick brown fox", "QUI"),
        ("Café crème", "cafe creme"),
        ("naïve", "naïve"),
        ("cafe\u0301", "café"),
        ("中文笔记软件", "笔记"),
        ("中文笔记软件", "文笔记"),
        ("中文笔记软件", "件"),
        ("中文笔记软件", "中文 软件"),
        ("私はガラスを食べられます", "ガラス"),
        ("ﾊﾝｶｸ and ＦＵＬＬ", "ハンカク full"),
        ("한국어 메모장", "모장"),
        ("mixed中文text", "text"),
        ("mixed中文text", "中文text"),
        ("مرحبا بالعالم", "بالعالم"),
        ("unbelievable", "believ"),
        ("snake_case_name", "case"),
        ("C++ and C#", "c++"),
        ('he said "no"', '"no"'),
    ],
)
def test_a_note_is_found_by_any_part_a_person_may_type(index, text, query):
    fill(index, "something else entirely", text)
    assert found(index, query) == [2]


@pytest.mark.parametrize("query", ["", "   ", "*", '"', "()", "-", "。", "'"])
def test_a_query_without_words_finds_nothing(index, query):
    fill(index, "text")
    assert found(index, query) == []


@pytest.mark.parametrize(
    "query", ["text OR missing", "NOT missing", "text NEAR missing", "title:text missing"]
)
def test_words_that_are_operators_elsewhere_are_words_here(index, query):
    fill(index, "text")
    assert found(index, query) == []


@given(st.text(max_size=30))
def test_no_query_is_a_syntax_error(query):
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("CREATE VIRTUAL TABLE search USING fts5(body)")
    asked = search.expression(search.words_of(query))
    if asked:
        connection.execute("SELECT 1 FROM search WHERE search MATCH ?", (asked,)).fetchall()
    connection.close()


@given(
    st.text(alphabet="中文笔记软件アイウ한국", min_size=2, max_size=12),
    st.data(),
)
def test_every_part_of_a_run_without_spaces_is_found(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute(
        "CREATE VIRTUAL TABLE search USING fts5(body, tokenize='unicode61 remove_diacritics 2')"
    )
    connection.execute("INSERT INTO search VALUES (?)", (search.indexed(text),))
    asked = search.expression(search.words_of(text[start:end]))
    assert connection.execute("SELECT 1 FROM search WHERE search MATCH ?", (asked,)).fetchall() == [(1,)]
    connection.close()


@given(st.lists(st.text(max_size=20), min_size=3, max_size=3))
def test_what_was_put_in_can_be_taken_out_without_a_trace(texts):
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute(
        "CREATE VIRTUAL TABLE search USING fts5(title, body, tags, content='',"
        " tokenize='unicode61 remove_diacritics 2')"
    )
    connection.execute("CREATE VIRTUAL TABLE search_words USING fts5vocab(search, row)")
    search.add(connection, 7, *texts)
    search.remove(connection, 7, *texts)
    assert connection.execute("SELECT * FROM search_words").fetchall() == []
    connection.execute("INSERT INTO search(search) VALUES ('integrity-check')")
    connection.close()


def test_a_hit_in_the_title_comes_before_one_in_the_body(index):
    for number, (title, body) in enumerate([("other", "garden " * 5), ("garden", "other")], 1):
        index.execute("INSERT INTO notes VALUES (?, NULL)", (number,))
        index.execute("INSERT INTO documents VALUES (?, 0)", (number,))
        search.add(index, number, title, body, "")
    assert found(index, "garden") == [2, 1]


@pytest.mark.parametrize(
    ("body", "query", "shown"),
    [
        ("short text here", "text", "short text here"),
        ("x " * 60 + "the Café stands", "cafe", "the Café stands"),
        ("a\n\nb\tneedle c", "needle", "a b needle c"),
        ("nothing of it", "absent", "nothing of it"),
        ("前" * 100 + "中文", "中文", "中文"),
    ],
)
def test_the_snippet_shows_the_place_that_answers(body, query, shown):
    assert shown in search.snippet(body, query)
    assert "\n" not in search.snippet(body, query)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('"brown bread"', [1]),
        ('"bread brown"', [2]),
        ("bread -brown", [3]),
        ("-brown", [3, 4]),
        ('bread "fresh"', [3]),
        ('"中文 笔记"', [4]),
        ("-bread -中文", []),
        ('"bre"', []),
        ('ead "brown bread"', [1]),
    ],
)
def test_phrases_stand_side_by_side_and_what_has_a_minus_is_not_there(index, query, expected):
    fill(index, "brown bread", "bread, brown", "fresh bread", "中文，笔记")
    assert found(index, query) == expected


@pytest.mark.parametrize(
    ("body", "phrase", "place"),
    [
        ("see the Big  plan.", "big plan", (8, 17)),
        ("bigplan big planet", "big plan", None),
        ("über Café-Haus", "cafe haus", (5, 14)),
        ("nothing", "", None),
    ],
)
def test_a_phrase_has_its_place(body, phrase, place):
    assert search.place_of(body, phrase) == place
