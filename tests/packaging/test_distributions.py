"""The two distributions agree with each other, with the tree, and with what was measured of PySide6."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def load(path: str) -> dict:
    """A TOML file of the checkout."""
    return tomllib.loads((ROOT / path).read_text(encoding="utf-8"))


PROGRAM = load("pyproject.toml")
SERVER = load("packaging/server/pyproject.toml")


def test_program_and_server_have_one_version_and_one_python():
    for key in ("version", "requires-python", "license", "authors"):
        assert PROGRAM["project"][key] == SERVER["project"][key], key


def test_the_server_requires_what_the_program_requires_and_no_qt():
    server = SERVER["project"]["dependencies"]

    assert set(server) <= set(PROGRAM["project"]["dependencies"])
    assert not [requirement for requirement in server if "pyside" in requirement.lower()]


def test_the_server_starts_from_the_same_place():
    script = {"commonplace-server": PROGRAM["project"]["scripts"]["commonplace-server"]}

    assert SERVER["project"]["scripts"] == script


def test_the_wheels_hold_our_packages_and_nothing_else():
    wheel = PROGRAM["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["packages"] == ["app", "crdt", "sync", "resources"]

    server = SERVER["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert {name: (ROOT / "packaging/server" / place).exists() for place, name in server.items()} == {
        "crdt": True,
        "sync": True,
        "sync/LICENSE": True,
    }


def test_every_requirement_has_a_lower_and_an_upper_bound():
    everything = [*PROGRAM["project"]["dependencies"], *PROGRAM["project"]["optional-dependencies"]["dev"]]

    assert [r for r in everything if ">=" not in r or ",<" not in r] == []


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is not counted from 3.12 on")
def test_this_pyside_keeps_its_references_to_none():
    from PySide6.QtCore import QObject

    thing = QObject()
    before = sys.getrefcount(None)
    for _ in range(1_000):
        thing.setObjectName("x")

    assert abs(sys.getrefcount(None) - before) < 100, (
        "PySide6 6.12 on Python 3.11 aborts after some 5,000 calls"
    )
