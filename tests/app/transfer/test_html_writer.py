"""HTML out."""

from __future__ import annotations

import re

import pytest
from hypothesis import given

from app.transfer.blocks import EMBED, tidy, tidy_spans
from app.transfer.front_matter import FrontMatter
from app.transfer.html_reader import read_html
from app.transfer.html_writer import exact_block, write_fragment, write_html
from tests.support import notes


def page_of(blocks, **matter):
    """The page of a note with these blocks."""
    return write_html(FrontMatter(**matter), blocks, "A" * 22, "a name")


@given(notes.spans, notes.attributes)
def test_an_exact_block_reads_back_as_itself(spans, attributes):
    assert read_html(exact_block(tidy_spans(spans), attributes)) == tidy([(spans, attributes)])


@given(notes.blocks | notes.code_blocks | notes.mixed_lists)
def test_whatever_is_written_reads_back_as_itself(blocks):
    assert read_html(page_of(blocks).partition("<body>")[2]) == tidy(blocks)


def test_everything_is_escaped():
    page = page_of([([("<script>&", {"link": 'https://x/"><script>'})], {})], title="<T>")
    assert "<script>" not in page
    assert "<title>&lt;T&gt;</title>" in page


def test_lists_nest_and_close():
    blocks = [
        ([("a", {})], {"kind": "bullet", "level": 0}),
        ([("b", {})], {"kind": "numbered", "level": 1}),
        ([("c", {})], {"kind": "check", "level": 0, "checked": True}),
        ([("d", {})], {}),
    ]
    fragment = write_fragment(blocks)
    assert fragment.count("<ul>") == fragment.count("</ul>") == 1
    assert fragment.count("<ol>") == fragment.count("</ol>") == 1
    assert "checked> c" in fragment
    assert read_html(fragment) == tidy(blocks)


def test_numbers_go_on_behind_what_stands_between():
    one = {"kind": "numbered", "level": 0}
    blocks = [
        ([("a", {})], one),
        ([("more", {})], {"level": 1}),
        ([("b", {})], one),
        ([("deep", {})], {"kind": "numbered", "level": 1}),
        ([("c", {})], one | {"start": 7}),
        ([("code", {})], {"kind": "code", "level": 1}),
        ([("d", {})], one),
        ([("dot", {})], {"kind": "bullet", "level": 0}),
        ([("e", {})], one),
        ([("end", {})], {}),
        ([("f", {})], one),
    ]
    fragment = write_fragment(blocks)
    numbers = {found[2]: found[1] for found in re.finditer(r'<li(?: value="(\d+)")?[^>]*>(\w+)<', fragment)}
    assert numbers == {
        "a": None,
        "b": "2",
        "deep": None,
        "c": "7",
        "d": "8",
        "dot": None,
        "e": None,
        "f": None,
    }
    assert read_html(fragment) == tidy(blocks)


def test_code_is_one_element_and_keeps_its_lines():
    blocks = [([("a  <b>", {})], {"kind": "code", "language": "c"}), ([], {"kind": "code", "language": "c"})]
    assert "<pre><code" in write_fragment(blocks)
    assert write_fragment(blocks).count("<pre>") == 1


PICTURE = {"type": "image", "src": "pictures/a.png", "alt": "A"}


@pytest.mark.parametrize("marks", [{"embed": PICTURE, "width": 320}, {"embed": {**PICTURE, "width": 320}}])
def test_a_resized_picture_is_as_wide_in_a_browser_and_comes_back_as_it_was(marks):
    blocks = [([("before ", {}), (EMBED, marks), (" after", {})], {})]
    page = page_of(blocks)
    assert re.search(r'<img src="pictures/a.png" alt="A" width="320"', page)
    assert read_html(page) == tidy(blocks)


@pytest.mark.parametrize(
    ("said", "width"),
    [
        ("1", 1),
        ("300", 300),
        ("300px", 300),
        ("10000", 10_000),
        ("10001", None),
        ("0", None),
        ("50%", None),
        ("-3", None),
    ],
)
def test_the_width_that_a_page_gives_a_picture_is_kept_where_it_is_one(said, width):
    ((spans, _),) = read_html(f'<p><img src="https://x.org/a.png" alt="A" width="{said}"></p>')
    assert spans[0][1].get("width") == width
    assert "width" not in spans[0][1]["embed"]


@pytest.mark.parametrize("width", [True, 0, 10_001, "320", 1.5, None])
def test_what_is_no_width_is_said_to_no_browser_and_comes_back_all_the_same(width):
    blocks = [([(EMBED, {"embed": {**PICTURE, "width": width}})], {})]
    page = page_of(blocks)
    assert ' width="' not in page
    assert read_html(page) == tidy(blocks)


def test_a_browsers_window_has_the_title_or_else_the_name():
    assert "<title>T</title>" in page_of([], title="T")
    assert "<title>a name</title>" in page_of([])
    assert "<h1>" not in page_of([])
