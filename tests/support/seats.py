"""People with a profile and a client each, for tests against a real server."""

from __future__ import annotations

import asyncio

from sync.client.session import Client
from sync.client.state import Status
from sync.model import v1
from sync.storage.rows import LocalChange
from tests.support.library import Desk, ManualWall, named

EMAIL, PASSWORD = "ana@example.org", "correct horse battery"


class Seat:
    """A profile with its client, and what the client called back about."""

    def __init__(self, folder, seed):
        folder.mkdir()
        self.desk = Desk(folder / "library.sqlite3", seed=seed, wall=RealWall(), notebook=named(seed, "L"))
        self.statuses: list[Status] = []
        self.remote: list[str] = []
        self.resets: list[str] = []
        self.present: dict[str, list] = {}
        self.views = {}
        self.client = self.made_client()

    def made_client(self):
        return Client(
            self.desk.store,
            self.desk.ticker,
            on_status=self.statuses.append,
            on_remote=lambda document, bodies: self.remote.append(document),
            on_reset=self.resets.append,
            on_presence=self.present.__setitem__,
        )

    def write(self, document, text):
        """Type into a note as the window does: through the client."""
        note = self.desk.note(document)
        delta = note.edit(self.desk.ticker.stamp(), lambda e: e.text(("body",)).insert(0, text))
        self.client.submit([LocalChange(self.desk.store.load(document).stream, document, delta)])

    def new(self, title, body=""):
        """Make a note in the personal notebook."""
        document = named(next(self.desk.ids), self.desk.letter)
        note, delta = v1.new_note(
            self.desk.store.rid, self.desk.ticker.stamp(), title=title, created_ms=self.desk.ticker.now_ms()
        )
        stream = f"{self.desk.store.personal()}/notes"
        more = note.edit(self.desk.ticker.stamp(), lambda e: e.text(("body",)).insert(0, body))
        changes = [LocalChange(stream, document, one) for one in (delta, more) if not one.empty]
        self.client.submit(changes)
        return document

    def trash(self, document, at_ms):
        """Put a note into the trash, as the window does."""
        delta = self.desk.note(document).edit(
            self.desk.ticker.stamp(), lambda edit: v1.set_trashed(edit, at_ms)
        )
        self.client.submit([LocalChange(self.desk.store.load(document).stream, document, delta)])

    def listed(self, *, trashed=False):
        """The notes that a list shows."""
        return [row.id for row in self.desk.store.notes(trashed=trashed)]

    async def close(self):
        await self.client.stop()
        self.desk.crash()


class RealWall(ManualWall):
    """The wall clock of this computer."""

    def __call__(self):
        import time

        return time.time_ns() // 1_000_000


async def until(condition, seconds=60.0):
    """Wait until something is so."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)
