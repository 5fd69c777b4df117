"""HTML out."""

from __future__ import annotations

from hypothesis import given

from app.transfer.blocks import tidy, tidy_spans
from app.transfer.html_reader import read_html
from app.transfer.html_writer import exact_block, write_fragment, write_html
from tests.support import notes


@given(notes.spans, notes.attributes)
def test_an_exact_block_reads_back_as_itself(spans, attributes):
    assert read_html(exact_block(tidy_spans(spans), attributes)) == tidy([(spans, attributes)])


@given(notes.blocks)
def test_a_page_loses_no_visible_word(blocks):
    def words(found):
        return "".join("".join(text for text, _ in spans) for spans, _ in found).split()

    read = words(read_html(write_html("", blocks)))
    assert "".join(read) == "".join(words(tidy(blocks))) or "\r" in str(blocks)


def test_everything_is_escaped():
    page = write_html("<T>", [([("<script>&", {"link": 'https://x/"><script>'})], {})])
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


def test_code_is_one_element_and_keeps_its_lines():
    blocks = [([("a  <b>", {})], {"kind": "code", "language": "c"}), ([], {"kind": "code", "language": "c"})]
    assert "<pre><code" in write_fragment(blocks)
    assert write_fragment(blocks).count("<pre>") == 1
