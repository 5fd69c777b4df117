"""File names that every system takes."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.transfer.addresses import split_relative
from app.transfer.file_names import Names, as_address, safe_name


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Plain title", "Plain title"),
        ("a/b\\c:d*e?f", "a b c d e f"),
        ("../../etc", "etc"),
        ("CON", "_CON"),
        ("com1.txt", "_com1.txt"),
        ("  .x. ", "x"),
        ("", "Untitled"),
        ("///", "Untitled"),
        ("漢字 🙂", "漢字 🙂"),
        ("a\u202eb\x00c", "a b c"),
        ("~lock", "_~lock"),
    ],
)
def test_titles_become_names(title, name):
    assert safe_name(title, "Untitled") == name


@given(st.text())
def test_every_name_is_one_part_of_a_path_and_fits(title):
    name = safe_name(title, "Untitled")
    assert name
    assert "/" not in name
    assert "\\" not in name
    assert name not in (".", "..")
    assert len(name.encode("utf-8", "replace")) <= 182


def test_taken_names_get_numbers_whatever_their_case_or_spelling():
    names = Names()
    assert names.unique("", "Ä", ".md") == "Ä.md"
    assert names.unique("", "ä", ".md") == "ä (2).md"
    assert names.unique("", "A\u0308", ".md") == "A\u0308 (3).md"
    assert names.unique("sub", "Ä", ".md") == "Ä.md"


@given(st.text(min_size=1).map(lambda text: safe_name(text, "x")))
def test_a_name_as_an_address_leads_back_to_the_name(name):
    address = as_address(name + ".md")
    assert split_relative(address) == (name + ".md", "")
    assert unquote(address) == name + ".md"
