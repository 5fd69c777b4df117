"""Markdown at the start of a block."""

from __future__ import annotations

import pytest

from app.editor.autoformat import Start, fence_of, is_rule, start_of


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
