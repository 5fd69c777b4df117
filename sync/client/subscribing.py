"""
Which streams are followed, and what to do about where this replica stands in them.

What it is not: the comparison itself (reconcile.py), sending (pushing.py) or receiving (pulling.py).
Invariants:
- Streams are asked for only after the account's notebooks are known: a first sign-in adopts the library
  before that.
- Nothing is pushed until every stream that was asked for has been answered; one that is in doubt holds up
  all, for a replica id is one for all streams.
- A replica that was rolled back, copied or forked first fetches what the server has, then takes a new id and
  gives what is unsent new names, in one transaction; what turns out to be there already is not sent again.
- Notebooks that only this computer knows are made on the server under the same id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from sync.client.calls import INTERNAL_ID
from sync.client.checking import CHECK_CALL_ID, Checking
from sync.client.events import NotebooksChanged, ReplicaChanged, Reset
from sync.client.keeping import Keeping, can_write
from sync.client.line import NEVER, Line
from sync.client.moving import Moving
from sync.client.naming import Naming
from sync.client.pulling import Pulling
from sync.client.pushing import Pushing
from sync.client.reconcile import NEEDS_NEW_REPLICA, Standing, forked_rid, needs_reset, standing
from sync.limits import SUBSCRIBE_STREAMS_MAX
from sync.protocol import messages as m
from sync.protocol.rows import Granted, Wanted
from sync.storage.rows import StreamRow

AGAIN_MS: Final = 500
"""Before a stream in doubt is asked for again; doubles with each time in a row."""
AGAIN_MS_MAX: Final = 60_000


class Subscribing:
    """The streams of one connection."""

    def __init__(self, line: Line, rids: Callable[[], int], rotated: Callable[[], None]) -> None:
        """
        Args:
            rids: Fresh replica ids.
            rotated: Called when the store has begun to write as another replica.
        """
        self._line: Final = line
        self._rids: Final = rids
        self._rotated: Final = rotated
        self._keeping: Final = Keeping(line, rids)
        self._moving: Final = Moving(line, self._is_settled)
        self._naming: Final = Naming(line)
        self.pushing: Final = Pushing(line, self._keeping, self._doubt, self._clock_ahead)
        self.checking: Final = Checking(line, self._may_write, self._mended)
        self.pulling: Final = Pulling(line, self.checking.came)
        self.server_id = ""
        self.account = ""
        self._mode = "full"
        self._noticed = False
        self._asked: set[str] = set()
        self._granted: set[str] = set()
        self._recovering: dict[str, tuple[Standing, int]] = {}
        self._making: dict[int, tuple[str, str]] = {}
        self._made = 0
        self._doubts: dict[str, int] = {}
        self._doubted: list[str] = []
        self._again: dict[str, int] = {}
        self._early: dict[str, list[m.Ack]] = {}
        self._lost: dict[str, int] = {}  # stream -> last_n of a server that was restored
        self._look = False
        self.renewing: int | None = None
        """
        The id that this connection greeted with because the store's is taken; the store takes it when level.
        """

    # --- beginning and end -----------------------------------------------------------------------

    def begin(self, mode: str) -> None:
        """The server vouches for the account; its notebooks come next, by a notice."""
        self._mode = mode

    def close(self) -> None:
        """Follow nothing any more: the connection is gone, or the sign-in has lapsed."""
        self.pushing.close()
        self.pulling.close()
        self._moving.close()
        self._naming.close()
        self.checking.close()
        self._lost.clear()
        self._noticed = False
        self._asked.clear()
        self._granted.clear()
        self._recovering.clear()
        self._making.clear()
        self._doubted.clear()
        self._again.clear()
        self._early.clear()

    def change_mode(self, mode: str) -> None:
        """
        Go on in another mode on the same connection.

        Who has come to receive, or to push at all, asks for every stream anew; who may only push any more
        goes on with that.
        """
        before, self._mode = self._mode, mode
        self.pulling.close()
        if (before, mode) != ("full", "send_only"):
            self.pushing.close()
            self.checking.close()
            self._lost.clear()
            for streams in (self._asked, self._granted, self._recovering, self._again, self._early):
                streams.clear()
            self._doubted.clear()
        if self._noticed and mode != "ahead":
            self._subscribe_known()

    @property
    def compared(self) -> bool:
        """Whether the server has answered for every stream, and no answer was in doubt."""
        waiting = self._asked or self._recovering or self._making or self._again or self._doubted
        return self._noticed and not waiting

    @property
    def level(self) -> bool:
        """Whether this store has everything that the server was last known to have."""
        return self._noticed and not self._asked and not self._recovering and self.pulling.level

    @property
    def settled(self) -> bool:
        """Whether nothing is left to be done in either direction that can be done."""
        if self._mode in ("blocked", "ahead"):
            return self._noticed  # and so the library is the account's
        waiting = self._asked or self._recovering or self._making or self._again or not self._noticed
        waiting = waiting or self.checking.mending
        if waiting or not (self.pushing.idle and self._moving.idle and self._naming.idle):
            return False
        if self._mode == "full" and not (self.pulling.level and self._moving.arrived):
            return False
        rows = [row for row in self._line.store.streams() if row.id in self._granted and can_write(row)]
        return all(row.acked_n == row.next_n - 1 for row in rows)

    def checked(self, now_ms: int) -> bool:
        """Whether a page of a short connection was compared with the server's; asks for that, where not."""
        return self._mode != "full" or self.checking.once(self._level_streams, now_ms)

    def wake_ms(self, now_ms: int) -> int:
        """When `pump` has something to do without another event."""
        return min(
            self.pushing.wake_ms(now_ms),
            self.pulling.wake_ms(),
            self.checking.wake_ms(),
            min(self._again.values(), default=NEVER),
        )

    def pump(self, now_ms: int) -> None:
        """Send what is due."""
        for stream in self._doubted:
            tries = self._doubts[stream] = self._doubts.get(stream, 0) + 1
            self._again[stream] = now_ms + min(AGAIN_MS_MAX, AGAIN_MS << min(tries - 1, 10))
        self._doubted.clear()
        due = [stream for stream, at_ms in self._again.items() if at_ms <= now_ms]
        for stream in due:
            del self._again[stream]
        self._subscribe(due)
        self._keep()
        self.pushing.pump(now_ms)
        self.pulling.pump(now_ms)
        if self._mode == "full" and not self._asked and not self._recovering:
            self.checking.pump(self._level_streams, now_ms)

    def _keep(self) -> None:
        """Make private copies of what waits in streams that this account may not write (any more)."""

        def may(row: StreamRow) -> bool:
            if row.role == "none":
                return row.id not in self._asked
            return row.id in self._granted and not self._recovering and not self.pushing.under_way(row.id)

        if not self._noticed or not self._look:
            return
        for stream in self._keeping.withdraw(may):
            if self.pushing.is_open(stream):
                self.pushing.open(stream)
        if self._mode in ("full", "send_only"):
            self._moving.pump()
            self._naming.pump()
        self._look = False

    def _is_settled(self, stream: str) -> bool:
        """Whether a stream is followed, and nothing about this replica is in doubt."""
        return stream in self._granted and not self._recovering and not self._asked

    def look(self) -> None:
        """Something was written, or roles may have changed: the next `pump` looks what must be kept."""
        self._look = True

    # --- messages --------------------------------------------------------------------------------

    def heard(self, message: m.Message | m.Ignored, size: int, now_ms: int) -> None:
        """Take a message about notebooks or streams."""
        if not isinstance(message, m.Deltas | m.State | m.Poke):
            self.look()
        match message:
            case m.Ack() if message.stream in self._asked:
                # What was refused while the ack was lost; true only if we stand where the server thinks.
                self._early.setdefault(message.stream, []).append(message)
            case m.Ack():
                self._doubts.pop(message.stream, None)
                self.pushing.acked(message, now_ms)
            case m.Nack():
                self.pushing.nacked(message, now_ms)
            case m.Deltas():
                self.pulling.deltas(message, size, now_ms)
                self._recover()
            case m.State():
                if not self.pulling.state(message, size, now_ms):
                    self._start_again(message.stream)
                self._recover()
            case m.Poke():
                self.pulling.poked(message, now_ms)
            case m.Subscribed():
                for granted in message.streams:
                    self._answered(granted)
                self._open_when_all_answered()
            case m.Reset():
                self._line.note("the stream's log is another one", stream=message.stream, why=message.why)
                self._line.store.set_meta(_mend_key(message.stream), "1")
                self._start_again(message.stream)
            case m.Unsubscribe():
                self._ended(message)
            case m.Notice() if message.kind == "account":
                self._notebooks(message)

    def adopt(self, account: str, personal: str) -> None:
        """Make the library the account's, unless it is somebody's; personal: the account's own notebook."""
        store = self._line.store
        if store.meta("account") is not None:
            return
        everything = store.meta("adopt") != "no"
        store.adopt(server=self.server_id, account=account, personal=personal, everything=everything)
        self._line.note("the library belongs to an account now", everything=everything)
        self._line.add(NotebooksChanged())

    def _notebooks(self, notice: m.Notice) -> None:
        """Take over what notebooks the account has; adopt the library if it belongs to nobody yet."""
        store = self._line.store
        self.adopt(self.account, notice.personal)
        _, lost = store.set_account_notebooks(notice.notebooks, notice.shared, notice.hidden)
        self._noticed = True
        self._line.add(NotebooksChanged())
        for row in store.streams():
            if row.notebook in lost:
                self._forget(row.id)
        self.make_notebooks()

    def make_notebooks(self) -> None:
        """Tell the server about notebooks that were added here since, and follow what can be followed."""
        if not self._noticed or self._mode == "ahead":
            return
        to_make = self._line.store.notebooks_to_make() if self._mode != "blocked" else ()
        making = {notebook for notebook, _ in self._making.values()}
        for notebook, name, note in to_make:
            if notebook not in making:
                self._made += 1
                self._making[INTERNAL_ID + self._made] = (notebook, name)
                args = {"id": notebook, "name": name, **({"note": note} if note else {})}
                self._line.send(m.Call(id=INTERNAL_ID + self._made, name="create_notebook", args=args))
        self._subscribe_known()

    def made(self, result: m.Result, now_ms: int) -> None:
        """Take the answer to one of our own calls."""
        self._moving.answered(result)
        self._naming.answered(result)
        self.look()
        if result.id >= CHECK_CALL_ID:
            self.checking.answered(result, now_ms)
            return
        notebook, name = self._making.pop(result.id, (None, ""))
        if notebook is None:
            return
        if result.code:
            self._line.note("a notebook could not be made on the server", notebook=notebook, code=result.code)
            return
        self._line.store.notebook_made(notebook, name)
        self._line.add(NotebooksChanged())
        self._subscribe_known()

    # --- subscribing -----------------------------------------------------------------------------

    def _subscribe_known(self) -> None:
        """Ask for every stream of a notebook that is on the server and is not followed yet."""
        store = self._line.store
        here = {row.id for row in store.notebooks() if not row.local and row.role != "none"}
        self._subscribe(
            row.id
            for row in store.streams()
            if row.notebook in here
            and row.id not in self._granted | self._asked
            and row.id not in self._again
        )

    def _subscribe(self, streams: Iterable[str]) -> None:
        """Ask for streams, saying where we stand in each."""
        rows = [self._line.store.stream(stream) for stream in streams]
        for place in range(0, len(rows), SUBSCRIBE_STREAMS_MAX):
            part = rows[place : place + SUBSCRIBE_STREAMS_MAX]
            self._asked.update(row.id for row in part)
            self._line.send(m.Subscribe(streams=tuple(self._wanted(row) for row in part)))

    def _wanted(self, row: StreamRow) -> Wanted:
        content = (
            self._mode == "full"
            and len(self._granted | self._asked) <= self.pushing.bounds.content_subscriptions
        )
        return Wanted(
            stream=row.id,
            want="content" if content else "head",
            epoch=row.epoch,
            cursor=row.cursor,
            last_n=row.acked_n,
            chain=row.acked_chain,
            after=row.staged_after,
            to=row.staged_to,
        )

    def _answered(self, granted: Granted) -> None:
        """Take the answer for one stream."""
        if granted.stream not in self._asked:
            return
        self._asked.discard(granted.stream)
        early = self._early.pop(granted.stream, [])
        if granted.status != "ok":
            self._line.note("a stream cannot be followed", stream=granted.stream, status=granted.status)
            self._forget(granted.stream)
            return
        mine = self._line.store.stream(granted.stream)
        if needs_reset(mine, granted) and mine.epoch != 0:
            self._line.store.set_meta(_mend_key(granted.stream), "1")
            self._start_again(granted.stream)
            return
        if mine.epoch == 0:
            self._line.store.set_epoch(granted.stream, granted.epoch, 0)
        elif mine.staged_to and granted.via != "state":
            self._line.store.drop_staged(granted.stream)
        self._granted.add(granted.stream)
        self._stand(mine, granted, early)

    def _stand(self, mine: StreamRow, granted: Granted, early: list[m.Ack]) -> None:
        """Act on where this replica stands in a stream; `early` acks repeat what was refused."""
        store, stream, last_n = self._line.store, granted.stream, granted.last_n
        if self.renewing is not None:
            last_n, where = mine.acked_n, Standing.ROLLED_BACK
        else:
            where = standing(mine, last_n, granted.chain, lambda n: store.chain_at(stream, n))
        if where is not Standing.NORMAL:
            self._line.note(
                "standing", stream=stream, standing=where.value, last_n=last_n, next_n=mine.next_n
            )
        if where in (Standing.RESTORED, Standing.FORGOTTEN):
            store.set_meta(_mend_key(stream), "1")
        if where in NEEDS_NEW_REPLICA:
            self._recovering[stream] = (where, last_n)
        elif where is Standing.RESTORED:
            self._lost[stream] = last_n
        elif last_n > mine.acked_n:
            for ack in early:
                self.pushing.settle(ack)
            store.acknowledge(stream, last_n, [], self._line.ticker.now_ms())
        if self._mode == "full":
            self.pulling.open(store.stream(stream), granted, stage=where in NEEDS_NEW_REPLICA)
            if store.meta(_mend_key(stream)) is not None:
                self.checking.mend(stream)

    def _open_when_all_answered(self) -> None:
        """Begin to push when no stream is in doubt; otherwise recover first."""
        if self._asked:
            return
        if self._recovering:
            self.pushing.close()
            self._recover()
            return
        for stream in sorted(self._granted) if self._mode != "blocked" else ():
            if not self.pushing.is_open(stream) and stream not in self.checking.mending:
                self._open(stream)

    def _open(self, stream: str) -> None:
        """Begin to push, from where the server stands."""
        if stream in self._lost:
            self._line.store.rewind(stream, self._lost.pop(stream))
        self.pushing.open(stream)

    def _mended(self, stream: str) -> None:
        """Everything that a restored server lacked was given back: what we wrote since can follow."""
        self._line.store.set_meta(_mend_key(stream), None)
        if stream in self._granted and not self._asked and not self._recovering:
            self._open(stream)

    def _level_streams(self) -> list[str]:
        return [stream for stream in sorted(self._granted) if self.pulling.is_level(stream)]

    def _may_write(self, stream: str) -> bool:
        return can_write(self._line.store.stream(stream))

    def _ended(self, message: m.Unsubscribe) -> None:
        """The server has stopped a stream."""
        self._line.note("a stream has ended", stream=message.stream, why=message.why)
        if message.why == "migrated":
            # What is written here is still taken, under the same numbers.
            self.pulling.close(message.stream)
        else:
            self._forget(message.stream)

    def _forget(self, stream: str) -> None:
        self.pushing.close(stream)
        self.pulling.close(stream)
        self.checking.forget(stream)
        self._lost.pop(stream, None)
        self._granted.discard(stream)
        self._asked.discard(stream)
        self._recovering.pop(stream, None)

    def _doubt(self, stream: str) -> None:
        """Ask for a stream again, after a while."""
        self._forget(stream)
        if stream not in self._doubted:
            self._doubted.append(stream)

    def _start_again(self, stream: str) -> None:
        """Fetch a stream from nothing; what is here stays and is merged with."""
        self._line.store.set_epoch(stream, 0, 0)
        self._doubt(stream)

    # --- another replica -------------------------------------------------------------------------

    def _recover(self) -> None:
        """Take a new replica id once everything that the server has of the streams in doubt is here."""
        if not self._recovering or self._asked:
            return
        if self._mode == "full" and not all(self.pulling.is_level(stream) for stream in self._recovering):
            return
        rid = self.renewing if self.renewing is not None else self._rids()
        for stream, (where, _) in sorted(self._recovering.items()):
            if where is Standing.FORKED:
                row = self._line.store.stream(stream)
                rid = forked_rid(self._line.store.rid, stream, row.acked_n, row.chain)
                break
        self._take_replica(rid)

    def renew(self) -> None:
        """
        Another computer writes under our id: greet with a fresh one from now on.

        The store takes it once it has seen what the other one has sent: some of it may be what is unsent
        here.
        """
        self.renewing = self._rids()

    def _take_replica(self, rid: int) -> None:
        stands = {
            stream: (*self.pulling.stand(stream), last_n)
            for stream, (_, last_n) in self._recovering.items()
            if self._mode == "full"
        }
        self.renewing = None
        changed = self._line.store.rotate(rid, stands, self._line.ticker.now_ms())
        self._line.ticker.rotate(rid)
        self._line.note("a new replica id", renamed=len(changed))
        self._line.add(ReplicaChanged(rid))
        for document in changed:
            self._line.add(Reset(document))
        self._rotated()

    def _clock_ahead(self, server_ms: int | None) -> None:
        """
        The server finds our stamps too far ahead: believe its clock, and give what is unsent new stamps.
        """
        line = self._line
        if server_ms is not None:
            line.ticker.correct(server_ms - line.ticker.wall_ms())
        line.ticker.reset(line.store.latest_acked())
        changed = line.store.restamp(line.ticker.stamp)
        line.note(
            "unsent deltas were given new stamps", documents=len(changed), offset_ms=line.ticker.offset_ms
        )
        for document in changed:
            line.add(Reset(document))


def _mend_key(stream: str) -> str:
    """Name of the fact that a stream must be looked through before anything is pushed on it."""
    return f"mend:{stream}"
