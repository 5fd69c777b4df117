"""How blocks are drawn."""

from __future__ import annotations

import pytest

from app.editor.keys import key_of
from app.editor.looks import LEVEL_MAX, PLAIN, Look, look_of


def test_no_attributes_are_a_plain_paragraph():
    assert look_of("") == PLAIN


@pytest.mark.parametrize(
    ("attributes", "look"),
    [
        ({"kind": "heading", "level": 3}, Look("heading", 3, False, "", 0)),
        ({"kind": "heading"}, Look("heading", 1, False, "", 0)),
        ({"kind": "heading", "level": 99}, Look("heading", 6, False, "", 0)),
        ({"kind": "check", "checked": True, "level": 1}, Look("check", 1, True, "", 0)),
        ({"kind": "bullet", "checked": True}, Look("bullet", 0, False, "", 0)),
        ({"kind": "bullet", "level": 500}, Look("bullet", LEVEL_MAX, False, "", 0)),
        ({"kind": "bullet", "level": "deep"}, Look("bullet", 0, False, "", 0)),
        ({"kind": "numbered", "start": 7}, Look("numbered", 0, False, "", 7)),
        ({"kind": "numbered", "start": -7}, Look("numbered", 0, False, "", 0)),
        ({"kind": "quote", "level": 1}, Look("quote", 1, False, "", 0)),
        ({"kind": "code", "language": "python"}, Look("code", 0, False, "", 0, "python")),
        ({"kind": "code", "language": 7}, Look("code", 0, False, "", 0)),
        ({"kind": "of the future"}, PLAIN),
        ({"kind": 7}, PLAIN),
        ({"alignment": "center"}, Look("paragraph", 0, False, "center", 0)),
    ],
)
def test_attributes_are_drawn_as_far_as_they_make_sense(attributes, look):
    assert look_of(key_of(attributes)) == look
    assert look.is_list == (look.kind in ("bullet", "numbered", "check"))
