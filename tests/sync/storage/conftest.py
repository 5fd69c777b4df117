"""A library on a real file for each test."""

import pytest

from tests.support.library import Desk


@pytest.fixture
def desk(tmp_path):
    made = Desk(tmp_path / "library.sqlite3")
    yield made
    made.crash()
