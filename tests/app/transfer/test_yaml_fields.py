"""The YAML above notes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.transfer.yaml_fields import read_fields


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("", {}),
        ("Größe: 3\n別名: x\n📅 day: y\nmy.key: z\na/b (c): d", {"größe": "3", "別名": "x", "📅 day": "y",
                                                                "my.key": "z", "a/b (c)": "d"}),
        ("\"title\": A\n'it''s': B", {"title": "A", "it's": "B"}),
        ("at: https://example.org/a:b", {"at": "https://example.org/a:b"}),
        ('a: "x: y" # z\nb: \'#\' # z\nc: x # z\nd: x#y', {"a": "x: y", "b": "#", "c": "x", "d": "x#y"}),
        ("a: >-\n  two\n  lines\nb: |\n  two\n  lines\nc:", {"a": "two lines", "b": "two\nlines", "c": ""}),
        ("a: one\n  two\n\n  three\nb: x", {"a": "one two three", "b": "x"}),
        ('a: "one\n  two"', {"a": "one two"}),
        ("a:\n  below", {"a": "below"}),
        ("a: [x, 'y, z', \"]\"] # said\nb: []", {"a": ["x", "y, z", "]"], "b": []}),
        ("a: [\n  x,\n  y,\n]\nb: c", {"a": ["x", "y"], "b": "c"}),
        ("a:\n  [\n    x,\n    y,\n  ]", {"a": ["x", "y"]}),
        ("a: [[x]]", {"a": ["x"]}),
        ("a:\n- x\n# said\n-\n- 'y'\nb:\n  - z", {"a": ["x", "", "y"], "b": ["z"]}),
        ("a:\n  inner: 1\n  list:\n    - 2\nb: c", {"a": "inner: 1 list: - 2", "b": "c"}),
        ("a: [never closed\nb: c", {"a": ["never closed"], "b": "c"}),
        ("a: 'never closed", {"a": "'never closed"}),
        ("a: 1\nA: 2", {"a": "1"}),
    ],
)  # fmt: skip
def test_fields_are_understood_as_programs_for_notes_write_them(text, fields):
    assert read_fields(text.split("\n")) == fields


@pytest.mark.parametrize(
    "text", ["prose", "a: b\nprose", "# only a heading", "- x", "a: [x\nprose", "a: |\n  b\n- c"]
)
def test_lines_that_are_no_fields_are_not_taken(text):
    assert read_fields(text.split("\n")) is None


@given(st.text("ab: \t#-[]\"'|>,\\\n"))
def test_any_lines_are_read_or_refused(text):
    fields = read_fields(text.split("\n"))
    assert fields is None or all(isinstance(name, str) for name in fields)
