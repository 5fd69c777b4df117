"""Whatever has a server's store runs on both databases."""

from tests.support.postgres import database, on_both

__all__ = ["database"]

pytest_generate_tests = on_both
