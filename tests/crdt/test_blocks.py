"""Blocks: paragraphs, their attributes, and what happens to them when two people split, join and set them."""

from hypothesis import given
from hypothesis import strategies as st

from crdt.blocks import BlockTable, BlockWrite
from crdt.ops import BLOCK, EDGE
from crdt.patch import BlockSet, Inserted
from crdt.text import RichText
from tests.support.effort import lengths
from tests.support.meeting import FOX, everybody, meet, reloaded, then

HEADING: dict = {"kind": "heading", "level": 1}
QUOTE: dict = {"kind": "quote"}


def lines(text):
    """Each block as its characters and attributes."""
    return [("".join(piece for piece, _ in spans), attributes) for spans, attributes in text.blocks()]


def block(at, attributes):
    return lambda text: text.set_block(at, attributes)


def split(at):
    return lambda text: text.insert(at, "\n")


def made(words, *attributes):
    """A text of these lines, the first ones with attributes."""

    def edit(text):
        ops = text.insert(0, words)
        at = 0
        for line, wanted in zip(words.split("\n"), attributes, strict=False):
            ops += text.set_block(at, wanted)
            at += len(line) + 1
        return ops

    return edit


def test_a_text_without_newline_is_one_block_and_every_newline_ends_one():
    assert RichText(1).blocks() == [([], {})]
    text = RichText(1)
    text.insert(0, "one\n\ntwo\n")
    assert lines(text) == [("one", {}), ("", {}), ("two", {}), ("", {})]


def test_splitting_a_paragraph_while_another_makes_it_a_heading_loses_nothing():
    """The attributes stand on the newline that ends the block, so the second half is the heading for sure."""
    for text in everybody(FOX, block(2, HEADING), split(7)):
        assert lines(text) == [("The fox", {}), (" jumped.", HEADING)]
    for text in everybody("The fox jumped.\nend", block(2, HEADING), split(7)):
        assert lines(text) == [("The fox", {}), (" jumped.", HEADING), ("end", {})]


def test_two_splits_of_one_paragraph_both_happen():
    for text in everybody(made(FOX, QUOTE), split(4), split(8)):
        assert lines(text) == [("The ", QUOTE), ("fox ", QUOTE), ("jumped.", QUOTE)]
    for text in everybody(made(FOX, QUOTE), split(4), split(4)):
        assert lines(text) == [("The ", QUOTE), ("", QUOTE), ("fox jumped.", QUOTE)]


def test_splitting_a_heading_keeps_both_halves_headings():
    for text in everybody(made("Title\nrest", HEADING), split(2)):
        assert lines(text) == [("Ti", HEADING), ("tle", HEADING), ("rest", {})]
    text = RichText(1)
    text.insert(0, FOX)
    text.set_block(0, QUOTE)
    text.insert(4, "a\nb\nc")
    assert lines(text) == [("The a", QUOTE), ("b", QUOTE), ("cfox jumped.", QUOTE)]


def test_joining_two_paragraphs_keeps_the_attributes_of_the_second():
    for text in everybody(made("one\ntwo", HEADING, QUOTE), lambda text: text.delete(3, 1)):
        assert lines(text) == [("onetwo", QUOTE)]


def test_joining_and_setting_the_first_paragraph_at_once_comes_back_with_the_newline():
    def join_and_undo(text):
        return [*text.delete(3, 1), *text.undo()]

    for text in everybody("one\ntwo", lambda text: text.delete(3, 1), block(0, HEADING)):
        assert lines(text) == [("onetwo", {})]
    for text in everybody("one\ntwo", join_and_undo, block(0, HEADING)):
        assert lines(text) == [("one", HEADING), ("two", {})]


def test_attributes_are_registers_of_their_own():
    both = {"kind": "check", "level": 2, "checked": True}
    for text in everybody(made("x", {"kind": "check"}), block(0, {"checked": True}), block(0, {"level": 2})):
        assert lines(text) == [("x", both)]
    for text in everybody(made("x", both), block(0, {"checked": None}), block(0, {"level": None})):
        assert lines(text) == [("x", {"kind": "check"})]


def test_of_two_writes_of_one_attribute_the_greater_stamp_wins():
    bullet = {"kind": "bullet"}
    assert lines(meet(FOX, block(0, QUOTE), block(0, bullet), rids=(11, 92))) == [(FOX, bullet)]
    assert lines(meet(FOX, block(0, QUOTE), block(0, bullet), rids=(92, 11))) == [(FOX, QUOTE)]
    for text in everybody(FOX, then(block(0, bullet), block(0, QUOTE)), block(0, bullet)):
        assert lines(text) == [(FOX, QUOTE)]


