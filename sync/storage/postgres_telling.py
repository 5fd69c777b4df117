"""
What server processes tell each other through PostgreSQL: LISTEN and NOTIFY, each on a connection of its own.

What it is not: what is told, or threads (sync.server.bus). Invariants: one channel for all that use the same
tables, "commonplace.<schema>"; nothing is told inside a transaction that writes the log, because NOTIFY there
takes a lock that all writers of the database share; changes of roles and sign-ins are seldom, and told by the
transaction that makes them (server_schema.TOLD). What is told can be lost: who needs it looks now and then.

Source: postgresql.org/docs/current/sql-notify.html.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sync.storage.postgres_store import channel, connected, mapped_errors, named


class Listening:
    """A connection that hears what processes tell each other."""

    def __init__(self, address: str, process: str) -> None:
        """
        Connect and listen from now on.

        Raises:
            StoreUnavailable: The database is out of reach.
        """
        self._path: Final = named(address)
        self._connection: Final = connected(address, process)
        with mapped_errors(self._path):
            self._connection.execute(f'LISTEN "{channel(self._connection)}"'.encode())

    def heard(self, wait_s: float) -> Iterator[str]:
        """Yield what is told during so many seconds, as it comes. Raises StoreUnavailable when cut off."""
        with mapped_errors(self._path):
            for notification in self._connection.notifies(timeout=wait_s):
                yield notification.payload

    def check(self) -> None:
        """Ask the database for a sign of life. Raises StoreUnavailable when cut off."""
        with mapped_errors(self._path):
            self._connection.execute("SELECT 1")

    def close(self) -> None:
        """Stop listening."""
        self._connection.close()


class Speaking:
    """A connection that tells other processes something, outside of every transaction."""

    def __init__(self, address: str, process: str) -> None:
        """Connect. Raises StoreUnavailable when the database is out of reach."""
        self._path: Final = named(address)
        self._connection: Final = connected(address, process)
        with mapped_errors(self._path):
            self._channel: Final = channel(self._connection)

    def say(self, payloads: Sequence[str]) -> None:
        """Tell each, fewer than 8000 bytes. Raises StoreUnavailable: perhaps nobody heard."""
        with mapped_errors(self._path), self._connection.cursor() as cursor:
            cursor.executemany("SELECT pg_notify(%s, %s)", [(self._channel, said) for said in payloads])

    def close(self) -> None:
        """Hang up."""
        self._connection.close()
