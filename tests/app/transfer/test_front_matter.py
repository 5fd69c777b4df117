"""Front matter of other programs and of ours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.transfer.front_matter import FrontMatter, split_front_matter, write_front_matter
from tests.support import notes

tags = st.lists(notes.texts.map(lambda text: " ".join(text.split()).lstrip("#")[:100].strip()).filter(bool),
                unique=True, max_size=4)  # fmt: skip


colours = st.sampled_from(["teal", "red", "#123456"])


@st.composite
def matters(draw):
    named = draw(tags)
    return FrontMatter(
        draw(notes.texts | st.just("")),
        named,
        draw(st.integers(0, 253_402_300_799_000)),
        draw(st.booleans()),
        draw(st.booleans()),
        draw(st.sampled_from(["", "\U0001f331", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "a, b"])),
        {tag: draw(colours) for tag in named if draw(st.booleans())},
        ours=True,
    )


@given(matters())
def test_what_an_export_writes_reads_back(matter):
    text = write_front_matter(matter, "A" * 22) + "body"
    found, rest = split_front_matter(text.replace("\r\n", "\n").replace("\r", "\n"))
    assert rest == "body"
    assert found == matter


def test_an_icon_that_others_mean_by_another_thing_is_named_as_left_out():
    matter, _ = split_front_matter("---\nicon: fa-book\ntitle: x\n---\n")
    assert matter is not None
    assert (matter.icon, matter.others) == ("", ["icon"])


def test_what_other_programs_write_is_understood():
    matter, rest = split_front_matter(
        "---\r\ntitle: 'It''s'\ntags:\n  - \"#one\"\n  - two, three\ndate: 2024-05-06\npinned: yes\n"
        "aliases: [x]\n# a comment\n---\n\n# Body\n"
    )
    assert matter is not None
    assert matter.title == "It's"
    assert matter.tags == ["one", "two", "three"]
    assert matter.created_ms == 1_714_953_600_000
    assert matter.pinned
    assert matter.others == ["aliases"]
    assert rest == "# Body\n"


@pytest.mark.parametrize(
    "text",
    ["", "---", "---\ntitle: x\n", "text\n---\na: b\n---\n", "---\n\nA line.\n\n---\n", "----\na: b\n----\n"],
)
def test_lines_that_are_no_front_matter_stay_text(text):
    assert split_front_matter(text) == (None, text)


def test_lists_in_brackets_may_hold_commas_in_quotes():
    matter, _ = split_front_matter('---\ntags: ["a, b", c]\ncommonplace: x\n---\n')
    assert matter is not None
    assert matter.tags == ["a, b", "c"]


@pytest.mark.parametrize("text", ["never", "2024-13-01", "", "1890-01-01"])
def test_a_time_that_is_none_is_left_out(text):
    matter, _ = split_front_matter(f"---\ncreated: {text}\n---\n")
    assert matter is not None
    assert matter.created_ms is None


def test_an_endless_opening_is_no_front_matter():
    text = "---\n" + "a: b\n" * 20_000 + "---\n"
    assert split_front_matter(text)[0] is None


def test_dividers_around_a_heading_are_no_front_matter():
    text = "---\n\n# Heading\n\n---\n"
    assert split_front_matter(text) == (None, text)


@pytest.mark.parametrize("text", ["one two", "[one, two]", "one, two", "\n  [\n    one,\n    two,\n  ]"])
def test_tags_are_parted_by_blanks_commas_or_brackets(text):
    matter, rest = split_front_matter(f"---\ntags: {text}\n---\nbody")
    assert matter is not None
    assert (matter.tags, rest) == (["one", "two"], "body")


def test_a_time_may_stand_off_its_zone():
    matter, _ = split_front_matter("---\ndate: 2024-05-06 02:00:00 +0200\n---\n")
    assert matter is not None
    assert matter.created_ms == 1_714_953_600_000
