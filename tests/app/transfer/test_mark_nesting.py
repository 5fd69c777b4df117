"""Overlapping marks become brackets."""

from __future__ import annotations

from hypothesis import given

from app.transfer.blocks import tidy_spans
from app.transfer.mark_nesting import Turn, nested, same_value
from tests.support import notes


@given(notes.spans)
def test_brackets_pair_up_and_every_span_stands_in_its_own_marks(spans):
    spans = tidy_spans(spans)
    stack = []
    seen = []
    for part in nested(spans):
        if not isinstance(part, Turn):
            assert {kind: value for kind, value in part[1].items() if kind != "embed"} == dict(stack)
            seen.append(part)
        elif part.turn == "open":
            stack.append((part.kind, part.value))
        else:
            assert stack.pop() == (part.kind, part.value)
    assert not stack
    assert seen == spans


def test_what_reaches_farthest_is_opened_first():
    spans = [("a", {"bold": True, "italic": True}), ("b", {"italic": True})]
    turns = [(part.turn, part.kind) for part in nested(spans) if isinstance(part, Turn)]
    assert turns == [("open", "italic"), ("open", "bold"), ("close", "bold"), ("close", "italic")]


def test_true_is_not_one():
    assert not same_value(True, 1)
    assert not same_value([1], [1.0])
    assert same_value({"a": (1, 2)}["a"], (1, 2))
