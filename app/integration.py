"""
Links from other programs: this system starts us with what begins with `commonplace:`, or no longer does.

Only ever done when somebody asks for it: the command `integrate`, or a row of the preferences. Here the
system decides what is written; how is in `desktop_entry` and `registry`. No Qt.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal, NamedTuple

from app import desktop_entry
from app.desktop_entry import Tell
from app.paths import Profile, profile_at
from app.refusals import Refused

TOOL_SECONDS: Final = 30.0
"""How long a tool of the desktop may take."""

System = Literal["desktop", "windows", "bundle"]


class Integrated(NamedTuple):
    """What was done."""

    places: tuple[str, ...]
    """Files, or keys of the registry, that were written or removed."""
    absent: tuple[str, ...]
    """Tools of the desktop that could not be run."""


def system() -> System:
    """Who takes links here: a desktop of freedesktop.org, Windows, or an application bundle of macOS."""
    if sys.platform == "win32":
        return "windows"
    return "bundle" if sys.platform == "darwin" else "desktop"


def own_command(profile: Profile) -> list[str]:
    """The words that start this program on a profile, from anywhere."""
    if getattr(sys, "frozen", False):
        command = [sys.executable]
    else:
        windowless = Path(sys.executable).with_name("pythonw.exe")
        python = str(windowless) if windowless.exists() else sys.executable
        command = [python, "-P", "-m", "app"]
    if profile.folder != profile_at(None, profile.data_model).folder:
        command += ["--profile", str(profile.folder)]
    return command


def run_tool(command: Sequence[str]) -> bool:
    """Run a tool of the desktop to its end; False when it is not there, or fails."""
    program = shutil.which(command[0])
    if program is None:
        return False
    try:
        done = subprocess.run(
            [program, *command[1:]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=TOOL_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def is_integrated(profile: Profile) -> bool:
    """Whether links start this program on this profile."""
    command = own_command(profile)
    if sys.platform == "win32":
        from app import registry

        return registry.is_installed(registry.PersonsRegistry(), command)
    return system() == "desktop" and desktop_entry.is_installed(_persons_folder(), command)


def integrate(profile: Profile, tell: Tell = run_tool) -> Integrated:
    """
    Have links start this program on this profile, whoever took them before.

    Args:
        profile: Named in the command where it is not the person's own.
        tell: Runs tools of the desktop.

    Raises:
        Refused: A bundle has to say it.
        OSError: Something cannot be written.
    """
    command = own_command(profile)
    if sys.platform == "win32":
        from app import registry

        registry.install(registry.PersonsRegistry(), command)
        return Integrated((registry.KEY,), ())
    _refuse_bundle()
    return Integrated(_places(), tuple(desktop_entry.install(_persons_folder(), command, tell)))


def separate(tell: Tell = run_tool) -> Integrated:
    """
    Have links start this program no longer; nothing happens where they do not.

    Raises:
        Refused: A bundle has said it.
        OSError: Something cannot be removed.
    """
    if sys.platform == "win32":
        from app import registry

        registry.uninstall(registry.PersonsRegistry())
        return Integrated((registry.KEY,), ())
    _refuse_bundle()
    return Integrated(_places(), tuple(desktop_entry.uninstall(_persons_folder(), tell)))


def _refuse_bundle() -> None:
    if system() == "bundle":
        raise Refused("bundle_does")


def _persons_folder() -> Path:
    """The person's folder for files that programs read."""
    from platformdirs import user_data_path

    return user_data_path()


def _places() -> tuple[str, ...]:
    return (str(desktop_entry.entry_path(_persons_folder())), str(desktop_entry.icon_path(_persons_folder())))
