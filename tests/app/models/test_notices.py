"""Which banner is due follows from the axes alone, in one order, whatever the network does."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models.notices import (
    AUTH_EXPIRED,
    AUTH_REVOKED,
    CLOCK_MS_MAX,
    Act,
    Axes,
    PutOff,
    Topic,
    due,
    version_axis,
)
from sync.client.state import AUTHS, AUTHS_PARKED, INBOUNDS, LINKS, MODES

AXES = st.builds(
    Axes,
    link=st.sampled_from(LINKS),
    auth=st.sampled_from(AUTHS),
    version=st.sampled_from((*MODES, "app_too_old")),
    outbox=st.integers(0, 50),
    inbound=st.sampled_from(INBOUNDS),
    quarantine=st.integers(0, 3),
    clock_ms=st.integers(-3 * CLOCK_MS_MAX, 3 * CLOCK_MS_MAX),
    store=st.sampled_from(("ok", "no_space", "io", "newer", "recovered")),
    removals=st.integers(0, 40),
)


def topics(axes):
    return [notice.topic for notice in due(axes)]


def test_the_order_is_store_revoked_too_old_behind_expired_clock_quarantine():
    worst = Axes(auth="expired", version="blocked", quarantine=1, clock_ms=CLOCK_MS_MAX + 1, store="io")
    assert topics(worst) == [
        Topic.STORE,
        Topic.LIBRARY_BEHIND,
        Topic.EXPIRED,
        Topic.CLOCK,
        Topic.QUARANTINE,
    ]
    revoked = replace(worst, auth="revoked", version="app_too_old")
    assert topics(revoked)[:3] == [Topic.STORE, Topic.REVOKED, Topic.APP_TOO_OLD]


@given(AXES)
def test_each_topic_is_said_once_and_the_smaller_first(axes):
    found = topics(axes)
    assert found == sorted(set(found))


@given(AXES, st.sampled_from(LINKS), st.sampled_from(INBOUNDS))
def test_nothing_about_the_connection_leads_to_a_banner(axes, link, inbound):
    assert due(axes) == due(replace(axes, link=link, inbound=inbound))


@given(AXES)
def test_the_axes_are_judged_independently(axes):
    """Each axis alone gives the same notice; only who is signed in has a server whose version matters."""
    alone = [
        Axes(auth=axes.auth),
        Axes(auth="local_only" if axes.auth == "local_only" else "ok", version=axes.version),
        Axes(quarantine=axes.quarantine),
        Axes(clock_ms=axes.clock_ms),
        Axes(store=axes.store),
        Axes(removals=axes.removals),
    ]
    assert set(due(axes)) == {notice for one in alone for notice in due(one)}


def test_every_lost_sign_in_and_no_other_state_is_a_banner():
    assert AUTH_EXPIRED | AUTH_REVOKED == AUTHS_PARKED
    assert {auth for auth in AUTHS if topics(Axes(auth=auth))} == AUTHS_PARKED


@pytest.mark.parametrize("auth", sorted(AUTHS_PARKED))
def test_every_lost_sign_in_can_be_mended_and_put_off(auth):
    acts = due(Axes(auth=auth))[0].acts
    assert acts[0] in (Act.SIGN_IN, Act.SIGN_IN_AS_OWNER)
    assert acts[-1] is Act.LATER


@given(st.lists(AXES, max_size=8), st.sets(st.sampled_from(Topic)))
def test_what_is_put_off_stays_away_exactly_as_long_as_its_trouble_lasts(history, put_off):
    kept = PutOff()
    for topic in put_off:
        kept.add(topic)
    silent = set(put_off)
    for axes in history:
        silent &= set(topics(axes))
        assert [notice.topic for notice in kept.left(due(axes))] == [
            t for t in topics(axes) if t not in silent
        ]


def test_a_program_that_cannot_hold_the_notes_is_told_apart_from_notes_that_are_behind():
    for mode, server, newest in product(MODES, (None, "1.4", "2.0", "3.1"), ("1.0", "2.0")):
        said = version_axis(mode, server, newest)
        too_old = mode in ("send_only", "blocked") and server is not None and server[0] > newest[0]
        assert said == ("app_too_old" if too_old else mode)
