"""Everything that ships can be found and read, and has its licence beside it."""

from importlib.resources import files

import pytest

from app import resources


def test_every_theme_and_icon_that_ships_is_readable():
    assert {"light", "dark"} <= set(resources.theme_names())
    assert all(resources.theme_toml(name).startswith("#") for name in resources.theme_names())
    assert len(resources.icon_names()) > 50
    assert all("currentColor" in resources.icon_svg(name) for name in resources.icon_names())


def test_the_fonts_are_true_type_and_small():
    for name in resources.FONT_NAMES:
        assert resources.font_bytes(name)[:4] == b"\x00\x01\x00\x00"
    assert sum(len(resources.font_bytes(name)) for name in resources.FONT_NAMES) < 900_000


@pytest.mark.parametrize("folder", ["icons", "fonts"])
def test_what_others_made_has_its_licence_beside_it(folder):
    text = files("resources").joinpath(folder, "LICENSE.txt").read_text(encoding="utf-8")
    assert "Copyright" in text


def test_an_icon_that_does_not_ship_is_our_own_mistake():
    with pytest.raises(FileNotFoundError):
        resources.icon_svg("no-such-icon")
