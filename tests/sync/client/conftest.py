"""An engine with a store on a real file for each test, and people with a profile and a client each."""

import pytest

from tests.support.engine_bench import Bench
from tests.support.seats import Seat


@pytest.fixture
def bench(tmp_path):
    made = Bench(tmp_path / "library.sqlite3")
    yield made
    made.desk.crash()


@pytest.fixture
def seats(tmp_path):
    """Make a person's seat, of a kind, on a profile of this name."""
    made = []

    def make(name, kind=Seat):
        seat = kind(tmp_path / name, len(made) + 1)
        made.append(seat)
        return seat

    return make
