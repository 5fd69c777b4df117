"""Marks as tags, and back."""

from __future__ import annotations

import pytest

from app.transfer.addresses import PlainResolver
from app.transfer.html_reader import read_html
from app.transfer.inline_html import (
    OpenMarks,
    embed_of_tag,
    embed_tag,
    marks_of_tag,
    opening_tag,
    parse_tag,
)
from app.transfer.markdown_reader import read_markdown
from tests.support.work import calls_of

MARKS = [
    ("bold", True),
    ("italic", True),
    ("underline", True),
    ("strike", True),
    ("code", True),
    ("highlight", True),
    ("highlight", "yellow"),
    ("colour", "#ff0000"),
    ("colour", 'x"><script>'),
    ("comment:a", True),
    ("unknown", {"a": [1, None, "ä\u2028"]}),
    ("link", "https://x/?a=1&b='\"<>"),
    ("bold", 1),
]


@pytest.mark.parametrize(("kind", "value"), MARKS)
def test_a_mark_comes_back_from_its_tag(kind, value):
    parsed = parse_tag(opening_tag(kind, value))
    assert parsed is not None
    tag, attributes, closes = parsed
    assert not closes
    assert marks_of_tag(tag, attributes, PlainResolver()) == {kind: value}


def test_an_embed_comes_back_from_its_tag():
    payload = {"type": "chart", "points": [[1, 2.5], "<&'\">"]}
    parsed = parse_tag(embed_tag(payload).removesuffix("</span>"))
    assert parsed is not None
    tag, attributes, _ = parsed
    assert embed_of_tag(tag, attributes, PlainResolver()) == ("\ufffc", {"embed": payload})


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '"x"',
        '{"": 1}',
        '{"link": "javascript:x"}',
        '{"embed": {}}',
        '{"' + "k" * 200 + '": 1}',
        '{"a": null}',
    ],
)
def test_marks_that_a_stranger_claims_are_believed_only_if_they_can_be_marks(text):
    assert marks_of_tag("span", {"data-marks": text}, PlainResolver()) == {}


@pytest.mark.parametrize(
    "text", ["{", "[]", "{}", '{"type": 1}', '{"type": "image", "src": "file:///etc/passwd"}']
)
def test_embeds_that_a_stranger_claims_are_believed_only_if_they_can_be_embeds(text):
    assert embed_of_tag("span", {"data-embed": text}, PlainResolver()) is None


def test_attributes_are_read_with_and_without_quotes():
    assert parse_tag("<A HREF=x title='a\"b' checked>") == (
        "a",
        {"href": "x", "title": 'a"b', "checked": ""},
        False,
    )
    assert parse_tag("</B >") == ("b", {}, True)
    assert parse_tag("<!-- x -->") is None


def test_crossing_and_forgotten_tags_close_as_in_html():
    marks = OpenMarks()
    marks.open("b", {"bold": True})
    marks.open("i", {"italic": True})
    marks.close("b")
    assert marks.now() == {}
    marks.close("i")
    marks.close("u")
    assert marks.now() == {}


def test_twenty_thousand_open_tags_stay_cheap():
    def opened(count):
        marks = OpenMarks()
        for _ in range(count):
            marks.open("b", {"bold": True})
            marks.now()
            marks.close("i")

    assert calls_of(lambda: opened(20_000)) < 4.4 * calls_of(lambda: opened(5_000))


@pytest.mark.parametrize(
    ("tag", "attributes", "marks"),
    [
        ("span", {"style": "color: #C00000"}, {"colour": "red"}),
        (
            "span",
            {"style": "font-weight:bold;COLOR:Red; background: lime"},
            {"colour": "red", "highlight": "green"},
        ),
        ("font", {"color": "blue"}, {"colour": "blue"}),
        ("mark", {"style": "background: #BBFABBA6"}, {"highlight": "green"}),
        ("mark", {"style": "background-color: yellow"}, {"highlight": True}),
        ("mark", {"style": "background: white"}, {"highlight": True}),
        ("span", {"style": "color: black"}, {}),
        ("b", {"style": "color: red"}, {"bold": True}),
        ("span", {"style": "color:red", "data-marks": '{"colour":"#123456"}'}, {"colour": "#123456"}),
    ],
)
def test_colours_that_somebody_wrote_are_the_nearest_of_ours(tag, attributes, marks):
    assert marks_of_tag(tag, attributes, PlainResolver()) == marks


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("H<sub>2</sub>O", "H₂O"),
        ("x<sup>2</sup><sup>3</sup>", "x²³"),
        ("2<sup>n − 1</sup> − 1", "2ⁿ⁻¹ − 1"),
        ("2<sup>*n*</sup>", "2ⁿ"),
        ("1<sup>st</sup>, ours<sup>TM</sup>", "1ˢᵗ, oursᵀᴹ"),
        ("2<sup>n/2</sup>", "2^(n/2)"),
        ("a<sub>Q</sub>", "a_(Q)"),
        ("so<sup>[1]</sup>", "so[1]"),
        ("so<sup>[n/a](https://x)</sup>", "son/a"),
        ("x<sup></sup>y", "xy"),
        ("x<sup>2", "x²"),
        ("x</sup>2", "x2"),
        ("x<sub>1<sup>2</sup></sub>", "x₁²"),
    ],
)
def test_low_and_high_text_is_in_letters_that_are_where_there_are_such(text, shown):
    ((spans, _),) = read_markdown(text)
    assert "".join(part for part, _ in spans) == shown
    assert all("\x00" not in kind for _, marks in spans for kind in marks)


def test_pages_have_low_and_high_letters_too_and_no_colours():
    page = '<p>H<sub>2</sub>O x<sup>2</sup> <span style="color:red">red</span> <pre>x<sup>2</sup></pre>'
    assert read_html(page) == [([("H₂O x² red", {})], {}), ([("x²", {})], {"kind": "code"})]
