"""
The way of a library into a newer data model: eight steps, each on disk before it begins.

    offer      preconditions                 backup     a copy, checked            swap   one transaction
    flush      send what is unsent           fetch      into a library beside      done   the receipt
    verify     greet anew: numbers, chains   catch_up   nothing more is sent, all that was sent is there

What it is not: the transaction (sync.storage.crossing), the dialog or the command (the app). Where no server
has the notes, the middle is worked out here by the lenses. Invariants:
- Until swap the library is used and written as ever: what is edited is sent, and comes back in the library
  beside; what is edited in the last moments is translated and sent afterwards.
- A kill at any moment leaves the old library or the new one, whole. Begun again, it goes on with what is
  there: the copy that was made, the documents that were fetched.
- Nothing is asked of a person on the way, and until swap they may stop it.

Source: design of sync, section 6.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from sync.client.events import Held, Renewed
from sync.client.keeping import can_write
from sync.client.offers import Offer, Progress, Receipt, offer_of
from sync.client.state import AUTHS_PARKED
from sync.errors import StoreUnavailable, UpgradeStopped
from sync.storage import old_copies
from sync.storage.beside import BesideStore, open_beside, remove_beside
from sync.storage.old_copies import KEPT_DAYS

if TYPE_CHECKING:
    from sync.client.engine import Engine
    from sync.client.runner import Runner
    from sync.client.session import Client
    from sync.client.state import Status
    from sync.storage.client_store import ClientStore
    from sync.storage.crossing import Crossed

MOMENT_S: Final = 0.02
"""Between two looks at how far it is."""
LOST_MOMENTS: Final = 1_000
"""Looks without a connection, 20 s, after which it stops and may be begun again later."""
ARRIVAL_MOMENTS: Final = 250
"""Looks, 5 s, that a confirmed delta may take to come to the library beside; then it is carried over."""
AT_ONCE: Final = 16
"""Documents worked out or compared before keys and messages have their turn again."""
PREPARED_IN_SWAP_MAX: Final = 64
"""Documents that may be left for the swap itself: they change while somebody types."""

UNDER_WAY: Final = "upgrade"
RECEIPT: Final = "upgrade_receipt"
"""Names under which the store keeps how far an upgrade is, and what the last one did."""

Show = Callable[[Progress], None]


@dataclass(slots=True)
class Facts:
    """What is kept of an attempt from step to step, and for one that goes on with it."""

    model: str
    """The data model to go to."""
    notes_before: int
    written: int = 0
    """How much had been written and received when it began: another attempt goes on with it only then."""
    copy: str = ""
    """The file with the library as it was; "" until there is one."""
    step: str = "offer"


class Upgrade:
    """One attempt. Made by `Client.upgrade`; used on the client's thread."""

    def __init__(
        self, client: Client, store: ClientStore, engine: Engine, runner: Runner, show: Show | None
    ) -> None:
        """
        Stand ready.

        Args:
            client: Of the library; it is running where somebody is signed in.
            store: The library.
            engine: Of the client, and the runner that carries it out.
            show: Told how far it is.
        """
        self._client: Final = client
        self._store: Final = store
        self._engine: Final = engine
        self._runner: Final = runner
        self._show: Final = show or _show_nothing
        self._shown: Progress | None = None
        self._cancelled = False
        self._lost = 0
        self._beside: tuple[BesideStore, Client] | None = None

    def cancel(self) -> None:
        """Stop at the next occasion, unless the swap has begun. Any thread."""
        self._cancelled = True

    async def run(self) -> Receipt:
        """
        Do it, from wherever an earlier attempt has come to.

        Raises:
            UpgradeStopped: It did not come to its end, and why; the library is as it was.
            StoreUnavailable: The disk refuses; the library is as it was.
        """
        client = self._client
        if client.upgrading:
            raise UpgradeStopped("busy")
        client.upgrading = True
        try:
            with client.held():
                return await self._run()
        finally:
            client.upgrading = False
            self._runner.feed(Held(False))
            await self._leave_beside()

    async def _run(self) -> Receipt:
        self._say(Progress("offer"))
        offer = await self.offered()
        online = offer.kind == "upgrade"
        model = str(offer.server_model) if online else offer.app_model
        facts = _facts(self._store, model)
        if online:
            await self._flush(facts)
            await self._verify(facts)
        await self._back_up(facts)
        behind: set[str] = set()
        if online:
            await self._fetch(facts)
            behind = await self._catch_up(facts)
        else:
            await self._work_out(facts)
        receipt = self._swap(facts, behind)
        self._say(Progress("done"))
        await self._leave_beside()
        remove_beside(self._store.path)
        return receipt

    # --- offer, flush, verify, backup ----------------------------------------------------------------

    async def offered(self) -> Offer:
        """What is to be done, once the server has said it. Raises UpgradeStopped where nothing can be."""
        client = self._client
        if self._store.read_only:
            raise UpgradeStopped("read_only")
        if client.status().server is not None:
            with client.held():
                await self._until(lambda: _is_clear(client.status()), connected=False)
        offer = offer_of(client.status())
        why = {"none": "no_need", "update_app": "too_old", "wait": "wait"}.get(offer.kind) or offer.obstacle
        if offer.kind == "none" and offer.server_model is None and client.status().server is not None:
            why = "signed_out" if client.status().auth in (*AUTHS_PARKED, "local_only") else "offline"
        if not why and not old_copies.has_room(self._store.path):
            why = "disk"
        if why:
            raise UpgradeStopped(why)
        return offer

    async def _flush(self, facts: Facts) -> None:
        """Send what is unsent now; what is written meanwhile goes as ever."""
        self._begin("flush", facts)
        client, store = self._client, self._store
        if client.status().mode != "send_only":
            return  # nothing may be sent: what is unsent is translated and sent afterwards
        wanted = {row.id: row.next_n - 1 for row in store.streams() if can_write(row)}
        total = client.status().outbox
        client.flush()

        def left() -> int:
            rows = {row.id: row.acked_n for row in store.streams()}
            return sum(max(0, n - rows.get(stream, n)) for stream, n in wanted.items())

        await self._until(lambda: not left(), progress=lambda: ("flush", total - left(), total))

    async def _verify(self, facts: Facts) -> None:
        """Greet anew: the server says of every stream how much of this replica it has, chains included."""
        self._begin("verify", facts)
        self._runner.feed(Renewed())
        await self._until(lambda: self._engine.compared)

    async def _back_up(self, facts: Facts) -> None:
        """Copy the library as it is; an attempt that goes on has its copy."""
        store = self._store
        if facts.copy in map(str, old_copies.old_copies(store.path)):
            return
        self._begin("backup", facts)
        now_ms, path, model = self._engine.now_ms(), store.path, store.model
        made = await self._runner.away(lambda: old_copies.copy_before_upgrade(path, model, now_ms))
        facts.copy = str(made)
        self._look()

    # --- fetch, catch up -----------------------------------------------------------------------------

    async def _fetch(self, facts: Facts) -> None:
        """Fetch all notebooks into the library beside, in the newer model."""
        self._begin("fetch", facts)
        beside = open_beside(self._store, facts.model)
        other = self._client.beside(beside)
        self._beside = beside, other
        await other.start()
        total = max(facts.notes_before, 1)
        await self._until(
            lambda: other.settled,
            progress=lambda: ("fetch", min(beside.document_count(), total), total),
            other=other,
        )

    async def _catch_up(self, facts: Facts) -> set[str]:
        """
        Hold what is written from now on, and wait until all that was sent has come to the library beside.

        Returns:
            Documents of which something was confirmed and has not come: it is carried over from here.
        """
        self._begin("catch_up", facts)
        assert self._beside is not None
        beside, other = self._beside
        rows = {row.id: row.acked_n for row in self._store.streams()}
        after = {row.id: rows[row.id] for row in beside.streams() if row.cursor and row.id in rows}
        behind: set[str] = set()
        for stream in after:
            names = self._store.document_ids(stream)
            for place in range(0, len(names), AT_ONCE):
                behind |= self._behind(beside, names[place : place + AT_ONCE])
                await self._moment(0)
                self._look()
        self._runner.feed(Held())
        await self._until(lambda: self._engine.compared and other.settled, other=other)
        for _ in range(ARRIVAL_MOMENTS):
            behind = self._behind(beside, behind | self._store.acked_since(after))
            if not behind and other.settled and self._engine.compared:
                break
            await self._moment()
            self._look()
        return behind

    def _behind(self, beside: BesideStore, names: Iterable[str]) -> set[str]:
        """Documents of which something is confirmed here, by whomever, and not in the library beside."""
        found: set[str] = set()
        for name in names:
            here, there = self._store.confirmed_version(name), beside.seen(name)
            if len(here) and (there is None or not there.dominates(here)):
                found.add(name)
        return found

    async def _work_out(self, facts: Facts) -> None:
        """Where no server has the notes: work out ahead what the lenses make of them."""
        self._begin("fetch", facts)
        model, store = facts.model, self._store
        total = len(store.to_prepare(model))
        while len(keys := store.to_prepare(model)) > PREPARED_IN_SWAP_MAX:
            for place in range(0, len(keys), AT_ONCE):
                store.prepare(model, keys[place : place + AT_ONCE])
                self._say(Progress("fetch", min(total, place), total))
                await self._moment(0)
                self._look()
        self._begin("catch_up", facts)

    # --- swap ----------------------------------------------------------------------------------------

    def _swap(self, facts: Facts, behind: set[str]) -> Receipt:
        """Go over, in one commit. No event comes in between."""
        self._look()
        store, client = self._store, self._client
        self._begin("swap", facts)
        old, new, before = store.model, facts.model, facts.notes_before
        receipts: list[Receipt] = []

        def keep(crossed: Crossed) -> dict[str, str | None]:
            receipt = Receipt(
                old_model=old,
                new_model=new,
                notes_before=before,
                notes_after=crossed.notes,
                notes_new=max(0, crossed.notes - before),
                carried=crossed.carried,
                refused=crossed.quarantined,
                old_copy=facts.copy,
                kept_days=KEPT_DAYS,
                at_ms=self._engine.now_ms(),
            )
            receipts.append(receipt)
            return {UNDER_WAY: None, RECEIPT: json.dumps(receipt.plain())}

        fetched = self._beside[0].fetched() if self._beside is not None else ()
        store.cross(new, fetched, short=behind, now_ms=self._engine.now_ms(), keep=keep)
        client.crossed()
        return receipts[-1]

    async def _leave_beside(self) -> None:
        """Hang up for the library beside and close it; what was fetched stays for the next attempt."""
        if self._beside is not None:
            (beside, other), self._beside = self._beside, None
            await other.stop()
            beside.close()

    # --- going on ------------------------------------------------------------------------------------

    def _say(self, progress: Progress) -> None:
        if progress != self._shown:
            self._shown = progress
            self._show(progress)

    def _begin(self, step: str, facts: Facts) -> None:
        """Write down that a step begins, then show it."""
        facts.step = step
        self._store.set_meta(UNDER_WAY, json.dumps(asdict(facts)))
        self._say(Progress(step))

    async def _until(
        self,
        done: Callable[[], bool],
        *,
        connected: bool = True,
        progress: Callable[[], tuple[str, int, int]] | None = None,
        other: Client | None = None,
    ) -> None:
        """
        Wait for something that comes through a connection.

        Args:
            connected: False: it is no fault that there is none yet.
            other: The client of the library beside, whose connection counts, too.

        Raises:
            UpgradeStopped: Somebody cancelled, the sign-in lapsed, or there is no connection any more.
        """
        self._lost = 0
        while not done():
            await self._moment()
            self._look()
            for client in (self._client, other):
                if client is not None:
                    self._check(client.status(), connected)
            if progress is not None:
                self._say(Progress(*progress()))

    def _check(self, status: Status, connected: bool) -> None:
        if status.store != "ok":
            raise StoreUnavailable(self._store.path, status.store)
        if connected and status.auth in (*AUTHS_PARKED, "local_only"):
            raise UpgradeStopped("signed_out")
        self._lost = 0 if status.link == "live" else self._lost + 1
        if self._lost > LOST_MOMENTS:
            raise UpgradeStopped("offline")

    def _look(self) -> None:
        """Raise UpgradeStopped if somebody has cancelled."""
        if self._cancelled:
            raise UpgradeStopped("cancelled")

    async def _moment(self, seconds: float = MOMENT_S) -> None:
        await self._runner.moment(seconds)


def last_receipt(store: ClientStore) -> Receipt | None:
    """What the last upgrade of a library did; None when there was none."""
    kept = store.meta(RECEIPT)
    return Receipt(**json.loads(kept)) if kept else None


def _facts(store: ClientStore, model: str) -> Facts:
    """
    What an attempt to come to the same model has left; or a new beginning, where the library has changed
    since: its copy would lack that.
    """
    kept = store.meta(UNDER_WAY)
    written = sum(row.next_n + row.cursor for row in store.streams())
    found = Facts(**json.loads(kept)) if kept else None
    if found is not None and (found.model, found.written) == (model, written):
        return found
    return Facts(model, store.notes_count(), written)


def _is_clear(status: Status) -> bool:
    """Whether it is known what can be offered: the server has spoken, or there is nobody to ask."""
    if status.auth in (*AUTHS_PARKED, "local_only") and status.link != "greeting":
        return True
    return status.link == "live" and status.auth in ("ok", "expiring")


def _show_nothing(progress: Progress) -> None:
    """Nobody watches."""
