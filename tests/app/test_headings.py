"""Headings as places that links name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.headings import TOP, Heading, Outline, headings_of, slugs

BOOK = [
    Heading("Boxes", 2),
    Heading("Using `Box<T>` to Store Data", 3),
    Heading("Summary", 3),
    Heading("Cells & Refs", 2),
    Heading("Summary", 3),
    Heading("C# and C++", 2),
    Heading("Über uns", 2),
    Heading("हिन्दी भाषा", 2),
    Heading("\U0001f350", 2),
]


@pytest.mark.parametrize(
    ("place", "number"),
    [
        ("Boxes", 0),
        ("bOXES", 0),
        ("boxes", 0),
        ("using-boxt-to-store-data", 1),
        ("using-box-t-to-store-data", 1),
        ("Using Box T to Store Data", 1),
        ("Summary", 2),
        ("summary", 2),
        ("summary-1", 4),
        ("Boxes#Summary", 2),
        ("Cells & Refs#Summary", 4),
        ("cells-refs#summary", 4),
        ("Cells  Refs", 3),
        ("cells--refs", 3),
        ("Summary#Boxes", None),
        ("C# and C++", 5),
        ("C and C", 5),
        ("%C3%9Cber%20uns", 6),
        ("über-uns", 6),
        ("हिन्दी-भाषा", 7),
        ("\U0001f350", 8),
        ("section", 8),
        ("Nothing", None),
        ("summary-2", None),
        ("", None),
        ("#", None),
    ],
)
def test_a_place_means_a_heading_however_a_program_says_it(place, number):
    assert Outline(BOOK).find(place) == number


def test_the_title_is_the_top_unless_a_heading_is_called_so():
    assert Outline(BOOK, "The Book").find("the-book") == TOP
    assert Outline(BOOK, "The Book").find("The Book#Boxes") == 0
    assert Outline(BOOK, "Boxes").find("boxes") == 0
    assert Outline(BOOK, "Boxes").find("boxes-1") == 0, "as in the file, which begins with the title"
    assert Outline(BOOK, "The Book").find("Other Book") is None


def test_slugs_are_those_of_github_and_each_is_there_once():
    texts = ["A b", "a-b", "A  b", "A b", "a-b-1", "x_y!", "", "?"]
    expected = ["a-b", "a-b-1", "a--b", "a-b-2", "a-b-1-1", "x_y", "section", "section-1"]
    assert slugs([Heading(text, 1) for text in texts]) == expected


def test_headings_are_read_from_blocks_whatever_stands_in_them():
    blocks = [
        ([("One ", {"bold": True}), ("\ufffc", {"embed": {}}), ("two", {})], {"kind": "heading", "level": 2}),
        ([("text", {})], {}),
        ([], {"kind": "heading"}),
        ([("deep", {})], {"kind": "heading", "level": 99}),
        ([("odd", {})], {"kind": "heading", "level": "x"}),
    ]
    assert headings_of(blocks) == [
        Heading("One two", 2), Heading("", 1), Heading("deep", 6), Heading("odd", 1)
    ]  # fmt: skip


texts = st.one_of(
    st.sampled_from(["a", "A", "a-1", "a b", "a-b", "#", "", "é", "e\u0301"]), st.text(max_size=8)
)


@given(st.lists(st.builds(Heading, texts, st.integers(1, 6)), max_size=12), texts)
def test_a_slug_leads_back_to_its_heading_and_anything_else_to_one_or_none(headings, title):
    outline = Outline(headings, title)
    assert [outline.find(slug) for slug in outline.slugs] == list(range(len(headings)))
    assert len(set(outline.slugs)) == len(headings)
    for place in (title, "#".join(heading.text for heading in headings)):
        found = outline.find(place)
        assert found is None or TOP <= found < len(headings)
