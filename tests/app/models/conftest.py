"""What tests of models share."""

import pytest

from tests.support.whole_window import started


@pytest.fixture
def desk(qt_app, tmp_path):
    """The program on an empty profile, ready."""
    with started(qt_app, tmp_path / "profile") as made:
        yield made
