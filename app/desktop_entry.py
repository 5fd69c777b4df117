"""
The program among those of a desktop (freedesktop.org): its entry, its icon, and links that begin with
`commonplace:`.

For one person, below their data folder, so that nobody's password is needed. The entry that ships names the
program as it is found on the path; here it names the program that is running. Not here: other systems
(`integration`). No Qt.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from app.note_address import SCHEME
from app.resources import desktop_file

ENTRY_NAME: Final = "commonplace.desktop"
ICON_NAME: Final = "commonplace.svg"

Tell = Callable[[Sequence[str]], bool]
"""Runs a tool of the desktop; False when it is not there, or fails."""

_PLAIN: Final = re.compile(r"[^\s\"'\\<>~|&;$*?#()`]+")
"""Words that need no quotation marks, and go without: xdg-open does not understand them."""
_QUOTED: Final = str.maketrans({letter: "\\" + letter for letter in '"`$\\'})
_ESCAPED: Final = str.maketrans({"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"})


def entry(command: Sequence[str]) -> str:
    """
    The desktop entry that starts the program with this command.

    Args:
        command: The program and its first words; not empty. Any characters.
    """
    lines = []
    for line in desktop_file(ENTRY_NAME).splitlines():
        key, _, value = line.partition("=")
        if key == "Exec":
            words = value.split()[1:]
            line = f"Exec={' '.join([*map(_quoted, command), *words])}"
        elif key == "TryExec":
            line = f"TryExec={command[0].translate(_ESCAPED)}"
        lines.append(line)
    return "\n".join(lines) + "\n"


def _quoted(word: str) -> str:
    """A word of the command: quoted where it must be, then escaped as every text of an entry."""
    word = word.replace("%", "%%")
    if _PLAIN.fullmatch(word):
        return word
    return f'"{word.translate(_QUOTED)}"'.translate(_ESCAPED)


def entry_path(data: Path) -> Path:
    """Where the entry is below a data folder."""
    return data / "applications" / ENTRY_NAME


def icon_path(data: Path) -> Path:
    """Where the icon is below a data folder."""
    return data / "icons" / "hicolor" / "scalable" / "apps" / ICON_NAME


def is_installed(data: Path, command: Sequence[str]) -> bool:
    """Whether the entry is there and starts this program."""
    try:
        return entry_path(data).read_text(encoding="utf-8", errors="surrogateescape") == entry(command)
    except OSError:
        return False


def install(data: Path, command: Sequence[str], tell: Tell) -> list[str]:
    """
    Write entry and icon, and have the desktop take links to it.

    Args:
        data: The person's folder for such files, as ~/.local/share.
        command: As in `entry`.
        tell: Runs the desktop's tools.

    Returns:
        The tools that could not be run; with none of them the desktop finds the entry only by itself.

    Raises:
        OSError: Something cannot be written.
    """
    _write(icon_path(data), desktop_file(ICON_NAME))
    os.utime(data / "icons" / "hicolor")  # a cache of icons that is older than the folder is not believed
    _write(entry_path(data), entry(command))
    return _told(
        tell,
        ("update-desktop-database", str(entry_path(data).parent)),
        ("xdg-mime", "default", ENTRY_NAME, f"x-scheme-handler/{SCHEME}"),
    )


def uninstall(data: Path, tell: Tell) -> list[str]:
    """
    Remove what `install` has written; nothing happens where it is not.

    Returns:
        The tools that could not be run.

    Raises:
        OSError: Something cannot be removed.
    """
    for path in (entry_path(data), icon_path(data)):
        path.unlink(missing_ok=True)
    if not entry_path(data).parent.is_dir():
        return []
    return _told(tell, ("update-desktop-database", str(entry_path(data).parent)))


def _told(tell: Tell, *commands: Sequence[str]) -> list[str]:
    return [command[0] for command in commands if not tell(command)]


def _write(path: Path, text: str) -> None:
    """Write a file whole, or leave the old one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8", errors="surrogateescape")
    os.replace(beside, path)
