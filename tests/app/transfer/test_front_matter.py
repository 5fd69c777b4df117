"""Front matter of other programs and of ours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.transfer.front_matter import split_front_matter, write_front_matter
from tests.support import notes

tags = st.lists(notes.texts.map(lambda text: " ".join(text.split()).lstrip("#")[:100].strip()).filter(bool),
                unique=True, max_size=4)  # fmt: skip


@given(notes.texts | st.just(""), tags, st.integers(0, 253_402_300_799_000), st.booleans())
def test_what_an_export_writes_reads_back(title, tags, created_ms, pinned):
    text = write_front_matter(title, tags, created_ms, pinned, "A" * 22) + "body"
    matter, rest = split_front_matter(text.replace("\r\n", "\n").replace("\r", "\n"))
    assert rest == "body"
    assert matter is not None
    assert (matter.title, matter.tags, matter.created_ms, matter.pinned) == (title, tags, created_ms, pinned)
    assert matter.ours
    assert not matter.others


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
