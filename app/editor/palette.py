"""
Colours, fonts and measures of the editor, as plain values.

The window fills an `EditorPalette` from the theme's roles; the defaults here are a quiet light theme, so
that the editor can stand alone. Not here: how marks and blocks use them (`formats`).
"""

from __future__ import annotations

from dataclasses import dataclass

NamedColours = tuple[tuple[str, str], ...]
"""(name, "#rrggbb") pairs: what the `colour` and `highlight` marks may be called."""

_INKS: NamedColours = (
    ("red", "#c0392b"),
    ("orange", "#b45f06"),
    ("yellow", "#8a6d00"),
    ("green", "#2e7d4f"),
    ("blue", "#2463b8"),
    ("purple", "#7a4fb5"),
    ("grey", "#6b7280"),
)
_WASHES: NamedColours = (
    ("yellow", "#fff1a8"),
    ("green", "#d5f2dc"),
    ("blue", "#d7e8fc"),
    ("purple", "#e8defa"),
    ("red", "#fbdcd9"),
    ("orange", "#fde3c4"),
    ("grey", "#e7e8ea"),
)
_DARK_INKS: NamedColours = (
    ("red", "#ff8b80"),
    ("orange", "#f4a860"),
    ("yellow", "#e6cc5f"),
    ("green", "#7fd39b"),
    ("blue", "#86b7ff"),
    ("purple", "#c3a3f5"),
    ("grey", "#a1a1aa"),
)
_DARK_WASHES: NamedColours = (
    ("yellow", "#5c4d12"),
    ("green", "#1f4a30"),
    ("blue", "#1f3f66"),
    ("purple", "#43316a"),
    ("red", "#5f2a28"),
    ("orange", "#5d3b16"),
    ("grey", "#3f4046"),
)


@dataclass(frozen=True)
class EditorPalette:
    """
    What the editor is drawn with. Colours are "#rrggbb" or "#aarrggbb", lengths device-independent pixels.

    Attributes:
        size_px: Of running text; headings and code scale from it. line_height: Of running text, as a factor
        of the font's own. column_px: Widest line of text; the margins take the rest. heading_scale: Sizes of
        headings 1 to 6 as factors of size_px. body_family, mono_family: Comma-separated font families; empty
        means the application's and a fixed one.
    """

    background: str = "#ffffff"
    text: str = "#23262b"
    muted: str = "#6a7079"
    faint: str = "#b9bec6"
    accent: str = "#2f6f6b"
    heading: str = "#16181c"
    selection: str = "#cfe3e1"
    selected_text: str = "#16181c"
    link: str = "#1f6f9e"
    code_text: str = "#a03a5b"
    code_background: str = "#f3f3f1"
    code_block_text: str = "#2c3038"
    quote_text: str = "#565c66"
    quote_bar: str = "#c9d6d4"
    marker: str = "#7d858f"
    check_mark: str = "#ffffff"
    divider: str = "#dcdfe3"
    chip_background: str = "#eceef0"
    chip_text: str = "#565c66"
    comment_background: str = "#fff6d8"
    colours: NamedColours = _INKS
    highlights: NamedColours = _WASHES
    body_family: str = ""
    mono_family: str = ""
    size_px: int = 16
    line_height: float = 1.5
    column_px: int = 720
    heading_scale: tuple[float, float, float, float, float, float] = (1.75, 1.4, 1.2, 1.06, 1.0, 0.94)

    @staticmethod
    def dark() -> EditorPalette:
        """Give the quiet dark theme."""
        return EditorPalette(
            background="#1d1e20",
            text="#dcdde0",
            muted="#9a9ea6",
            faint="#5a5e66",
            accent="#6cc0b9",
            heading="#f3f4f5",
            selection="#2f4b4c",
            selected_text="#f3f4f5",
            link="#7cc0ea",
            code_text="#f29bb6",
            code_background="#292b2e",
            code_block_text="#d5d8dd",
            quote_text="#b1b5bc",
            quote_bar="#40565a",
            marker="#8b9098",
            check_mark="#1d1e20",
            divider="#393c40",
            chip_background="#303338",
            chip_text="#b1b5bc",
            comment_background="#4a4120",
            colours=_DARK_INKS,
            highlights=_DARK_WASHES,
        )
