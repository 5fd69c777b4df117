"""Where a profile keeps its things."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from app.paths import DATA_MODEL_VARIABLE, DATA_MODELS, Profile, model_named, profile_at
from sync.model.versions import DEFAULT, VERSIONS


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


def test_the_models_named_here_are_those_that_there_are():
    assert DATA_MODELS == VERSIONS
    assert model_named("2") == "2.0"
    with pytest.raises(ValueError, match="no data model"):
        model_named("3")


def test_the_model_comes_from_the_words_else_from_the_environment(tmp_path, monkeypatch):
    assert profile_at(tmp_path).data_model == DEFAULT
    monkeypatch.setenv(DATA_MODEL_VARIABLE, "2")
    assert profile_at(tmp_path).data_model == "2.0"
    assert profile_at(tmp_path, "1.0").data_model == "1.0"