def test_unknown_attributes_are_kept():
    for text in everybody(FOX, block(0, {"x-new": [1, {"a": b"b"}]}), block(0, {"kind": "quote"})):
        assert lines(text) == [(FOX, {"kind": "quote", "x-new": [1, {"a": b"b"}]})]


def test_setting_what_is_set_makes_no_op():
    text = RichText(1)
    text.insert(0, "one\ntwo")
    assert text.set_block(0, {"kind": None}) == []
    text.set_block(0, HEADING)
    assert text.set_block(3, HEADING) == []
    assert text.set_block(3, {**HEADING, "level": 2})[0][-1] == {"level": 2}
    assert text.set_block(7, {}) == []


def test_the_block_around_an_index():
    text = RichText(1)
    text.insert(0, "one\ntwo\nthree")
    assert text.block_at(5) == {}
    text.set_block(0, HEADING)
    text.set_block(13, QUOTE)
    assert [text.block_at(index) for index in (0, 3, 4, 7, 8, 13)] == [HEADING, HEADING, {}, {}, QUOTE, QUOTE]
    text.block_at(0)["kind"] = "changed"
    assert text.block_at(0) == HEADING


def test_an_embed_counts_as_a_character_of_its_block():
    text = RichText(1)
    text.insert(0, "one\ntwo")
    text.insert_embed(5, {"type": "divider"})
    text.set_block(5, QUOTE)
    assert [len(spans) for spans, _ in text.blocks()] == [1, 3]
    assert text.blocks()[1][0][1] == ("\ufffc", {"embed": {"type": "divider"}})
    assert lines(text) == [("one", {}), ("t\ufffcwo", QUOTE)]


def test_the_patch_of_a_block_names_its_newline_and_all_its_attributes():
    text, other = RichText(1), RichText(2)
    other.apply(text.insert(0, "one\ntwo"))
    other.apply(text.set_block(0, {"kind": "heading"}))
    assert other.apply(text.set_block(0, {"level": 2})) == [BlockSet(3, {"kind": "heading", "level": 2})]
    assert other.apply(text.set_block(7, QUOTE)) == [BlockSet(7, QUOTE)]
    text.new_group()
    other.apply(text.delete(2, 2))
    assert other.apply(text.undo()) == [
        Inserted(2, "e\n", {}),
        BlockSet(3, {"kind": "heading", "level": 2}),
    ]


def test_a_write_on_a_deleted_newline_shows_when_it_comes_back():
    text, other = RichText(1), RichText(2)
    other.apply(text.insert(0, "one\ntwo"))
    text.new_group()
    deleted = text.delete(3, 1)
    write = other.set_block(0, HEADING)
    assert text.apply(write) == []
    other.apply(deleted)
    assert other.apply(text.undo()) == [Inserted(3, "\n", {}), BlockSet(3, HEADING)]
    assert lines(text) == lines(other) == [("one", HEADING), ("two", {})]


def test_the_op_of_the_last_block_names_the_end_of_the_text():
    text = RichText(1)
    text.insert(0, FOX)
    assert text.set_block(0, QUOTE)[0][5:7] == [EDGE, 1]
    text.insert(len(text), "\nmore")
    assert lines(text) == [(FOX, QUOTE), ("more", QUOTE)]
    assert [op[0] for op in text.insert(2, "a\nb")] == [0, BLOCK]


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(1, 3), st.integers(0, 99), st.booleans()),
        unique_by=lambda w: (w[1], w[2]),
        **lengths(20),
    )
)
def test_a_table_shows_the_live_write_with_the_greatest_stamp(entries):
    ranks = [50, 9, 30, 7]
    table = BlockTable(ranks)
    writes = []
    for time, replica, counter, live in entries:
        write = BlockWrite(replica, counter, time, 4, {"kind": f"{time} {replica} {counter}"})
        table.add(write)
        table.resolve(4)
        table.set_live(write, live)
        writes.append(write)
    live_ones = [write for write in writes if write.live]
    best = max(live_ones, key=lambda write: (write.time, ranks[write.replica], write.counter), default=None)
    assert table.resolve(4) == (best.attributes if best else {})
    assert table.resolve(5) == {}


def test_loading_and_live_tables_agree_on_a_write_of_an_undone_group():
    text = RichText(1)
    text.insert(0, FOX)
    text.new_group()
    text.set_block(0, QUOTE)
    text.undo()
    assert lines(text) == lines(reloaded(text)) == [(FOX, {})]
    text.redo()
    assert lines(text) == lines(reloaded(text)) == [(FOX, QUOTE)]
