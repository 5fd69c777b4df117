"""Old blocks, new blocks, and the edits between them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.editor.difference import Splice, operations_between, splices
from app.editor.keys import key_of
from app.editor.mirror import Mirror, MirrorBlock, joined
from app.editor.operations import Delete, Format, Insert, SetBlock, play
from crdt.text import RichText

KEYS = [
    "",
    key_of({"bold": True}),
    key_of({"link": "https://example.org"}),
    key_of({"bold": True, "colour": "red"}),
]
IMAGE = key_of({"embed": {"type": "divider"}})
NOTE = key_of({"embed": {"type": "note", "id": "x"}, "bold": True})
ATTRIBUTES = [
    "",
    key_of({"kind": "heading", "level": 2}),
    key_of({"kind": "check", "checked": True, "level": 1}),
]


@st.composite
def mirror_blocks(draw: st.DrawFn) -> MirrorBlock:
    pieces = draw(
        st.lists(
            st.tuples(st.text("aab\U0001f600", min_size=1, max_size=5), st.sampled_from(KEYS)), max_size=4
        )
    )
    if draw(st.booleans()):
        pieces.append(("\ufffc", draw(st.sampled_from([IMAGE, NOTE]))))
    return MirrorBlock(
        "".join(text for text, _ in pieces),
        joined((len(text), key) for text, key in pieces),
        draw(st.sampled_from(ATTRIBUTES)),
    )


def as_blocks(blocks: list[MirrorBlock]) -> list[tuple[list[tuple[str, str]], str]]:
    shown = []
    for block in blocks:
        spans, at = [], 0
        for length, key in block.spans:
            spans.append((block.text[at : at + length], key))
            at += length
        shown.append((spans, block.attributes))
    return shown


def document_blocks(text: RichText) -> list[tuple[list[tuple[str, str]], str]]:
    shown = []
    for spans, attributes in text.blocks():
        keyed = joined((len(piece), key_of(marks)) for piece, marks in spans)
        whole, at, pieces = "".join(piece for piece, _ in spans), 0, []
        for length, key in keyed:
            pieces.append((whole[at : at + length], key))
            at += length
        shown.append((pieces, key_of(attributes)))
    return shown


@given(
    st.lists(mirror_blocks(), min_size=1, max_size=4),
    st.lists(mirror_blocks(), min_size=1, max_size=4),
    st.data(),
)
def test_the_operations_turn_the_old_blocks_into_the_new_ones(old, new, data):
    ahead = MirrorBlock("before", [(6, "")], ATTRIBUTES[1])
    text = RichText(rid=1)
    play(operations_between([MirrorBlock("", [], "")], [ahead, *old, ahead], 0, None), text)
    assert document_blocks(text) == as_blocks([ahead, *old, ahead])
    length = Mirror(new)
    caret = data.draw(st.none() | st.integers(0, len(length)))
    play(operations_between(old, new, len("before\n"), caret), text)
    assert document_blocks(text) == as_blocks([ahead, *new, ahead])


@given(st.text("ab", max_size=12), st.text("ab", max_size=12), st.none() | st.integers(0, 12))
def test_splices_rebuild_the_new_text_from_the_old(old, new, caret):
    caret = None if caret is None else min(caret, len(new))
    made, start = "", 0
    for splice in splices(old, new, caret):
        made += old[start : splice.start] + new[splice.low : splice.high]
        start = splice.stop
    assert made + old[start:] == new


def test_the_caret_says_which_of_equal_letters_was_typed():
    assert splices("aaaa", "aaaaa", 3) == [Splice(2, 2, 2, 3)]
    assert splices("aaaa", "aaa", 1) == [Splice(1, 2, 1, 1)]
    assert splices("abab", "ababab", 4) == [Splice(2, 2, 2, 4)]


def test_a_caret_far_from_the_change_is_of_no_account():
    assert splices("abcd", "abXcd", 0) == [Splice(2, 2, 2, 3)]
    assert splices("abcd", "abXcd", 5) == [Splice(2, 2, 2, 3)]


def test_what_stays_between_two_distant_edits_is_not_deleted():
    old, new = "one kept in the middle two", "ONE kept in the middle TWO"
    assert splices(old, new, None) == [Splice(0, 3, 0, 3), Splice(23, 26, 23, 26)]


def test_a_moved_word_is_one_deletion_and_one_insertion():
    assert len(splices("alpha beta gamma delta", "beta gamma alpha delta", None)) == 2


def test_a_long_stretch_is_compared_line_by_line():
    lines = [f"line {number} of many, all of them different" for number in range(400)]
    changed = [*lines[:5], "new", *lines[5:390], *lines[391:]]
    changed[0] = "first"
    found = splices("\n".join(lines), "\n".join(changed), None)
    assert sum(splice.stop - splice.start for splice in found) < 120


def test_one_typed_letter_is_one_operation():
    old, new = MirrorBlock("Hello", [(5, "")], ""), MirrorBlock("Hellow", [(6, "")], "")
    assert operations_between([old], [new], 10, 6) == [Insert(15, "w", {})]


def test_a_bold_stretch_over_two_blocks_is_named_once_for_each():
    bold = KEYS[1]
    old = [MirrorBlock("ab", [(2, "")], ""), MirrorBlock("cd", [(2, "")], "")]
    new = [MirrorBlock("ab", [(1, ""), (1, bold)], ""), MirrorBlock("cd", [(2, bold)], "")]
    assert operations_between(old, new, 0, None) == [Format(1, 2, "bold", True), Format(3, 5, "bold", True)]


def test_joining_two_blocks_says_so_only_when_the_attributes_differ():
    heading = ATTRIBUTES[1]
    old = [MirrorBlock("ab", [(2, "")], heading), MirrorBlock("cd", [(2, "")], "")]
    new = [MirrorBlock("abcd", [(4, "")], heading)]
    assert operations_between(old, new, 0, 2) == [Delete(2, 1), SetBlock(0, {"kind": "heading", "level": 2})]
