"""Names of colours are told from values, and from anything else."""

import tomllib

import pytest

from app.colour_names import NAMES, ON_PAPER, QUIET, is_value, on_paper
from app.resources import theme_toml


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        ("#12aBcD", True),
        ("#12abc", False),
        ("12abcd", False),
        ("#12abcde", False),
        ("red", False),
        ("", False),
    ],
)
def test_a_value_is_six_digits_behind_a_hash(kept, expected):
    assert is_value(kept) is expected
    assert not any(is_value(name) for name in NAMES)


def test_on_paper_a_colour_is_that_of_the_light_theme():
    light = tomllib.loads(theme_toml("light"))
    assert list(ON_PAPER) == light["people"]["colours"]
    assert len(ON_PAPER) == len(NAMES)
    assert light["colours"]["ash"] == QUIET
    assert [on_paper(kept) for kept in ("red", "olive", "#12aBcD", "", "unheard")] == [
        ON_PAPER[0], ON_PAPER[-1], "#12aBcD", QUIET, QUIET
    ]  # fmt: skip
