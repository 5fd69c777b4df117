"""What tests of widgets share."""

import pytest

from tests.support.looks import worn
from tests.support.whole_window import started


@pytest.fixture
def appearance(qt_app):
    """The light theme."""
    with worn(qt_app) as made:
        yield made


@pytest.fixture
def desk(qt_app, tmp_path):
    """The program on an empty profile, ready."""
    with started(qt_app, tmp_path / "profile") as made:
        yield made
