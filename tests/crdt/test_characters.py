"""The characters of one replica by counter: blocks and loose pieces read as one string with fillers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crdt.characters import BLOCK, FILLER, LOOSE_MAX, Characters
from tests.support.effort import lengths

PIECES = st.lists(
    st.tuples(
        st.integers(0, 3), st.sampled_from(["a", "ä", "日本", "🦊x", "y" * (BLOCK - 3), "z" * (2 * BLOCK)])
    ),
    **lengths(12),
)
"""(counters that are no element in front, text) each."""


@given(PIECES, st.data())
def test_what_is_stored_reads_as_one_string_with_fillers(pieces, data):
    characters, model = Characters(), ""
    for gap, text in pieces:
        if gap:
            characters.store(len(model) + gap, text)
        else:
            characters.append(text)
        model += FILLER * gap + text
        assert characters.end == len(model)
        if data.draw(st.booleans(), label="is read"):
            start = data.draw(st.integers(0, len(model) - 1), label="start")
            end = data.draw(st.integers(start, len(model)), label="end")
            assert characters.between(start, end) == model[start:end]
            assert characters.at(start) == model[start]
    if model:
        assert characters.between(0, len(model)) == model
        assert [characters.at(counter) for counter in range(0, len(model), 511)] == list(model[::511])


def test_typing_without_reading_keeps_few_pieces():
    characters = Characters()
    for counter in range(0, 4 * LOOSE_MAX, 2):
        characters.store(counter, "x")
    assert len(characters._loose) <= LOOSE_MAX + 1
    assert characters.between(0, 5) == f"x{FILLER}x{FILLER}x"
