"""
Random histories of one document on several replicas, each step held against the oracle and against a shadow.

Deltas travel as bytes, late, doubled and in any order; the seed is the whole history.
"""

from __future__ import annotations

from random import Random

from crdt.clock import Clock
from crdt.delta import Delta
from crdt.document import Document
from crdt.document_codec import read_texts, read_visible
from crdt.errors import CausalGap
from crdt.patch import ItemPlaced, ItemRemoved, ValueSet
from tests.support.oracle_objects import OracleDocument
from tests.support.text_world import Shadow

KEYS = ("a", "b", "c")
VALUES = (True, 1, 1.0, "", "word", b"\0", [1, [2]], {"k": None}, {}, [], None)
KINDS = ("map", "array", "text")


class ShadowArray:
    """An array that knows nothing but patches: names in order, and what each holds."""

    def __init__(self) -> None:
        self.row: list[str] = []
        self.held: dict = {}


class ShadowTree:
    """What a view would show of a whole document that knows nothing but patches."""

    def __init__(self) -> None:
        self.root: dict = {}

    def apply(self, patches) -> None:
        for path, patch in patches:
            if isinstance(patch, ValueSet):
                self.set_value(self.at(path), patch)
            elif isinstance(patch, ItemPlaced):
                array = self.at(path)
                if patch.item in array.row:
                    assert array.row.index(patch.item) != patch.index
                    array.row.remove(patch.item)
                array.row.insert(patch.index, patch.item)
            elif isinstance(patch, ItemRemoved):
                array = self.at(path)
                assert array.row.pop(patch.index) == patch.item
            else:
                holder, key = self.at(path[:-1]), path[-1]
                slots = holder.held if isinstance(holder, ShadowArray) else holder
                if slots[key] == "":
                    slots[key] = Shadow()
                slots[key].apply([patch])

    def at(self, path):
        node = self.root
        for key in path:
            node = node.held[key] if isinstance(node, ShadowArray) else node[key]
        return node

    def set_value(self, holder, patch) -> None:
        value = ShadowArray() if patch.value == [] else patch.value
        if isinstance(holder, ShadowArray):
            holder.held[patch.key] = value
        elif value is None:
            del holder[patch.key]
        else:
            holder[patch.key] = value

    def to_value(self):
        return self.show(self.root)

    def show(self, node):
        if isinstance(node, Shadow):
            return "".join(character for character, _, _ in node.characters)
        if isinstance(node, ShadowArray):
            return [self.show(node.held[name]) for name in node.row]
        if isinstance(node, dict):
            return {key: self.show(node[key]) for key in sorted(node)}
        return node


class Holder:
    """One replica: its document, clock, shadow, oracle, and the deltas that wait for their predecessors."""

    def __init__(self, rid: int) -> None:
        self.rid = rid
        self.clock = Clock(rid)
        self.document = Document(rid)
        self.shadow = ShadowTree()
        self.oracle = OracleDocument()
        self.waiting: list[bytes] = []

    def receive(self, bodies, now_ms: int) -> None:
        self.waiting.extend(bodies)
        moved = True
        while moved:
            moved = False
            for body in list(self.waiting):
                delta = Delta.decode(body)
                assert delta.encode() == body
                before = self.document.version()
                try:
                    patches = self.document.apply(delta)
                except CausalGap:
                    assert self.document.version() == before
                    continue
                self.waiting.remove(body)
                moved = True
                if delta.is_known_to(before):
                    assert patches == []
                else:
                    self.oracle.add(delta)
                    self.clock.observe(delta.stamp, now_ms)
                self.shadow.apply(patches)

    def check(self) -> None:
        document = self.document
        value = document.to_value()
        assert value == self.oracle.to_value() == self.shadow.to_value()
        assert repr(value) == repr(self.oracle.to_value()), "True is not 1"
        state = document.encode()
        assert read_visible(state) == value
        for path, front in read_texts(state).items():
            text = document.text(path)
            assert front.text == text.text()
            assert front.spans == text.spans()
            oracle = self.oracle.texts[text_id(document, path)]
            assert text.spans() == oracle.spans()
            assert text.blocks() == oracle.blocks()
            shadow = self.shadow.at(path)
            assert ([([], {})] if shadow == "" else shadow.blocks()) == text.blocks()


def text_id(document: Document, path):
    """The container at a path, by the text it holds."""
    wanted = document.text(path)
    return next(node.id for node in document._tree.texts if node.text is wanted)


