"""
The editor's palette from the theme's roles.
"""

from __future__ import annotations

from PySide6.QtGui import QColor

from app.editor.palette import EditorPalette
from app.theme import TEXT_SIZE_PX, Theme


def editor_palette(theme: Theme, text_px: int = TEXT_SIZE_PX) -> EditorPalette:
    """What the editor is drawn with under a theme, its running text `text_px` high."""
    base = EditorPalette.dark() if theme.dark else EditorPalette()

    def css(role: str) -> str:
        return theme.colour(role).name(QColor.NameFormat.HexArgb)

    return EditorPalette(
        background=css("page"),
        text=css("text"),
        muted=css("text_muted"),
        faint=css("text_faint"),
        accent=css("accent"),
        heading=css("text"),
        selection=css("text_selection"),
        selected_text=css("text"),
        link=css("link"),
        code_text=css("code"),
        code_background=css("code_background"),
        code_block_text=css("code"),
        quote_text=css("quote"),
        quote_bar=css("quote_bar"),
        marker=css("text_muted"),
        check_mark=css("accent_text"),
        divider=css("line_strong"),
        chip_background=css("chip"),
        chip_text=css("text_muted"),
        comment_background=css("warning_background"),
        colours=base.colours,
        highlights=base.highlights,
        size_px=text_px,
    )
