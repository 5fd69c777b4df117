"""Names and initials can be read on every person's colour, in every theme."""

import pytest
from PySide6.QtGui import QColor

from app.contrast import contrast, ink_on
from app.theme import load_theme


def test_black_on_white_is_all_the_contrast_there_is():
    assert contrast(QColor("black"), QColor("white")) == pytest.approx(21)
    assert contrast(QColor("red"), QColor("red")) == 1


@pytest.mark.parametrize("name", ["light", "dark", "contrast-light", "contrast-dark"])
def test_letters_on_every_persons_colour_can_be_read(name):
    for colour in load_theme(name).people:
        assert contrast(ink_on(colour), colour) >= 4.5, colour.name()
