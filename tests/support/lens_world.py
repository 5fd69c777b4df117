"""
Random histories of a document of an old model, and the two laws that every lens keeps on them.

Keys are few, and those that lenses move, make and collide with are among them; the seed is the whole history.
"""

from __future__ import annotations

from random import Random

from crdt import Delta, Document, Stamp
from crdt.errors import CrdtError
from sync.model import v2
from sync.model.lenses import Add, Chain, Convert, Hoist, Lens, Plunge, Remove, Rename, Wrap

KEYS = (
    "pinned",
    "created_ms",
    "tags",
    "box",
    "list",
    "word",
    "state",
    "created",
    "icon",
    "state~",
    "~2",
    "~",
)
VALUES = (True, False, 1, 7, "", "word", [1, [2]], {"k": None, "q": 1}, {}, None)
KINDS = ("map", "map", "array", "text")
RIDS = (5, 11, 12)


def as_word(value, time_ms):
    """A total conversion that looks at the time."""
    return f"{value!r}@{time_ms % 7}" if isinstance(value, int) else value


LENSES: dict[str, Chain] = {
    "add": Chain([Lens(2, [Add(("icon",), "x"), Add(("state", "archived"), False)])]),
    "rename": Chain([Lens(2, [Rename(("created_ms",), "created"), Rename(("created_ms", "word"), "state")])]),
    "rename inside": Chain(
        [
            Lens(
                2,
                [
                    Rename(("box", "word"), "tags"),
                    Rename(("box", "word", "created"), "icon"),
                    Convert(("box", "word", "word"), as_word),
                ],
            )
        ]
    ),
    "swap": Chain([Lens(2, [Rename(("word",), "box"), Rename(("box",), "word")])]),
    "plunge": Chain(
        [Lens(2, [Plunge("pinned", "state"), Plunge("tags", "state"), Rename(("tags", "word"), "w")])]
    ),
    "wrap": Chain([Lens(2, [Wrap("tags", "inner"), Wrap("word", "text")])]),
    "hoist": Chain([Lens(2, [Hoist("box", "word", "icon")])]),
    "convert": Chain([Lens(2, [Convert(("tags", "*"), as_word), Convert(("list", "*"), v2.flag_to_tag)])]),
    "remove": Chain([Lens(2, [Remove("box"), Remove("word")])]),
    "model 2": Chain([v2.LENSES["notes"]]),
    "three in a row": Chain(
        [
            v2.LENSES["notes"],
            Lens(
                3,
                [
                    Rename(("created",), "born"),
                    Hoist("state", "pinned", "state"),
                    Remove("icon"),
                    Remove("word"),
                ],
            ),
            Lens(4, [Wrap("born", "ms"), Rename(("tags", "*", "word"), "w"), Plunge("state", "born")]),
        ]
    ),
}
"""Every word of the vocabulary, the lens that is shipped, and a chain."""


class LensWorld:
    """A few replicas of one document, and the deltas they made, in an order in which they can be applied."""

    def __init__(self, seed: int, steps: int = 24) -> None:
        self.random = Random(seed)
        self.replicas = [Document(rid) for rid in RIDS]
        self.deltas: list[Delta] = []
        self.ms = 1
        for _ in range(steps):
            self.step()

    def step(self) -> None:
        random = self.random
        document = random.choice(self.replicas)
        if random.random() < 0.25:
            document.merge(random.choice(self.replicas))
            return
        self.ms += random.choice((0, 0, 1, 5))
        stamp = Stamp(self.ms, random.randrange(3), document.rid)
        if random.random() < 0.1:
            delta = document.undo(stamp) if random.random() < 0.7 else document.redo(stamp)
        else:
            delta = document.edit(stamp, lambda edit: self.edit(edit, document))
        if not delta.empty:
            self.deltas.append(delta)

    def edit(self, edit, document) -> None:
        for _ in range(self.random.randrange(1, 4)):
            try:
                self.change(edit, document)
            except CrdtError:
                continue

    def change(self, edit, document) -> None:
        random = self.random
        path = self.path(document)
        kind = document.kind(path)
        if kind == "map":
            slot = (*path, random.choice(KEYS))
            if random.random() < 0.3:
                edit.make(slot, random.choice(KINDS))
            else:
                edit.set(slot, random.choice(VALUES))
        elif kind == "array":
            self.change_array(edit, document, path)
        else:
            text = edit.text(path)
            if len(text) and random.random() < 0.3:
                text.delete(random.randrange(len(text)), 1)
            else:
                text.insert(random.randint(0, len(text)), random.choice(("a", "bc", "\n")))

    def change_array(self, edit, document, path) -> None:
        random = self.random
        items = [name for name, _ in document.items(path)]
        if not items or random.random() < 0.4:
            form = {"kind": random.choice(KINDS)} if random.random() < 0.3 else {}
            edit.insert_item(path, random.randint(0, len(items)), random.choice(VALUES), **form)
        elif random.random() < 0.4:
            edit.move_item(path, random.choice(items), random.randrange(len(items)))
        elif random.random() < 0.5:
            edit.set((*path, random.choice(items)), random.choice(VALUES))
        else:
            edit.remove_item(path, random.choice(items))

    def path(self, document) -> tuple[str, ...]:
        """Some container, the root more often than others."""
        path: tuple[str, ...] = ()
        while self.random.random() < 0.6:
            kind = document.kind(path)
            if kind == "map":
                names = [key for key in document.keys(path) if document.kind((*path, key)) is not None]
            elif kind == "array":
                names = [n for n, _ in document.items(path) if document.kind((*path, n)) is not None]
            else:
                names = []
            if not names:
                break
            path = (*path, self.random.choice(names))
        return path


def copied(document: Document) -> Document:
    """The same document, to be given away."""
    return Document.decode(document.encode(), document.rid)


def check_merging(chain: Chain, one: Document, other: Document) -> None:
    """L1: migrating and merging may come in either order."""
    merged = copied(one)
    merged.merge(other)
    migrated = chain.state(copied(one))
    migrated.merge(chain.state(copied(other)))
    assert migrated.encode() == chain.state(merged).encode(), "L1"


def check_translating(chain: Chain, deltas: list[Delta]) -> Document:
    """L2, delta by delta: translating and applying is the same as applying and migrating."""
    old, new = Document(99), chain.state(Document(99))
    for place, delta in enumerate(deltas):
        old.apply(delta)
        translated = chain.delta(new, delta)
        assert (translated.rid, translated.start, translated.end) == (delta.rid, delta.start, delta.end)
        assert translated.stamp == delta.stamp
        new.apply(Delta.decode(translated.encode()))
        if place % 4 == 0 or place == len(deltas) - 1:
            assert new.encode() == chain.state(copied(old)).encode(), "L2"
    return new


def check_laws(chain: Chain, seed: int, steps: int = 24) -> None:
    """Both laws on one history."""
    world = LensWorld(seed, steps)
    one, other = world.random.sample(world.replicas, 2)
    check_merging(chain, one, other)
    new = check_translating(chain, world.deltas)
    begun = Document(98)
    for delta in chain.beginnings:
        begun.apply(delta)
    assert begun.encode() == chain.state(Document(98)).encode(), "what a migrated document begins with"
    assert Document.decode(new.encode(), 99).to_value() == new.to_value(), "a migrated document can be loaded"
