"""Colours one can read."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor

from app.editor.palette import EditorPalette

CONTRAST_MIN = 4.5


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2."""
    parts = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (QColor(colour).redF(), QColor(colour).greenF(), QColor(colour).blueF())
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("palette", [EditorPalette(), EditorPalette.dark()], ids=["light", "dark"])
def test_text_of_every_kind_can_be_read(palette):
    pairs = [(palette.text, palette.background), (palette.muted, palette.background)]
    pairs += [(palette.heading, palette.background), (palette.link, palette.background)]
    pairs += [(palette.quote_text, palette.background), (palette.chip_text, palette.chip_background)]
    pairs += [
        (palette.code_text, palette.code_background),
        (palette.code_block_text, palette.code_background),
    ]
    pairs += [(palette.selected_text, palette.selection), (palette.text, palette.comment_background)]
    pairs += [(colour, palette.background) for _, colour in palette.colours]
    pairs += [(palette.text, wash) for _, wash in palette.highlights]
    low = [
        (ink, paper, round(contrast(ink, paper), 2))
        for ink, paper in pairs
        if contrast(ink, paper) < CONTRAST_MIN
    ]
    assert not low


def test_both_palettes_name_the_same_colours():
    light, dark = EditorPalette(), EditorPalette.dark()
    assert [name for name, _ in light.colours] == [name for name, _ in dark.colours]
    assert [name for name, _ in light.highlights] == [name for name, _ in dark.highlights]
