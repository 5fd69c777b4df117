"""Marks as tags, and back."""

from __future__ import annotations

import time

import pytest

from app.transfer.addresses import PlainResolver
from app.transfer.inline_html import (
    OpenMarks,
    embed_of_tag,
    embed_tag,
    marks_of_tag,
    opening_tag,
    parse_tag,
)

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
    marks = OpenMarks()
    begun = time.process_time()
    for _ in range(20_000):
        marks.open("b", {"bold": True})
        marks.now()
        marks.close("i")
    assert time.process_time() - begun < 2
