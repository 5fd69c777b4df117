"""Colours of tags: named ones follow the theme, others are what they say, strange ones are quiet."""

from app.colour_names import NAMES
from app.tag_colours import tag_colour
from app.theme import load_theme


def test_a_name_is_a_colour_of_the_theme_a_value_is_itself_and_the_rest_is_quiet():
    for theme in (load_theme("light"), load_theme("dark")):
        assert len({tag_colour(theme, name).name() for name in NAMES}) == len(NAMES) == len(theme.people)
        assert tag_colour(theme, "#123456").name() == "#123456"
        for strange in ("", "url(x)", "#12", "crimson"):
            assert tag_colour(theme, strange) == theme.colour("text_faint")
