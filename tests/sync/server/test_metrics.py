from __future__ import annotations

import re

from prometheus_client.parser import text_string_to_metric_families

from sync.server.metrics import BOUNDS_S, Counts, Timing, text


def test_what_was_counted_is_said_as_prometheus_reads_it():
    counts = Counts(connections=3)
    counts.commit.took(0.002)
    counts.commit.took(9.0)
    said = text(counts, {"connected": ("Open now.", 2.0)})
    families = {family.name: family for family in text_string_to_metric_families(said)}
    assert families["commonplace_connections"].samples[0].value == 3
    assert families["commonplace_connected"].type == "gauge"
    buckets = {s.labels.get("le"): s.value for s in families["commonplace_commit_seconds"].samples}
    assert (buckets["0.001"], buckets["0.0025"], buckets["5.0"], buckets["+Inf"]) == (0, 1, 1, 2)
    assert all(family.documentation for family in families.values())


def test_names_carry_no_labels_but_bounds():
    assert set(re.findall(r"\{(\w+)=", text(Counts(), {}))) == {"le"}


def test_a_time_counts_under_the_first_bound_that_holds_it():
    timing = Timing()
    for bound in BOUNDS_S:
        timing.took(bound)
    buckets, sum_s = timing.buckets()
    assert [count for _, count in buckets] == [*range(1, len(BOUNDS_S) + 1), len(BOUNDS_S)]
    assert sum_s == sum(BOUNDS_S)
