"""Where a profile keeps its things."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from app.paths import Profile, profile_at


def test_everything_of_a_profile_is_in_its_folder(tmp_path):
    profile = Profile(tmp_path / "p")
    for name in ("library", "lock", "socket", "log", "backups", "token_file"):
        assert getattr(profile, name).parent == tmp_path / "p"


def test_without_a_name_it_is_the_persons_own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert profile_at(None).folder.name == "commonplace"


def test_a_named_folder_is_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert profile_at("here").folder == tmp_path / "here"
    assert profile_at("~/x").folder == Path.home() / "x"


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of Unix")
def test_a_new_folder_is_the_persons_alone(tmp_path):
    profile = Profile(tmp_path / "a" / "b")
    profile.make()
    profile.make()
    assert profile.folder.stat().st_mode & 0o777 == 0o700


def test_a_file_in_the_way_is_an_error(tmp_path):
    (tmp_path / "p").write_text("x")
    with pytest.raises(OSError, match="exists"):
        Profile(tmp_path / "p").make()
