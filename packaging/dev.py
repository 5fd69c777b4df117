#!/usr/bin/env python3
"""
One command to run Commonplace from a checkout, one to test it.

    python3 packaging/dev.py run [-- ARGS]            the program; with a command word, its command line
    python3 packaging/dev.py run-server [-- ARGS]     the server
    python3 packaging/dev.py test [-- PYTEST ARGS]    ruff, mypy, pytest on both builds of the core;
                                                      with arguments, pytest alone
    python3 packaging/dev.py bench [NAME [ARGS]]      a module of tests/bench; without a name, lists them
    python3 packaging/dev.py translations [LANGUAGE…] makes or updates catalogues for Qt Linguist
    python3 packaging/dev.py python [-- ARGS]         prints the interpreter; with arguments, becomes it

Standard library only, and it starts on any Python from 3.9 on: a fresh machine needs nothing else.
The environment lives in .dev/ of the checkout, which git ignores. It is made anew when pyproject.toml
changes, and reads the sources where they lie: an edit needs no reinstallation. What the system lacks is
installed with apt-get where that needs no password; otherwise the one line to run is printed.

It is not part of the installed program, and never imports it. Its own messages go to stderr.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import IO, NoReturn

from environment import ENVIRONMENT, environment, install
from system import (
    ROOT,
    Refusal,
    can_provide,
    missing_compiler_packages,
    missing_database_packages,
    missing_desktop_packages,
    missing_qt_packages,
    say,
)

BENCHES = ROOT / "tests" / "bench"

PYTHON_MIN = (3, 11)
PYTHONS_TO_TRY = ("python3.13", "python3.12", "python3.11", "python3.14")


def leave_for_newer_python(version: tuple[int, int] = sys.version_info[:2]) -> None:
    """Continue under a newer interpreter where this one is too old for the environment."""
    if version >= PYTHON_MIN:
        return
    import shutil

    for name in PYTHONS_TO_TRY:
        found = shutil.which(name)
        if found:
            replace_process([found, str(Path(__file__).resolve()), *sys.argv[1:]])
    raise Refusal(
        f"Commonplace needs Python {PYTHON_MIN[0]}.{PYTHON_MIN[1]} or newer, and this is "
        f"{version[0]}.{version[1]}. Install a newer one and run this again with it."
    )


def replace_process(command: list[str]) -> NoReturn:
    """Become the command: signals reach it, and its exit code is ours."""
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "nt":  # execv there returns to the shell at once
        sys.exit(call(command))
    os.execv(command[0], command)


def call(command: list[str]) -> int:
    """Run a command to its end; interrupts go to it. Answers its exit code, 128 + n if signal n ended it."""
    import signal
    import subprocess

    process = subprocess.Popen(command)
    # The terminal sends an interrupt to the child as well, which decides what it means. It is not
    # raised here: an exception between the child's end and the reading of its code loses the code.
    handlers = {signal.SIGINT: lambda *_: None, signal.SIGTERM: lambda *_: process.terminate()}
    previous = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        code = process.wait()
        return code if code >= 0 else 128 - code
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def needs_window(arguments: list[str]) -> bool:
    """Whether `commonplace ARGUMENTS` opens the window: only a profile, and what is for Qt after "--"."""
    rest = iter(arguments)
    for argument in rest:
        if argument == "--":
            return True
        if argument == "--profile":
            next(rest, None)
        elif not argument.startswith("--profile="):
            return False
    return True


def platforms() -> list[str]:
    """The Qt platforms that a window could use here; empty without a display."""
    chosen = os.environ.get("QT_QPA_PLATFORM")
    if chosen:
        return [part.split(":")[0].split("-")[0] for part in chosen.split(";")]
    displays = {"DISPLAY": "xcb", "WAYLAND_DISPLAY": "wayland"}
    return [platform for name, platform in displays.items() if os.environ.get(name)]


def run(arguments: list[str]) -> NoReturn:
    """`dev.py run`: become the program, in the folder it was started in: arguments may be paths."""
    packages: list[str] = []
    if needs_window(arguments):
        if sys.platform.startswith("linux") and not platforms():
            raise Refusal(
                "There is no display to open a window on: neither DISPLAY nor WAYLAND_DISPLAY is set. "
                "Start this from a desktop, or give a command: python3 packaging/dev.py run -- list"
            )
        packages = missing_qt_packages(platforms())
    replace_process([environment(packages), "-P", "-m", "app", *arguments])


def run_server(arguments: list[str]) -> NoReturn:
    """`dev.py run-server`: become the server."""
    replace_process([environment([]), "-P", "-m", "sync.server", *arguments])


def test(arguments: list[str]) -> NoReturn:
    """
    `dev.py test`: the steps in turn, ending at the first that fails, with its code.

    With arguments only pytest runs, with them: that is for the minute between two edits. Without, all that
    a change is held to, the core on both its builds. Nothing is drawn on a screen unless QT_QPA_PLATFORM
    says so.
    """
    packages = missing_qt_packages()
    if not arguments:
        packages += missing_compiler_packages()
    if not arguments or os.environ.get("CI"):
        tried_with = missing_database_packages() + missing_desktop_packages()
        if tried_with and not can_provide() and not os.environ.get("CI"):
            say(f"Not installed (Debian's packages): {', '.join(tried_with)}. What needs them is skipped.")
        else:
            packages += tried_with
    python = environment(packages)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.chdir(ROOT)
    compiled_first = "pythonpath=.dev/compiled . packaging"
    # Three for every two cores: a third of the time a test waits for a disk, a thread or another process.
    processes = max(2, (os.cpu_count() or 1) * 3 // 2)
    # A process that crashed has failed already: another in its place may wait for ever for what was its work.
    on_all_cores = ["-n", str(processes), "--dist", "loadfile", "--max-worker-restart", "0"]
    # Files by name: a file of one long test, which would otherwise come last, is not waited for by all.
    on_all_cores.append("--no-loadscope-reorder")
    steps = [
        ("ruff check", ["-m", "ruff", "check", "."]),
        ("ruff format --check", ["-m", "ruff", "format", "--check", "."]),
        ("mypy --strict", ["-m", "mypy", "--strict", "crdt", "sync", "app", "resources", "packaging"]),
        ("compiling the core", ["packaging/compiled.py"]),
        (
            "pytest, the compiled core",
            ["-P", "-m", "pytest", *on_all_cores, "-q", "-o", compiled_first, "tests/crdt"],
        ),
    ]
    for number, (name, module) in enumerate([] if arguments else steps, 1):
        print(f"── {number}/{len(steps) + 1} {name}", flush=True)
        begin = time.monotonic()
        code = call([python, *module])
        if code:
            say(f"{name} failed after {time.monotonic() - begin:.1f} s.")
            sys.exit(code)
    print("── pytest" if arguments else f"── {len(steps) + 1}/{len(steps) + 1} pytest", flush=True)
    replace_process([python, "-m", "pytest", *(arguments or on_all_cores)])


def bench(arguments: list[str]) -> NoReturn:
    """`dev.py bench NAME …`: become tests/bench/NAME.py, with what its REQUIRES asks for installed."""
    names = sorted(path.stem for path in BENCHES.glob("*.py") if not path.stem.startswith("_"))
    if not arguments:
        print("\n".join(names) or "There are no benches yet.")
        sys.exit(0)
    name, *rest = arguments
    if name not in names:
        raise Refusal(f"There is no bench {name!r}. There are: {', '.join(names) or 'none yet'}.")
    python = environment(missing_qt_packages())
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    for requirement in requirements_of(BENCHES / f"{name}.py"):
        have = ENVIRONMENT / "extras" / requirement.replace("/", "_")
        if not have.exists():
            say(f"Installing {requirement} for this bench.")
            install(requirement)
            have.parent.mkdir(exist_ok=True)
            have.touch()
    os.chdir(ROOT)
    replace_process([python, "-m", f"tests.bench.{name}", *rest])


def requirements_of(module: Path) -> list[str]:
    """The strings of the module's `REQUIRES = [...]`, read without importing it; none without it."""
    import ast

    for statement in ast.parse(module.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "REQUIRES" for target in statement.targets
        ):
            return [str(requirement) for requirement in ast.literal_eval(statement.value)]
    return []


