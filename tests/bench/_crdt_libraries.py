"""
The three libraries that the core is compared with itself on, behind one face: ours, loro, pycrdt.

A *writer* takes local edits and says what it would send; a *reader* applies what was sent, which says who
wrote it with each of the three. ``patches`` are ``(position, deleted, inserted)`` in the unit the library
counts in. Ours always tells what an op changed, as a view needs it; the others do so from ``watch`` on.
"""

from __future__ import annotations

from collections.abc import Callable

RID = 0x5EED_5EED_5EED_5E00
"""Writers have ids as wide as each library draws them: 63 bits, or the 32 of pycrdt."""


class Ours:
    """crdt.RichText; what is sent is its ops as bytes, of the keystrokes one by one."""

    def __init__(self, number: int = 0) -> None:
        from crdt import RichText, encode_ops

        self.face, self.pack = RichText, encode_ops
        self.text = RichText(RID + number)

    def edit(self, position: int, deleted: int, inserted: str) -> list:
        ops = self.text.delete(position, deleted) if deleted else []
        if inserted:
            ops = ops + self.text.insert(position, inserted) if ops else self.text.insert(position, inserted)
        return ops

    def edit_and_encode(self, position: int, deleted: int, inserted: str) -> bytes:
        return self.pack(self.edit(position, deleted, inserted))

    def apply(self, sent: bytes) -> None:
        self.text.apply_encoded(sent)

    def watch(self) -> None:
        """Patches come without asking."""

    def content(self) -> str:
        return self.text.text()

    def save(self) -> bytes:
        return self.text.encode()

    def read(self, data: bytes) -> str:
        from crdt.text_codec import open_text

        return open_text(data)[0].text

    def load(self, data: bytes) -> None:
        self.text = self.face.decode(data, RID + 7)
        self.text.insert(0, "x")


class Loro:
    """LoroDoc with one text; a commit per edit, as a keystroke is one."""

    def __init__(self, number: int = 0) -> None:
        import loro

        self.loro = loro
        self.doc = loro.LoroDoc()
        self.doc.peer_id = RID + number
        self.text = self.doc.get_text("t")
        self.sent: list[bytes] = []
        self.changes: list[object] = []
        self.subscription: object = None

    def edit(self, position: int, deleted: int, inserted: str) -> None:
        if deleted:
            self.text.delete(position, deleted)
        if inserted:
            self.text.insert(position, inserted)
        self.doc.commit()

    def edit_and_encode(self, position: int, deleted: int, inserted: str) -> bytes:
        if self.subscription is None:
            self.subscription = self.doc.subscribe_local_update(self.keep)
        self.edit(position, deleted, inserted)
        return self.sent.pop()

    def keep(self, update: bytes) -> bool:
        self.sent.append(update)
        return True

    def apply(self, sent: bytes) -> None:
        self.doc.import_(sent)

    def watch(self) -> None:
        self.subscription = self.text.subscribe(lambda event: self.changes.append(event.events[0].diff))

    def content(self) -> str:
        return self.text.to_string()

    def save(self) -> bytes:
        return self.doc.export(self.loro.ExportMode.Snapshot())

    def read(self, data: bytes) -> str:
        doc = self.loro.LoroDoc()
        doc.import_(data)
        return doc.get_text("t").to_string()

    def load(self, data: bytes) -> None:
        self.doc = self.loro.LoroDoc()
        self.doc.import_(data)
        self.text = self.doc.get_text("t")
        self.text.insert(0, "x")
        self.doc.commit()


class Pycrdt:
    """pycrdt.Doc with one Text; positions are bytes of UTF-8."""

    def __init__(self, number: int = 0) -> None:
        import pycrdt

        self.pycrdt = pycrdt
        self.doc = pycrdt.Doc(client_id=(RID + number) & 0xFFFF_FFFF)
        self.text = self.doc.get("t", type=pycrdt.Text)
        self.sent: list[bytes] = []
        self.changes: list[object] = []
        self.subscription: object = None

    def edit(self, position: int, deleted: int, inserted: str) -> None:
        with self.doc.transaction():
            if deleted:
                del self.text[position : position + deleted]
            if inserted:
                self.text.insert(position, inserted)

    def edit_and_encode(self, position: int, deleted: int, inserted: str) -> bytes:
        if self.subscription is None:
            self.subscription = self.doc.observe(self.keep)
        self.edit(position, deleted, inserted)
        return self.sent.pop()

    def keep(self, event) -> None:
        self.sent.append(event.update)

    def apply(self, sent: bytes) -> None:
        self.doc.apply_update(sent)

    def watch(self) -> None:
        self.subscription = self.text.observe(lambda event: self.changes.append(event.delta))

    def content(self) -> str:
        return str(self.text)

    def save(self) -> bytes:
        return self.doc.get_update()

    def read(self, data: bytes) -> str:
        doc = self.pycrdt.Doc()
        text = doc.get("t", type=self.pycrdt.Text)
        doc.apply_update(data)
        return str(text)

    def load(self, data: bytes) -> None:
        self.doc = self.pycrdt.Doc()
        self.text = self.doc.get("t", type=self.pycrdt.Text)
        self.doc.apply_update(data)
        self.text.insert(0, "x")


LIBRARIES: dict[str, Callable[..., Ours | Loro | Pycrdt]] = {"ours": Ours, "loro": Loro, "pycrdt": Pycrdt}
