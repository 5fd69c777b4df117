"""What stands in the registry of Windows for our links, worked out on any system."""

from __future__ import annotations

import shlex
from pathlib import Path

from app import registry
from app.errand import Errand, understood
from app.registry import KEY, Value

COMMAND = [r"C:\Program Files\Notes\pythonw.exe", "-P", "-m", "app", "--profile", r"D:\My Notes"]


class Registry:
    """A registry in memory, as strict as that of Windows: a key with others in it is not deleted."""

    def __init__(self):
        self.texts = {}

    def get(self, key, name):
        return self.texts.get((key, name))

    def put(self, value):
        self.texts[value.key, value.name] = value.text

    def delete(self, key):
        within = [other for other, _ in self.texts if other.startswith(key + "\\")]
        if within:
            raise PermissionError(5, "Access is denied", key)
        self.texts = {place: text for place, text in self.texts.items() if place[0] != key}


def test_the_values_are_those_that_windows_asks_of_a_scheme():
    assert registry.values(COMMAND) == (
        Value(KEY, "", "URL:Commonplace"),
        Value(KEY, "URL Protocol", ""),
        Value(
            KEY + r"\shell\open\command",
            "",
            r'"C:\Program Files\Notes\pythonw.exe" -P -m app --profile "D:\My Notes" --link "%1"',
        ),
    )


def test_what_is_installed_is_removed_again_and_the_rest_stays():
    kept = {(r"Software\Classes\other", ""): "x"}
    windows = Registry()
    windows.texts |= kept
    assert not registry.is_installed(windows, COMMAND)
    registry.install(windows, COMMAND)
    assert registry.is_installed(windows, COMMAND)
    assert not registry.is_installed(windows, COMMAND[:4])
    registry.uninstall(windows)
    assert windows.texts == kept
    registry.uninstall(windows)


def test_a_link_with_quotation_marks_gives_the_program_no_options():
    (line,) = [value.text for value in registry.values(["app.exe"]) if value.key.endswith("command")]
    asked = line.replace("%1", 'commonplace:" --profile "\\\\evil\\share')
    words = shlex.split(asked, posix=True)[1:]
    start = understood(words, Path("/"))
    assert start is not None
    assert start.profile is None
    assert start.errand == Errand(note="commonplace: --profile \\evil\\share")
