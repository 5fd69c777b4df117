"""Which of our colours those of other programs are meant to be."""

from __future__ import annotations

import colorsys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.editor.palette import EditorPalette
from app.transfer.foreign_colours import (
    INK_CHROMA_MIN,
    INK_GREY_MAX,
    INK_GREY_MIN,
    PAPER_MIN,
    WASH_CHROMA_MIN,
    ink_of,
    parsed,
    wash_of,
)

NAMES = {name for name, _ in EditorPalette().colours}

WORD = {
    "#C00000": "red", "red": "red", "#FFC000": "yellow", "yellow": "yellow", "#92D050": "green",
    "#00B050": "green", "#00B0F0": "blue", "#0070C0": "blue", "#002060": "blue", "#7030A0": "purple",
    "#ED7D31": "orange", "#4472C4": "blue", "#70AD47": "green", "#833C0B": "orange", "#7F6000": "yellow",
}  # fmt: skip
"""The standard colours of Word, and of its theme."""

DOCS = {
    "#980000": "red", "#ff0000": "red", "#ff9900": "orange", "#ffff00": "yellow", "#00ff00": "green",
    "#00ffff": "blue", "#4a86e8": "blue", "#0000ff": "blue", "#9900ff": "purple", "#ff00ff": "purple",
    "#b7b7b7": "grey", "#e06666": "red", "#6aa84f": "green", "#a64d79": "purple", "#bf9000": "yellow",
}  # fmt: skip

PALE = {
    "#f4cccc": "red", "#fce5cd": "orange", "#fff2cc": "yellow", "#d9ead3": "green", "#d0e0e3": "blue",
    "#cfe2f3": "blue", "#d9d2e9": "purple", "#ead1dc": "purple", "#DEEAF6": "blue", "#E2EFD9": "green",
    "#FBE4D5": "orange", "#D9D9D9": "grey", "#F2F2F2": "grey", "aqua": "blue", "fuchsia": "purple",
    "lime": "green", "darkred": "red", "black": "grey", "silver": "grey", "navy": "blue", "yellow": "yellow",
}  # fmt: skip
"""Grounds: those of Docs and Word, and Word's highlighters."""


@pytest.mark.parametrize(("value", "name"), (WORD | DOCS).items())
def test_each_colour_of_a_word_processor_is_one_of_ours(value, name):
    assert ink_of(value) == name


@pytest.mark.parametrize(("value", "name"), PALE.items())
def test_each_ground_of_a_word_processor_is_one_of_ours(value, name):
    assert wash_of(value) == name


@pytest.mark.parametrize("palette", [EditorPalette(), EditorPalette.dark()])
def test_our_own_colours_are_themselves_in_the_light_and_in_the_dark(palette):
    assert [ink_of(value) for _, value in palette.colours] == [name for name, _ in palette.colours]
    assert [wash_of(value) for _, value in palette.highlights] == [name for name, _ in palette.highlights]


@pytest.mark.parametrize(
    "value",
    ["", "black", "#000", "#000000", "windowtext", "auto", "inherit", "initial", "transparent",
     "currentcolor", "#434343", "#666666", "#202124", "rgb(32, 33, 36)", "#44546A", "white", "#fff",
     "#f3f3f3", "rgba(255, 0, 0, 0)", "rgba(255,0,0,0.1)", "#f004", "#ff00004c", "#12345", "#1234567",
     "rgb(255 0 0 / 10%)", "var(--red)", "#ff", "#gggggg", "12"],
)  # fmt: skip
def test_what_text_has_anyway_is_no_colour(value):
    assert ink_of(value) is None


@pytest.mark.parametrize(
    "value",
    ["", "white", "#fff", "#FFFFFF", "transparent", "none", "auto", "rgba(0, 0, 0, 0)", "#fcfcfc",
     "url(x.png)", "inherit"],
)  # fmt: skip
def test_paper_is_no_highlight(value):
    assert wash_of(value) is None


@pytest.mark.parametrize(
    "value",
    ["rgb(255,0,0)", "RGB(255, 0, 0)", "rgb(100%, 0%, 0%)", "rgb(255 0 0)", "rgba(255, 0, 0, 1)", "#f00",
     "#FF0000", "Red", " red ", "rgb(999, 0, 0)", "rgb(255 0 0 / 30%)", "#ff0000 none repeat scroll 0 0",
     "none red", "#F00F", "#ff000080", "#f005"],
)  # fmt: skip
def test_every_way_to_write_a_colour_is_read(value):
    assert parsed(value) == (255, 0, 0)


def test_at_its_limits_a_tinge_is_a_colour_and_one_below_is_none():
    assert ink_of(f"rgb({INK_CHROMA_MIN}, 0, 0)") == "red"
    assert ink_of(f"rgb({INK_CHROMA_MIN - 1}, 0, 0)") is None
    assert wash_of(f"rgb(255, {255 - WASH_CHROMA_MIN}, {255 - WASH_CHROMA_MIN})") == "red"
    assert wash_of(f"rgb(255, {256 - WASH_CHROMA_MIN}, {256 - WASH_CHROMA_MIN})") is None
    for middle, name in (
        (INK_GREY_MIN, "grey"), (INK_GREY_MIN - 1, None), (INK_GREY_MAX, "grey"), (INK_GREY_MAX + 1, None)
    ):  # fmt: skip
        assert ink_of(f"rgb({middle}, {middle}, {middle})") == name
    assert wash_of(f"rgb({PAPER_MIN - 1}, {PAPER_MIN - 1}, {PAPER_MIN - 1})") == "grey"
    assert wash_of(f"rgb({PAPER_MIN}, {PAPER_MIN}, {PAPER_MIN})") is None


@given(st.text() | st.from_regex(r"rgba?\([0-9., %/]{0,20}\)", fullmatch=True))
def test_whatever_a_program_writes_there_is_a_colour_of_ours_or_none(value):
    assert ink_of(value) in NAMES | {None}
    assert wash_of(value) in NAMES | {None}


@given(st.integers(0, 359), st.integers(60, 255), st.integers(120, 255))
def test_a_hue_has_one_name_however_light_or_strong_it_is(hue, saturation, value):
    def named(saturation, value):
        parts = colorsys.hsv_to_rgb(hue / 360, saturation / 255, value / 255)
        return ink_of("rgb({}, {}, {})".format(*(round(part * 255) for part in parts)))

    found, full = named(saturation, value), named(255, 255)
    assert found in (None, "grey") or found == full or hue in NEAR_BORDERS


NEAR_BORDERS = {hue for border in (18, 42, 68, 170, 255, 338) for hue in range(border - 3, border + 4)}
"""Where rounding a pale colour to whole numbers may move its hue over the border."""
