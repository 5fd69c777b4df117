"""What tests of dialogs share."""

import pytest

from tests.support.looks import worn


@pytest.fixture
def appearance(qt_app):
    """The light theme."""
    with worn(qt_app) as made:
        yield made
