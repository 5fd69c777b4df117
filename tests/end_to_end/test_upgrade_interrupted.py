"""
An upgrade that the network leaves, that a person stops, or that comes when the server takes nothing any more.

A real server, real stores, a relay between them. Whatever happens at whichever step: the library is as it was
or has gone over, what was written meanwhile is in it, and the next attempt comes to its end.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager

import pytest

from sync.client import upgrade as upgrade_module
from sync.client.driver import MANUAL
from sync.client.offers import STEPS
from sync.errors import UpgradeStopped
from tests.support.old_library import NOTES, Seat, prepared
from tests.support.relay import relayed
from tests.support.whole_window import served

BEFORE_SWAP = STEPS[: STEPS.index("swap")]
PATIENCE = 50
"""Looks without a connection, one second, before an attempt gives up; long enough to connect anew."""


class Place:
    """A server that has gone over, the network to it, and a library that has not."""

    def __init__(self, folder, server, relay):
        self.folder, self.server, self.relay = folder, server, relay
        prepared(folder, relay.url).store.close()
        server.administer("migrate run", to="2.0")


@pytest.fixture
def place(tmp_path):
    with served(tmp_path / "server", data_model="1.0") as server, relayed(server.url) as relay:
        yield Place(tmp_path / "old", server, relay)


@contextmanager
def opened(place, **how):
    """The library, with what its notes say."""
    seat = Seat(place.folder, **how)
    try:
        yield seat, seat.bodies()
    finally:
        seat.store.close()


async def attempt(seat, show=lambda progress, upgrade: None):
    """One attempt of a connected library: how it ended, "" when it went over."""
    await seat.client.start()
    upgrades = []
    upgrades.append(seat.client.upgrade(lambda progress: show(progress, upgrades[0])))
    try:
        await upgrades[0].run()
    except UpgradeStopped as stopped:
        return stopped.why
    finally:
        await seat.client.stop()
    return ""


def check_stopped(place, before):
    """It is as it was; another attempt brings it over, with what was written since."""
    with opened(place) as (seat, now):
        assert (seat.store.model, now) == ("1.0", before)
        seat.new(NOTES)
        after = seat.bodies()
        assert asyncio.run(attempt(seat)) == ""
    check_over(place, after)


def check_over(place, before):
    """It has gone over with everything in it, and the server takes what was unsent."""
    with opened(place) as (seat, now):
        assert (seat.store.model, now) == ("2.0", before)
        status = asyncio.run(seat.client.sync_once(20))
        assert (status.mode, status.outbox, status.quarantine) == ("full", 0, 0)
        assert seat.bodies() == before


def once_at(step, action):
    """Do something when an upgrade comes to a step, once."""
    left = [action]

    def show(progress, upgrade):
        if progress.step == step and left:
            left.pop()(upgrade)

    return show


@pytest.mark.parametrize("step", STEPS)
def test_a_network_that_breaks_at_a_step_and_comes_back_stops_nothing(place, step):
    with opened(place) as (seat, before):
        assert asyncio.run(attempt(seat, once_at(step, lambda upgrade: place.relay.cut()))) == ""
    check_over(place, before)


@pytest.mark.parametrize("step", BEFORE_SWAP)
def test_a_network_that_stays_away_stops_it_and_it_goes_on_another_time(place, step, monkeypatch):
    monkeypatch.setattr(upgrade_module, "LOST_MOMENTS", PATIENCE)

    def leave(_upgrade):
        place.relay.down = True
        place.relay.cut()

    with opened(place) as (seat, before):
        why = asyncio.run(attempt(seat, once_at(step, leave)))
    place.relay.down = False
    if step == "catch_up" and not why:  # everything had come before
        check_over(place, before)
        return
    assert why == "offline"
    check_stopped(place, before)


@pytest.mark.parametrize("step", BEFORE_SWAP)
def test_a_person_may_stop_it_at_any_step_until_the_swap(place, step):
    with opened(place) as (seat, before):
        assert asyncio.run(attempt(seat, once_at(step, lambda upgrade: upgrade.cancel()))) == "cancelled"
    check_stopped(place, before)


def test_where_connections_are_made_when_asked_an_upgrade_has_one_from_its_first_step_to_its_last(place):
    with opened(place, driven=True) as (seat, before):
        seat.client.drive(MANUAL)

        async def scene():
            await seat.client.start()
            assert seat.client.status().link == "off"
            offer = await seat.client.upgrade().offered()
            assert (offer.kind, offer.server_model) == ("upgrade", "2.0")
            links = []
            seat.client.on_status = lambda status: links.append((status.link, status.mode, status.visit))
            await seat.client.upgrade().run()
            await seat.client.drained(20)
            async with asyncio.timeout(20):
                while seat.client.status().link != "off":
                    await asyncio.sleep(0.01)
            assert links[-1] == ("off", "full", "done")
            await seat.client.stop()

        asyncio.run(scene())
    check_over(place, before)


def test_what_a_server_takes_no_more_goes_over_and_is_sent_afterwards(place):
    place.server.administer("migrate min-push", version="2.0", yes=True)
    with opened(place) as (seat, before):
        unsent = seat.store.outbox_count()
        assert unsent
        status = asyncio.run(seat.client.sync_once(20))
        assert (status.mode, status.outbox) == ("blocked", unsent)
    with opened(place) as (seat, _):
        assert asyncio.run(attempt(seat)) == ""
        receipt = upgrade_module.last_receipt(seat.store)
        assert receipt is not None
        assert receipt.carried >= unsent
    check_over(place, before)
