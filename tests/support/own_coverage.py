"""
What of each module of the core its own test runs: lines and branches, nothing that other tests run counts.

    python -m tests.support.own_coverage                every module
    python -m tests.support.own_coverage NAME …         some: marks undo

A module is named with what its test leaves out. The result is 1 when there is any.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
WITHOUT_A_TEST = ("__init__",)
"""Imports only, which every test runs."""


def coverage(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run coverage without the project's own settings, which measure all packages at once."""
    command = [sys.executable, "-P", "-m", "coverage", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def left_out(name: str, folder: Path) -> str:
    """What the test of the module leaves out of it, as coverage reports it; empty for nothing."""
    settings = ("--rcfile=", f"--data-file={folder / name}")
    measured = ("run", *settings, "--branch", f"--include=crdt/{name}.py")
    done = coverage(*measured, "-m", "pytest", "-q", "-x", f"tests/crdt/test_{name}.py")
    if done.returncode:
        return f"the test does not pass:\n{done.stdout}{done.stderr}"
    report = coverage("report", *settings, "--show-missing", "--fail-under=100")
    return "" if report.returncode == 0 else report.stdout + report.stderr


def main(names: list[str]) -> int:
    """Run from the command line; 1 when a test leaves something out."""
    modules = sorted(path.stem for path in (ROOT / "crdt").glob("*.py") if path.stem not in WITHOUT_A_TEST)
    whole = 0
    for name in names or modules:
        with tempfile.TemporaryDirectory(prefix="commonplace-coverage-") as folder:
            found = left_out(name, Path(folder))
        whole += not found
        print(f"{name}: {found or 'every line and branch'}", flush=True)
    print(f"{whole} of {len(names or modules)} modules are run in full by their own tests")
    return 0 if whole == len(names or modules) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
