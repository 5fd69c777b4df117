"""Links from other programs: what this system is told, and what others would be."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from app import integration
from app.integration import integrate, is_integrated, own_command, run_tool, separate
from app.paths import Profile, profile_at
from app.refusals import Refused
from tests.support.command_line import process

ON_A_DESKTOP = pytest.mark.skipif(integration.system() != "desktop", reason="desktops of freedesktop.org")


def test_a_profile_of_ones_own_is_not_named_and_another_is(desktop_folder):
    assert own_command(profile_at(None)) == [sys.executable, "-P", "-m", "app"]
    assert own_command(Profile(desktop_folder / "x y"))[-2:] == ["--profile", str(desktop_folder / "x y")]


def test_a_frozen_program_is_started_by_itself(desktop_folder, monkeypatch):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert own_command(profile_at(None)) == [sys.executable]


def test_on_windows_no_console_is_opened(desktop_folder, tmp_path, monkeypatch):
    for name in ("python.exe", "pythonw.exe"):
        (tmp_path / name).touch()
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python.exe"))
    assert own_command(profile_at(None))[0] == str(tmp_path / "pythonw.exe")


@ON_A_DESKTOP
def test_tools_that_are_not_there_are_named_and_nothing_fails(desktop_folder, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    assert integrate(profile_at(None)).absent == ("update-desktop-database", "xdg-mime")
    assert is_integrated(profile_at(None))
    assert separate().absent == ("update-desktop-database",)


@ON_A_DESKTOP
@pytest.mark.skipif(shutil.which("xdg-mime") is None, reason="the desktop's tools are not here")
def test_the_desktops_own_tools_name_us_for_links_then(desktop_folder, monkeypatch):
    """As another process, which has no display either."""
    assert process("integrate").returncode == 0
    asked = subprocess.run(
        ["xdg-mime", "query", "default", "x-scheme-handler/commonplace"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert asked.stdout == "commonplace.desktop\n"


def test_on_macos_the_bundle_is_named_and_nothing_is_written(desktop_folder, monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert integration.system() == "bundle"
    assert not is_integrated(profile_at(None))
    for change in (lambda: integrate(profile_at(None)), separate):
        with pytest.raises(Refused, match="bundle_does"):
            change()
    assert list(desktop_folder.iterdir()) == []


def test_a_tool_that_hangs_is_given_up(tmp_path, monkeypatch):
    assert run_tool([sys.executable, "-c", ""])
    assert not run_tool([sys.executable, "-c", "raise SystemExit(3)"])
    assert not run_tool([str(tmp_path)])
    monkeypatch.setattr(integration, "TOOL_SECONDS", 0.1)
    assert not run_tool([sys.executable, "-c", "import time; time.sleep(60)"])
