"""Fixtures of servers without sockets and of people there: a module says `world = world_of(SessionWorld)`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sync.server import admin
from tests.support.core_world import CoreWorld


def world_of(kind: type[CoreWorld], *, verified: bool = False, **settings: Any) -> Any:
    """
    A server in a folder of its own, closed behind the test.

    Args:
        kind: CoreWorld or SessionWorld. That the module names it has its tests run on both databases.
        verified: Whether `verify` must find nothing wrong at the end.
        settings: Of the server.
    """

    @pytest.fixture
    def world(tmp_path: Path) -> Iterator[CoreWorld]:
        made = kind(tmp_path, **settings)
        yield made
        if verified:
            assert admin.run(made.opened, "verify", {}, made.now_ms).error == ""
        made.close()

    return world


def account_of(name: str) -> Any:
    """An account in the module's world."""

    @pytest.fixture
    def account(world: Any) -> Any:
        return world.account(name)

    return account


def talk_of(name: str) -> Any:
    """A connection of a new account in the module's world."""

    @pytest.fixture
    def talk(world: Any) -> Any:
        return world.signed_up(name)

    return talk
