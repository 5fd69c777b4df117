"""
Random histories of one rich text on several replicas, each step held against the oracle.

Every replica is driven three ways at once: the fast text, a shadow built only from patches, and the oracle
    fed the same ops. Deliveries are late, doubled and out of order between authors. The seed is the whole
    history.
"""

from __future__ import annotations

from random import Random

from crdt.errors import CausalGap
from crdt.ops import FLIP
from crdt.ops_codec import encode_ops
from crdt.patch import BlockSet, Deleted, Formatted, Inserted
from crdt.text import RichText
from tests.support.oracle_text import OracleText, join_spans

ALPHABET = "abcdefgh ijkl\nmnop\n漢字καλ😀é"
KINDS = ("bold", "italic", "link", "colour", "comment:1", "unheard")
VALUES = {"link": ("https://a", "https://b"), "colour": ("red", "blue")}
BLOCKS = (
    {"kind": "heading", "level": 1},
    {"kind": "bullet"},
    {"kind": None, "level": None},
    {"checked": True},
)


class Shadow:
    """What a view would show that knows nothing but patches."""

    def __init__(self) -> None:
        self.characters: list[list] = []
        self.last: dict = {}

    def apply(self, patches) -> None:
        for patch in patches:
            if isinstance(patch, Inserted):
                assert patch.text
                assert 0 <= patch.index <= len(self.characters)
                new = [[character, patch.marks, {}] for character in patch.text]
                self.characters[patch.index : patch.index] = new
            elif isinstance(patch, Deleted):
                assert 0 <= patch.index < patch.index + patch.count <= len(self.characters)
                del self.characters[patch.index : patch.index + patch.count]
            elif isinstance(patch, Formatted):
                assert 0 <= patch.start < patch.end <= len(self.characters)
                for character in self.characters[patch.start : patch.end]:
                    assert character[1] != patch.marks or patch.end - patch.start > 1
                    character[1] = patch.marks
            else:
                assert isinstance(patch, BlockSet)
                if patch.index == len(self.characters):
                    self.last = patch.attributes
                else:
                    assert self.characters[patch.index][0] == "\n"
                    self.characters[patch.index][2] = patch.attributes

    def blocks(self):
        found, line = [], []
        for character, marks, attributes in self.characters:
            if character == "\n":
                found.append((join_spans(line), attributes))
                line = []
            else:
                line.append((character, marks))
        return [*found, (join_spans(line), self.last)]


def heard(text: RichText, ops: list) -> list:
    """Apply ops, half of them as the bytes that are sent of them."""
    return text.apply_encoded(encode_ops(ops)) if ops and ops[0][2] % 2 else text.apply(ops)


class Replica:
    """
    One writer: its text, its shadow, its oracle, and the ops of others that wait for their predecessors.
    """

    def __init__(self, rid: int) -> None:
        self.rid = rid
        self.text = RichText(rid)
        self.shadow = Shadow()
        self.oracle = OracleText()
        self.waiting: list[list] = []
        self.caret = 0

    def local(self, ops: list) -> list:
        """Take in ops of our own; their patches come from a copy that applies them as another's."""
        for op in ops:
            self.oracle.add(op)
        return ops

    def remote(self, batches: list[list]) -> None:
        """Deliver batches, keeping those that are early."""
        self.waiting.extend(batches)
        moved = True
        while moved:
            moved = False
            for batch in list(self.waiting):
                ends = self.text.version()
                try:
                    patches = heard(self.text, batch)
                except CausalGap:
                    assert self.text.version() == ends
                    continue
                self.waiting.remove(batch)
                for op in batch:
                    if op[2] >= ends.end(op[1]):
                        self.oracle.add(op)
                self.shadow.apply(patches)
                moved = True


