"""What notes and files are called in links by name, and when a name is not enough."""

import pytest

from app.headings import Heading, Outline
from app.transfer.markdown_writer import write_markdown
from app.transfer.wiki_links import NamesGiven, heading_by_name, with_place


def test_a_note_is_called_by_its_name_or_by_its_way_from_the_top():
    given = NamesGiven(["a/Roses.md", "a/Twice.md", "b/TWICE.md", "b/a/Low.md", "a/Low.md", "Low.md"])
    assert given.note("a/Roses.md") == "Roses"
    assert given.note("a/Twice.md") == "a/Twice"
    assert given.note("b/a/Low.md") == "b/a/Low"
    assert given.note("a/Low.md") is None, "b/a/Low ends like it"
    assert given.note("Low.md") is None, "it has no other way"


@pytest.mark.parametrize("name", ["a[b]", "a#b", "a^b", "photo.png"])
def test_signs_of_links_and_endings_of_files_are_no_name_of_a_note(name):
    assert NamesGiven([f"{name}.md"]).note(f"{name}.md") is None


def test_a_file_is_called_by_its_name_where_no_note_is():
    given = NamesGiven(["photo.png.md", "plan.md"])
    assert given.file("assets/other.png") == "other.png"
    assert given.file("assets/photo.png") is None
    assert given.file("assets/plan") is None, "a name without an ending is a note's"


def test_a_heading_is_said_by_its_text_where_that_finds_it():
    outline = Outline([Heading("Red [1] | #2", 1), Heading("Blue", 1), Heading("blue", 2), Heading("!", 1)])
    assert [heading_by_name(outline, number) for number in range(4)] == ["Red 1 2", "Blue", None, "!"]


def test_a_place_that_cannot_be_said_leaves_no_name():
    assert with_place("Roses", "") == "Roses"
    assert with_place("Roses", "Red") == "Roses#Red"
    assert with_place("", "Red") == "#Red"
    assert with_place("Roses", None) is with_place(None, "Red") is with_place("Roses", "a#b") is None


def test_an_address_without_a_name_is_an_ordinary_link():
    blocks = [([("a", {"link": "x.md"}), (" ", {}), ("b", {"link": "y.md"})], {})]
    assert write_markdown(blocks, {"x.md": "x"}) == "[[x|a]] [b](y.md)\n"
