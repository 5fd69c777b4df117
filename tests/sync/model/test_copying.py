from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt import Clock, Delta, Document
from sync.limits import DELTA_SIZE_MAX
from sync.model import v1, v2
from sync.model.copying import copied
from tests.support.document_world import DocumentWorld

NOW = 1_795_000_000_000


def ticking(rid):
    clock = Clock(rid)
    return lambda: clock.tick(NOW)


def note(model=v1, title="Garden"):
    clock = ticking(7)
    made, _ = model.new_note(7, clock(), title=title, created_ms=5, folder="f" * 22)
    return made, clock


def received(deltas):
    there = Document(99)
    for delta in deltas:
        assert len(delta.encode()) <= DELTA_SIZE_MAX
        there.apply(Delta.decode(delta.encode()))
    there.check()
    return there


@pytest.mark.parametrize("model", [v1, v2])
def test_a_copy_shows_what_the_note_shows_but_what_is_left_out(model):
    made, tick = note(model)

    def write(edit):
        body = edit.text(("body",))
        body.insert(0, "one\ntwo words\nthree", {})
        body.format(4, 7, "bold", True)
        body.set_block(5, {"kind": "heading", "level": 2})
        body.set_block(len(body), {"kind": "bullet"})
        body.insert_embed(3, {"kind": "image", "src": "attachment:" + "a" * 64}, {})
        edit.make(("attachments", "a" * 64), "map")
        edit.set(("attachments", "a" * 64, "name"), "x.png")

    made.edit(tick(), write)
    copy, deltas = copied(made, 8, ticking(8), without=frozenset({"folder"}))
    expected = made.to_value()
    del expected["folder"]
    for found in (copy, received(deltas)):
        assert found.to_value() == expected
        assert found.text(("body",)).blocks() == made.text(("body",)).blocks()


@pytest.mark.parametrize("letter", ["x", "é", "\U0001f469", "\n"])
def test_a_long_text_becomes_deltas_that_can_be_sent(letter):
    made, tick = note()
    for _ in range(12):
        made.edit(tick(), lambda e: e.text(("body",)).insert(0, letter * 8_000))
    _, deltas = copied(made, 8, ticking(8))
    assert received(deltas).value(("body",)) == letter * 96_000


def test_an_empty_note_is_copied():
    made, _ = note(title="")
    assert received(copied(made, 8, ticking(8))[1]).to_value() == made.to_value()


@given(st.integers(0, 2**32))
def test_whatever_is_in_a_document_is_copied(seed):
    world = DocumentWorld(seed)
    world.run(25)
    original = world.holders[0].document
    copy, deltas = copied(original, 4_000, ticking(4_000))
    assert copy.to_value() == received(deltas).to_value() == original.to_value()


def test_the_original_stays_as_it_was():
    made, _ = note()
    before = made.encode()
    copied(made, 8, ticking(8))
    assert made.encode() == before
