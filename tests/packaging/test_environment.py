"""The environment is made once, made anew when it must be, and never twice at the same time."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

import environment
import system


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout with a pyproject.toml; making the environment writes an interpreter and counts."""
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    dev = tmp_path / ".dev"
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "DEV", dev)
    monkeypatch.setattr(environment, "ENVIRONMENT", dev / "venv")
    monkeypatch.setattr(environment, "STAMP", dev / "venv" / "made-from")
    return tmp_path


@pytest.fixture
def steps(checkout, monkeypatch):
    """The steps taken instead of real ones. "venv" makes an interpreter file."""
    taken: list[str] = []

    def logged(command, what, env=None):
        taken.append("venv" if "venv" in command else "pip")
        if "venv" in command:
            environment.environment_python().parent.mkdir(parents=True)
            environment.environment_python().touch()

    monkeypatch.setattr(environment, "logged", logged)
    monkeypatch.setattr(environment, "missing_venv_packages", list)
    monkeypatch.setattr(environment, "provide", lambda packages: taken.extend(packages))
    return taken


def test_the_first_run_makes_the_environment_and_the_second_does_nothing(steps):
    first = environment.environment(["libegl1"])
    assert steps == ["libegl1", "venv", "pip"]

    assert environment.environment([]) == first
    assert steps == ["libegl1", "venv", "pip"]


def test_a_changed_pyproject_makes_it_anew_without_what_was_there(steps, checkout):
    environment.environment([])
    leftover = checkout / ".dev" / "venv" / "leftover"
    leftover.touch()
    (checkout / "pyproject.toml").write_text("[project]\n# one more dependency\n")

    environment.environment([])

    assert steps == ["venv", "pip"] * 2
    assert not leftover.exists()


def test_an_environment_left_half_made_is_made_again(steps, monkeypatch):
    def fails(*_):
        raise system.Refusal("no network")

    with monkeypatch.context() as offline:
        offline.setattr(environment, "install", fails)
        with pytest.raises(system.Refusal):
            environment.environment([])

    environment.environment([])
    assert steps == ["venv", "venv", "pip"]


def test_an_environment_whose_interpreter_is_gone_is_made_again(steps):
    environment.environment([])
    environment.environment_python().unlink()

    environment.environment([])
    assert steps == ["venv", "pip"] * 2


def test_two_first_runs_make_it_once(steps):
    threads = [threading.Thread(target=environment.environment, args=([],)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert steps == ["venv", "pip"]


def test_missing_system_packages_are_provided_for_a_current_environment_too(steps):
    environment.environment([])
    environment.environment(["libxcb-cursor0"])

    assert steps == ["venv", "pip", "libxcb-cursor0"]


def test_of_two_runs_at_once_only_one_installs_system_packages_at_a_time(steps, monkeypatch):
    environment.environment([])
    inside = []

    def provide(packages):
        inside.append(len(inside))
        assert len(inside) == 1
        time.sleep(0.05)
        inside.pop()
        steps.extend(packages)

    monkeypatch.setattr(environment, "provide", provide)
    threads = [threading.Thread(target=environment.environment, args=(["libgl1"],)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert steps == ["venv", "pip", *["libgl1"] * 3]


def test_pip_is_not_led_elsewhere(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    monkeypatch.setenv("PIP_TARGET", "/elsewhere")
    monkeypatch.setenv("PIP_USER", "1")

    variables = environment.pip_variables()

    assert "PYTHONPATH" not in variables
    assert "PIP_TARGET" not in variables
    assert variables["PIP_USER"] == "0"


def test_an_unusable_home_puts_the_cache_into_the_checkout(checkout, monkeypatch):
    monkeypatch.delenv("PIP_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(checkout / "caches"))
    assert "PIP_CACHE_DIR" not in environment.pip_variables()

    nobody = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: nobody)
    assert environment.pip_variables()["PIP_CACHE_DIR"] == str(checkout / ".dev" / "pip")


def test_the_stamp_names_the_place_because_an_environment_cannot_be_moved(checkout, monkeypatch):
    here = environment.stamp()
    elsewhere = checkout / "moved"
    elsewhere.mkdir()
    (elsewhere / "pyproject.toml").write_bytes((checkout / "pyproject.toml").read_bytes())
    monkeypatch.setattr(environment, "ROOT", Path(elsewhere))

    assert environment.stamp() != here
