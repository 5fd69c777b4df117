"""The command for links from other programs, with real files and tools that write down what they hear."""

from __future__ import annotations

import os
import stat

import pytest

from app import desktop_entry, integration
from app.integration import is_integrated
from app.paths import Profile, profile_at
from tests.support.command_line import CommandLine, process

pytestmark = pytest.mark.skipif(integration.system() != "desktop", reason="desktops of freedesktop.org")


@pytest.fixture
def tools(tmp_path, monkeypatch):
    """Tools of the desktop that write down what they are told; the second fails."""
    folder = tmp_path / "bin"
    folder.mkdir()
    said = tmp_path / "said"
    for name, code in (("update-desktop-database", 0), ("xdg-mime", 1)):
        tool = folder / name
        tool.write_text(f'#!/bin/sh\necho "{name} $@" >> "{said}"\nexit {code}\n')
        tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/bin")
    return said


def test_the_command_integrates_and_takes_it_back(desktop_folder, tmp_path, tools):
    cli = CommandLine(tmp_path / "profile")
    done = cli("integrate", "--json")
    assert done.code == 0
    places = [str(desktop_entry.entry_path(desktop_folder)), str(desktop_entry.icon_path(desktop_folder))]
    assert done.json == {"integrated": True, "places": places, "absent": ["xdg-mime"]}
    assert "xdg-mime could not be run" in done.err
    assert tools.read_text().splitlines() == [
        f"update-desktop-database {desktop_folder / 'applications'}",
        "xdg-mime default commonplace.desktop x-scheme-handler/commonplace",
    ]
    assert is_integrated(Profile(cli.profile))
    assert not is_integrated(profile_at(None))
    assert places[0] in cli.ok("integrate").out
    assert cli.ok("integrate", "--remove", "--json").json == {
        "integrated": False, "places": places, "absent": []
    }  # fmt: skip
    assert not is_integrated(Profile(cli.profile))
    assert cli.ok("integrate", "--remove").out == "Links to notes open here no longer.\n"
    assert not cli.profile.exists(), "no library is made for it"


def test_what_cannot_be_written_is_said_with_exit_code_1(desktop_folder, tmp_path):
    (desktop_folder / "applications").write_text("in the way")
    done = process("--profile", str(tmp_path / "profile"), "integrate", "--json")
    assert (done.returncode, done.stdout) == (1, "")
    assert "applications" in done.stderr
    assert "Traceback" not in done.stderr
