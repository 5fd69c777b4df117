"""
Whole worlds from one integer: devices, server, network, clocks and faults together.

Replay a failing seed with SIMULATION_SEED=n (and SIMULATION_STEPS=n) in the environment; play many fresh
ones with SIMULATION_RUNS=n.
"""

import os
import random

import pytest

from sync.client import subscribing
from sync.client.reconcile import Standing
from tests.simulation.faults import ALL, Faults
from tests.simulation.world import World, play

STEPS = int(os.environ.get("SIMULATION_STEPS", "60"))
FIXED = (
    [int(os.environ["SIMULATION_SEED"])]
    if "SIMULATION_SEED" in os.environ
    else [0, 1, 2, 9, 41, 50, 56, 110, 1066]
)
RESTORED = range(int(os.environ.get("SIMULATION_RESTORES", "2")))
FRESH = int(os.environ.get("SIMULATION_RUNS", "1" if "SIMULATION_SEED" not in os.environ else "0"))


@pytest.fixture(autouse=True)
def faults_are_logged(expect_log, caplog):
    """What the server and the store say of the faults is part of the play."""
    caplog.set_level("CRITICAL")


@pytest.mark.parametrize("seed", FIXED)
def test_nothing_is_lost_doubled_or_left_apart(seed, tmp_path):
    play(seed, tmp_path, STEPS)


@pytest.mark.parametrize("seed", FIXED)
def test_nor_where_connections_are_visits(seed, tmp_path):
    """Some devices connect when somebody asks, or every so many minutes."""
    play(seed, tmp_path, STEPS, visits=True)


@pytest.mark.parametrize("run", range(FRESH))
@pytest.mark.parametrize("visits", [False, True], ids=["live", "visits"])
def test_nor_in_a_world_that_nobody_has_seen(visits, run, tmp_path):
    play(random.SystemRandom().randrange(1 << 40), tmp_path, STEPS, visits=visits)


def test_a_world_without_faults_is_strictly_clean(tmp_path):
    play(7, tmp_path, 40, Faults())


def test_a_seed_plays_the_same_twice(tmp_path):
    hashes = set()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        hashes.add(play(41, tmp_path / name, 30, ALL))
    assert len(hashes) == 1


def test_the_world_notices_a_replica_that_goes_on_under_a_name_it_lost(tmp_path, monkeypatch):
    """The canary: with the reconciliation blinded, going back to an old file must be caught."""
    monkeypatch.setattr(subscribing, "standing", lambda *_: Standing.NORMAL)
    for seed in range(5):
        (tmp_path / str(seed)).mkdir()
    with pytest.raises(AssertionError):
        _ = [play(seed, tmp_path / str(seed), 80, Faults(restore=0.2)) for seed in range(5)]


@pytest.mark.parametrize("seed", RESTORED)
def test_a_server_that_goes_back_to_a_backup_is_given_back_all_that_it_lost(seed, tmp_path):
    """Whoever wrote it, on whatever it builds, and with all else that may happen meanwhile."""
    faults = (
        Faults()
        if seed % 2
        else Faults(cut=0.05, twice=0.03, client_kill=0.02, offline=0.03, delay_ms_max=200)
    )
    world = World(seed, tmp_path, faults)
    try:
        for step in range(90):
            world.step()
            if step == 20:
                world.keep_server()
            if step == 60:
                world.restore_server()
        world.heal()
        # When somebody paused is told less exactly by what was given back: the periodic check finds it.
        world.run_until(world.now + 15 * 60_000)
        world.check()
        assert world.server.opened.generation == 2
        assert not any(device.store.quarantine() for device in world.devices)
    except Exception as error:
        error.add_note(f"seed {seed}")
        raise
    finally:
        world.close()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("commit", range(1, 13))
def test_losing_power_at_any_commit_loses_and_doubles_nothing(commit, after, tmp_path):
    world = World(3, tmp_path, Faults())
    try:
        device = world.devices[0]
        device.store.fuse, device.store.after_commit = commit, after
        for _ in range(12):
            device.act()
            world.run_until(world.now + 40)
            if not device.alive:
                device.boot()
        world.heal()
        world.check()
        assert device.store.fuse is None, "the power never failed"
    finally:
        world.close()
