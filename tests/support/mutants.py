"""
Planted bugs: one-line changes of the core that the tests must notice.

    python -m tests.support.mutants                 all, with a table of what became of each
    python -m tests.support.mutants NAME …          some
    python -m tests.support.mutants --promises      those of the table in crdt/README.md, on its tests alone
    python -m tests.support.mutants --jobs 2 --limit-s 90

Each is tried on a copy of crdt/ and the tests, never on the tree, which must pass without. A planted bug is
killed when a test fails or the time limit passes, stale when the line it changes is no longer there, and has
survived otherwise: then a test is missing, or the change changes nothing.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent.parent
LIST = Path(__file__).with_suffix(".toml")
README = ROOT / "crdt" / "README.md"
KILLED, SURVIVED, STALE = "killed", "SURVIVED", "STALE"

PROFILE = """
from hypothesis import Phase, settings

settings.register_profile("mutants", settings.get_profile("quick"), phases=[Phase.explicit, Phase.generate])
settings.load_profile("mutants")
"""
"""A failing example is enough; making it small would take most of the time."""

ALWAYS = (
    "test_text.py",
    "test_sequence.py",
    "test_undo.py",
    "test_undo_properties.py",
    "test_marks.py",
    "test_marks_properties.py",
    "test_blocks.py",
    "test_text_state.py",
    "test_text_codec.py",
)
"""Run after the test of the changed module itself."""

LENSES = ("crdt/reshape.py", "sync/model/lenses.py", "sync/model/v2.py")
"""Held by the laws of the lenses."""

SERVER = ("sync/server/", "sync/storage/")
"""Planted there are bugs of going from one data model to the next."""

ALWAYS_FOR_SERVERS = (
    "tests/sync/server/test_ingest_models.py",
    "tests/sync/server/test_session_models.py",
    "tests/sync/server/test_compatibility.py",
    "tests/sync/storage/test_model_store.py",
    "tests/sync/server/test_migration.py",
    "tests/sync/server/test_admin_models.py",
)

ALWAYS_FOR_DOCUMENTS = (
    "test_document.py",
    "test_document_properties.py",
    "test_arrays.py",
    "test_delta.py",
    "test_document_load.py",
)
"""The same, for what texts do not need."""

DOCUMENT_MODULES = {
    *("clock", "fractional", "tree", "schema"),
    *("arrays", "objects", "object_gate", "object_tree", "edit"),
    *("delta", "delta_codec", "split", "bursts", "rotate", "reshape"),
    *("document", "document_codec", "document_log", "document_deltas"),
}


class Mutant(NamedTuple):
    """One planted bug: ``old``, which occurs once in ``file``, becomes ``new``."""

    name: str
    file: str
    old: str
    new: str


class Verdict(NamedTuple):
    """What became of a planted bug, after how many seconds, and which test noticed."""

    mutant: Mutant
    fate: str
    seconds: float
    noticed_by: str


def mutants() -> list[Mutant]:
    """All planted bugs, in the order of the list."""
    entries = tomllib.loads(LIST.read_text(encoding="utf-8"))["mutant"]
    return [Mutant(**entry) for entry in entries]


def promises() -> list[tuple[str, str]]:
    """What the README says proves each promise: a test, as pytest names it, and the name of a planted bug."""
    row = re.compile(r"^\| .* \| `(\w+\.py)::(\w+)` \| (.+) \|$", re.MULTILINE)
    found = row.findall(README.read_text(encoding="utf-8"))
    return [(f"tests/crdt/{file}::{test}", bug) for file, test, bug in found]


def applied(mutant: Mutant, root: Path = ROOT) -> str | None:
    """The text of the file with the bug in it; None when the line is not there, or not only once."""
    text = (root / mutant.file).read_text(encoding="utf-8")
    if text.count(mutant.old) != 1:
        return None
    return text.replace(mutant.old, mutant.new)


def tests_for(mutant: Mutant) -> list[str]:
    """The tests to run, the closest first."""
    if mutant.file in LENSES:
        return ["tests/sync/model/test_lenses.py", "tests/sync/model/test_v2.py"]
    module = Path(mutant.file).stem
    own = f"test_{module}.py"
    if mutant.file.startswith(SERVER):
        nearest = f"tests/{Path(mutant.file).parent}/{own}"
        return list(dict.fromkeys([nearest, *ALWAYS_FOR_SERVERS]))
    others = ALWAYS_FOR_DOCUMENTS if module in DOCUMENT_MODULES and ALWAYS else ALWAYS
    names = [own, *[name for name in others if name != own]]
    return [f"tests/crdt/{name}" for name in names if (ROOT / "tests" / "crdt" / name).exists()]


def copy_tree(folder: Path) -> None:
    """Copy what the tests of the texts need."""
    shutil.copy(ROOT / "pyproject.toml", folder)
    for name in ("crdt", "sync", "tests/support", "tests/crdt", "tests/sync", "tests/golden"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "tests" / "conftest.py", folder / "tests")
    (folder / "tests" / "crdt" / "conftest.py").write_text(PROFILE, encoding="utf-8")
    (folder / "packaging").mkdir()


def run_tests(folder: Path, tests: list[str], limit_s: float) -> tuple[bool, str]:
    """Whether the tests of a copy pass, and which does not; a time limit that passes is a failure too."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "--tb=no", *tests]
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=limit_s, check=False
        )
    except subprocess.TimeoutExpired:
        return False, "the time limit"
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    if done.returncode and not any("::" in line for line in failed):
        raise RuntimeError(f"the tests could not be run:\n{done.stdout}{done.stderr}")
    return not done.returncode, failed[0].split(" - ")[0].split("::")[-1] if failed else ""


