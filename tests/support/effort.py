"""
How hard the properties of the core try: little in the minute between two edits, and with
HYPOTHESIS_PROFILE=soak at least 500 examples of at least 50 steps each.
"""

from __future__ import annotations

import os
from typing import Final

IS_SOAK: Final = os.environ.get("HYPOTHESIS_PROFILE") == "soak"
SOAK_EXAMPLES: Final = 500
SOAK_STEPS: Final = 50


def examples(usual: int) -> int:
    """How many examples of a property whose examples are dear."""
    return max(usual, SOAK_EXAMPLES) if IS_SOAK else usual


def steps(usual: int) -> int:
    """How many steps a random history has."""
    return max(usual, SOAK_STEPS) if IS_SOAK else usual


def lengths(usual: int) -> dict[str, int]:
    """The bounds of a drawn list whose entries are the steps of a history."""
    return {"min_size": SOAK_STEPS, "max_size": 2 * SOAK_STEPS} if IS_SOAK else {"max_size": usual}
