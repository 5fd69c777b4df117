"""A library on a real file for each test; what has a server's store runs on both databases."""

import pytest

from tests.support.library import Desk
from tests.support.postgres import database, on_both

__all__ = ["database", "desk"]


@pytest.fixture
def desk(tmp_path):
    made = Desk(tmp_path / "library.sqlite3")
    yield made
    made.crash()


pytest_generate_tests = on_both
