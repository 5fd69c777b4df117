"""What a person cannot have."""

from __future__ import annotations

import pytest

from app.refusals import REFUSALS, Refused
from sync.errors import SyncError


def test_a_refusal_is_an_error_of_the_world_with_its_facts():
    refused = Refused("no_note", name="x")
    assert isinstance(refused, SyncError)
    assert (refused.code, refused.facts) == ("no_note", {"name": "x"})


def test_a_code_that_nobody_words_is_our_own_mistake():
    with pytest.raises(AssertionError):
        Refused("because")


def test_codes_are_words():
    assert all(code.replace("_", "").isalpha() for code in REFUSALS)
