"""
Colours of other programs as the few that notes have: which of them a colour is meant to be.

A note keeps the name of a colour, so that it can be read in the light and in the dark; what is pasted has
values. Its hue decides, because word processors offer each hue in many shades. What is nearly black, or
nearly white, is what text and paper have anyway, and no colour. No Qt, so that an import has it too. Not
here: reading the styles (`inline_html`, `app.editor.foreign_styles`).
"""

from __future__ import annotations

import colorsys
import re
from typing import Final, NamedTuple

INK_CHROMA_MIN: Final = 40
"""Of 255: text with less is black, grey or white with a tinge."""
WASH_CHROMA_MIN: Final = 15
"""Of 255: grounds are pale, and a tinge is meant."""
INK_GREY_MIN: Final = 110
"""Of 255: darker grey is how headings and captions are toned down, and reads as black."""
INK_GREY_MAX: Final = 217
"""Of 255: lighter grey stood on a dark ground, and cannot be read without."""
PAPER_MIN: Final = 247
"""Of 255: a lighter ground is white."""
ALPHA_MIN: Final = 0.3
"""A more transparent colour is none."""

PLAIN_WASH: Final = "yellow"
"""The highlight that a key gives; the mark of it has the value True."""

_HUES: Final = (
    (18, "red"), (42, "orange"), (68, "yellow"), (170, "green"), (255, "blue"), (338, "purple"), (360, "red"),
)  # fmt: skip
"""(the hue where a colour ends, its name) around the wheel, in degrees."""

_RGB: Final = re.compile(
    r"rgba?\(\s*([\d.]+)(%?)[\s,]+([\d.]+)%?[\s,]+([\d.]+)%?(?:[\s,/]+([\d.]+)(%?))?\s*\)", re.IGNORECASE
)
_WORD: Final = re.compile(
    r"(?<![\w#(.-])(?:#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})|[a-z]{3,32})(?![\w(.-])", re.IGNORECASE
)


_CSS = """
    aliceblue f0f8ff antiquewhite faebd7 aqua 00ffff aquamarine 7fffd4 azure f0ffff beige f5f5dc
    bisque ffe4c4 black 000000 blanchedalmond ffebcd blue 0000ff blueviolet 8a2be2 brown a52a2a
    burlywood deb887 cadetblue 5f9ea0 chartreuse 7fff00 chocolate d2691e coral ff7f50 cornflowerblue 6495ed
    cornsilk fff8dc crimson dc143c cyan 00ffff darkblue 00008b darkcyan 008b8b darkgoldenrod b8860b
    darkgray a9a9a9 darkgreen 006400 darkgrey a9a9a9 darkkhaki bdb76b darkmagenta 8b008b
    darkolivegreen 556b2f darkorange ff8c00 darkorchid 9932cc darkred 8b0000 darksalmon e9967a
    darkseagreen 8fbc8f darkslateblue 483d8b darkslategray 2f4f4f darkslategrey 2f4f4f darkturquoise 00ced1
    darkviolet 9400d3 deeppink ff1493 deepskyblue 00bfff dimgray 696969 dimgrey 696969 dodgerblue 1e90ff
    firebrick b22222 floralwhite fffaf0 forestgreen 228b22 fuchsia ff00ff gainsboro dcdcdc
    ghostwhite f8f8ff gold ffd700 goldenrod daa520 gray 808080 green 008000 greenyellow adff2f grey 808080
    honeydew f0fff0 hotpink ff69b4 indianred cd5c5c indigo 4b0082 ivory fffff0 khaki f0e68c lavender e6e6fa
    lavenderblush fff0f5 lawngreen 7cfc00 lemonchiffon fffacd lightblue add8e6 lightcoral f08080
    lightcyan e0ffff lightgoldenrodyellow fafad2 lightgray d3d3d3 lightgreen 90ee90 lightgrey d3d3d3
    lightpink ffb6c1 lightsalmon ffa07a lightseagreen 20b2aa lightskyblue 87cefa lightslategray 778899
    lightslategrey 778899 lightsteelblue b0c4de lightyellow ffffe0 lime 00ff00 limegreen 32cd32
    linen faf0e6 magenta ff00ff maroon 800000 mediumaquamarine 66cdaa mediumblue 0000cd mediumorchid ba55d3
    mediumpurple 9370db mediumseagreen 3cb371 mediumslateblue 7b68ee mediumspringgreen 00fa9a
    mediumturquoise 48d1cc mediumvioletred c71585 midnightblue 191970 mintcream f5fffa mistyrose ffe4e1
    moccasin ffe4b5 navajowhite ffdead navy 000080 oldlace fdf5e6 olive 808000 olivedrab 6b8e23
    orange ffa500 orangered ff4500 orchid da70d6 palegoldenrod eee8aa palegreen 98fb98 paleturquoise afeeee
    palevioletred db7093 papayawhip ffefd5 peachpuff ffdab9 peru cd853f pink ffc0cb plum dda0dd
    powderblue b0e0e6 purple 800080 red ff0000 rosybrown bc8f8f royalblue 4169e1 saddlebrown 8b4513
    salmon fa8072 sandybrown f4a460 seagreen 2e8b57 seashell fff5ee sienna a0522d silver c0c0c0
    skyblue 87ceeb slateblue 6a5acd slategray 708090 slategrey 708090 snow fffafa springgreen 00ff7f
    steelblue 4682b4 tan d2b48c teal 008080 thistle d8bfd8 tomato ff6347 turquoise 40e0d0 violet ee82ee
    wheat f5deb3 white ffffff whitesmoke f5f5f5 yellow ffff00 yellowgreen 9acd32
"""
_NAMED: Final = dict(zip(_CSS.split()[::2], _CSS.split()[1::2], strict=True))
"""The names that CSS has for colours."""


