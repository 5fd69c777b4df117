"""The clipboard's formats."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QByteArray, QMimeData

from app.editor import paste
from app.transfer.blocks import Block

BLOCKS: list[Block] = [
    ([("Head", {"bold": True})], {"kind": "heading", "level": 1}),
    (
        [
            ("a ", {}),
            ("link", {"link": "https://example.org"}),
            ("\ufffc", {"embed": {"type": "x", "b": b"\x00"}}),
        ],
        {},
    ),
    ([("item", {"of the future": [1, 2]})], {"kind": "check", "level": 1, "checked": True}),
]


def test_ours_comes_back_exactly(qt_app):
    assert paste.blocks_of_ours(paste.mime_of(BLOCKS)) == BLOCKS


def test_a_copy_is_text_and_html_for_others(qt_app):
    mime = paste.mime_of(BLOCKS)
    assert mime.text().startswith("Head\na link")
    assert "https://example.org" in mime.html()
    assert "<h1>" in mime.html()


def test_a_copy_is_not_what_was_commented_on(qt_app):
    mime = paste.mime_of([([("x", {"comment:1": "a", "bold": True})], {})])
    assert paste.blocks_of_ours(mime) == [([("x", {"bold": True})], {})]


@pytest.mark.parametrize(
    "broken", [b"", b"[]]", b"[[1, 2]]", b'[[[["a", 1]], {}]]', b"[[[[1, {}]], {}]]", b"\xff\xfe"]
)
def test_what_only_claims_to_be_ours_is_nothing(qt_app, broken):
    mime = QMimeData()
    mime.setData(paste.BLOCKS_TYPE, QByteArray(broken))
    assert paste.blocks_of_ours(mime) is None


def test_what_no_note_can_hold_is_left_out(qt_app):
    mime = QMimeData()
    mime.setData(paste.BLOCKS_TYPE, QByteArray(b'[[[["a\\u0000b\\nc", {}]], {}]]'))
    assert paste.blocks_of_ours(mime) == [([("ab\u2028c", {})], {})]
    assert paste.plain_lines("a\r\nb\rc\u2029d\x0be\x00f\ufdd0") == ["a", "b", "c", "d", "ef"]


def test_scripts_styles_and_local_files_go_no_further():
    html = (
        "<script>alert(1)</script><style>p{}</style><p onclick='x()'>text</p>"
        "<img src='file:///etc/passwd'><a href='javascript:x()'>link</a>"
    )
    blocks = paste.blocks_of_html(html)
    assert "".join(text for spans, _ in blocks for text, _ in spans).replace("\ufffc", "") == "textlink"
    assert all("link" not in marks and "embed" not in marks for spans, _ in blocks for _, marks in spans)


@pytest.mark.parametrize(
    ("html", "marks"),
    [
        ("<span style='font-weight:700'>x</span>", {"bold": True}),
        ("<span style='FONT-WEIGHT: bold; font-style: italic'>x</span>", {"bold": True, "italic": True}),
        (
            "<span style='text-decoration: underline line-through'>x</span>",
            {"underline": True, "strike": True},
        ),
        ("<b style='font-weight:normal'>x</b>", {}),
        ("<b style='font-weight:normal'><span style='font-weight:600'>x</span></b>", {"bold": True}),
        ("<span style='font-weight:700'>x", {"bold": True}),
        ("<p style='font-style:italic'>x<br/></p>", {"italic": True}),
    ],
)
def test_styles_of_word_processors_are_read(html, marks):
    assert paste.blocks_of_html(html)[0][0][0] == ("x", marks)


def test_only_the_fragment_of_a_page_is_pasted():
    html = "<html><body>around<!--StartFragment--><i>this</i><!--EndFragment-->around</body></html>"
    assert paste.blocks_of_html(html) == [([("this", {"italic": True})], {})]


def test_entities_and_unclosed_tags_survive_the_rewriting():
    html = "<p style='x:y'>a &lt; b &#33; <b>c</p></i>d"
    text = "\n".join("".join(text for text, _ in spans) for spans, _ in paste.blocks_of_html(html))
    assert text == "a < b ! c\nd"


@pytest.mark.parametrize(
    ("text", "is_markdown"),
    [
        ("# Title\n\n- one\n- two", True),
        ("see [this](http://x.org) and **that**", True),
        ("- [ ] milk\n- [x] eggs", True),
        ("just a line", False),
        ("5. this is a sentence", False),
        ("a * b * c", False),
    ],
)
def test_markdown_is_told_from_text_by_two_of_its_signs(text, is_markdown):
    assert paste.looks_like_markdown(text) is is_markdown


def test_markdown_becomes_blocks_without_what_names_nothing():
    blocks = paste.blocks_of_markdown("## Head\n\n- [x] done ![p](local.png) [l](rel/a.md)\x00")
    assert blocks[0] == ([("Head", {})], {"kind": "heading", "level": 2})
    assert blocks[1] == ([("done p l", {})], {"kind": "check", "level": 0, "checked": True})
