"""The editor is drawn with the theme's roles and nothing else."""

from PySide6.QtGui import QColor

from app.theme import load_theme
from app.widgets.palette import editor_palette


def test_the_editor_stands_on_the_page_of_its_theme():
    for name in ("light", "dark"):
        theme = load_theme(name)
        palette = editor_palette(theme)
        assert QColor(palette.background) == theme.colour("page")
        assert QColor(palette.text) == theme.colour("text")
        assert QColor(palette.selection).alphaF() < 1
    assert editor_palette(load_theme("dark")).colours != editor_palette(load_theme("light")).colours
