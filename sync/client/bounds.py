"""
What a server lets this client send, as it said in `welcome`: never more than this program's own bounds.

What it is not: the bounds themselves (sync/limits.py). Invariant: a server that says nothing, or nonsense,
changes nothing; one that says less is obeyed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sync import limits


@dataclass(frozen=True, slots=True)
class Bounds:
    """Sizes in bytes, the rest in numbers."""

    batch_deltas: int = limits.BATCH_DELTAS_MAX
    batch: int = limits.BATCH_SIZE_MAX
    in_flight_batches: int = limits.IN_FLIGHT_BATCHES_MAX
    in_flight: int = limits.IN_FLIGHT_SIZE_MAX
    content_subscriptions: int = limits.CONTENT_SUBSCRIPTIONS_MAX

    @classmethod
    def told(cls, said: Mapping[str, object]) -> Bounds:
        """Return the bounds that `welcome.limits` stands for."""
        own = cls()
        return cls(
            batch_deltas=_least(said, "batch_deltas", own.batch_deltas),
            batch=_least(said, "batch", own.batch),
            in_flight_batches=_least(said, "in_flight_batches", own.in_flight_batches),
            in_flight=_least(said, "in_flight", own.in_flight),
            content_subscriptions=_least(said, "content_subscriptions", own.content_subscriptions),
        )


def _least(said: Mapping[str, object], name: str, own: int) -> int:
    told = said.get(name)
    return min(own, told) if type(told) is int and told > 0 else own
