"""An engine with a store on a real file for each test."""

import pytest

from tests.support.engine_bench import Bench


@pytest.fixture
def bench(tmp_path):
    made = Bench(tmp_path / "library.sqlite3")
    yield made
    made.desk.crash()