class Colour(NamedTuple):
    """A colour, its parts of 255."""

    red: int
    green: int
    blue: int


def ink_of(value: str) -> str | None:
    """
    The colour that text of this CSS colour is to have.

    Returns:
        A name for the mark `colour`; None where it is what text has anyway, or no colour.
    """
    colour = parsed(value)
    if colour is None:
        return None
    chroma, middle = _measures(colour)
    if chroma >= INK_CHROMA_MIN:
        return _hue_name(colour)
    return "grey" if INK_GREY_MIN <= middle <= INK_GREY_MAX else None


def wash_of(value: str) -> str | None:
    """
    The highlight that text on a ground of this CSS colour is to have.

    Returns:
        A name for the mark `highlight`; None where it is that of paper, or no colour.
    """
    colour = parsed(value)
    if colour is None:
        return None
    chroma, middle = _measures(colour)
    if chroma >= WASH_CHROMA_MIN:
        return _hue_name(colour)
    return "grey" if middle < PAPER_MIN else None


def parsed(value: str) -> Colour | None:
    """A CSS colour by name, number or rgb(); None for `auto`, `windowtext` and what cannot be seen."""
    found = _RGB.search(value)
    if found is not None:
        scale = 2.55 if found[2] else 1.0
        parts = (min(round(_number(found[place]) * scale), 255) for place in (1, 3, 4))
        alpha = _number(found[5]) / (100 if found[6] else 1) if found[5] else 1.0
        return Colour(*parts) if alpha >= ALPHA_MIN else None
    for word in _WORD.findall(value):
        digits = word[1:] if word.startswith("#") else _NAMED.get(word.lower(), "")
        if digits:
            return _of_digits(digits)
    return None


def _of_digits(digits: str) -> Colour | None:
    """A colour of three, four, six or eight digits; the fourth, or the last two, say how opaque it is."""
    if len(digits) < 6:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue, alpha = (int(digits[place : place + 2] or "ff", 16) for place in (0, 2, 4, 6))
    return Colour(red, green, blue) if alpha >= ALPHA_MIN * 255 else None


def _number(text: str) -> float:
    """A number of digits and points; 0 for one that is none."""
    try:
        return float(text)
    except ValueError:
        return 0.0


def _measures(colour: Colour) -> tuple[int, float]:
    """How far it is from grey, and how light, both of 255."""
    return max(colour) - min(colour), (max(colour) + min(colour)) / 2


def _hue_name(colour: Colour) -> str:
    hue = colorsys.rgb_to_hsv(*colour)[0] * 360
    return next(name for end, name in _HUES if hue <= end)
