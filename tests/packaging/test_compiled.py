"""The core is compiled outside the tree, once for each state of its sources, or a sentence says why not."""

from __future__ import annotations

import subprocess
import sys

import pytest

import compiled


@pytest.fixture
def core(tmp_path, monkeypatch):
    """A checkout whose core is one file."""
    (tmp_path / "crdt").mkdir()
    (tmp_path / "crdt" / "clock.py").write_text("x = 1\n")
    monkeypatch.setattr(compiled, "ROOT", tmp_path)
    return tmp_path


@pytest.fixture
def compilations(monkeypatch):
    """The folders in which a compiler would have run; it answers with one compiled module."""
    folders = []

    def run(command, cwd, **_):
        folders.append(cwd)
        (cwd / "crdt" / "clock.so").touch()
        (cwd / "crdt__mypyc.so").touch()
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", run)
    return folders


def test_compiled_modules_land_in_the_folder_and_never_in_the_tree(core, compilations, tmp_path):
    folder = tmp_path / "out"

    compiled.compile_core(folder)

    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == {
        "crdt/clock.py",
        "crdt/clock.so",
        "crdt__mypyc.so",
        "digest",
    }
    assert [path.name for path in (core / "crdt").iterdir()] == ["clock.py"]


def test_what_is_compiled_is_compiled_again_only_after_a_change(core, compilations, tmp_path):
    compiled.compile_core(tmp_path / "out")
    compiled.compile_core(tmp_path / "out")
    assert len(compilations) == 1

    (core / "crdt" / "clock.py").write_text("x = 2\n")
    compiled.compile_core(tmp_path / "out")
    assert len(compilations) == 2


def test_a_compiler_that_fails_is_quoted_and_leaves_nothing(core, tmp_path, monkeypatch):
    failed = subprocess.CompletedProcess([], 1, "", "gcc: not found")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)

    with pytest.raises(compiled.CompilationFailed, match="gcc: not found"):
        compiled.compile_core(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_interpreter_is_part_of_the_digest(core, monkeypatch):
    before = compiled.digest()
    monkeypatch.setattr(sys, "version", "4.0")

    assert compiled.digest() != before


@pytest.mark.parametrize(("value", "wanted"), [("1", True), ("0", False), ("", None), ("yes", None)])
def test_the_environment_says_whether_to_compile(monkeypatch, value, wanted):
    monkeypatch.setenv("COMMONPLACE_COMPILE", value)

    assert compiled.is_wanted() is wanted
