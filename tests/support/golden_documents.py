"""
Documents that were saved once and for all, with the deltas that made them: every later version must read
both, to the letter.

    python -m tests.support.golden_documents

adds the ones that are not there yet; one that is there is never written again. Each is three files,
tests/golden/documents/<name>.document (what `encode` wrote), <name>.json (what a reader sees) and
<name>.deltas (what was sent, a line of hexadecimal digits each, in an order in which nothing waits).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from crdt.clock import Stamp
from crdt.codec import Reader, Writer, deflate, inflate
from crdt.delta import Delta
from crdt.document import Document
from crdt.object_ops import MAKE, SET
from tests.support.document_world import DocumentWorld
from tests.support.golden_texts import plain

FOLDER = Path(__file__).parent.parent / "golden" / "documents"
Made = tuple[Document, list[Delta]]


def parts(state: bytes) -> tuple[bytes, bytes]:
    """The front and the history of a saved document, inflated."""
    reader = Reader(state)
    reader.raw(3)
    front = inflate(reader.block())
    return front, inflate(reader.raw(reader.left()))


def whole(front: bytes, history: bytes) -> bytes:
    """The saved document that has these parts."""
    writer = Writer()
    writer.raw(b"CD\x01")
    writer.block(deflate(front))
    writer.raw(deflate(history))
    return writer.written()


def expected(document: Document) -> dict:
    """What a reader sees."""
    texts = {
        "/".join(path): document.text(path).blocks()
        for node in document._tree.texts
        if (path := document._tree.path_of(node)) is not None
    }
    return {
        "holder": document.rid,
        "value": document.to_value(),
        "texts": texts,
        "losers": {key: document.losers((key,)) for key in document.to_value()},
        "version": {str(rid): end for rid, end in document.version().encode().items()},
        "history": [list(burst) for burst in document.history()],
        "unknown": list(document._tree.unknown.values()),
        "can_undo": document.can_undo,
        "can_redo": document.can_redo,
    }


def empty() -> Made:
    """Nothing was ever written."""
    return Document(1), []


def note() -> Made:
    """Two authors, one with the greatest id: a formatted text, items that move, a loser, something undone."""
    ann, bob = Document(1), Document((1 << 63) - 1)
    deltas: list[Delta] = []

    def act(who: Document, ms: int, intent: Callable, heard: bool = True) -> None:
        deltas.append(who.edit(Stamp(ms, 3, who.rid), intent))
        if heard:
            (bob if who is ann else ann).apply(deltas[-1])

    def begin(edit) -> None:
        edit.make(("body",), "text")
        edit.text(("body",)).insert(0, "Title\nThe fox jumped 漢😀.")
        edit.text(("body",)).set_block(0, {"kind": "heading", "level": 1})
        edit.make(("tags",), "array")
        for value in ("one", 2, -3.5, None, {"a": [b"\0\xff", True]}):
            edit.append(("tags",), value)
        edit.set(("pinned",), False)

    act(ann, 1_000, begin)
    names = [name for name, _ in ann.items(("tags",))]
    act(bob, 5_000, lambda edit: edit.text(("body",)).format(6, 13, "bold", True))
    act(bob, 5_100, lambda edit: edit.text(("body",)).format(10, 20, "link", "https://example.org"))
    ann.new_group()
    act(ann, 9_000, lambda edit: edit.text(("body",)).delete(10, 4))
    act(ann, 9_100, lambda edit: edit.text(("body",)).insert_embed(6, {"type": "image", "src": "a"}))
    act(ann, 9_200, lambda edit: edit.move_item(("tags",), names[0], 3))
    act(bob, 9_300, lambda edit: (edit.remove_item(("tags",), names[1]), edit.set(("tags", names[2]), "x")))
    act(ann, 9_400, lambda edit: (edit.make(("more",), "map"), edit.set(("more", "k"), "ann")), heard=False)
    act(bob, 9_400, lambda edit: (edit.make(("more",), "text"), edit.text(("more",)).insert(0, "bob")))
    bob.apply(deltas[-2])
    act(bob, 9_500, lambda edit: edit.set(("pinned",), None))
    deltas.append(ann.undo(Stamp(12_000, 0, ann.rid)))
    bob.apply(deltas[-1])
    assert ann.encode() == bob.encode()
    return ann, deltas


def newer() -> Made:
    """What only a later version understands, around something that every version does."""
    document = Document(5)
    ops = [
        [40, 9, 0, "word", [1, None]],
        [MAKE, 9, 1, 7, 0, 0, "g", "gauge"],
        [SET, 9, 2, 7, 9, 1, "in", b"x"],
    ]
    deltas = [Delta(9, 0, 4, Stamp.at(7, 9), [*ops, [SET, 9, 3, 6, 0, 0, "k", "known"]])]
    document.apply(deltas[0])
    return document, deltas


def crowd() -> Made:
    """Four people who write and undo all over each other."""
    world = DocumentWorld(20261201, 4)
    world.run(120)
    sent = [Delta.decode(body) for bodies in world.sent.values() for body in bodies]
    return world.holders[0].document, sorted(sent, key=lambda delta: delta.stamp)


MAKERS: dict[str, Callable[[], Made]] = {"empty": empty, "note": note, "newer": newer, "crowd": crowd}


def saved() -> dict[str, bytes]:
    """The saved documents by name."""
    return {path.stem: path.read_bytes() for path in sorted(FOLDER.glob("*.document"))}


def saved_deltas(name: str) -> list[bytes]:
    """The deltas of a saved document, as they were once sent."""
    return [bytes.fromhex(line) for line in (FOLDER / f"{name}.deltas").read_text("ascii").splitlines()]


def expectation(name: str) -> dict:
    """What a reader must see of a saved document."""
    found: dict = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def main() -> int:
    """Add what is missing."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, make in MAKERS.items():
        path, sent = FOLDER / f"{name}.document", FOLDER / f"{name}.deltas"
        if not path.exists():
            document, deltas = make()
            path.write_bytes(document.encode())
            sent.write_text("".join(f"{one.encode().hex()}\n" for one in deltas), "ascii")
            seen = json.dumps(plain(expected(document)), indent=1, ensure_ascii=True, sort_keys=True)
            (FOLDER / f"{name}.json").write_text(seen + "\n", encoding="utf-8")
            print(f"added {name}: {path.stat().st_size} bytes, {len(deltas)} deltas")
    return 0


if __name__ == "__main__":
    sys.exit(main())