class TextWorld:
    """Some replicas and everything that any of them ever wrote."""

    def __init__(self, seed: int, replicas: int = 3, *, formatting: bool = True, undo: bool = True) -> None:
        self.random = Random(seed)
        self.replicas = [Replica(rid) for rid in self.random.sample(range(1, 100), replicas)]
        self.sent: dict[int, list[list]] = {replica.rid: [] for replica in self.replicas}
        self.got: dict[tuple[int, int], int] = {}
        self.formatting, self.undo = formatting, undo

    def step(self) -> None:
        """One random action of one replica, or a delivery."""
        replica = self.random.choice(self.replicas)
        roll = self.random.random()
        if roll < 0.25:
            self.deliver(replica)
        else:
            before = replica.text
            ops = self.edit(replica, roll)
            assert before is replica.text
            if ops:
                replica.local(ops)
                self.sent[replica.rid].append(ops)

    def edit(self, replica: Replica, roll: float) -> list:
        """An edit near the caret or anywhere; the shadow follows by a twin that hears of it as another's."""
        text, random = replica.text, self.random
        twin = RichText.decode(text.encode(), 1000)
        length = len(text)
        if random.random() < 0.3 or replica.caret > length:
            replica.caret = random.randint(0, length)
        at = replica.caret
        if random.random() < 0.1:
            text.new_group()
        if roll < 0.6 or not length:
            word = "".join(random.choice(ALPHABET) for _ in range(random.choice((1, 1, 1, 3))))
            ops = text.insert(at, word)
            replica.caret = at if random.random() < 0.3 else at + len(word)
        elif roll < 0.75:
            start = max(0, at - random.choice((1, 1, 1, 4)))
            ops = text.delete(start, min(length - start, random.choice((1, 1, 1, 5))))
            replica.caret = start
        elif roll < 0.9 and self.formatting:
            ops = self.format(text, at)
        elif self.undo:
            ops = text.undo() if random.random() < 0.6 else text.redo()
        else:
            ops = text.replace(at, min(2, length - at), "x")
        replica.shadow.apply(heard(twin, ops))
        return ops

    def format(self, text: RichText, at: int) -> list:
        random, length = self.random, len(text)
        roll = random.random()
        if roll < 0.2:
            return text.set_block(at, random.choice(BLOCKS))
        if roll < 0.25:
            return text.insert_embed(at, {"type": "image", "src": "a"})
        start = random.randint(0, length)
        kind = random.choice(KINDS)
        value = random.choice((*VALUES.get(kind, (True,)), None))
        return text.format(start, random.randint(start, length), kind, value)

    def deliver(self, replica: Replica, everything: bool = False) -> None:
        """Hand a replica some of what others wrote: in each author's order, doubled now and then."""
        for author in self.random.sample(self.replicas, len(self.replicas)):
            if author is replica:
                continue
            key = (author.rid, replica.rid)
            have = self.got.get(key, 0)
            until = len(self.sent[author.rid])
            if not everything:
                until = self.random.randint(have, until)
            batch = self.sent[author.rid][max(0, have - self.random.randint(0, 1)) : until]
            self.got[key] = max(have, until)
            replica.remote(batch)

    def reload(self, replica: Replica) -> None:
        """Save and load: nothing may show."""
        data = replica.text.encode()
        replica.text = RichText.decode(data, replica.rid)
        assert replica.text.encode() == data

    def check(self, replica: Replica) -> None:
        """The fast text, the oracle and the shadow agree."""
        text, oracle = replica.text, replica.oracle
        assert text.text() == oracle.text()
        assert text.spans() == oracle.spans()
        blocks = oracle.blocks()
        assert text.blocks() == blocks
        assert replica.shadow.blocks() == blocks
        assert len(text) == len(oracle.visible())
        text.check()

    def settle(self) -> None:
        """Deliver everything to everybody; all must be equal to the byte."""
        for _ in self.replicas:
            for replica in self.replicas:
                self.deliver(replica, everything=True)
        states = set()
        for replica in self.replicas:
            assert not replica.waiting
            self.check(replica)
            states.add(replica.text.encode())
        assert len(states) == 1

    def flips(self) -> int:
        """How many undos and redos there were."""
        return sum(op[0] == FLIP for sent in self.sent.values() for ops in sent for op in ops)
