"""
A transaction of PostgreSQL in which nobody waits for what nobody looks at.

What it is not: the database (postgres_store.py). Invariant: when the block has ended, the commit is on the
server's disk, or nothing of it is and an error was raised.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def begun(connection: Any, unwaited: bool) -> Iterator[None]:
    """
    One transaction. Unwaited, only for what is fetched and for the commit is waited: under load each of the
    other waits costs a turn of two processes.
    """
    if not unwaited:
        with connection.transaction():
            yield
        return
    try:
        with connection.pipeline():
            connection.execute("BEGIN")
            yield
            connection.execute("COMMIT")
    finally:
        if not connection.closed:
            connection.rollback()  # nothing, when it was committed
