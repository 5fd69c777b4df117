"""
Random sequences of sharing and unsharing: nothing leaks, nothing is kept back.

SHARE_SEQUENCES=10000 python -m pytest tests/sync/server/test_share_worlds.py plays ten thousand of them.
"""

from __future__ import annotations

import os

import pytest

from tests.support.session_world import SessionWorld
from tests.support.share_world import ShareWorld, role_in, role_of

SEQUENCES = int(os.environ.get("SHARE_SEQUENCES", "24"))
FIRST = int(os.environ.get("SHARE_SEED", "0"))
STEPS = 8
OF_ONE_WORLD = 100


def test_the_oracle_is_what_the_order_of_grants_says():
    grants = [("role", "a", "viewer"), ("own", "a", {"comments": "editor"})]
    assert (role_of(grants, "a"), role_in(grants, "a", "comments"), role_in(grants, "a", "notes")) == (
        "viewer", "editor", "viewer",
    )  # fmt: skip
    grants.append(("role", "a", "none"))
    assert role_in(grants, "a", "comments") is None
    grants.append(("role", "a", "viewer"))
    assert role_in(grants, "a", "comments") == "viewer", "what a collection had ended with the role"
    grants.append(("role", "a", "owner"))
    assert role_in([*grants, ("own", "a", {"notes": "none"})], "a", "notes") == "owner"
    assert role_of(grants, "b") is None


@pytest.mark.one_database
def test_random_sharing_and_unsharing_leaks_nothing(tmp_path):
    for first in range(FIRST, FIRST + SEQUENCES, OF_ONE_WORLD):
        folder = tmp_path / str(first)
        folder.mkdir()
        world = SessionWorld(folder)
        owner, *people = [world.signed_up(name) for name in ("ann", "bob", "cat", "dan")]
        for seed in range(first, min(first + OF_ONE_WORLD, FIRST + SEQUENCES)):
            try:
                ShareWorld(world, owner, people, seed).run(STEPS)
            except AssertionError as error:
                error.add_note(f"replay: SHARE_SEED={seed} SHARE_SEQUENCES=1")
                raise
        world.close()


def test_a_few_sequences_on_every_database(tmp_path):
    world = SessionWorld(tmp_path)
    owner, *people = [world.signed_up(name) for name in ("ann", "bob")]
    for seed in range(3):
        ShareWorld(world, owner, people, seed).run(6)
    world.close()
