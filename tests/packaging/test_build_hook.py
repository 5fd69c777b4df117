"""A wheel gets a compiled core where that is possible, and never fails for want of a compiler."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

import build_hook
from compiled import CompilationFailed


@pytest.fixture
def warnings():
    """What the hook said to the person who builds."""
    return []


@pytest.fixture
def hook(tmp_path, warnings):
    """The hook of a wheel."""
    app: Any = SimpleNamespace(display_warning=warnings.append)
    unused: Any = None
    return build_hook.CompiledCore(str(tmp_path), {}, unused, unused, str(tmp_path), "wheel", app)


@pytest.fixture
def built():
    """What hatchling hands to a hook, and reads back."""
    return {"force_include": {}, "pure_python": True}


def refuses(folder):
    """Stands for a machine without a compiler."""
    raise CompilationFailed("gcc: not found")


def compiles(folder):
    """Stands for one that has it."""
    (folder / "crdt").mkdir()
    (folder / "crdt" / "clock.so").touch()
    (folder / "crdt" / "clock.py").touch()


def test_a_wheel_holds_the_compiled_modules(hook, built, monkeypatch):
    monkeypatch.delenv("COMMONPLACE_COMPILE", raising=False)
    monkeypatch.setattr(build_hook, "compile_core", compiles)

    hook.initialize("standard", built)
    hook.finalize("standard", built, "")

    assert list(built["force_include"].values()) == ["crdt/clock.so"]
    assert (built["pure_python"], built["infer_tag"]) == (False, True)


def test_without_a_compiler_the_wheel_is_plain_and_says_so(hook, built, warnings, monkeypatch):
    monkeypatch.delenv("COMMONPLACE_COMPILE", raising=False)
    monkeypatch.setattr(build_hook, "compile_core", refuses)

    hook.initialize("standard", built)
    hook.finalize("standard", built, "")

    assert built == {"force_include": {}, "pure_python": True}
    assert "gcc: not found" in warnings[0]


def test_a_compiled_core_that_was_asked_for_is_not_silently_left_out(hook, built, monkeypatch):
    monkeypatch.setenv("COMMONPLACE_COMPILE", "1")
    monkeypatch.setattr(build_hook, "compile_core", refuses)

    with pytest.raises(CompilationFailed):
        hook.initialize("standard", built)
    hook.finalize("standard", built, "")


@pytest.mark.parametrize(("wish", "version"), [("0", "standard"), ("", "editable")])
def test_an_editable_installation_and_one_that_does_not_want_it_stay_plain(
    hook, built, monkeypatch, wish, version
):
    monkeypatch.setenv("COMMONPLACE_COMPILE", wish)
    monkeypatch.setattr(build_hook, "compile_core", refuses)

    hook.initialize(version, built)
    hook.finalize(version, built, "")

    assert built == {"force_include": {}, "pure_python": True}


def test_compiling_is_paid_for_only_where_it_is_tried(hook, monkeypatch):
    monkeypatch.setenv("COMMONPLACE_COMPILE", "0")
    assert hook.dependencies() == []

    monkeypatch.delenv("COMMONPLACE_COMPILE")
    assert [requirement.split(">")[0] for requirement in hook.dependencies()] == ["mypy", "setuptools"]
