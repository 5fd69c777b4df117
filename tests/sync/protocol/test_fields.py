from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import pytest

from sync.protocol import fields
from sync.protocol.fields import Body, Malformed


@dataclass(frozen=True)
class Inner:
    size: Annotated[int, fields.integer(0, 9)]


@dataclass(frozen=True)
class Outer:
    name: Annotated[str, fields.text(3)]
    inner: Annotated[Inner | None, fields.optional(fields.struct(Inner))] = None
    on: Annotated[bool, fields.boolean] = False


@pytest.mark.parametrize(
    ("check", "fine", "wrong"),
    [
        (fields.integer(1, 3), [1, 3], [0, 4, True, 1.0, "1", None]),
        (fields.boolean, [True, False], [0, 1, None]),
        (fields.text(3), ["", "abc"], ["abcd", b"abc", None]),
        (fields.text(9, "[a-z]+"), ["abc"], ["", "aB", "a\n"]),
        (fields.binary(3, 1), [b"a", b"abc"], [b"", b"abcd", "abc"]),
        (fields.mapping, [{}, {"a": 1}], [[], None]),
        (fields.optional(fields.boolean), [None, True], [1]),
    ],
)
def test_a_check_passes_what_it_says_and_nothing_else(check, fine, wrong):
    for value in fine:
        assert check(value) == value
    for value in wrong:
        with pytest.raises(Malformed):
            check(value)


def test_lists_become_tuples_and_have_a_bound():
    check = fields.listed(fields.integer(), 2)
    assert check([1, 2]) == (1, 2)
    for wrong in ([1, 2, 3], (1,), [None], "12"):
        with pytest.raises(Malformed):
            check(wrong)


def test_rows_ignore_what_they_do_not_know_and_need_what_they_do():
    check = fields.row(fields.pair, fields.integer(), fields.integer(), required=1)
    assert check([1]) == (1,)
    assert check([1, 2, "new"]) == (1, 2)
    for wrong in ([], ["1"], [1, "2"], {}):
        with pytest.raises(Malformed):
            check(wrong)


def test_a_body_sends_no_defaults_and_takes_absent_keys_as_such():
    codec = Body.of(Outer)
    assert codec.encode(Outer("a")) == {"name": "a"}
    assert codec.encode(Outer("a", Inner(2), True)) == {"name": "a", "inner": {"size": 2}, "on": True}
    assert codec.decode({"name": "a", "inner": {"size": 2}, "more": 1}) == Outer("a", Inner(2))
    assert Body.of(Outer) is codec


@pytest.mark.parametrize(
    "value", [None, [], {}, {"name": None}, {"name": "a", "inner": {}}, {"name": "a", "on": 1}]
)
def test_a_body_that_lacks_or_breaks_a_field_is_malformed(value):
    with pytest.raises(Malformed):
        Body.of(Outer).decode(value)
