"""UTF-16 offsets and code-point indexes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.editor.units import points_of, splits_pair, units_at, units_in, wide_indexes

texts = st.text(
    alphabet=st.sampled_from("ab\n\u05d0\u4e2d\u0301\u200d\ufe0f\U0001f600\U0001f468\U00020000"), max_size=40
)


@given(texts)
def test_every_index_survives_the_way_to_units_and_back(text: str):
    wides = wide_indexes(text)
    for index in range(len(text) + 1):
        offset_u16 = units_at(wides, index)
        assert offset_u16 == len(text[:index].encode("utf-16-le")) // 2
        assert points_of(wides, offset_u16) == index


@given(texts)
def test_an_offset_inside_a_pair_is_the_place_before_it(text: str):
    wides = wide_indexes(text)
    for index in wides:
        inside = units_at(wides, index) + 1
        assert splits_pair(text, wides, inside)
        assert points_of(wides, inside) == index
    clean = {units_at(wides, index) for index in range(len(text) + 1)}
    for offset_u16 in range(units_in(text) + 1):
        assert splits_pair(text, wides, offset_u16) == (offset_u16 not in clean)


@given(texts)
def test_units_are_counted_as_an_encoder_counts_them(text: str):
    assert units_in(text) == len(text.encode("utf-16-le")) // 2
    assert units_in(text) == len(text) + len(wide_indexes(text))


def test_a_text_of_the_basic_plane_converts_without_a_search():
    assert wide_indexes("中文 and Latin") == ()
    assert units_at((), 1_000_000) == 1_000_000
    assert points_of((), 1_000_000) == 1_000_000
