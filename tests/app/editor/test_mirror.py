"""The mirror against a plain list of characters."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.editor.keys import key_of
from app.editor.mirror import Mirror, MirrorBlock, cut, joined
from app.editor.units import units_in

BOLD, LINK, HEADING = key_of({"bold": True}), key_of({"link": "x"}), key_of({"kind": "heading", "level": 1})
letters = st.text("ab\n\U0001f600", max_size=6)


class Oracle:
    """
    A note as characters with marks; a newline carries attributes instead, the last one those of the end.
    """

    def __init__(self) -> None:
        self.letters: list[tuple[str, str]] = [("\n", "")]

    def blocks(self) -> list[tuple[str, list[tuple[int, str]], str]]:
        found, text, spans = [], "", []
        for letter, key in self.letters:
            if letter == "\n":
                found.append((text, joined(spans), key))
                text, spans = "", []
            else:
                text += letter
                spans.append((1, key))
        return found

    def attributes_at(self, index: int) -> str:
        return next(key for letter, key in self.letters[index:] if letter == "\n")


def checked(mirror: Mirror, oracle: Oracle) -> None:
    assert [(b.text, b.spans, b.attributes) for b in mirror.blocks] == oracle.blocks()
    text = "".join(letter for letter, _ in oracle.letters)[:-1]
    assert mirror.text() == text
    assert len(mirror) == len(text)
    assert mirror.units == units_in(text)
    for index in range(len(text) + 1):
        number = text.count("\n", 0, index)
        start = text.rfind("\n", 0, index) + 1
        assert mirror.locate(index) == (number, index - start)
        assert mirror.start(number) == start


@given(st.data())
def test_inserting_deleting_and_marking_are_those_of_a_row_of_characters(data):
    mirror, oracle = Mirror(), Oracle()
    for _ in range(data.draw(st.integers(1, 8))):
        length = len(oracle.letters) - 1
        start = data.draw(st.integers(0, length))
        end = data.draw(st.integers(start, length))
        match data.draw(st.sampled_from(["insert", "insert", "delete", "mark", "block"])):
            case "insert":
                text, key = data.draw(letters), data.draw(st.sampled_from(["", BOLD, LINK]))
                given_attributes = data.draw(st.sampled_from([None, "", HEADING]))
                carried = oracle.attributes_at(start) if given_attributes is None else given_attributes
                mirror.insert(start, text, key, given_attributes)
                oracle.letters[start:start] = [(c, carried if c == "\n" else key) for c in text]
            case "delete":
                mirror.delete(start, end - start)
                del oracle.letters[start:end]
            case "mark":
                mirror.mark(start, end, lambda _: BOLD)
                oracle.letters[start:end] = [
                    (c, k if c == "\n" else BOLD) for c, k in oracle.letters[start:end]
                ]
            case _:
                mirror.set_attributes(start, HEADING)
                place = next(n for n, (c, _) in enumerate(oracle.letters) if n >= start and c == "\n")
                oracle.letters[place] = ("\n", HEADING)
        checked(mirror, oracle)


@pytest.mark.parametrize("count", [1, 63, 64, 65, 128, 1_000])
def test_places_are_found_in_many_blocks_before_and_after_edits(count):
    mirror = Mirror(
        [MirrorBlock("x" * (number % 5), joined([(number % 5, "")]), "") for number in range(count)]
    )
    edits: list[Callable[[], object]] = [
        lambda: None,
        lambda: mirror.insert(0, "abc", "", None),
        lambda: mirror.insert(1, "\n", "", None),
        lambda: mirror.delete(0, 2),
        lambda: mirror.splice(0, 1, [MirrorBlock("new", [(3, "")], "")]),
    ]
    for edit in edits:
        edit()
        starts = [0]
        for block in mirror.blocks:
            starts.append(starts[-1] + len(block.text) + 1)
        for number in (0, len(mirror.blocks) // 2, len(mirror.blocks) - 1):
            assert mirror.start(number) == starts[number]
            assert mirror.locate(starts[number]) == (number, 0)
        assert mirror.locate(10**9) == (len(mirror.blocks) - 1, len(mirror.blocks[-1].text))


def test_what_an_edit_touches_is_stale_and_nothing_else():
    mirror = Mirror([MirrorBlock(text, [(3, "")], "") for text in ("one", "two", "six")])
    mirror.mark(4, 5, lambda _: BOLD)
    assert [block.stale for block in mirror.blocks] == [False, True, False]


def test_blocks_show_the_same_only_with_equal_marks():
    one, other = MirrorBlock("ab", [(2, "")], ""), MirrorBlock("ab", [(1, ""), (1, BOLD)], "")
    assert one.shows(one)
    assert not one.shows(other)
    assert other.key_at(1) == BOLD


def test_spans_are_cut_and_joined():
    spans = [(2, ""), (3, BOLD), (1, "")]
    assert cut(spans, 1, 4) == [(1, ""), (2, BOLD)]
    assert joined([(1, ""), (0, BOLD), (2, ""), (1, LINK)]) == [(3, ""), (1, LINK)]
