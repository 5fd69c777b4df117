"""The entry of the program on a desktop: real files, judged by the desktop's own tool where it is."""

from __future__ import annotations

import configparser
import shutil
import subprocess

import pytest

from app import desktop_entry
from app.resources import desktop_file

COMMANDS = [
    ["/usr/bin/python3", "-P", "-m", "app"],
    ["/home/Ann Bee/.venv/bin/python", "-P", "-m", "app", "--profile", "/home/Ann Bee/100% mine"],
    ['/o\'dd/"quoted"/$HOME/`date`/back\\slash', "-P"],
    ["/漢字/🙂", "-m", "app"],
    ["/new\nline/tab\there", "x"],
]


def parsed(text):
    read = configparser.RawConfigParser(strict=True, delimiters=("=",), comment_prefixes=("#",))
    read.optionxform = str
    read.read_string(text)
    return read


def words(value):
    """The words of an Exec line, as the specification has a desktop read them."""
    escapes = {"n": "\n", "t": "\t", "r": "\r", "s": " ", "\\": "\\"}
    found, text = [], iter(value)
    plain = "".join(escapes[next(text)] if letter == "\\" else letter for letter in text)
    letters = iter(plain)
    for letter in letters:
        if letter == " ":
            continue
        word = ""
        if letter == '"':
            while (letter := next(letters)) != '"':
                word += next(letters) if letter == "\\" else letter
        else:
            while letter and letter != " ":
                word += letter
                letter = next(letters, "")
        found.append(word.replace("%%", "%"))
    return found


@pytest.mark.parametrize("command", COMMANDS)
def test_the_entry_starts_the_command_with_a_link_and_for_a_new_note(command):
    entry = parsed(desktop_entry.entry(command))
    assert words(entry["Desktop Entry"]["Exec"]) == [*command, "--link", "%u"]
    assert words(entry["Desktop Action new-note"]["Exec"]) == [*command, "--new"]
    assert entry["Desktop Entry"]["MimeType"] == "x-scheme-handler/commonplace;"
    assert entry["Desktop Entry"]["Icon"] + ".svg" == desktop_entry.ICON_NAME


def test_the_entry_that_ships_starts_the_program_on_the_path():
    entry = parsed(desktop_file(desktop_entry.ENTRY_NAME))
    assert words(entry["Desktop Entry"]["Exec"]) == ["commonplace", "--link", "%u"]
    assert entry["Desktop Entry"]["TryExec"] == "commonplace"


@pytest.mark.skipif(shutil.which("desktop-file-validate") is None, reason="the desktop's tool is not here")
@pytest.mark.parametrize("command", [None, *COMMANDS[:4]])
def test_the_desktops_own_tool_finds_nothing_wrong(tmp_path, command):
    path = tmp_path / desktop_entry.ENTRY_NAME
    path.write_text(desktop_entry.entry(command) if command else desktop_file(desktop_entry.ENTRY_NAME))
    done = subprocess.run(["desktop-file-validate", path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_what_is_installed_is_removed_again_and_the_tools_are_told(tmp_path):
    told = []

    def tell(command):
        told.append(tuple(command))
        return command[0] == "xdg-mime"

    command = COMMANDS[0]
    assert not desktop_entry.is_installed(tmp_path, command)
    assert desktop_entry.uninstall(tmp_path, tell) == []
    assert told == [], "where nothing ever was, nothing is told"
    assert desktop_entry.install(tmp_path, command, tell) == ["update-desktop-database"]
    assert desktop_entry.is_installed(tmp_path, command)
    assert not desktop_entry.is_installed(tmp_path, COMMANDS[1])
    applications = str(tmp_path / "applications")
    assert told == [
        ("update-desktop-database", applications),
        ("xdg-mime", "default", "commonplace.desktop", "x-scheme-handler/commonplace"),
    ]
    desktop_entry.install(tmp_path, COMMANDS[1], tell)
    assert desktop_entry.is_installed(tmp_path, COMMANDS[1])
    told.clear()
    assert desktop_entry.uninstall(tmp_path, tell) == ["update-desktop-database"]
    assert told == [("update-desktop-database", applications)]
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_file_of_anothers_making_is_no_entry_of_ours(tmp_path):
    path = desktop_entry.entry_path(tmp_path)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\xff\xfe\x00")
    assert not desktop_entry.is_installed(tmp_path, COMMANDS[0])


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path):
    (tmp_path / "applications").write_text("in the way")
    with pytest.raises(OSError, match=r"exists|directory"):
        desktop_entry.install(tmp_path, COMMANDS[0], lambda command: True)
    assert (tmp_path / "applications").read_text() == "in the way"
