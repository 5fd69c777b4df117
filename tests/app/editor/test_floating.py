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


def test_a_panel_stands_below_its_place_and_above_where_there_is_no_room(one):
    panel = FloatingPanel(one.view)
    panel.resize(100, 40)
    rect = one.view.rect_at(2)
    panel.stand_below(2)
    assert panel.y() >= one.view.viewport().mapTo(one.view, rect.bottomLeft()).y()

    one.view.resize(600, rect.bottom() + 50)
    panel.stand_below(2)
    assert panel.geometry().bottom() <= one.view.height()
    assert panel.geometry().left() >= 0