def python(arguments: list[str]) -> NoReturn:
    """`dev.py python`: print the interpreter's path; with arguments, become it."""
    path = environment([])
    if arguments:
        replace_process([path, *arguments])
    print(path)
    sys.exit(0)


def translations(arguments: list[str]) -> NoReturn:
    """`dev.py translations LANGUAGE…`: make or update catalogues, all there are without a language."""
    replace_process([environment([]), str(ROOT / "packaging" / "translations.py"), *arguments])


COMMANDS = {
    "run": run,
    "run-server": run_server,
    "test": test,
    "bench": bench,
    "python": python,
    "translations": translations,
}


def usage(out: IO[str]) -> None:
    """Print the commands."""
    print((__doc__ or "").split("\n\n")[1], file=out)


def main(arguments: list[str]) -> int:
    """Carry out one command; answers an exit code where the command does not replace this process."""
    if not arguments or arguments[0] not in COMMANDS:
        asked = bool(arguments) and arguments[0] in ("-h", "--help", "help")
        usage(sys.stdout if asked else sys.stderr)
        return 0 if asked else 2
    name, *rest = arguments
    if rest and rest[0] == "--":
        rest = rest[1:]
    try:
        leave_for_newer_python()
        COMMANDS[name](rest)
    except Refusal as refusal:
        say(str(refusal))
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
