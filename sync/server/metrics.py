"""
What a server counts about itself, and how it says so to Prometheus.

What it is not: logs. Counting is adding to plain numbers; the library that writes the format is imported when
somebody asks for the first time. Invariants: numbers only, no names, ids or content; a counter never falls.

Source: prometheus.io/docs/instrumenting/exposition_formats.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

BOUNDS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Timing:
    """How long something took, as counts under bounds."""

    __slots__ = ("_counts", "_sum_s")

    def __init__(self) -> None:
        """Start with nothing measured."""
        self._counts: Final = [0] * (len(BOUNDS_S) + 1)
        self._sum_s = 0.0

    def took(self, seconds: float) -> None:
        """Count one."""
        self._sum_s += seconds
        for place, bound in enumerate(BOUNDS_S):
            if seconds <= bound:
                self._counts[place] += 1
                return
        self._counts[-1] += 1

    def buckets(self) -> tuple[list[tuple[str, float]], float]:
        """Return (bound, how many were at most that long) for every bound, "+Inf" last, and the sum."""
        found, total = [], 0
        for bound, count in zip((*[str(bound) for bound in BOUNDS_S], "+Inf"), self._counts, strict=True):
            total += count
            found.append((bound, float(total)))
        return found, self._sum_s


@dataclass(slots=True)
class Counts:
    """What happened since the start. Added to on the loop's thread."""

    connections: int = field(default=0, metadata={"help": "Connections that were opened."})
    frames_in: int = field(default=0, metadata={"help": "Frames received."})
    frames_out: int = field(default=0, metadata={"help": "Frames sent."})
    bytes_in: int = field(default=0, metadata={"help": "Bytes of frames received."})
    bytes_out: int = field(default=0, metadata={"help": "Bytes of frames sent."})
    deltas_accepted: int = field(default=0, metadata={"help": "Deltas that were committed."})
    deltas_rejected: int = field(default=0, metadata={"help": "Deltas that consumed their number only."})
    pushes_refused: int = field(default=0, metadata={"help": "Pushes answered by a nack."})
    groups: int = field(default=0, metadata={"help": "Groups of pushes committed, one fsync each."})
    failures: int = field(default=0, metadata={"help": "Groups that the store did not take."})
    wakes_heard: int = field(default=0, metadata={"help": "Streams that other processes said had grown."})
    wakes_swept: int = field(default=0, metadata={"help": "Streams that had grown without a word."})
    commit: Timing = field(default_factory=Timing, metadata={"help": "Seconds from a group to its commit."})


class _Collector:
    """Everything there is to say, as the library wants it."""

    def __init__(self, counts: Counts, now: Mapping[str, tuple[str, float]]) -> None:
        self._counts: Final = counts
        self._now: Final = now

    def collect(self) -> Iterable[Metric]:
        """Yield one metric after the other."""
        from prometheus_client.metrics_core import (
            CounterMetricFamily,
            GaugeMetricFamily,
            HistogramMetricFamily,
        )

        for one in fields(self._counts):
            value, words = getattr(self._counts, one.name), one.metadata["help"]
            if isinstance(value, Timing):
                buckets, sum_s = value.buckets()
                yield HistogramMetricFamily(f"commonplace_{one.name}_seconds", words, buckets, sum_s)
            else:
                yield CounterMetricFamily(f"commonplace_{one.name}", words, float(value))
        for name, (words, number) in self._now.items():
            yield GaugeMetricFamily(f"commonplace_{name}", words, number)


def text(counts: Counts, now: Mapping[str, tuple[str, float]]) -> str:
    """
    Return what Prometheus reads.

    Args:
        counts: Since the start.
        now: name -> (what it is, how much of it there is at this moment).
    """
    from prometheus_client import CollectorRegistry, generate_latest

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(counts, now))
    return generate_latest(registry).decode()
