"""Every text is a query: words, phrases, filters, and what is still being typed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.storage.query import HAS, IS, KEYS, QUERY_LENGTH_MAX, Filter, Query, understood

TODAY = date(2026, 3, 1)


def read(text):
    return understood(text, TODAY)


def test_everything_at_once():
    assert read('milk "brown bread" -butter tag:home in:"My Kitchen" has:picture -is:open by:ana') == Query(
        ("milk",),
        ("brown bread",),
        ("butter",),
        (
            Filter("tag", "home"),
            Filter("in", "My Kitchen"),
            Filter("has", "image"),
            Filter("is", "open", True),
            Filter("by", "ana"),
        ),
    )


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("before:2026", "2026-01-01"),
        ("before:2026-7", "2026-07-01"),
        ("before:2026-12-31", "2026-12-31"),
        ("before:today", "2026-03-01"),
        ("before:YESTERDAY", "2026-02-28"),
    ],
)
def test_days_are_named_in_the_ways_people_do(text, day):
    assert read(text).filters == (Filter("before", day),)


@pytest.mark.parametrize(
    "text", ["tag:", "in: ", 'by:""', "has:", "has:im", "is:op", "before:", "before:2026-13", "after:yest"]
)
def test_what_is_still_being_typed_filters_nothing(text):
    query = read(f"milk {text}")
    assert query == Query(("milk",))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("http://example.org/a", ("http://example.org/a",)),
        ("time: 12:30", ("time:", "12:30")),
        ("has:wings", ("has:wings",)),
        ("before:noon", ("before:noon",)),
        ("well-known", ("well-known",)),
        ("-", ("-",)),
        ("tag:#home", ()),
    ],
)
def test_what_only_looks_like_a_filter_is_words(text, words):
    assert read(text).words == words


def test_a_quote_that_is_not_closed_goes_to_the_end():
    assert read('a "b c') == Query(("a",), ("b c",))
    assert read("").empty
    assert not read("is:open").empty
    assert read('a "b c"').text == "a b c"


@given(st.text(max_size=60))
def test_nothing_typed_is_an_error(text):
    query = read(text)
    assert all(one.key in KEYS and one.value for one in query.filters)
    for one in query.filters:
        if one.key in ("has", "is"):
            assert one.value in (HAS if one.key == "has" else IS).values()


def test_only_so_much_is_looked_at():
    assert read("a" * (QUERY_LENGTH_MAX + 1)).words == ("a" * QUERY_LENGTH_MAX,)
    assert read("a" * QUERY_LENGTH_MAX).words == ("a" * QUERY_LENGTH_MAX,)
