"""Windows that the editor's tests share."""

from __future__ import annotations

import pytest

from tests.support.editor_world import World, check_window


@pytest.fixture
def one(qt_app):
    """A window on a note of three lines; it agrees with its note at the end."""
    with World(1, "Hello world\nsecond line\nthird") as world:
        yield world.windows[0]
        check_window(world.windows[0])


@pytest.fixture
def two(qt_app):
    """Two windows on one note; they agree at the end."""
    with World(2, "The fox jumped.\nOver the dog.") as world:
        yield world
        world.turn()
        world.sync()
        world.agree()
