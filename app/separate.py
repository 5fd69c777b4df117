"""
Another profile beside this one, for another account: where it is, what it begins with, and a window on it.

Two accounts never share a library. Not here: noticing that somebody is another (`sync.client.signing`),
asking what to do about it (`dialogs.account_flow`).
"""

from __future__ import annotations

import re
import sys
from typing import Final

from app.paths import Profile
from app.settings import Settings

SIGN_IN: Final = "sign_in"
"""The setting that has a window without an account ask for one: {"server", "email"}."""

_LABEL_LENGTH_MAX: Final = 40


def separate_profile(profile: Profile, email: str) -> Profile:
    """The profile beside another that is kept for an account; the same whenever it is asked for."""
    label = re.sub(r"[^a-z0-9]+", "-", email.lower()).strip("-")[:_LABEL_LENGTH_MAX]
    return Profile(profile.folder.with_name(f"{profile.folder.name}-{label or 'other'}"))


def prepare(profile: Profile, server: str, email: str) -> None:
    """
    Make the profile, and have its window ask for the password first.

    Raises:
        OSError: The folder cannot be made.
    """
    profile.make()
    Settings(profile.folder).set(SIGN_IN, {"server": server, "email": email})


def start_window(profile: Profile) -> bool:
    """Start the program on a profile, on its own. False when the system does not start it."""
    from PySide6.QtCore import QProcess

    ours = [] if getattr(sys, "frozen", False) else ["-m", "app"]
    started = QProcess.startDetached(sys.executable, [*ours, "--profile", str(profile.folder)])
    return bool(started[0] if isinstance(started, tuple) else started)
