"""A second start of the program, as a process: the first window does what it was for, and it ends."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from urllib.parse import quote

import pytest

from app import integration
from tests.support.processes import Window, commonplace, environment, processes, until


def test_a_second_start_hands_its_errand_to_the_first_window_and_ends(tmp_path):
    profile = tmp_path / "p"
    ids = {
        title: json.loads(commonplace(profile, "new", "--title", title, "--json"))["id"]
        for title in ("Plan", "Other")
    }
    (tmp_path / "beans.md").write_text("# Beans\n\nsoak them")
    with processes() as running:
        window = Window(profile)
        running.append(window)
        window.open(ids["Other"])
        assert commonplace(profile, "--open", "Plan") == ""
        until(lambda: window("state")["note"] == ids["Plan"], "the note is shown")
        commonplace(profile, f"note:{ids['Other']}")
        until(lambda: window("state")["note"] == ids["Other"], "the link is followed")
        commonplace(profile, str(tmp_path / "beans.md"))
        until(
            lambda: "Beans" in [row["title"] for row in json.loads(commonplace(profile, "list", "--json"))],
            "the file is imported",
        )
        commonplace(profile)
        commonplace(profile, "--new")
        until(lambda: window("state")["note"] not in ids.values(), "a new note is begun")
        assert window.close() == 0


def test_a_window_that_is_told_to_end_ends_in_order(tmp_path):
    profile = tmp_path / "p"
    note = json.loads(commonplace(profile, "new", "--title", "Plan", "--json"))["id"]
    with processes() as running:
        window = Window(profile)
        running.append(window)
        window.open(note)
        window("type", text="beans", pause_ms=0, at_once=True)
        assert window.terminate() == 0
        assert "beans" in commonplace(profile, "show", note, "--format", "text")
        window = Window(profile)
        running.append(window)
        until(lambda: window("state")["note"] == note, "the note is shown again")
        assert window("state")["banner"] == ""
        assert window.close() == 0


def test_words_that_mean_nothing_start_no_window(tmp_path):
    commonplace(tmp_path / "p", "--open", code=2)
    commonplace(tmp_path / "p", "missing.md", code=2)


@pytest.mark.skipif(integration.system() != "desktop", reason="desktops of freedesktop.org")
@pytest.mark.parametrize(
    ("opener", "name"),
    [
        ("entry", "p q"),
        pytest.param(
            "xdg-open",
            "p",
            marks=pytest.mark.skipif(shutil.which("xdg-open") is None, reason="a desktop's tool"),
        ),
    ],
)
def test_a_link_that_another_program_opens_is_followed_in_the_first_window(
    tmp_path, monkeypatch, opener, name
):
    for folder in ("DATA", "CONFIG"):
        monkeypatch.setenv(f"XDG_{folder}_HOME", str(tmp_path / folder))
    profile = tmp_path / name
    plan, other = (
        json.loads(commonplace(profile, "new", "--title", title, "--json"))["id"]
        for title in ("Plan", "Other")
    )
    commonplace(profile, "integrate")
    entry = (tmp_path / "DATA" / "applications" / "commonplace.desktop").read_text()
    (line,) = [line for line in entry.splitlines() if line.startswith("Exec=") and "%u" in line]

    def follow(link):
        words = [link if word == "%u" else word for word in shlex.split(line.removeprefix("Exec="))]
        command = words if opener == "entry" else ["xdg-open", link]
        done = subprocess.run(
            command, env=environment() | {"DISPLAY": ":0", "XDG_CURRENT_DESKTOP": "X-Generic"}, check=False,
            timeout=60, capture_output=True, text=True,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")

    with processes() as running:
        window = Window(profile)
        running.append(window)
        window.open(other)
        follow(f"commonplace://note/{plan}")
        until(lambda: window("state")["note"] == plan, "the link is followed")
        follow(f"commonplace:note/{other}")
        until(lambda: window("state")["note"] == other, "the other link is followed")
        follow(f"commonplace://note/{quote('nothing that is here')}")
        until(lambda: window("state")["toast"], "it is said that there is none")
        assert window("state")["note"] == other
        assert window.close() == 0
