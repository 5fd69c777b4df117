"""
Where things of a profile are. A profile is one folder: library, settings, log, backups, token file.

Not here: opening any of it. The folder is the person's alone (mode 700).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sync.storage.profile_file import FILE_NAME as LIBRARY_NAME

PROGRAM = "commonplace"
"""The name of the program's folder among the person's."""


@dataclass(frozen=True, slots=True)
class Profile:
    """The folder of one library and what is kept beside it."""

    folder: Path

    @property
    def library(self) -> Path:
        """The SQLite file with everything a person wrote."""
        return self.folder / LIBRARY_NAME

    @property
    def lock(self) -> Path:
        """Held by the one program that uses the profile."""
        return self.folder / "profile.lock"

    @property
    def socket(self) -> Path:
        """Where a running window answers the command line."""
        return self.folder / "window.sock"

    @property
    def log(self) -> Path:
        """The log file; older parts have numbers."""
        return self.folder / "commonplace.log"

    @property
    def backups(self) -> Path:
        """Copies of the library."""
        return self.folder / "backups"

    @property
    def token_file(self) -> Path:
        """The token, where the system has no keyring."""
        return self.folder / "token"

    def make(self) -> None:
        """
        Make the folder, readable by nobody else.

        Raises:
            OSError: It cannot be made, or is not a folder.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def profile_at(folder: Path | str | None) -> Profile:
    """
    The profile in a folder, or the person's own.

    Args:
        folder: What `--profile` said; None for the place that the system has for such files.
    """
    if folder is not None:
        return Profile(Path(folder).expanduser().absolute())
    from platformdirs import user_data_path

    return Profile(user_data_path(PROGRAM, appauthor=False))
