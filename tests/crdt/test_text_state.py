"""How ops change a text: what is visible and why (V1), the patches that say so (V2), the tail (V3)."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from crdt.ops import BLOCK, EDGE, ERASE, INSERT, MARK, SELF, TYPE
from crdt.patch import BlockSet, Deleted, Formatted, Inserted
from crdt.replicas import Flip, Replicas
from crdt.text import RichText
from crdt.text_ops import ops_since
from crdt.text_state import flip_groups
from crdt.version import Version
from tests.support.effort import steps
from tests.support.meeting import FOX, NEWCOMER, reloaded, shown
from tests.support.restless_worlds import MeddlingWorld, SamePlaceWorld
from tests.support.text_world import Shadow, TextWorld

seeds = st.integers(0, 2**32)
worlds = st.sampled_from([TextWorld, MeddlingWorld, SamePlaceWorld])


def pair(words=FOX):
    """Two replicas with the same text, the second only listening."""
    writer, listener = RichText(1), RichText(2)
    listener.apply(writer.insert(0, words))
    writer.new_group()
    return writer, listener


# V2: patches alone rebuild the view


@given(seeds, worlds)
def test_a_view_made_of_patches_follows_any_batches(seed, kind):
    world = kind(seed, 3)
    for _ in range(steps(40)):
        world.step()
    world.settle()
    random = Random(seed)
    source = world.replicas[0].text
    ops = ops_since(source, Version())
    text, view = RichText(NEWCOMER), Shadow()
    while ops:
        count = random.choice((1, 1, 2, 7, 40))
        view.apply(text.apply(ops[:count]))
        del ops[:count]
        assert view.blocks() == text.blocks()
    assert text.encode() == source.encode()


def test_inserting_says_where_and_with_which_marks():
    writer, listener = pair()
    assert listener.apply(writer.insert(4, "quick ")) == [Inserted(4, "quick ", {})]
    assert listener.apply(writer.insert(10, "red ")) == [Inserted(10, "red ", {})]
    listener.apply(writer.format(0, 4, "bold", True))
    assert listener.apply(writer.insert(2, "x")) == [Inserted(2, "x", {"bold": True})]


def test_deleting_says_where_stretch_by_stretch():
    writer, listener = pair()
    writer.apply(listener.insert(4, "quick "))
    assert listener.apply(writer.delete(2, 10)) == [Deleted(2, 2), Deleted(2, 6), Deleted(2, 2)]
    assert listener.text() == "Thx jumped."


def test_deleting_what_is_deleted_says_nothing():
    writer, listener = pair()
    both = listener.delete(4, 3)
    assert listener.apply(writer.delete(2, 7)) == [Deleted(2, 2), Deleted(2, 2)]
    assert writer.apply(both) == []
    assert writer.text() == listener.text()
    writer.check()


def test_undo_and_redo_say_what_vanished_and_what_came_back():
    writer, listener = pair()
    listener.apply(writer.replace(4, 3, "cat"))
    listener.apply(writer.format(0, 3, "bold", True))
    assert listener.apply(writer.undo()) == [
        Deleted(4, 3),
        Inserted(4, "fox", {}),
        Formatted(0, 3, {}),
    ]
    assert listener.apply(writer.redo()) == [
        Inserted(4, "cat", {}),
        Deleted(7, 3),
        Formatted(0, 3, {"bold": True}),
    ]


def test_blocks_of_a_dead_group_are_said_to_go():
    writer, listener = pair("one\ntwo")
    listener.apply(writer.set_block(0, {"kind": "quote"}))
    listener.apply(writer.set_block(7, {"kind": "bullet"}))
    assert listener.apply(writer.undo()) == [BlockSet(3, {}), BlockSet(7, {})]


def test_a_mark_that_is_outdone_already_says_nothing():
    writer, listener = pair()
    older = writer.format(0, 7, "colour", "red")
    listener.format(4, 5, "bold", True)
    listener.format(0, 7, "colour", "blue")
    assert listener.apply(older) == []
    assert listener.spans()[0] == ("The ", {"colour": "blue"})


def test_a_mark_over_hidden_letters_says_only_what_is_seen():
    writer, listener = pair()
    listener.apply(writer.delete(4, 3))
    assert listener.apply(writer.format(0, 5, "bold", True)) == [Formatted(0, 5, {"bold": True})]
    listener.delete(0, len(listener))
    assert listener.apply(writer.format(0, 3, "italic", True)) == []


def test_embeds_come_and_go_with_their_payload():
    writer, listener = pair("ab")
    embed = {"type": "divider"}
    assert listener.apply(writer.insert_embed(1, embed)) == [Inserted(1, "\ufffc", {"embed": embed})]
    listener.apply(writer.insert(2, "cd"))
    assert listener.apply(writer.undo()) == [Deleted(1, 3)]
    assert listener.apply(writer.redo()) == [Inserted(1, "\ufffc", {"embed": embed}), Inserted(2, "cd", {})]
    writer.insert_embed(3, embed)
    listener.merge(writer)
    assert shown(listener) == shown(writer)


def test_an_embed_among_letters_of_one_stretch_comes_back_between_them():
    writer, listener = pair("")
    embed = {"type": "divider"}
    listener.apply(writer.insert(0, "ab"))
    listener.apply(writer.insert_embed(2, embed))
    listener.apply(writer.insert(3, "cd"))
    loaded = reloaded(listener)
    writer.new_group()
    gone = writer.delete(0, 5)
    listener.apply(gone)
    loaded.apply(gone)
    back = writer.undo()
    came = [Inserted(0, "ab", {}), Inserted(2, "\ufffc", {"embed": embed}), Inserted(3, "cd", {})]
    assert listener.apply(back) == came
    assert loaded.apply(back) == came, "what is loaded holds them in one run"
    assert shown(loaded) == shown(listener) == shown(writer)


def test_a_block_whose_newline_was_deleted_says_nothing_until_it_is_back():
    writer, listener = pair("one\ntwo")
    listener.apply(writer.delete(3, 1))
    other = RichText(3)
    other.apply(RichText(1).insert(0, "one\ntwo"))
    assert listener.apply(other.set_block(0, {"kind": "quote"})) == []
    assert BlockSet(3, {"kind": "quote"}) in listener.apply(writer.undo())


# V1: reasons to be hidden


@given(seeds)
def test_what_is_visible_is_what_a_live_group_typed_and_no_live_group_erased(seed):
    world = MeddlingWorld(seed, 3)
    for _ in range(steps(40)):
        world.step()
    for replica in world.replicas:
        hidden = replica.oracle.hidden()
        expected = [id for id in replica.oracle.order() if id not in hidden and id[0] >= 0]
        assert [replica.text.anchor(index, "before")[:2] for index in range(len(replica.text))] == expected
        replica.text.check()


def test_a_letter_deleted_by_two_comes_back_only_when_both_are_undone():
    writer, listener = pair()
    mine, theirs = writer.delete(0, 4), listener.delete(2, 5)
    writer.apply(theirs)
    listener.apply(mine)
    assert writer.text() == " jumped."
    listener.apply(writer.undo())
    assert writer.text() == "Th jumped."
    writer.apply(listener.undo())
    assert writer.text() == listener.text() == FOX


def test_what_is_typed_in_a_group_that_is_off_arrives_hidden():
    """The author typed on before hearing that somebody switched the group off beyond its end at that time."""
    sam, ann = RichText(1), RichText(2)
    first = sam.insert(0, "one")
    typed = sam.insert(3, " two")
    ann.apply(first + typed)
    off = ann.switch_group(1, 0, False)
    late = RichText(3)
    late.apply(first)
    late.apply(typed)
    late.apply(off)
    assert late.text() == ""
    assert late.encode() == ann.encode()


def test_ops_of_a_forger_that_join_a_dead_group_follow_it():
    """No replica of ours goes on with a group that is off; if one did, the flip would not reach its ops."""
    text = RichText(1)
    text.apply([[INSERT, 5, 0, 1, "one\n", EDGE, 0, EDGE, 1], [6, 5, 4, 1, 5, 0, 4, 0]])
    assert text.apply([[INSERT, 5, 5, 0, "x", SELF, 2, SELF, 3]]) == [Inserted(0, "x", {})]
    text.check()
    assert reloaded(text).text() == "x"


def test_whatever_joins_a_group_that_is_off_ahead_of_it_shows_nothing():
    """The gate lets no flip reach ahead; the state does not depend on that."""
    text = RichText(1)
    text.insert(0, "one\n")
    text._replicas.flip(0, 0, Flip(1, 0, 99, 99, False))
    text._replicas.stacks_valid = False
    assert text.integrate([INSERT, 1, 4, 0, "x", EDGE, 0, SELF, 0]) == []
    assert text.integrate([TYPE, 1, 5, "y"]) == []
    assert text.integrate([ERASE, 1, 6, 0, SELF, 0, 1]) == []
    assert text.integrate([MARK, 1, 7, 0, 1, "bold", True, SELF, 1, 0, SELF, 2, 1]) == []
    assert text.integrate([BLOCK, 1, 8, 0, 1, SELF, 3, {"kind": "quote"}]) == []
    assert shown(text) == ("one\n", [("one\n", {})], [([("one", {})], {}), ([], {})])


# V3: the tail


@given(seeds, st.sampled_from([TextWorld, MeddlingWorld]))
def test_typing_on_after_anything_is_the_same_as_typing_after_a_load(seed, kind):
    """The remembered tail may never be wrong: whatever happened since, the loaded twin has none."""
    world = kind(seed, 2)
    for _ in range(steps(12)):
        world.step()
        replica = world.random.choice(world.replicas)
        text = replica.text
        at = world.random.choice((text._tail_index, replica.caret, len(text)))
        if at <= len(text):
            twin = reloaded(text)
            letter = world.random.choice("ab\n")
            replica.local(ops := text.insert(at, letter))
            world.sent[replica.rid].append(ops)
            replica.shadow.apply(RichText.decode(twin.encode(), 1000).apply(ops))
            twin._replicas.open = ops[0][0] == TYPE or not ops[0][3]
            assert twin.insert(at, letter) == ops
            assert shown(twin) == shown(text)
            assert twin.encode() == text.encode()
    world.settle()


def test_typing_goes_on_where_it_was_after_others_took_back_what_stood_before_it():
    writer, other = RichText(1), RichText(2)
    other.apply(writer.insert(0, "0123456789"))
    writer.apply(other.insert(0, "gone "))
    other.apply(writer.insert(8, "!"))
    writer.apply(other.undo())
    assert writer.text() == "012!3456789"
    writer.insert(9, "?")
    assert writer.text() == "012!34567?89"
    writer.check()


def test_a_flip_that_is_entered_in_a_document_names_the_stretches_for_each_text():
    replicas = Replicas(4)
    one, other = RichText(4, replicas), RichText(4, replicas)
    one.insert(0, "one")
    other.insert(0, "other")
    segments = flip_groups(replicas, [6, 4, 8, 1, 4, 0, 8, 0])
    assert [(segment.start, segment.end, segment.live) for segment in segments] == [(0, 8, False)]
    assert one.apply_segments(segments) == [Deleted(0, 3)]
    assert other.apply_segments(segments) == [Deleted(0, 5)]
    assert not replicas.open
    one.check()
    other.check()


def test_an_element_between_two_that_nobody_can_have_seen_side_by_side_stands_at_one_place_everywhere():
    """The gate cannot tell while the same batch brings one of the two."""
    batch = [[INSERT, 9, 0, 1, "x", 1, 1, EDGE, 1], [INSERT, 9, 1, 0, "y", SELF, 0, 1, 0]]
    text, other = RichText(1), RichText(2)
    other.apply(text.insert(0, "ab"))
    assert text.apply(batch) == [Inserted(2, "x", {}), Inserted(3, "y", {})]
    assert other.apply([*other.insert(1, "-"), *batch]) == [Inserted(3, "x", {}), Inserted(4, "y", {})]
    assert other.text() == "a-bxy"
    for one in (text, other, reloaded(text)):
        one.check()
    text.merge(other)
    assert text.encode() == other.encode()


def test_a_mark_whose_end_is_not_behind_its_start_says_nothing_however_its_group_is_switched():
    text = RichText(1)
    text.insert(0, "abc")
    op = [MARK, 9, 0, 1, 5, "bold", True, 1, 2, 0, 1, 0, 1]
    assert text.apply([op]) == []
    again = reloaded(text)
    for one in (text, again):
        assert one._marks.marks[0].inert
        for live in (False, True):
            flip = reloaded(one, 700).switch_group(9, 0, live)
            assert one.apply(flip) == []
            assert one._marks.marks[0].live is live
        assert one.spans() == [("abc", {})]
        one.check()


def test_a_mark_may_start_behind_an_element():
    text = RichText(1)
    text.insert(0, "abc")
    assert text.apply([[MARK, 9, 0, 1, 5, "bold", True, 1, 0, 1, 1, 1, 1]]) == [
        Formatted(1, 2, {"bold": True})
    ]
    other = reloaded(text, 2)
    assert text.apply(other.insert(1, "-")) == [Inserted(1, "-", {"bold": True})]
    assert text.spans() == other.spans() == [("a", {}), ("-b", {"bold": True}), ("c", {})]
    text.check()


def test_a_newline_that_comes_back_says_what_its_block_is():
    writer, listener = pair("one\ntwo")
    listener.apply(writer.set_block(0, {"kind": "quote"}))
    writer.new_group()
    assert listener.apply(writer.delete(2, 3)) == [Deleted(2, 3)]
    assert listener.apply(writer.undo()) == [Inserted(2, "e\nt", {}), BlockSet(3, {"kind": "quote"})]
    assert shown(listener) == shown(writer)
