"""Documents on random histories: G1-G5, and what is kept of what lost or lies in the trash (M3, M4)."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from crdt.clock import Stamp
from crdt.delta import Delta
from crdt.document import Document
from crdt.errors import CausalGap
from tests.support.document_world import DocumentWorld, Holder, ShadowTree
from tests.support.effort import examples, steps

seeds = st.integers(0, 2**32)


@given(seeds, st.integers(2, 4))
@settings(max_examples=examples(25))
def test_g1_g2_g4_random_histories_converge_and_match_oracle_and_shadow(seed, replicas):
    DocumentWorld(seed, replicas).run(steps(40))


def history(seed, count=30):
    """A world whose replicas have seen different parts of the same history."""
    world = DocumentWorld(seed, 3)
    for _ in range(steps(count)):
        world.step(world.random.choice(world.holders))
    return world


@given(seeds)
@settings(max_examples=examples(15))
def test_g3_merging_states_equals_delivering_deltas(seed):
    world = history(seed)
    documents = [Document.decode(holder.document.encode(), 500 + n) for n, holder in enumerate(world.holders)]
    shadows = [ShadowTree() for _ in documents]
    for document, shadow, holder in zip(documents, shadows, world.holders, strict=True):
        empty = Document(900)
        shadow.apply(empty.merge(holder.document))
        assert empty.encode() == holder.document.encode()
        assert document.merge(holder.document) == []
    for one, other in ((0, 1), (1, 2), (2, 0), (0, 1), (1, 2)):
        shadows[one].apply(documents[one].merge(documents[other]))
        assert shadows[one].to_value() == documents[one].to_value()
        documents[one].check()
    world.settle()
    expected = world.holders[0].document
    assert [document.encode() for document in documents] == [expected.encode()] * 3
    assert [document.history() for document in documents] == [expected.history()] * 3


@given(seeds)
@settings(max_examples=examples(15))
def test_g3_snapshot_and_tail_equal_one_by_one(seed):
    world = history(seed)
    author = max(world.holders, key=lambda holder: len(world.sent[holder.rid]))
    lonely = [Delta.decode(body) for body in world.sent[author.rid]]
    needed = [delta for delta in lonely if not delta.empty]
    everything = [Delta.decode(body) for bodies in world.sent.values() for body in bodies]
    rng = Random(seed)
    one_by_one, batched = Holder(200), Holder(300)
    rng.shuffle(everything)
    one_by_one.receive([delta.encode() for delta in everything], 10**6)
    cut = rng.randint(0, len(everything))
    batched.receive([delta.encode() for delta in everything[cut:]], 10**6)
    batched.document = Document.decode(batched.document.encode(), 301)
    batched.receive([delta.encode() for delta in everything[:cut]], 10**6)
    assert batched.document.encode() == one_by_one.document.encode()
    assert all(delta.is_known_to(batched.document.version()) for delta in needed)


@given(seeds)
@settings(max_examples=examples(15))
def test_g5_a_text_at_a_recorded_version_is_what_it_was(seed):
    world = history(seed, 20)
    holder = world.holders[0]
    recorded = []
    for _ in range(steps(15)):
        world.step(holder)
        document = holder.document
        for node in document._tree.texts:
            path = document._tree.path_of(node)
            if path is not None:
                recorded.append((node.id, document.version(), node.text.text()))
    world.settle()
    for container, version, text in recorded:
        node = holder.document._tree.nodes[container]
        assert node.text.text_at(version) == text


class Pairs:
    """Replicas of one document that write under one clock and hear of each other late, in any order."""

    def __init__(self, seed, count=3):
        self.random, self.now_ms, self.count = Random(seed), 1, 0
        self.documents = [Document(rid) for rid in self.random.sample(range(1, 100), count)]
        self.early = [[] for _ in self.documents]

    def edit(self, who, intent):
        """What the replica did, which the others have yet to hear; some at one millisecond."""
        self.now_ms += self.random.choice((0, 1, 1))
        document = self.documents[who]
        self.count += 1
        delta = document.edit(Stamp(self.now_ms, self.count, document.rid), intent)
        for other, waiting in enumerate(self.early):
            if other != who:
                waiting.append(delta)
        return delta

    def hear(self, who, share=1.0):
        """Hand a replica some of what waits for it; all of it unless told."""
        waiting, moved = self.early[who], True
        self.random.shuffle(waiting)
        while moved:
            moved = False
            for delta in list(waiting):
                if self.random.random() > share:
                    continue
                try:
                    self.documents[who].apply(delta)
                except CausalGap:
                    continue
                waiting.remove(delta)
                moved = share == 1.0

    def settle(self):
        """All hear all; the one document that they are then."""
        for who in range(len(self.documents)):
            self.hear(who)
            assert not self.early[who]
        assert len({document.encode() for document in self.documents}) == 1
        self.documents[0].check()
        return self.documents[0]


@given(seeds)
@settings(max_examples=examples(25))
def test_m3_of_all_containers_made_at_one_key_one_wins_and_each_other_keeps_what_was_written_into_it(seed):
    world = Pairs(seed)
    made, letters = {}, {}
    for _ in range(steps(25)):
        who = world.random.randrange(3)
        document, roll = world.documents[who], world.random.random()
        node = document._tree.node_at(("a",))
        if roll < 0.2 or node is None:
            delta = world.edit(who, lambda edit: edit.make(("a",), "text"))
            made[delta.rid, delta.start] = (delta.stamp.time, delta.rid)
            letters[delta.rid, delta.start] = []
        elif roll < 0.7:
            letter = chr(ord("a") + world.random.randrange(26))
            letters[node.id].append(letter)
            world.edit(who, lambda edit, letter=letter: edit.text(("a",)).insert(0, letter))
        else:
            world.hear(who, 0.5)
    document = world.settle()
    winner = max(made, key=made.__getitem__)
    assert sorted(document.value(("a",))) == sorted(letters.pop(winner))
    losers = {(rid, counter): sorted(text) for rid, counter, _, text in document.losers(("a",))}
    assert losers == {id: sorted(typed) for id, typed in letters.items()}


@given(seeds)
@settings(max_examples=examples(25))
def test_m4_whatever_is_written_in_a_note_that_others_trash_is_there_in_the_trash(seed):
    world = Pairs(seed)
    world.edit(0, lambda edit: edit.make(("body",), "text"))
    world.settle()
    typed, trashed = [], [(0, 0, None)]
    for number in range(steps(25)):
        who, roll = world.random.randrange(3), world.random.random()
        document = world.documents[who]
        if roll < 0.3:
            value = world.random.choice((number, None))
            delta = world.edit(who, lambda edit, value=value: edit.set(("trashed_ms",), value))
            if not delta.empty:
                trashed.append((delta.stamp.time, delta.rid, value))
        elif roll < 0.7:
            letter = chr(ord("a") + number % 26)
            at = world.random.randint(0, len(document.value(("body",))))
            typed.append(letter)
            world.edit(who, lambda edit, at=at, letter=letter: edit.text(("body",)).insert(at, letter))
        else:
            world.hear(who, 0.5)
    document = world.settle()
    assert sorted(document.value(("body",))) == sorted(typed)
    assert document.value(("trashed_ms",)) == max(trashed, key=lambda write: write[:2])[2]
