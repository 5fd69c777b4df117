"""Markdown at the start of a block and around words."""

from __future__ import annotations

import pytest

from app.editor.autoformat import Span, Start, address_before, fence_of, is_rule, span_of, start_of


@pytest.mark.parametrize(
    ("typed", "attributes"),
    [
        ("# ", {"kind": "heading", "level": 1}),
        ("###### ", {"kind": "heading", "level": 6}),
        ("- ", {"kind": "bullet", "level": 0}),
        ("* ", {"kind": "bullet", "level": 0}),
        ("1. ", {"kind": "numbered", "level": 0}),
        ("3) ", {"kind": "numbered", "level": 0, "start": 3}),
        ("[] ", {"kind": "check", "level": 0, "checked": False}),
        ("[ ] ", {"kind": "check", "level": 0, "checked": False}),
        ("[x] ", {"kind": "check", "level": 0, "checked": True}),
        ("> ", {"kind": "quote"}),
        ("``` ", {"kind": "code"}),
    ],
)
def test_a_sign_and_a_blank_become_the_kind(typed, attributes):
    assert start_of(typed, "paragraph") == Start(len(typed), attributes)


@pytest.mark.parametrize("typed", ["####### ", "a# ", "-", "--- ", "12345. ", "[y] ", " > "])
def test_other_text_stays_text(typed):
    assert start_of(typed, "paragraph") is None


def test_inside_other_kinds_signs_are_text_but_a_bullet_may_get_a_box():
    assert start_of("# ", "code") is None
    assert start_of("- ", "heading") is None
    assert start_of("[] ", "bullet") == Start(3, {"kind": "check", "level": 0, "checked": False})


def test_a_fence_names_its_language():
    assert fence_of("```") == Start(3, {"kind": "code"})
    assert fence_of("```c++") == Start(6, {"kind": "code", "language": "c++"})
    assert fence_of("``` no fence") is None


def test_three_dashes_are_a_rule():
    assert is_rule("---")
    assert is_rule("*****")
    assert not is_rule("--")
    assert not is_rule("-*-")


@pytest.mark.parametrize(
    ("before", "kind", "signs"),
    [
        ("**bold**", "bold", 2),
        ("a **bold words**", "bold", 2),
        ("un**bold**", "bold", 2),
        ("*leaning*", "italic", 1),
        ("(_leaning_", "italic", 1),
        ("中文*斜体*", "italic", 1),
        ("`x = 1`", "code", 1),
        ("~~gone~~", "strike", 2),
        ("==lit==", "highlight", 2),
    ],
)
def test_signs_around_words_become_a_mark(before, kind, signs):
    opened = before.index(before[-1])
    assert span_of(before) == Span(len(before) - opened, signs, signs, kind, True)


@pytest.mark.parametrize(
    "before",
    [
        "**",
        "****",
        "**bold*",
        "2*3*",
        "snake_case_",
        "__init__",
        "* not here*",
        "*not here *",
        "a == b and c ==",
        "x==y==",
        "``",
        "no signs",
        "*an \ufffc embed*",
        "*",
        ")",
        "(so)",
        "![alt](https://example.org/a.png)",
        "[words](javascript:alert(1)",
        "[words](javascript:x)",
        "[ ](https://example.org)",
        "[a](https://a.org) and b)",
    ],
)
def test_signs_that_mean_themselves_stay(before):
    assert span_of(before) is None


def test_a_link_is_read_with_its_words_and_its_address():
    before = "see [the book](example.org/a)"
    assert span_of(before) == Span(25, 1, 16, "link", "https://example.org/a")
    assert span_of("[1] [b](https://b.org)") == Span(18, 1, 16, "link", "https://b.org")


def test_signs_far_apart_are_not_looked_for():
    assert span_of("*" + "a" * 2_998 + "*") is not None
    assert span_of("*" + "a" * 2_999 + "*") is None


@pytest.mark.parametrize(
    ("before", "found"),
    [
        ("https://example.org", (19, 0, "https://example.org")),
        ("see (www.example.org/a_b).", (21, 2, "https://www.example.org/a_b")),
        ("http://a.b?c=d#e", (16, 0, "http://a.b?c=d#e")),
        ("xhttps://example.org", None),
        ("https://", None),
        ("https://example.org and", None),
        ("", None),
    ],
)
def test_an_address_is_found_without_what_ends_the_sentence(before, found):
    assert address_before(before) == found