def attempt(mutant: Mutant, limit_s: float, tests: list[str] | None = None) -> Verdict:
    """Plant one bug in a copy and run the tests on it, those closest to it unless others are named."""
    text = applied(mutant)
    if text is None:
        return Verdict(mutant, STALE, 0.0, "")
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="commonplace-mutant-") as name:
        folder = Path(name)
        copy_tree(folder)
        (folder / mutant.file).write_text(text, encoding="utf-8")
        passed, noticed_by = run_tests(folder, tests or tests_for(mutant), limit_s)
    return Verdict(mutant, SURVIVED if passed else KILLED, time.monotonic() - started, noticed_by)


def assert_sound(tests: list[str], limit_s: float) -> None:
    """Without a planted bug the tests pass; otherwise every bug would seem to be noticed."""
    with tempfile.TemporaryDirectory(prefix="commonplace-mutant-") as name:
        copy_tree(Path(name))
        passed, noticed_by = run_tests(Path(name), tests, limit_s)
    if not passed:
        raise RuntimeError(f"the tests fail without a planted bug: {noticed_by}")


def main(arguments: list[str]) -> int:
    """Run from the command line; 1 when a bug survived or is stale."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.mutants", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--promises", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--limit-s", type=float, default=120.0)
    options = parser.parse_args(arguments)
    planted = {mutant.name: mutant for mutant in mutants()}
    chosen: list[tuple[Mutant, list[str] | None]] = [(mutant, None) for mutant in planted.values()]
    if options.promises:
        chosen = [(planted[bug], [test]) for test, bug in promises()]
    chosen = [
        (mutant, tests) for mutant, tests in chosen if not options.names or mutant.name in options.names
    ]
    found: list[Verdict] = []
    started = time.monotonic()
    needed = {test for mutant, tests in chosen for test in tests or tests_for(mutant)}
    assert_sound(sorted(needed), 10 * options.limit_s)
    with ThreadPoolExecutor(options.jobs) as pool:
        for verdict in pool.map(lambda one: attempt(one[0], options.limit_s, one[1]), chosen):
            found.append(verdict)
            print(
                f"{verdict.fate:9}{verdict.seconds:6.1f} s  {verdict.mutant.name}  {verdict.noticed_by}",
                flush=True,
            )
    counts = {fate: sum(verdict.fate == fate for verdict in found) for fate in (KILLED, SURVIVED, STALE)}
    print(", ".join(f"{count} {fate.lower()}" for fate, count in counts.items()), end="")
    print(f" in {time.monotonic() - started:.0f} s")
    return 0 if found and counts[KILLED] == len(found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
