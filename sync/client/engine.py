"""
The engine: everything the client decides about syncing, as `handle(event, now_ms) -> effects`.

What it is not: I/O. It has no socket, no timer, no thread and no randomness of its own; the store it is given
is called synchronously. Its parts: signing (who), subscribing (where we stand), pushing (out), pulling (in),
company (presence), visiting and driver (when a connection is wanted), backoff (when again), pulse (pings and
the clock).

Invariants:
- A connection is wanted exactly when the driver wants it, there is a server, and the token is not known to be
  bad, or somebody is signing in.
- Nothing is pushed before the server said where this replica stands, and nothing while that is in doubt.
- A failure is answered by class: network, try again later; sign-in, park until the token changes; upgrade,
  another mode; store, stop and try again later. Nothing a person wrote is dropped by any of them.
- Only `welcome` sets the mode; no network error does.

The link, as a table (event: from -> to):

    Started, TokenSet, Asked   off -> connecting        Opened       connecting -> greeting (hello)
    Welcome                    greeting -> live         Lost, silence, Bye   any -> waiting (or off)
    Ticked at retry, Nudged    waiting -> connecting    Stopped, Parted      any -> off
    Ticked when due, Nudged by a person, Needed         off -> connecting, where the driver is not live
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sync.client import events as e
from sync.client.about import About
from sync.client.backoff import Backoff
from sync.client.bounds import Bounds
from sync.client.calls import Calls
from sync.client.company import Company
from sync.client.driver import Driver
from sync.client.line import NEVER, Line
from sync.client.mode import Mode
from sync.client.pulse import Pulse
from sync.client.reporting import Facts, report
from sync.client.signing import Signing, signed_in_as
from sync.client.state import Status
from sync.client.subscribing import Subscribing
from sync.client.ticker import Ticker
from sync.client.visiting import Visiting
from sync.errors import StoreUnavailable
from sync.protocol import messages as m
from sync.storage.client_store import ClientStore

GREETING_MS_MAX: Final = 20_000
"""From asking for a connection to welcome; a captive portal may accept and never answer."""


class Engine:
    """One profile's decisions about syncing. Used on one thread."""

    def __init__(
        self,
        store: ClientStore,
        ticker: Ticker,
        about: About,
        fraction: Callable[[], float],
        rids: Callable[[], int],
    ) -> None:
        """
        Args:
            store: Open; the engine is the only one that calls it about streams and the outbox.
            ticker: Of the store's replica.
            about: For hello.
            fraction: Random numbers, 0 <= fraction() < 1, for back-off.
            rids: Fresh replica ids.
        """
        self._line: Final = Line(store, ticker)
        self.about: Final = about
        self._signing: Final = Signing(self._line)
        self._subscribing: Final = Subscribing(self._line, rids, self._rotated)
        self._calls: Final = Calls(self._line)
        self._company: Final = Company(self._line)
        self._backoff: Final = Backoff(fraction)
        self._pulse: Final = Pulse(self._line)
        self._visiting: Final = Visiting(self._line)
        self._driving: Final = self._visiting.driving
        self._wanted = False
        self._link = "off"
        self._mode: Final = Mode(self._line)
        self._retry_ms = NEVER
        self._retry_at_ms: int | None = None
        self._since_ms = 0  # of the link's state
        self._now_ms = 0  # of the last event
        self._trouble = "ok"
        self._token_kept: str | None = None
        self._status = Status()
        self._status = self._current()

    # --- the one door ---------------------------------------------------------------------------------------

    def handle(self, event: e.Event, now_ms: int) -> list[e.Effect]:
        """
        Take note of an event and return what is to be done, in order.

        Args:
            event: What happened.
            now_ms: Milliseconds of a clock that never jumps; not the time of day.
        """
        self._now_ms = now_ms
        try:
            self._take(event, now_ms)
            self._go_on(now_ms)
        except StoreUnavailable as error:
            # Nothing was stored, so nothing was received either: the server will send it again.
            self._trouble = error.reason
            self._line.note("the store cannot be written", reason=error.reason, detail=error.detail)
            self._drop(now_ms, error.reason)
        status = self._current()
        if status != self._status:
            self._status = status
            self._line.add(e.StatusChanged(status))
        return self._line.take()

    @property
    def wake_ms(self) -> int:
        """When to call with `Ticked`, if nothing happens before."""
        if self._link == "waiting":
            return self._retry_ms
        if self._link in ("connecting", "greeting"):
            return self._since_ms + GREETING_MS_MAX
        if self._link == "off":
            return self._driving.wake_ms()
        return min(
            self._pulse.wake_ms,
            self._driving.wake_ms(),
            self._subscribing.wake_ms(self._now_ms),
            self._company.wake_ms(live=self._signing.confirmed and self._with_others),
        )

    @property
    def status(self) -> Status:
        """How syncing stood after the last event."""
        return self._status

    @property
    def drained(self) -> bool:
        """
        Whether everything written here is on the server, or cannot be sent, and everything there is here.
        """
        return self._link == "live" and self._signing.confirmed and self._subscribing.settled

    @property
    def compared(self) -> bool:
        """Whether the server has said of every stream how much of ours it has, and nothing is under way."""
        live = self._link == "live" and self._signing.confirmed
        return live and self._subscribing.compared and self._subscribing.pushing.idle

    @property
    def parked(self) -> bool:
        """Whether only another token can change anything, and nobody is asking whether that is still so."""
        return self._signing.parked and not self._signing.again

    def hello(self, token: str | None) -> m.Hello:
        """Return how a connection of this replica begins."""
        rid = self._subscribing.renewing or self._line.store.rid
        return self.about.hello(rid, self._line.store.model, token, self._line.ticker.wall_ms())

    @property
    def token(self) -> str | None:
        """The token, where somebody is signed in."""
        return self._signing.token

    def now_ms(self) -> int:
        """Return the time of day, corrected by the server's clock."""
        return self._line.ticker.now_ms()

    def make_notebooks(self) -> None:
        """Tell the server about notebooks that were added here, when the next event comes."""
        self._subscribing.make_notebooks()

    def token_kept(self, where: str | None) -> None:
        """Note where the token is kept, for the status."""
        self._token_kept = where

    # --- events ----------------------------------------------------------------------------------

    def _take(self, event: e.Event, now_ms: int) -> None:
        match event:
            case e.Heard():
                self._heard(event, now_ms)
            case e.Written():
                self._subscribing.pushing.written(now_ms, now=event.now)
                self._subscribing.look()
            case e.Ticked():
                self._ticked(now_ms)
            case e.Moved():
                self._company.moved(event)
            case e.Opened():
                self._opened(now_ms)
            case e.Lost():
                self._lost(event.fault, now_ms)
            case e.Started():
                self._wanted = True
                self._backoff.reset()
                self._driving.start(now_ms)
            case e.Stopped():
                self._stop(now_ms)
            case e.Nudged():
                self._nudged(now_ms, asked=event.asked)
            case e.Driven():
                self._drive(event.driver, now_ms)
            case e.Needed():
                self._driving.need(now_ms, needed=event.needed)
            case e.Parted():
                self._visiting.part(event.turn, now_ms)
            case e.TokenSet():
                self._token_set(event, now_ms)
            case e.Asked():
                self._asked(event, now_ms)
            case e.Held():
                self._subscribing.pushing.held = event.held
            case e.Renewed():
                self._hang_up(now_ms)
                self._backoff.reset()
                self._retry_ms = now_ms

    def _asked(self, asked: e.Asked, now_ms: int) -> None:
        """Take a question; a sign-in needs a connection on which nobody is signed in."""
        if asked.server is not None:
            self._driving.ask(now_ms)
            if asked.server != self._signing.server:
                self._signing.visit(asked.server)
                self._hang_up(now_ms)
            elif self._signing.confirmed or self._link == "waiting":
                self._hang_up(now_ms)
                self._set_link("off", now_ms)
        self._calls.ask(asked)

    def _opened(self, now_ms: int) -> None:
        if self._link != "connecting":
            return
        self._set_link("greeting", now_ms)
        self._line.send(self.hello(None if self._calls.waiting else self._signing.token))

    def _lost(self, fault: str, now_ms: int) -> None:
        if self._link in ("off", "waiting"):
            return
        self._line.note("disconnected", fault=fault)
        if self._link != "live":
            self._calls.fail("offline")  # whoever waits to sign in is told now, not after many attempts
        self._reset_connection(now_ms)
        self._retry(now_ms, 0)

    def _stop(self, now_ms: int) -> None:
        self._wanted = False
        self._driving.stop()
        self._calls.fail("offline")
        self._hang_up(now_ms)
        self._set_link("off", now_ms)

    def _drive(self, driver: Driver, now_ms: int) -> None:
        """Go on as another driver says; others see this person only where the connection stays."""
        self._visiting.drive(driver, now_ms)
        if self._link == "live" and not self._visiting.is_live:
            self._company.leave()

    def _nudged(self, now_ms: int, *, asked: bool) -> None:
        self._backoff.reset()
        self._signing.come_back()
        if asked:
            self._driving.ask(now_ms)
        else:
            self._driving.nudge(now_ms)
        if self._link == "waiting":
            self._retry_ms = now_ms
        elif self._link == "live":
            self._pulse.ping(now_ms)
            self._subscribing.pushing.written(now_ms, now=True)
            if self._signing.again:
                self._line.send(m.Auth(token=self._signing.token))

    def _token_set(self, event: e.TokenSet, now_ms: int) -> None:
        same_server = event.server in (None, self._signing.server)
        if event.shown and self._signing.confirmed:
            self._signing.keep_token(event.token, event.email)
            return
        self._signing.set_token(event.server, event.token, event.email)
        if event.shown:
            self._driving.ask(now_ms)
        if self._link == "live" and same_server:
            self._subscribing.close()
            if not event.shown:
                self._line.send(m.Auth(token=event.token))
            self._signing.asked = event.token is not None
        elif event.token is None or not same_server:
            self._hang_up(now_ms)
        self._backoff.reset()

    def _ticked(self, now_ms: int) -> None:
        if self._link in ("connecting", "greeting") and now_ms >= self._since_ms + GREETING_MS_MAX:
            self._drop(now_ms, "no welcome")
        elif self._link == "live":
            if self._pulse.is_silent(now_ms):
                self._drop(now_ms, "silence")
            else:
                self._pulse.beat(now_ms)

    # --- the link --------------------------------------------------------------------------------

    def _go_on(self, now_ms: int) -> None:
        """Do what the state asks for: connect, hang up, send what is due."""
        wants, keeps = self._look(now_ms)
        if not (keeps if self._link == "live" else wants):
            self._hang_up(now_ms)
            self._set_link("off", now_ms)
        if wants and self._link == "off":
            self._retry_ms = now_ms
            self._set_link("waiting", now_ms)
        if self._link == "waiting" and now_ms >= self._retry_ms:
            self._set_link("connecting", now_ms)
            self._line.add(e.Connect(str(self._signing.server)))
        if self._link == "live":
            self._calls.pump()
            if self._signing.confirmed:
                self._subscribing.pump(now_ms)
                if self._with_others:
                    self._company.pump(now_ms)
                if self._subscribing.level:
                    self._visiting.level()
        if not self._visiting.is_live:
            drained = self.drained and not self._calls.waiting and self._subscribing.checked(now_ms)
            self._visiting.rest(drained=drained)

    def _look(self, now_ms: int) -> tuple[bool, bool]:
        """Return whether a connection is to be made, and whether one that is live is to be kept."""
        signing, calling = self._signing, self._calls.waiting
        able = signing.server is not None and (signing.usable or signing.confirmed or calling)
        self._visiting.look(now_ms, able=able, live=self._link == "live")
        wanted = self._driving.wanted
        makes = signing.server is not None and (calling or (self._wanted and signing.usable and wanted))
        # A parked connection is kept: the streams go on when somebody signs in again.
        keeps = calling or (wanted and (signing.confirmed or signing.asked or signing.parked))
        return makes, keeps

    @property
    def _with_others(self) -> bool:
        """Whether this person is to be seen by others, and they here: where connections stay."""
        return self._mode.name == "full" and self._visiting.is_live

    def _set_link(self, link: str, now_ms: int) -> None:
        if link != self._link:
            self._link, self._since_ms = link, now_ms

    def _hang_up(self, now_ms: int) -> None:
        """Close the connection if there is one, without counting a failure."""
        if self._link in ("connecting", "greeting", "live"):
            self._line.add(e.Close())
            self._reset_connection(now_ms)
            self._set_link("off", now_ms)

    def _drop(self, now_ms: int, fault: str) -> None:
        """Close the connection and try again later."""
        if self._link in ("connecting", "greeting", "live"):
            self._line.add(e.Close())
            self._lost(fault, now_ms)

    def _reset_connection(self, now_ms: int) -> None:
        self._backoff.lost(now_ms)
        self._signing.lost()
        self._subscribing.close()
        self._company.lost()
        self._calls.lost()
        self._pulse.lost()

    def _retry(self, now_ms: int, least_ms: int) -> None:
        self._driving.failed()
        self._signing.again &= self._link == "live"  # one attempt, not attempts without end
        delay_ms = max(least_ms, self._backoff.delay_ms())
        self._retry_ms, self._retry_at_ms = now_ms + delay_ms, self._line.ticker.now_ms() + delay_ms
        self._set_link("waiting", now_ms)

    def _rotated(self) -> None:
        """The store writes as another replica: greet the server again under the new id, at once."""
        self._line.add(e.Close())
        self._reset_connection(self._now_ms)
        self._retry_ms = self._now_ms
        self._set_link("waiting", self._now_ms)

    # --- messages --------------------------------------------------------------------------------

    def _heard(self, event: e.Heard, now_ms: int) -> None:
        self._pulse.heard(now_ms)
        message = event.message
        if self._link == "greeting" and isinstance(message, m.Welcome):
            self._welcomed(message, now_ms)
        elif self._link == "greeting" and isinstance(message, m.Error | m.Bye):
            self._refused(message, now_ms)
        elif self._link == "live":
            self._live(message, event.size, now_ms)

    def _welcomed(self, welcome: m.Welcome, now_ms: int) -> None:
        known = self._line.store.meta("server_id")
        self._set_link("live", now_ms)
        self._backoff.live(now_ms)
        self._trouble = "ok"
        self._pulse.begin(welcome.ping, now_ms)
        self._mode.said(welcome.model)
        self._pulse.sample(welcome.t0, welcome.now)
        self._subscribing.server_id = welcome.server[0]
        self._subscribing.pushing.bounds = Bounds.told(welcome.limits)
        self._calls.live = True
        if known is not None and known != welcome.server[0]:
            # Neither a password nor a delta is for this server.
            if not self._calls.waiting:
                self._signing.wrong_server()
            self._calls.fail("wrong_server")
            self._hang_up(now_ms)
            return
        self._mode.keep()
        self._signing.asked = welcome.auth.state == "" and self._signing.token is not None
        self._signing.said(welcome.auth.state, welcome.account)
        self._after_auth(welcome.account)
        self._company.begin(welcome.conn)

    def _welcomed_again(self, welcome: m.Welcome) -> None:
        """The server's data model has changed: go on in another mode, without another connection."""
        if self._mode.said(welcome.model):
            self._line.note("another mode", mode=welcome.model.mode, model=welcome.model.version)
            self._company.lost()
            self._company.begin(welcome.conn)
            self._subscribing.change_mode(self._mode.name)
        self._mode.keep()

    def _after_auth(self, account: m.AccountSaid | None) -> None:
        """Go on when the server vouches for the account; park the streams when it does not."""
        if self._signing.confirmed:
            if account is not None:
                self._subscribing.account = account.id
            self._subscribing.begin(self._mode.name)
        else:
            self._subscribing.close()

    def _refused(self, message: m.Error | m.Bye, now_ms: int) -> None:
        """The server closes instead of going on."""
        after_ms = message.after_ms or 0 if isinstance(message, m.Bye) else 0
        if message.code == "rid_taken":
            self._line.note("another computer writes under our replica id")
            self._subscribing.renew()
        self._line.note("refused", code=message.code, message=message.message)
        self._line.add(e.Close())
        self._reset_connection(now_ms)
        self._retry(now_ms, after_ms)

    def _live(self, message: m.Message | m.Ignored, size: int, now_ms: int) -> None:
        self._visiting.heard(message, now_ms)
        match message:
            case m.Ping():
                self._line.send(m.Pong(t0=message.t0, now=self._line.ticker.wall_ms()))
            case m.Pong():
                self._pulse.sample(message.t0, message.now)
            case m.Welcome():
                self._welcomed_again(message)
            case m.AuthState():
                self._signing.said(message.state, message.account)
                self._after_auth(message.account)
            case m.Presence():
                if self._with_others:
                    self._company.heard(message, now_ms)
            case m.Result():
                self._answered(message, now_ms)
            case m.Bye() | m.Error() if isinstance(message, m.Bye) or message.code == "rid_taken":
                self._refused(message, now_ms)
            case m.Error():
                self._line.note(
                    "an error message", code=message.code, message=message.message, about=message.about
                )
            case _ if self._signing.confirmed:
                self._subscribing.heard(message, size, now_ms)

    def _answered(self, result: m.Result, now_ms: int) -> None:
        """Pass on the answer to a call; a sign-in to another account than the library's is none."""
        self._subscribing.made(result, now_ms)
        account, personal = signed_in_as(result)
        if account and self._signing.is_other_account(account):
            self._calls.turn_away(result)
            self._hang_up(now_ms)
            return
        if account and personal:  # at once: nobody else's sign-in may come before the account's notice
            self._subscribing.adopt(account, personal)
        self._calls.answered(result)

    # --- status ----------------------------------------------------------------------------------

    def _current(self) -> Status:
        facts = Facts(
            link=self._link,
            model=self._line.store.model,
            app_model=self.about.newest,
            trouble=self._trouble,
            retry_at_ms=self._retry_at_ms,
            token_kept=self._token_kept,
        )
        parts = self._line, self._mode, self._signing, self._subscribing, self._visiting, self._company
        return report(self._status, facts, *parts)
