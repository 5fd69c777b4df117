"""
Getting to know others: asks the server whose the replicas are that nobody has named yet, and whose notebooks.

Engine thread. It asks a while after something new came, only while there is a connection, and before one that
was made for a moment ends; never twice for the same in one run. What it hears is kept in the store:
names are there offline.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from sync.errors import AuthFailed, SyncError
from sync.limits import AUTHORS_ASKED_MAX
from sync.storage.rows import PersonRow

if TYPE_CHECKING:
    from sync.client.session import Client
    from sync.storage.client_store import ClientStore

logger = logging.getLogger(__name__)

WAIT_SECONDS = 1.0
"""After news, before asking: long enough for a first transfer to be projected in part."""


class Acquaintances:
    """Who is who, asked of one client's server."""

    def __init__(self, store: ClientStore, client: Client, told: Callable[[], None]) -> None:
        """`told` is called when somebody was named who was not before."""
        self._store = store
        self._client = client
        self._told = told
        self._asked: set[int] = set()
        self._asked_owners: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    def ask_soon(self) -> None:
        """Something new came: there may be strangers in it."""
        if self._task is None and self._client.status().link == "live":
            self._task = asyncio.get_running_loop().create_task(self._ask_later())
            self._task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._task = None
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("authors were not asked for: %s", type(error).__name__)

    async def _ask_later(self) -> None:
        await asyncio.sleep(WAIT_SECONDS)
        if self._client.status().link == "live":
            await self.ask()

    async def ask(self) -> None:
        """Ask about all strangers there are; makes a connection where there is none."""
        try:
            await self._ask_owners()
            await self._ask_authors()
        except (AuthFailed, SyncError) as error:
            # An older server, or the connection went: asked again in another run.
            logger.info("who they are is not known: %s", error)

    async def _ask_owners(self) -> None:
        """Ask whose the notebooks are that others share with this person."""
        for row in self._store.notebooks():
            if row.owner != "" or row.role == "none" or row.id in self._asked_owners:
                continue
            self._asked_owners.add(row.id)
            owner = owner_of((await self._client.call("members", {"notebook": row.id})).value)
            if owner:
                self._store.save_owner(row.id, owner)
                self._told()

    async def _ask_authors(self) -> None:
        """Ask whose the replicas are that wrote here."""
        for notebook, rids in self._store.strangers(AUTHORS_ASKED_MAX).items():
            unknown = [rid for rid in rids if rid not in self._asked]
            if not unknown:
                continue
            self._asked.update(unknown)
            answer = await self._client.call("authors", {"notebook": notebook, "rids": unknown})
            people = people_of(answer.value)
            if people:
                self._store.save_people(people)
                self._told()


def owner_of(value: object) -> str:
    """The name of a notebook's owner in an answer, or the e-mail of one without a name; "" for nobody."""
    rows = value.get("members") if isinstance(value, dict) else None
    for row in rows if isinstance(rows, (list, tuple)) else ():
        if isinstance(row, (list, tuple)) and len(row) >= 4 and row[2] == "owner":
            names = [name.strip() for name in (row[3], row[1]) if isinstance(name, str)]
            return next((name for name in names if name), "")
    return ""


def people_of(value: object) -> list[PersonRow]:
    """The people in an answer; what makes no sense is left out."""
    rows = value.get("authors") if isinstance(value, dict) else None
    found = []
    for row in rows if isinstance(rows, (list, tuple)) else ():
        if isinstance(row, (list, tuple)) and len(row) >= 3:
            rid, account, name = row[:3]
            if type(rid) is int and 0 < rid < 1 << 63 and isinstance(account, str) and isinstance(name, str):
                found.append(PersonRow(rid, account, name))
    return found