class DocumentWorld:
    """Some replicas and all deltas that any of them ever wrote, as bytes."""

    def __init__(self, seed: int, replicas: int = 3) -> None:
        self.random = Random(seed)
        self.now_ms = 1_000
        self.holders = [Holder(rid) for rid in self.random.sample(range(1, 100), replicas)]
        self.sent: dict[int, list[bytes]] = {holder.rid: [] for holder in self.holders}
        self.got: dict[tuple[int, int], int] = {}

    def run(self, steps: int, check_every: int = 5) -> None:
        for count in range(steps):
            holder = self.random.choice(self.holders)
            self.step(holder)
            if count % check_every == 0:
                holder.check()
        self.settle()

    def step(self, holder: Holder) -> None:
        self.now_ms += self.random.choice((0, 0, 1, 200, 3_000, -50))
        roll = self.random.random()
        if roll < 0.25:
            self.deliver(holder)
        elif roll < 0.3:
            self.reload(holder)
        else:
            self.edit(holder)

    def edit(self, holder: Holder) -> None:
        document, random = holder.document, self.random
        twin = Document.decode(document.encode(), 1_000)
        stamp = holder.clock.tick(self.now_ms)
        if random.random() < 0.1:
            document.new_group()
        roll = random.random()
        if roll < 0.08 or (roll < 0.16 and document.can_redo):
            delta = document.undo(stamp) if roll < 0.08 else document.redo(stamp)
        else:
            delta = document.edit(stamp, self.intent)
        shown = twin.apply(delta)
        if not delta.empty:
            assert twin.encode() == document.encode()
            holder.oracle.add(delta)
            self.sent[holder.rid].append(delta.encode())
        holder.shadow.apply(document.last_patches if document.last_patches else shown)

    def intent(self, edit) -> None:
        for _ in range(self.random.choice((1, 1, 1, 2, 4))):
            self.change(edit, (), edit._tree.root)

    def change(self, edit, path, node) -> None:
        """One change somewhere at or below a container."""
        random = self.random
        if node.kind == "text":
            self.change_text(edit.text(path))
        elif node.kind == "array":
            self.change_array(edit, path, node)
        else:
            key = random.choice(KEYS)
            inside = edit._tree.node_at((*path, key))
            if inside is not None and random.random() < 0.95:
                self.change(edit, (*path, key), inside)
            else:
                self.change_slot(edit, (*path, key))

    def change_slot(self, edit, path) -> None:
        if self.random.random() < 0.6 and len(path) < 5:
            edit.make(path, self.random.choice((*KINDS, "text")))
        else:
            edit.set(path, self.random.choice(VALUES))

    def change_array(self, edit, path, node) -> None:
        random, count = self.random, len(node.row)
        roll = random.random()
        if roll < 0.3 or not count:
            kind = random.choice((None, *KINDS)) if len(path) < 4 else None
            edit.insert_item(path, random.randint(0, count), random.choice(VALUES), kind=kind)
            return
        name = node.at(random.randrange(count)).name
        inside = edit._tree.node_at((*path, name))
        if roll < 0.5:
            edit.move_item(path, name, random.randrange(count))
        elif roll < 0.6:
            edit.remove_item(path, name)
        elif inside is not None:
            self.change(edit, (*path, name), inside)
        else:
            self.change_slot(edit, (*path, name))

    def change_text(self, text) -> None:
        random, length = self.random, len(text)
        roll, at = random.random(), random.choice((length, random.randint(0, length)))
        if roll < 0.6 or not length:
            text.insert(at, random.choice(("x", "yz", "\n", "é😀", "line\nline")))
        elif roll < 0.75:
            text.delete(min(at, length - 1), 1)
        elif roll < 0.85:
            text.format(
                min(at, length - 1), length, random.choice(("bold", "link")), random.choice((True, None))
            )
        elif roll < 0.95:
            text.set_block(at, {"kind": random.choice(("quote", None))})
        else:
            text.insert_embed(at, {"type": "divider"})

    def deliver(self, holder: Holder, everything: bool = False) -> None:
        """Hand over some of what others wrote, in any order; what is early waits."""
        bodies: list[bytes] = []
        for author in self.holders:
            if author is holder:
                continue
            have = self.got.get((author.rid, holder.rid), 0)
            sent = self.sent[author.rid]
            until = len(sent) if everything else self.random.randint(have, len(sent))
            bodies.extend(sent[max(0, have - self.random.randint(0, 2)) : until])
            self.got[author.rid, holder.rid] = max(have, until)
        self.random.shuffle(bodies)
        holder.receive(bodies, self.now_ms)

    def reload(self, holder: Holder) -> None:
        """Save and load: nothing may show."""
        state = holder.document.encode()
        holder.document = Document.decode(state, holder.rid)
        assert holder.document.encode() == state

    def settle(self) -> None:
        """Deliver everything; all must be one."""
        for holder in self.holders:
            self.deliver(holder, everything=True)
        for holder in self.holders:
            assert not holder.waiting
            holder.check()
            holder.document.check()
        assert len({holder.document.encode() for holder in self.holders}) == 1
        assert len({str(holder.document.history()) for holder in self.holders}) == 1
