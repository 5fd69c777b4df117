"""
Links of the scheme `commonplace:` on Windows: what stands in the person's part of the registry.

What is to be written is worked out without Windows; only the last lines need it. Not here: other systems
(`integration`).
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

KEY: Final = r"Software\Classes\commonplace"
"""Below HKEY_CURRENT_USER: no administrator is asked."""
_COMMAND_KEY: Final = KEY + r"\shell\open\command"
_KEYS: Final = (_COMMAND_KEY, KEY + r"\shell\open", KEY + r"\shell", KEY)
"""What we make, the innermost first: Windows deletes no key that has others in it."""


class Value(NamedTuple):
    """One text in the registry; the name "" is a key's own."""

    key: str
    name: str
    text: str


class Registry(Protocol):
    """The person's part of the registry."""

    def get(self, key: str, name: str) -> str | None:
        """A text, or None when there is none."""

    def put(self, value: Value) -> None:
        """Write a text, and make its key. Raises OSError."""

    def delete(self, key: str) -> None:
        """Delete a key without keys in it; nothing happens when there is none. Raises OSError."""


def values(command: Sequence[str]) -> tuple[Value, ...]:
    """
    What says that links start the program with this command.

    Args:
        command: The program and its first words; not empty.
    """
    return (
        Value(KEY, "", "URL:Commonplace"),
        Value(KEY, "URL Protocol", ""),
        # Whoever wrote the link may have put quotation marks into it: behind --link nothing is an option.
        Value(_COMMAND_KEY, "", f'{subprocess.list2cmdline(command)} --link "%1"'),
    )


def is_installed(registry: Registry, command: Sequence[str]) -> bool:
    """Whether links start this program."""
    return all(registry.get(key, name) == text for key, name, text in values(command))


def install(registry: Registry, command: Sequence[str]) -> None:
    """Have links start this program. Raises OSError."""
    for value in values(command):
        registry.put(value)


def uninstall(registry: Registry) -> None:
    """Have links start nothing. Raises OSError."""
    for key in _KEYS:
        registry.delete(key)


if sys.platform == "win32":
    import winreg

    class PersonsRegistry:
        """HKEY_CURRENT_USER."""

        def get(self, key: str, name: str) -> str | None:
            """As in `Registry`."""
            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:
                    return str(winreg.QueryValueEx(opened, name)[0])
            except FileNotFoundError:
                return None

        def put(self, value: Value) -> None:
            """As in `Registry`."""
            with winreg.CreateKey(winreg.HKEY_CURRENT_USER, value.key) as opened:
                winreg.SetValueEx(opened, value.name, 0, winreg.REG_SZ, value.text)

        def delete(self, key: str) -> None:
            """As in `Registry`."""
            try:
                winreg.DeleteKey(winreg.HKEY_CURRENT_USER, key)
            except FileNotFoundError:
                return
