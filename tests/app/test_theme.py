"""Themes have the same roles, enough contrast, and change while windows are open."""

import re

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QPushButton, QSlider, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from app import theme as themes
from app.contrast import contrast
from app.resources import style_template, theme_names
from app.theme import draw_icon, load_theme
from tests.support.looks import worn
from tests.support.waiting import wait_for


@pytest.fixture
def appearance(qt_app):
    with worn(qt_app) as made:
        yield made


def over(top: QColor, ground: QColor) -> QColor:
    """What an eye sees of a translucent colour on an opaque one."""
    a = top.alphaF()
    mix = [t * a + g * (1 - a) for t, g in zip(top.getRgbF()[:3], ground.getRgbF()[:3], strict=True)]
    return QColor.fromRgbF(*mix)


SURFACES = {
    "text": ("window", "sidebar", "list", "page", "field", "menu", "warning_background", "danger_background"),
    "text_muted": ("window", "sidebar", "list", "page", "menu"),
    "text_faint": ("sidebar", "list", "page"),
    "placeholder": ("page", "field"),
    "link": ("page",),
    "accent": ("page", "sidebar", "menu"),
    "code": ("code_background",),
    "quote": ("page",),
    "danger": ("window",),
    "warning": ("warning_background", "sidebar"),
    "good": ("sidebar", "window"),
}


@pytest.mark.parametrize("name", theme_names())
def test_text_can_be_read_on_every_surface_it_is_put_on(name):
    theme = load_theme(name)
    for role, grounds in SURFACES.items():
        for ground in grounds:
            assert contrast(theme.colour(role), theme.colour(ground)) >= 4.5, (role, ground)
    for ground in ("list", "sidebar", "page"):
        for state in ("hover", "selected", "selected_focus"):
            seen = over(theme.colour(state), theme.colour(ground))
            assert contrast(theme.colour("text"), seen) >= 4.5
            assert contrast(theme.colour("text_muted"), seen) >= 4.5, (state, ground)
    assert contrast(theme.colour("accent_text"), theme.colour("accent")) >= 4.5


@pytest.mark.parametrize("name", theme_names())
def test_every_theme_has_the_same_roles(name):
    assert load_theme(name).roles.keys() == load_theme("light").roles.keys()
    assert len(load_theme(name).people) == len(load_theme("light").people)


@pytest.mark.parametrize("name", theme_names())
def test_a_style_sheet_has_no_role_left_unfilled_and_no_colour_of_its_own(name):
    sheet = load_theme(name).style_sheet()
    assert "@" not in sheet
    assert not re.search(r"#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}\b(?!\w)", style_template())


def test_a_role_that_names_no_colour_is_refused(monkeypatch):
    colours = "[colours]\nink='#000000'\n[people]\ncolours=[]\n"
    text = f"[theme]\nname='x'\ndark=false\n{colours}[roles]\ntext='pink 5%'\n"
    monkeypatch.setattr(themes, "theme_toml", lambda name: text)
    with pytest.raises(ValueError, match="pink"):
        load_theme("x")


def test_changing_the_mode_restyles_and_retints_what_is_open(appearance):
    changes = []
    appearance.changed.connect(lambda: changes.append(appearance.theme.name))
    button = QPushButton()
    appearance.tint(button, "pin")
    before = button.icon().pixmap(18).toImage()

    appearance.set_mode("dark")
    appearance.set_mode("dark")

    assert changes == ["Dark"]
    assert appearance.theme.dark
    assert button.icon().pixmap(18).toImage() != before


def test_a_button_that_is_gone_is_forgotten(appearance):
    button = QPushButton()
    appearance.tint(button, "pin")
    del button
    appearance.set_mode("dark")


def test_an_icon_is_drawn_in_the_colour_asked_for(qt_app):
    picture = draw_icon("pin", QColor("#ff0000"), 24).toImage()
    seen = {
        picture.pixelColor(x, y).name()
        for x in range(72)
        for y in range(72)
        if picture.pixelColor(x, y).alpha() > 250
    }
    assert seen == {"#ff0000"}


@pytest.mark.parametrize("name", [name for name in theme_names() if name.startswith("contrast")])
def test_high_contrast_is_seven_to_one(name):
    theme = load_theme(name)
    for role in ("text", "text_muted", "text_faint", "link", "accent", "danger", "warning"):
        for ground in ("window", "sidebar", "list", "page"):
            assert contrast(theme.colour(role), theme.colour(ground)) >= 7, (role, ground)
    assert contrast(theme.colour("line_strong"), theme.colour("page")) >= 7


def test_high_contrast_is_light_or_dark_as_the_system_is(appearance):
    appearance.set_mode("contrast")
    assert appearance.theme.name in ("High contrast, light", "High contrast, dark")
    appearance.set_mode("light")
    assert appearance.theme.name == "Light"


def test_a_slider_that_has_the_keys_is_marked_at_its_handle_and_not_at_its_ends(appearance):
    window = QWidget()
    column = QVBoxLayout(window)
    sliders = [QSlider(Qt.Orientation.Horizontal) for _ in range(2)]
    for slider in sliders:
        slider.setMinimumHeight(24)
        slider.setValue(50)
        column.addWidget(slider)
    window.show()
    window.activateWindow()
    pictures = []
    for slider in sliders:
        slider.setFocus()
        wait_for(lambda slider=slider: slider.hasFocus())
        pictures.append(sliders[0].grab().toImage())
    held, left = pictures
    assert held != left
    for picture in pictures:
        for x in (0, picture.width() - 1):
            assert picture.pixel(x, 1) == picture.pixel(picture.width() // 4, 1)
    window.deleteLater()


@pytest.mark.parametrize("mode", ["light", "dark", "contrast"])
def test_the_chosen_row_of_a_tree_has_one_colour_from_edge_to_edge_and_keeps_its_arrow(appearance, mode):
    appearance.set_mode(mode)
    tree = QTreeWidget()
    tree.setHeaderHidden(True)
    group = QTreeWidgetItem(["Group"])
    group.addChild(QTreeWidgetItem(["One"]))
    tree.addTopLevelItem(group)
    tree.expandAll()
    tree.resize(300, 200)
    tree.show()
    for item in (group.child(0), group):
        tree.setCurrentItem(item)
        place = tree.visualItemRect(item)
        seen = tree.viewport().grab().toImage()
        edges = [seen.pixelColor(x, place.top() + 2) for x in (2, place.left() - 3, place.right() - 3)]
        assert len({colour.name() for colour in edges}) == 1
        before = {
            seen.pixelColor(x, y).name()
            for x in range(place.left())
            for y in range(place.top(), place.bottom())
        }
        assert (len(before) > 1) == (item is group), "the arrow of a group that is chosen"
    tree.close()
