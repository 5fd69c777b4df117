"""The panel under small bars."""

from __future__ import annotations

from PySide6.QtGui import QColor

from app.editor.floating import FloatingPanel
from app.editor.palette import EditorPalette


def test_a_panel_is_drawn_in_the_colours_of_the_editor_with_round_corners(one):
    panel = FloatingPanel(one.view)
    panel.resize(100, 40)
    one.view.use_palette(EditorPalette.dark())
    picture = panel.grab().toImage()
    assert picture.pixelColor(50, 20) == QColor(EditorPalette.dark().background)
    assert picture.pixelColor(50, 0) != picture.pixelColor(50, 20)
    assert panel.isHidden()
