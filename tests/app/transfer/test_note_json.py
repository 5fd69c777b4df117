"""Notes as canonical JSON."""

from __future__ import annotations

import json

from app.transfer.note_json import blocks_value, canonical, note_value


def test_a_note_has_exactly_the_promised_keys(library):
    made = library.new_note(
        title="T ä",
        blocks=[([("x", {"bold": True})], {"kind": "heading", "level": 2})],
        tags=["b", "a"],
        colours={"b": "teal"},
        icon="🌱",
        archived=True,
        created_ms=1_234_567_890_123,
    )
    value = note_value(made, "Personal", library.document(made), library.model)
    assert value == {
        "id": made,
        "title": "T ä",
        "notebook": "Personal",
        "icon": "🌱",
        "tags": ["a", "b"],
        "tag_colours": {"b": "teal"},
        "pinned": False,
        "archived": True,
        "created_ms": 1_234_567_890_123,
        "blocks": [{"kind": "heading", "level": 2, "spans": [{"text": "x", "marks": {"bold": True}}]}],
    }


def test_the_same_note_gives_the_same_bytes_on_another_replica(library):
    made = library.new_note(
        title="T",
        blocks=[([("a", {}), ("b", {"link": "https://x", "bold": True})], {})],
        tags=["z", "y"],
        colours={"z": "red", "y": "teal"},
    )
    stored = library.store.load(made)
    texts = {canonical(note_value(made, "N", stored.build(rid), library.model)) for rid in (5, 99)}
    assert len(texts) == 1
    text = texts.pop()
    assert json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False, separators=(",", ":")) == text


def test_a_paragraph_is_named_so():
    assert blocks_value([([], {})]) == [{"kind": "paragraph", "spans": []}]
