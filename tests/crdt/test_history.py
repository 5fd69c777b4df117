"""History: what a text was at any version, what changed between two, and who wrote it when."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from crdt.clock import Stamp
from crdt.document import Document
from crdt.history import DELETED, INSERTED, KEPT, bursts, versions
from crdt.ops import MARK
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
    world, _ = past(seed, steps(15))
    text = world.replicas[0].text
    stops = versions(text._replicas)
    if stops:
        assert text.at(stops[-1][1]).blocks() == text.blocks()


def test_whoever_wrote_what_showed_then():
    one, other = RichText(1), RichText(2)
    other.apply(one.insert(0, "abcd"))
    one.apply(other.insert(2, "XY"))
    then = one.version()
    one.delete(0, 3)
    assert one.at(then).authors() == [(0, 2, 1), (2, 4, 2), (4, 6, 1)]
    assert one.at(one.version()).authors() == one.authors() == [(0, 1, 2), (1, 3, 1)]
    assert one.at(Version()).authors() == []


def test_a_group_that_was_redone_shows_in_the_past_as_it_did():
    text = RichText(1)
    text.insert(0, "ab")
    text.undo()
    off = text.version()
    text.redo()
    assert text.at(off).text() == ""
    assert text.at(text.version()).text() == "ab"
    text.insert(2, "c")
    text.delete(0, 1)
    assert text.at(text.version()).text() == "bc"


def test_a_switch_that_reached_a_part_of_a_group_hides_that_part_in_the_past():
    sam, ann = RichText(1), RichText(2)
    ann.apply(sam.insert(0, "one"))
    more = sam.insert(3, " more")
    flips = [*ann.switch_group(1, 0, False), *ann.switch_group(1, 0, True)]
    ann.apply(more)
    flips += ann.switch_group(1, 0, False)
    sam.apply(flips[:1])
    half = sam.version()
    sam.apply(flips[1:])
    assert [sam.at(version).text() for version in (half, sam.version())] == [" more", ""]
    assert sam.at(Version({1: 8, 2: 2})).text() == "one more"


def test_a_switched_group_of_somebody_who_only_marked_hides_nothing_in_the_past():
    text = RichText(1)
    text.insert(0, "abc")
    text.apply([[MARK, 9, 0, 1, 5, "bold", True, 1, 0, 0, 1, 1, 1]])
    marked = text.version()
    text.apply(RichText.decode(text.encode(), 700).switch_group(9, 0, False))
    assert text.at(text.version()).spans() == [("abc", {})]
    assert text.at(marked).spans() == [("ab", {"bold": True}), ("c", {})]


def test_a_switched_group_of_somebody_who_wrote_in_another_text_of_the_document_hides_nothing_here():
    document, other = Document(1), Document(2)
    document.edit(Stamp(1, 0, 1), lambda edit: (edit.make(("a",), "text"), edit.make(("b",), "text")))
    document.edit(Stamp(2, 0, 1), lambda edit: edit.text(("b",)).insert(0, "word"))
    other.merge(document)
    other.edit(Stamp(3, 0, 2), lambda edit: edit.text(("a",)).insert(0, "gone"))
    other.undo(Stamp(4, 0, 2))
    document.merge(other)
    document = Document.decode(document.encode(), 1)
    assert document.text_at(("b",), document.version()) == "word"
    assert document.text_at(("a",), document.version()) == ""
    assert document.text_at(("a",), Version({1: 99, 2: 4})) == "gone"
