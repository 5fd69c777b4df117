"""
Texts that were saved once and for all: every later version must read them, to the letter.

    python -m tests.support.golden_texts

adds the ones that are not there yet; one that is there is never written again. Each is three files,
tests/golden/texts/<name>.text (what `encode` wrote), <name>.json (what a reader sees) and <name>.ops (what
`encode_ops` wrote of all its ops).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from crdt.ops_codec import encode_ops
from crdt.text import RichText
from crdt.text_ops import ops_since
from crdt.version import Version
from tests.support.meeting import holder
from tests.support.text_world import TextWorld

FOLDER = Path(__file__).parent.parent / "golden" / "texts"


def expected(text: RichText) -> dict:
    """What a reader sees, as JSON can carry it."""
    return {
        "holder": holder(text),
        "text": text.text(),
        "spans": [[piece, marks] for piece, marks in text.spans()],
        "blocks": [[[[piece, marks] for piece, marks in spans], shown] for spans, shown in text.blocks()],
        "authors": [list(one) for one in text.authors()],
        "version": {str(rid): end for rid, end in text.version().encode().items()},
        "can_undo": text.can_undo,
        "can_redo": text.can_redo,
    }


def empty() -> RichText:
    """Nothing was ever written."""
    return RichText(1)


def fox() -> RichText:
    """Two authors, formats of every kind, a deleted word, an undone one."""
    ann, bob = RichText(1), RichText((1 << 63) - 1)
    bob.apply(ann.insert(0, "The fox jumped."))
    ann.new_group()
    said = ann.format(0, 7, "bold", True) + ann.format(4, 15, "link", "https://example.org/?q=1")
    heard = bob.insert(4, "quick ") + bob.format(0, 9, "comment:a1", {"by": "bob", "at": [1, 2.5, None]})
    bob.apply(said)
    ann.apply(heard)
    ann.apply(bob.delete(10, 3))
    ann.new_group()
    bob.apply(ann.insert(0, "Oh no! "))
    bob.apply(ann.undo())
    ann.apply(bob.format(0, 3, "bold", None))
    return ann


def blocks() -> RichText:
    """Paragraphs of every kind, an embed, a note and an image, redone once."""
    text = RichText(77)
    text.insert(0, "Title\nitem\nnested\nquote\ncode = 1\n\nend")
    kinds: tuple[dict, ...] = (
        {"kind": "heading", "level": 1},
        {"kind": "bullet", "level": 0},
        {"kind": "check", "level": 1, "checked": True},
        {"kind": "quote"},
        {"kind": "code", "language": "python"},
        {"align": "right", "x-unknown": [True, {"deep": b"bytes"}]},
    )
    at = 0
    for line, attributes in zip(text.text().split("\n"), kinds, strict=False):
        text.set_block(at, attributes)
        at += len(line) + 1
    text.new_group()
    text.insert_embed(6, {"type": "image", "src": "attachment:00ff", "alt": "", "name": "a.png"})
    text.insert_embed(at, {"type": "note", "id": "x", "title": "Other"}, {"bold": True})
    text.set_block(len(text), {"kind": "numbered", "level": 0})
    text.undo()
    text.redo()
    text.set_block(8, {"checked": True, "level": None})
    return text


def scripts() -> RichText:
    """Letters of one to four bytes, joined and combined ones."""
    text = RichText(5)
    text.insert(0, "aé漢😀 العربية e\u0301 👩\u200d👧 \u2028\ufeff\ufffc")
    text.delete(1, 2)
    text.insert(1, "ß字")
    return text


def crowd() -> RichText:
    """Four people who type, format, delete and undo all over each other."""
    world = TextWorld(20261122, 4)
    for _ in range(160):
        world.step()
    world.settle()
    return world.replicas[0].text


MAKERS: dict[str, Callable[[], RichText]] = {
    "empty": empty,
    "fox": fox,
    "blocks": blocks,
    "scripts": scripts,
    "crowd": crowd,
}


def saved() -> dict[str, bytes]:
    """The saved texts by name."""
    return {path.stem: path.read_bytes() for path in sorted(FOLDER.glob("*.text"))}


def saved_ops() -> dict[str, bytes]:
    """The ops of the saved texts, as they were once sent, by name."""
    return {path.stem: path.read_bytes() for path in sorted(FOLDER.glob("*.ops"))}


def expectation(name: str) -> dict:
    """What a reader must see of a saved text."""
    found: dict = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def plain(value: object) -> object:
    """The value as JSON carries it, bytes as their hexadecimal digits."""
    return json.loads(json.dumps(value, default=lambda one: one.hex()))


def main() -> int:
    """Add what is missing."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, make in MAKERS.items():
        path = FOLDER / f"{name}.text"
        if not path.exists():
            text = make()
            path.write_bytes(text.encode())
            seen = json.dumps(plain(expected(text)), indent=1, ensure_ascii=True, sort_keys=True)
            (FOLDER / f"{name}.json").write_text(seen + "\n", encoding="utf-8")
            print(f"added {name}: {path.stat().st_size} bytes")
        sent = FOLDER / f"{name}.ops"
        if not sent.exists():
            sent.write_bytes(encode_ops(ops_since(RichText.decode(path.read_bytes(), 1), Version())))
            print(f"added the ops of {name}: {sent.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
