"""
The server's one writer: whatever batches queued up during the last commit are the next group.

What it is not: decisions about a batch (ingest.py, core.py) or delivery (hub.py). Invariants: batches are
decided in the order in which they came; what breaks our own code is refused by itself, not with what came
beside it.

Source: README, "Ingest".
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Final

from sync.protocol.messages import Ack
from sync.server.core import Core, Written
from sync.server.ingest import Batch
from sync.server.metrics import Counts

GROUP_MAX: Final = 400
"""Batches of one commit: bounds how long the first of them waits for the last."""

_log = logging.getLogger(__name__)


class Writer:
    """The queue of batches, and the task that commits them."""

    def __init__(
        self,
        in_store: Callable[[Callable[[], Any]], Awaitable[Any]],
        clock: Callable[[], int],
        counts: Counts,
        tell: Callable[[Sequence[Batch], Written], None],
    ) -> None:
        """
        Prepare.

        Args:
            in_store: Calls something on the store's thread.
            clock: Milliseconds since 1970.
            counts: Added to.
            tell: Called with each group once it is on disk, and what came of it.
        """
        self._in_store: Final = in_store
        self._clock: Final = clock
        self._counts: Final = counts
        self._tell: Final = tell
        self._queue: Final[list[Batch]] = []
        self._queued: Final = asyncio.Event()
        self.healthy = True
        """Whether the store took the last group."""

    @property
    def waiting(self) -> int:
        """How many batches are not decided yet."""
        return len(self._queue)

    def submit(self, batch: Batch) -> None:
        """Queue a batch."""
        self._queue.append(batch)
        self._queued.set()

    async def run(self, core: Core) -> None:
        """Commit groups until this task is cancelled."""
        while True:
            if not self._queue:
                self._queued.clear()
                await self._queued.wait()
            group = self._queue[:GROUP_MAX]
            began = time.perf_counter()
            written = await self._commit(core, group)
            self._counts.commit.took(time.perf_counter() - began)
            self._count(written)
            self._tell(group, written)
            del self._queue[: len(group)]
            if not self._queue:
                await self._in_store(core.idle)

    async def _commit(self, core: Core, group: Sequence[Batch]) -> Written:
        try:
            written: Written = await self._in_store(partial(core.write, group, self._clock()))
            return written
        except Exception:
            _log.exception("a group was not written", extra={"fields": {"batches": len(group)}})
        refused: Written = await self._in_store(partial(core.give_up, group))
        if len(group) == 1:
            return refused
        return Written.together([await self._commit(core, [batch]) for batch in group])

    def _count(self, written: Written) -> None:
        counts, failed = self._counts, False
        for answer in written.answers:
            if isinstance(answer.message, Ack):
                counts.deltas_rejected += len(answer.message.rejected)
            else:
                counts.pushes_refused += 1
                failed = failed or answer.message.code in ("internal", "busy")
        counts.groups += 1
        counts.failures += failed
        counts.deltas_accepted += sum([len(segment.rows) for segment in written.segments])
        self.healthy = not failed
