"""The same history gives the same bytes on both builds, every Python and every hash seed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import compiled

ROOT = Path(__file__).resolve().parents[2]
HISTORIES = 12
PYTHONS = ("python3.11", "python3.12", "python3.13", "python3.14")


def digest(python: str, folders: list[Path], hash_seed: str) -> tuple[str, str]:
    """(build, digest) as this interpreter finds them."""
    path = [str(folder) for folder in folders]
    code = f"import sys; sys.path[:0] = {path!r}; from tests.support.histories import main; main()"
    variables = {"PYTHONHASHSEED": hash_seed, "PYTHONDONTWRITEBYTECODE": "1", "PATH": os.environ["PATH"]}
    command = [python, "-P", "-c", code, str(HISTORIES)]
    done = subprocess.run(command, env=variables, cwd=ROOT, capture_output=True, text=True, check=True)
    build, found = done.stdout.split()
    return build, found


@pytest.fixture(scope="module")
def expected():
    """What this interpreter's plain build gives."""
    build, found = digest(sys.executable, [ROOT], "0")
    assert build == "interpreted"
    return found


def test_another_hash_seed_gives_the_same_bytes(expected):
    assert digest(sys.executable, [ROOT], "1") == ("interpreted", expected)


def test_the_compiled_build_gives_the_same_bytes(expected):
    if not compiled.is_current(compiled.FOLDER):
        if os.environ.get("CI"):
            pytest.fail("the core was not compiled before the tests")
        pytest.skip("the core is not compiled: python3 packaging/dev.py python packaging/compiled.py")
    for seed in ("0", "1"):
        assert digest(sys.executable, [compiled.FOLDER, ROOT], seed) == ("compiled", expected)


def found(name: str) -> str | None:
    """A working interpreter of this name, from the path or from pyenv's folder."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    for python in (shutil.which(name), *sorted(pyenv.glob(f"*/bin/{name}"))):
        if python and subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0:
            return str(python)
    return None


@pytest.mark.parametrize("name", PYTHONS)
def test_every_python_gives_the_same_bytes(expected, name):
    python = found(name)
    if python is None:
        pytest.skip(f"there is no {name} here")
    assert digest(python, [ROOT], "2") == ("interpreted", expected)
