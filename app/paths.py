"""
Where things of a profile are. A profile is one folder: library, settings, log, backups, token file.

Not here: opening any of it. The folder is the person's alone (mode 700).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sync.storage.profile_file import DEFAULT_MODEL
from sync.storage.profile_file import FILE_NAME as LIBRARY_NAME

PROGRAM = "commonplace"
"""The name of the program's folder among the person's."""

DATA_MODELS = ("1.0", "2.0")
"""Those of sync.model.versions, named here because listing needs no model."""

DATA_MODEL_VARIABLE = "COMMONPLACE_DATA_MODEL"
"""In the environment, as `--data-model`: have the program work as one that knows no newer data model."""


@dataclass(frozen=True, slots=True)
class Profile:
    """The folder of one library and what is kept beside it."""

    folder: Path
    data_model: str = DEFAULT_MODEL
    """The newest data model that the program uses here: new libraries are made for it."""

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
    def address(self) -> Path:
        """Where it does so on systems without sockets that have a path, and the key to it."""
        return self.folder / "window.address"

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


def model_named(text: str) -> str:
    """
    The data model that a person means by ``2`` or ``2.0``.

    Raises:
        ValueError: There is none.
    """
    for version in DATA_MODELS:
        if text in (version, version.partition(".")[0]):
            return version
    raise ValueError(f"{text} is no data model; there are {', '.join(DATA_MODELS)}")


def profile_at(folder: Path | str | None, data_model: str | None = None) -> Profile:
    """
    The profile in a folder, or the person's own.

    Args:
        folder: What `--profile` said; None for the place that the system has for such files.
        data_model: What `--data-model` said; None for what the environment says, or the newest.

    Raises:
        ValueError: The environment names no data model.
    """
    said = os.environ.get(DATA_MODEL_VARIABLE)
    model = data_model or (model_named(said) if said else DEFAULT_MODEL)
    if folder is not None:
        return Profile(Path(folder).expanduser().absolute(), model)
    from platformdirs import user_data_path

    return Profile(user_data_path(PROGRAM, appauthor=False), model)
