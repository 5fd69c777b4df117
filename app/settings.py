"""
Settings of one profile: a JSON file of small values, written whole and atomically.

Not here: what belongs to the library (the store) or to an account (the token). A file that cannot be read
is put aside and begun anew: settings never keep anybody from their notes.
"""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from typing import Any, Final

FILE_NAME: Final = "settings.json"
SIZE_MAX: Final = 1 << 20
"""Bytes. Ours are a few kilobytes; anything larger was not written here."""

logger = logging.getLogger(__name__)


class Settings:
    """The settings of a profile. Reads once, writes at each change. One thread."""

    def __init__(self, folder: Path) -> None:
        """Read the file in `folder`, if there is one."""
        self.folder: Final = folder
        """The profile's."""
        self._path: Final = folder / FILE_NAME
        self._values: dict[str, Any] = self._read()

    def get(self, key: str, default: Any = None) -> Any:
        """The value kept under a name; a default of another type than what is kept stands in for it."""
        value = self._values.get(key, default)
        if default is not None and not isinstance(value, type(default)):
            return default
        return value

    def set(self, key: str, value: Any) -> None:
        """
        Keep a plain value under a name; None forgets it.

        A disk that refuses is noted in the log and nowhere else.
        """
        if self._values.get(key) == value and type(self._values.get(key)) is type(value):
            return
        if value is None:
            self._values.pop(key, None)
        else:
            self._values[key] = value
        self._write()

    def _read(self) -> dict[str, Any]:
        try:
            if self._path.stat().st_size > SIZE_MAX:
                raise ValueError("too large")
            values = json.loads(self._path.read_text(encoding="utf-8"))
            if not isinstance(values, dict):
                raise ValueError("not an object")
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            logger.error("settings are begun anew: %s", type(error).__name__)
            self._put_aside()
            return {}
        return values

    def _put_aside(self) -> None:
        """Keep the unreadable file beside the new one."""
        try:
            os.replace(self._path, self._path.with_suffix(".damaged.json"))
        except OSError as error:
            logger.error("and stay where they are: %s", error.strerror)

    def _write(self) -> None:
        beside = self._path.with_suffix(".new")
        try:
            with beside.open("w", encoding="utf-8") as file:
                json.dump(self._values, file, ensure_ascii=False, indent=1, sort_keys=True)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, self._path)
        except OSError as error:
            logger.error("settings cannot be saved: %s", error.strerror)
