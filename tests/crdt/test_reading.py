"""Reading a text: characters, spans, blocks, authors, and what a place would give to typed text."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt.errors import CrdtError, OutOfRange
from crdt.text import RichText
from tests.support.effort import steps
from tests.support.meeting import FOX, reloaded, shown
from tests.support.text_world import TextWorld

seeds = st.integers(0, 2**32)


def test_an_empty_text_reads_as_one_empty_block():
    text = RichText(1)
    assert (len(text), text.text(), text.spans(), text.blocks(), text.authors()) == (
        0,
        "",
        [],
        [([], {})],
        [],
    )
    assert text.marks_at(0) == {}
    assert text.block_at(0) == {}


@given(seeds)
def test_all_ways_of_reading_agree(seed):
    world = TextWorld(seed, 2)
    for _ in range(steps(40)):
        world.step()
    text = world.replicas[0].text
    whole = text.text()
    assert len(text) == len(whole)
    assert "".join(piece for piece, _ in text.spans()) == whole
    assert "\n".join("".join(piece for piece, _ in spans) for spans, _ in text.blocks()) == whole
    for most in range(1, len(text.blocks()) + 2):
        assert text.blocks(most) == text.blocks()[:most]
    for (_, before), (_, after) in pairwise(text.spans()):
        assert before != after or "embed" in before


@given(seeds)
def test_every_visible_character_has_its_author(seed):
    world = TextWorld(seed, 3)
    for _ in range(steps(40)):
        world.step()
    replica = world.replicas[0]
    expected = [id[0] for id in replica.oracle.visible()]
    authors = replica.text.authors()
    assert [rid for start, end, rid in authors for _ in range(start, end)] == expected
    assert all(one[1] == other[0] and one[2] != other[2] for one, other in pairwise(authors))
    assert authors == reloaded(replica.text, 999).authors()


def test_what_is_returned_may_be_changed_without_changing_the_text():
    text = RichText(1)
    text.insert(0, FOX + "\nend")
    text.format(0, 3, "bold", True)
    text.set_block(0, {"kind": "quote"})
    before = shown(text)
    text.spans()[0][1]["bold"] = False
    text.blocks()[0][1]["kind"] = "changed"
    text.blocks()[0][0].clear()
    text.marks_at(1)["bold"] = False
    text.block_at(0)["kind"] = "changed"
    assert shown(text) == before


def test_reading_does_not_disturb_the_place_of_the_next_edit():
    text = RichText(1)
    for letter in "abc":
        text.insert(len(text), letter)
        text.marks_at(0)
        text.block_at(0)
        text.spans()
        text.text_at(text.version())
    assert text.text() == "abc"
    assert len(text.at(text.version()).spans()) == 1


def test_newlines_at_the_edges_of_runs_end_blocks():
    text = RichText(1)
    text.insert(0, "a\n")
    text.insert(0, "\nb")
    text.insert(2, "\n")
    assert text.text() == "\nb\na\n"
    assert [spans for spans, _ in text.blocks()] == [[], [("b", {})], [("a", {})], []]
    text.format(1, 4, "bold", True)
    text.insert_embed(3, {"type": "divider"})
    embed = ("\ufffc", {"bold": True, "embed": {"type": "divider"}})
    assert [spans for spans, _ in text.blocks()] == [
        [],
        [("b", {"bold": True})],
        [embed, ("a", {"bold": True})],
        [],
    ]


def test_the_block_at_an_index_is_found_across_runs():
    text = RichText(1)
    text.insert(0, "one two\nend")
    text.set_block(0, {"kind": "quote"})
    text.insert(3, "!")
    text.format(1, 2, "bold", True)
    assert text.block_at(0) == {"kind": "quote"}
    assert text.block_at(len(text)) == {}


def test_an_embed_character_that_was_typed_is_no_embed():
    text = RichText(1)
    text.insert(0, "a\ufffcb")
    assert text.spans() == [("a\ufffcb", {})]
    text.insert_embed(1, {"type": "divider"})
    text.insert(2, "\ufffc")
    embed = ("\ufffc", {"embed": {"type": "divider"}})
    assert text.spans() == [("a", {}), embed, ("\ufffc\ufffcb", {})]
    assert reloaded(text).spans() == text.spans()


def test_two_embeds_side_by_side_stay_apart_even_when_they_are_equal():
    text = RichText(1)
    for at in (0, 1):
        text.insert_embed(at, {"type": "divider"})
    assert len(text.spans()) == len(text.blocks()[0][0]) == 2
    text.format(0, 2, "bold", True)
    assert len(text.spans()) == 2


def test_what_typed_text_would_take_at_each_gap():
    text = RichText(1)
    text.insert(0, "abcd")
    text.format(1, 3, "bold", True)
    text.format(1, 3, "link", "x")
    inside = {"bold": True, "link": "x"}
    assert [text.marks_at(index) for index in range(5)] == [{}, {}, inside, {"bold": True}, {}]


PLACES = {
    "marks_at": lambda text, at: text.marks_at(at),
    "block_at": lambda text, at: text.block_at(at),
    "anchor": lambda text, at: text.anchor(at),
    "insert": lambda text, at: text.insert(at, "x"),
    "insert a newline": lambda text, at: text.insert(at, "\n"),
    "insert_embed": lambda text, at: text.insert_embed(at, {"type": "divider"}),
    "set_block": lambda text, at: text.set_block(at, {"kind": "heading"}),
    "delete": lambda text, at: text.delete(at, 1),
    "delete so many": lambda text, count: text.delete(1, count),
    "replace": lambda text, at: text.replace(at, 1, "x"),
    "replace so many": lambda text, count: text.replace(1, count, "x"),
    "format from": lambda text, at: text.format(at, 4, "italic", True),
    "format to": lambda text, at: text.format(0, at, "italic", True),
}


def written_by_two():
    """Several runs, marks and a block; the finger in the middle."""
    text, other = RichText(1), RichText(2)
    other.apply(text.insert(0, "The fox\njumped."))
    text.apply(other.insert(3, "ABC"))
    text.format(0, 5, "bold", True)
    text.set_block(0, {"kind": "quote"})
    text.insert(9, "zz")
    return text


@pytest.mark.parametrize("use", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("place", [1.0, 0.5, 2.5, float("nan"), None, [1]], ids=str)
def test_a_place_that_is_no_integer_is_refused_and_nothing_changes(use, place):
    text = written_by_two()
    before = text.encode()
    with pytest.raises((CrdtError, TypeError)):
        use(text, place)
    assert text.encode() == before
    text.check()


@pytest.mark.parametrize("use", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("place", [-1, -5, 99])
def test_a_place_outside_the_text_is_refused_and_nothing_changes(use, place):
    text = written_by_two()
    before = text.encode()
    with pytest.raises(OutOfRange):
        use(text, place)
    assert text.encode() == before
    text.check()


def test_what_lies_between_two_versions():
    text = RichText(1)
    text.insert(0, "one")
    old = text.version()
    text.replace(0, 1, "tw")
    found = [(one.kind, one.text) for one in text.difference(old, text.version())]
    assert sorted(found) == [("deleted", "o"), ("inserted", "tw"), ("kept", "ne")]
