"""Model 2: what its functions write fits its schema, and what model 1 wrote reads the same."""

import pytest

from crdt import Delta, Document, Stamp
from crdt.schema import SchemaViolation, validate_delta, validate_value
from sync.model import v1, v2
from sync.model.versions import chain

RID = 7


def at(ms: int) -> Stamp:
    return Stamp(ms, 0, RID)


def old_note() -> tuple[Document, list[Delta]]:
    document, made = v1.new_note(RID, at(100), title="Plan", created_ms=90)
    deltas = [
        made,
        document.edit(at(200), lambda edit: v1.set_pinned(edit, True)),
        document.edit(at(300), lambda edit: v1.add_tag(edit, "work", 300)),
        document.edit(at(400), lambda edit: v1.add_tag(edit, "gone", 400)),
        document.edit(at(500), lambda edit: v1.remove_tag(edit, "gone")),
        document.edit(at(600), lambda edit: edit.text(("body",)).insert(0, "one two")),
    ]
    return document, deltas


def test_a_new_note_fits_the_schema() -> None:
    document, delta = v2.new_note(RID, at(1), title="Plan", created_ms=5)
    validate_delta(v2.SCHEMAS["notes"], Document(RID), delta)
    validate_value(v2.SCHEMAS["notes"], document.to_value())
    assert v2.note_summary(document).created_ms == 5


def test_state_icon_and_tags_are_written_and_read() -> None:
    document, _ = v2.new_note(RID, at(1), created_ms=5)

    def fill(edit) -> None:
        v2.set_pinned(edit, True)
        v2.set_archived(edit, True)
        v2.set_icon(edit, "🌲")
        v2.add_tag(edit, "work", 17, "teal")
        v2.add_tag(edit, "home", 18)

    delta = document.edit(at(2), fill)
    validate_delta(v2.SCHEMAS["notes"], v2.new_note(RID, at(1), created_ms=5)[0], delta)
    summary = v2.note_summary(document)
    assert (summary.pinned, summary.archived, summary.icon) == (True, True, "🌲")
    assert summary.tags == ["home", "work"]
    assert summary.tag_colours == {"work": "teal"}
    assert v2.encoded_note_summary(document.encode()) == summary


def test_a_colour_leaves_what_a_newer_version_keeps_with_the_tag() -> None:
    document, _ = v2.new_note(RID, at(1), created_ms=5)
    document.edit(at(2), lambda edit: edit.set(("tags", "work"), {"added": 3, "colour": "", "weight": 4}))
    document.edit(at(3), lambda edit: v2.colour_tag(edit, document, "work", "red", 9))
    assert document.value(("tags", "work")) == {"added": 3, "colour": "red", "weight": 4}


def test_a_note_of_model_1_reads_the_same_in_model_2() -> None:
    old, deltas = old_note()
    before = v1.note_summary(old)
    way = chain("notes", "1.0", "2.0")
    new = way.state(Document.decode(old.encode(), RID))
    validate_value(v2.SCHEMAS["notes"], new.to_value())
    assert v2.note_summary(new) == before
    assert new.value(("tags", "work")) == {"added": 300, "colour": ""}
    arrived = way.state(Document(1))
    for delta in deltas:
        translated = way.delta(arrived, delta)
        validate_delta(v2.SCHEMAS["notes"], arrived, translated)
        arrived.apply(translated)
    assert arrived.encode() == new.encode()


def test_what_model_1_forbids_model_2_forbids_after_translation() -> None:
    old, _ = old_note()
    way = chain("notes", "1.0", "2.0")
    new = way.state(Document.decode(old.encode(), 9))
    for wrong in (("pinned",), ("created_ms",)):
        bad = old.edit(at(900), lambda edit, wrong=wrong: edit.set(wrong, "nonsense"))
        with pytest.raises(SchemaViolation):
            validate_delta(v2.SCHEMAS["notes"], new, way.delta(new, bad))


def test_what_a_newer_minor_wrote_survives_the_way() -> None:
    old, _ = old_note()
    old.edit(at(900), lambda edit: edit.set(("state",), "of 1.1"))
    old.edit(at(901), lambda edit: edit.set(("mood",), {"x": [1, b"\x00"]}))
    new = chain("notes", "1.0", "2.0").state(old)
    assert new.value(("state~",)) == "of 1.1"
    assert new.value(("mood",)) == {"x": [1, b"\x00"]}
    assert v2.note_summary(new).pinned


def test_nothing_that_a_stranger_writes_keeps_a_note_from_being_read() -> None:
    for nonsense in (
        {"state": 1, "tags": [2], "icon": 3, "created": "x"},
        {"tags": {"a": 1, "b": {"colour": 1}}},
    ):
        summary = v2.summarise(nonsense)
        assert (summary.pinned, summary.icon, summary.created_ms) == (False, "", 0)
