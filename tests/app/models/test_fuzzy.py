"""A few letters find a name, the likeliest first."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models.fuzzy import QUERY_LENGTH_MAX, best, folded, match

TEXT = st.text(st.sampled_from("abcdé ßıİ·中文-_.(Ab🙂"), max_size=12)


def order(query, *names):
    return [names[found.number] for found in best(query, [folded(name) for name in names], 99)]


def test_whole_names_come_before_beginnings_before_words_before_parts_before_letters():
    names = ("Grocers", "My plan", "Explanation", "plan", "Planet", "poplar nine")
    assert order("plan", *names) == ["plan", "Planet", "My plan", "Explanation", "poplar nine"]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("ecole", "École"),
        ("ÉCOLE", "ecole"),
        ("meeting notes", "Notes of the meeting"),
        ("mn", "Meeting Notes"),
        ("京", "東京 旅行"),
        ("a.b", "x a.b"),
        ("[", "a [draft]"),
    ],
)
def test_case_accents_order_of_words_and_signs_do_not_matter(query, name):
    assert match(query, name) is not None


def test_letters_that_are_not_there_in_their_order_find_nothing():
    assert match("ba", "ab") is None
    assert match("plan x", "plan") is None
    assert best("  ", ["a"], 9) == []


def test_initials_are_the_letters_shown():
    found = match("mn", "omen Meeting Notes")
    assert found is not None
    assert found.places == (5, 13)


def test_of_equals_the_first_stays_first_and_no_more_than_asked_for_come():
    assert order("a", "a1", "a2", "a3") == ["a1", "a2", "a3"]
    assert len(best("a", ["a"] * 50, 7)) == 7


def test_a_query_of_any_length_costs_no_more_than_the_longest_that_is_looked_at():
    assert match("a" * (QUERY_LENGTH_MAX + 1), "a" * QUERY_LENGTH_MAX) is not None
    assert match("a" * QUERY_LENGTH_MAX, "a" * (QUERY_LENGTH_MAX - 1)) is None


@given(TEXT, TEXT)
def test_it_fits_exactly_when_the_letters_of_each_word_stand_in_their_order(query, name):
    words = folded(query).split()
    plain = folded(name)
    fits = bool(words) and all(re.search(".*".join(map(re.escape, word)), plain, re.DOTALL) for word in words)
    found = match(query, name)
    assert (found is not None) == fits
    if found is not None:
        assert list(found.places) == sorted(set(found.places))
        letters = "".join(plain[place] for place in found.places)
        assert all(letters.count(c) <= plain.count(c) for c in letters)
        assert set(letters) == set("".join(words))


@given(st.text(max_size=30))
def test_folding_keeps_every_index(text):
    assert len(folded(text)) == len(text)
    assert folded(unicodedata.normalize("NFC", "é") + text)[0] == "e"
