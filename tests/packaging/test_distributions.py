"""The two distributions agree with each other and with the tree."""

from __future__ import annotations

import tomllib
from pathlib import Path

import sync

ROOT = Path(__file__).resolve().parents[2]


def load(path: str) -> dict:
    """A TOML file of the checkout."""
    return tomllib.loads((ROOT / path).read_text(encoding="utf-8"))


PROGRAM = load("pyproject.toml")
SERVER = load("packaging/server/pyproject.toml")


def test_program_and_server_have_one_version_and_one_python():
    for key in ("version", "requires-python", "license", "authors"):
        assert PROGRAM["project"][key] == SERVER["project"][key], key
    assert SERVER["project"]["version"] == sync.VERSION


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


def test_a_server_on_postgresql_takes_the_same_extra_from_both():
    extra = SERVER["project"]["optional-dependencies"]["postgres"]

    assert PROGRAM["project"]["optional-dependencies"]["postgres"] == extra
    assert set(extra) <= set(PROGRAM["project"]["optional-dependencies"]["dev"])


def test_the_server_brings_its_unit_for_systemd():
    shared = SERVER["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    (unit,) = [ROOT / "packaging/server" / place for place in shared]

    assert "ExecStart=/opt/commonplace/bin/commonplace-server serve" in unit.read_text(encoding="utf-8")


def test_the_program_brings_its_entry_for_desktops():
    shared = PROGRAM["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    assert {place: (ROOT / path).is_file() for path, place in shared.items()} == {
        "share/applications/commonplace.desktop": True,
        "share/icons/hicolor/scalable/apps/commonplace.svg": True,
    }


def test_every_requirement_has_a_lower_and_an_upper_bound():
    everything = [*PROGRAM["project"]["dependencies"], *PROGRAM["project"]["optional-dependencies"]["dev"]]

    assert [r for r in everything if ">=" not in r or ",<" not in r] == []
