"""Versions by name, and bodies rewritten to them."""

from __future__ import annotations

import pytest
from hypothesis import given

from app.commands.versions import find_version, past_blocks, rewrite_body, version_name
from app.refusals import Refused
from app.transfer.blocks import tidy
from app.transfer.body import fill_body, read_body
from crdt import Clock
from sync.model.v1 import new_note
from tests.support import notes

MS = 1_763_000_000_000


def filled(blocks, clock):
    document, _ = new_note(clock.rid, clock.tick(MS), created_ms=0)
    fill_body(document, lambda: clock.tick(MS), tidy(blocks))
    return document


@given(notes.blocks, notes.blocks)
def test_any_body_becomes_any_other(one, other):
    clock = Clock(7)
    document = filled(one, clock)
    wanted = tidy(other)
    now = [(list(spans), dict(attributes)) for spans, attributes in document.text(("body",)).blocks()]
    document.edit(clock.tick(MS + 5_000), lambda edit: rewrite_body(edit, now, wanted))
    assert read_body(document) == wanted
    document.check()


def test_only_what_differs_is_touched():
    clock = Clock(7)
    document = filled([([("same start, old, same end", {})], {})], clock)
    now = read_body(document)
    wanted = [([("same start, new, same end", {})], {})]
    delta = document.edit(clock.tick(MS), lambda edit: rewrite_body(edit, now, wanted))
    assert len(delta.ops) == 2


def test_a_version_is_found_by_its_name_and_keeps_it():
    clock = Clock(7)
    document = filled([([("one", {})], {})], clock)
    name = version_name(document.history()[-1])
    document.new_group()
    document.edit(clock.tick(MS + 60_000), lambda edit: edit.text(("body",)).insert(3, " two"))
    assert past_blocks(document, find_version(document, name)) == [([("one", {})], {})]
    assert document.text(("body",)).text() == "one two"
    with pytest.raises(Refused):
        find_version(document, "0.0")
