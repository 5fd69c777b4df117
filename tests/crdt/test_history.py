"""History: what a text was at any version, what changed between two, and who wrote it when."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from crdt.history import DELETED, INSERTED, KEPT, bursts, versions
from crdt.replicas import Replicas
from crdt.text import RichText
from crdt.version import Version
from tests.support.effort import steps
from tests.support.oracle_text import join_spans
from tests.support.text_world import TextWorld

seeds = st.integers(0, 2**32)


def past(seed: int, count: int = steps(40)):
    """A settled world and what each replica showed at each version on the way."""
    world = TextWorld(seed, 2)
    seen = []
    for _ in range(count):
        world.step()
        for replica in world.replicas:
            text = replica.text
            seen.append((text.version(), text.text(), text.spans(), text.blocks()))
    world.settle()
    return world, seen


@given(seeds)
def test_every_replica_can_show_what_any_replica_ever_showed(seed):
    world, seen = past(seed)
    text = world.replicas[0].text
    text = RichText.decode(text.encode(), 7_000)
    for version, characters, spans, blocks in seen:
        moment = text.at(version)
        assert moment.text() == text.text_at(version) == characters
        assert moment.spans() == spans
        assert moment.blocks() == blocks


@given(seeds)
def test_a_difference_holds_both_texts_and_what_each_showed(seed):
    world, seen = past(seed, steps(25))
    text = world.replicas[0].text
    for (old, old_text, old_spans, _), (new, new_text, new_spans, _) in pairwise(seen[::3]):
        found = text.difference(old, new)
        assert "".join(part.text for part in found if part.kind in (KEPT, DELETED)) == old_text
        assert "".join(part.text for part in found if part.kind in (KEPT, INSERTED)) == new_text
        before = [(part.text, part.before) for part in found if part.kind != INSERTED]
        after = [(part.text, part.after) for part in found if part.kind != DELETED]
        assert join_spans(before) == join_spans(old_spans)
        assert join_spans(after) == join_spans(new_spans)


def test_neighbours_that_changed_alike_are_one_stretch():
    text = RichText(1)
    text.insert(0, "one two")
    old = text.version()
    text.delete(3, 4)
    text.insert(3, " three")
    found = [(part.kind, part.text) for part in text.difference(old, text.version())]
    assert found == [(KEPT, "one"), (INSERTED, " three"), (DELETED, " two")]
    assert text.difference(old, old) == text.difference(old, old)
    assert [part.kind for part in text.difference(old, old)] == [KEPT]


def test_bursts_are_the_edit_groups_in_order_of_time():
    replicas = Replicas(1)
    text = RichText(1, replicas)
    replicas.time = 50
    text.insert(0, "ab")
    text.new_group()
    replicas.time = 20
    text.insert(0, "c")
    assert [(burst.rid, burst.start, burst.end, burst.time) for burst in bursts(replicas)] == [
        (1, 2, 3, 20),
        (1, 0, 2, 50),
    ]
    assert [version for _, version in versions(replicas)] == [Version({1: 3}), Version({1: 3})]


@given(seeds)
def test_the_slider_ends_at_the_present(seed):
    world, _ = past(seed, 15)
    text = world.replicas[0].text
    stops = versions(text._replicas)
    if stops:
        assert text.at(stops[-1][1]).blocks() == text.blocks()
