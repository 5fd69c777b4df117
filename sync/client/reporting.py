"""
How syncing stands, put into one value for the app: reading the parts, deciding nothing.

What it is not: the state itself; that is in the parts. Invariant: what cannot be read from the store stays as
it was said last, and the store's axis says why.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sync.client.company import Company
from sync.client.keeping import can_write
from sync.client.line import Line
from sync.client.mode import Mode
from sync.client.signing import Signing
from sync.client.state import Status
from sync.client.subscribing import Subscribing
from sync.client.visiting import Visiting
from sync.errors import StoreUnavailable


@dataclass(frozen=True, slots=True)
class Facts:
    """What the engine itself knows."""

    link: str
    model: str
    app_model: str
    trouble: str
    retry_at_ms: int | None
    token_kept: str | None


def report(
    last: Status,
    facts: Facts,
    line: Line,
    mode: Mode,
    signing: Signing,
    subscribing: Subscribing,
    visiting: Visiting,
    company: Company,
) -> Status:
    """Return how syncing stands now; `last` is what was said before."""
    said = replace(
        last,
        link=facts.link,
        conn=company.conn if facts.link == "live" else 0,
        auth=signing.state,
        mode=mode.name,
        inbound=_inbound(facts, mode, signing, subscribing),
        server=signing.server,
        email=signing.email,
        model=facts.model,
        app_model=facts.app_model,
        server_model=mode.server_model,
        last_ack_ms=subscribing.pushing.last_ack_ms,
        up_to_date_ms=visiting.up_to_date_ms,
        clock=line.ticker.offset_ms,
        store=facts.trouble,
        token_kept=facts.token_kept,
        driver=visiting.driving.driver.text,
        visit=visiting.driving.visit,
        next_ms=visiting.driving.next_ms,
        retry_ms=facts.retry_at_ms if facts.link == "waiting" else None,
        signed_out_ms=signing.parked_ms if signing.parked else None,
    )
    try:
        rows = line.store.streams()
        return replace(
            said,
            outbox=sum(row.next_n - 1 - row.acked_n for row in rows),
            held=sum(row.next_n - 1 - row.acked_n for row in rows if not can_write(row)),
            quarantine=line.store.quarantine_count(),
            account=signing.account,
        )
    except StoreUnavailable as error:
        return replace(said, store=error.reason)


def _inbound(facts: Facts, mode: Mode, signing: Signing, subscribing: Subscribing) -> str:
    """Whether this store has what the server has, as far as can be known."""
    if facts.link != "live" or not signing.confirmed or mode.name != "full":
        return "unknown"
    return "up_to_date" if subscribing.level else "behind"
