"""The headings of other notes follow the library."""

from app.models.outlines import Outlines
from tests.support.waiting import wait_for


def test_headings_come_when_asked_for_and_follow_the_note(desk):
    made = [([("Goals", {})], {"kind": "heading", "level": 1}), ([("text", {})], {})]
    note = desk.call(lambda library: library.new_note(title="Plan", blocks=made))
    outlines = Outlines(desk.program.bridge, desk.window)
    answers = []
    outlines.changed.connect(lambda: answers.append(1))
    assert outlines.of(note) == []
    wait_for(lambda: outlines.of(note) == ["Goals"])
    assert answers
    desk.call(lambda library: library.edit(note, lambda edit: edit.text(("body",)).insert(0, "My ")))
    wait_for(lambda: outlines.of(note) == ["My Goals"])


def test_a_note_that_cannot_be_read_has_none(desk):
    outlines = Outlines(desk.program.bridge, desk.window)
    assert outlines.of("A" * 22) == []
    desk.call(lambda library: None)
    assert outlines.of("A" * 22) == []
