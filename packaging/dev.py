#!/usr/bin/env python3
"""
One command to run Commonplace from a checkout, one to test it.

    python3 packaging/dev.py run [-- ARGS]            the program; with a command word, its command line
    python3 packaging/dev.py run-server [-- ARGS]     the server
    python3 packaging/dev.py test [-- PYTEST ARGS]    ruff, mypy, pytest; with arguments, pytest alone
    python3 packaging/dev.py bench [NAME [ARGS]]      a module of tests/bench; without a name, lists them
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
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NoReturn

ROOT = Path(__file__).resolve().parent.parent
DEV = ROOT / ".dev"
ENVIRONMENT = DEV / "venv"
STAMP = ENVIRONMENT / "made-from"
LOG = DEV / "install.log"
BENCHES = ROOT / "tests" / "bench"

PYTHON_MIN = (3, 11)
PYTHONS_TO_TRY = ("python3.13", "python3.12", "python3.11", "python3.14")

# Raised whenever this file makes environments in another way than before.
ENVIRONMENT_FORMAT = 1

# What PySide6-Essentials loads from the system: file, and Debian's package that has it.
OFFSCREEN_LIBRARIES = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
}
# And what its X11 platform adds.
DISPLAY_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
}
# Without any font every letter is a box.
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
FONT_ENDINGS = (".ttf", ".otf", ".ttc", ".pfb")
FONT_PACKAGE = "fonts-dejavu-core"

OFFLINE_SIGNS = (
    "Temporary failure in name resolution",
    "Temporary failure resolving",
    "Name or service not known",
    "Failed to establish a new connection",
    "Network is unreachable",
    "Connection refused",
    "ConnectTimeoutError",
    "ProxyError",
    "Could not connect to",
)


class Refusal(Exception):
    """A sentence that says what is wrong and what to do; it ends the program with exit code 1."""


def say(sentence: str) -> None:
    """Tell the person something on stderr, at once."""
    print(sentence, file=sys.stderr, flush=True)


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


def missing_venv_packages() -> list[str]:
    """Debian's package for making environments, where this interpreter came without it."""
    from importlib.util import find_spec

    if find_spec("venv") and find_spec("ensurepip"):
        return []
    return [f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"]


def can_load(library: str) -> bool:
    """Whether the dynamic linker finds the library. Cost: one dlopen."""
    import ctypes

    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def has_font(folders: Iterable[str] = FONT_FOLDERS) -> bool:
    """Whether any font file lies in the folders; stops at the first."""
    for folder in folders:
        for _, _, names in os.walk(os.path.expanduser(folder)):
            if any(name.lower().endswith(FONT_ENDINGS) for name in names):
                return True
    return False


def missing_qt_packages(display: bool) -> list[str]:
    """
    Debian's packages of the libraries that Qt would not find, each once, in the table's order.

    Args:
        display: True when a window is to appear on an X display, False for offscreen.
    """
    if not sys.platform.startswith("linux"):
        return []
    libraries = {**OFFSCREEN_LIBRARIES, **(DISPLAY_LIBRARIES if display else {})}
    missing = dict.fromkeys(package for library, package in libraries.items() if not can_load(library))
    if not has_font():
        missing[FONT_PACKAGE] = None
    return list(missing)


def provide(packages: list[str]) -> None:
    """
    Install Debian packages where that needs no password.

    Raises:
        Refusal: it would need one, or there is no apt-get, or the installation failed.
    """
    if not packages:
        return
    import shutil

    if shutil.which("apt-get") is None:
        raise Refusal(
            "This system lacks what Debian calls " + ", ".join(packages) + ". "
            "Install these with your system's own package tool and run this again."
        )
    line = "apt-get install -y --no-install-recommends " + " ".join(packages)
    prefix = password_free_prefix()
    if prefix is None:
        raise Refusal(
            "Some system packages are missing. Run this line once, then the same command again:\n"
            f"    sudo sh -c 'apt-get update && {line}'"
        )
    say(f"Installing system packages: {' '.join(packages)}")
    prefix = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive"]
    logged([*prefix, "apt-get", "-o", "DPkg::Lock::Timeout=120", "update"], "apt-get update")
    logged([*prefix, *line.replace("install", "-o DPkg::Lock::Timeout=120 install", 1).split()], "apt-get")


def password_free_prefix() -> list[str] | None:
    """What makes a command run as root: nothing for root, sudo where it asks nothing; else None."""
    import shutil
    import subprocess

    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:
        return [sudo, "-n"]
    return None


def environment_python() -> Path:
    """The environment's interpreter, there or not."""
    return ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def stamp() -> str:
    """What the environment is made from. Any difference, a moved checkout included, makes it anew."""
    made_from = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return f"{ENVIRONMENT_FORMAT}\n{ROOT}\n{made_from}"


def is_current() -> bool:
    """Whether the environment is complete and made from the present pyproject.toml."""
    try:
        return STAMP.read_text(encoding="utf-8") == stamp() and environment_python().exists()
    except OSError:
        return False


def environment(system_packages: list[str]) -> str:
    """
    The path of an interpreter that has everything; makes the environment first where it must.

    Args:
        system_packages: Debian packages that are missing for what comes next.

    Raises:
        Refusal: something could not be installed.

    Cost: two small reads when the environment is current; a minute or two when it is not.
    """
    if is_current():
        provide(system_packages)
        return str(environment_python())
    DEV.mkdir(exist_ok=True)
    with only_one():
        if not is_current():
            provide([*missing_venv_packages(), *system_packages])
            make_environment()
    return str(environment_python())


@contextmanager
def only_one() -> Iterator[None]:
    """Hold a lock among the processes of this checkout, so that two never make the environment at once."""
    with open(DEV / "lock", "w", encoding="utf-8") as lock:
        try:
            import fcntl
        except ImportError:  # Windows: two first runs at once are not guarded there
            yield
            return
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("Another run is making the environment; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def make_environment() -> None:
    """Make .dev/venv from nothing. The stamp is written last: what is half made is made again."""
    import shutil

    say("Making the environment in .dev (once; a minute or two).")
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    LOG.unlink(missing_ok=True)
    # By its full name, such as python3.11: when that goes away, the environment is seen to be broken.
    logged([os.path.realpath(sys.executable), "-m", "venv", str(ENVIRONMENT)], "Making the environment")
    install("--editable", f"{ROOT}[dev]")
    STAMP.write_text(stamp(), encoding="utf-8")
    say("Done.")


def install(*what: str) -> None:
    """Install packages into the environment with pip."""
    pip = [str(environment_python()), "-m", "pip", "install", "--quiet", "--progress-bar", "off"]
    logged([*pip, *what], "Installing the Python packages", env=pip_variables())


def pip_variables() -> dict[str, str]:
    """The environment variables for pip: the person's own, less what would send packages elsewhere."""
    variables = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME", "PIP_TARGET")}
    variables["PIP_USER"] = "0"
    variables["PIP_ROOT_USER_ACTION"] = "ignore"
    variables["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    variables["PIP_NO_INPUT"] = "1"
    variables.setdefault("PIP_RETRIES", "2")
    if not person_owns_cache():
        variables["PIP_CACHE_DIR"] = str(DEV / "pip")
    return variables


def person_owns_cache() -> bool:
    """Whether pip's usual cache can be used; if not, pip warns at length and keeps nothing."""
    if os.environ.get("PIP_CACHE_DIR"):
        return True
    place = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")) / "pip"
    while not place.exists() and place != place.parent:
        place = place.parent
    owner_is_me = os.name == "nt" or place.stat().st_uid == os.geteuid()
    return owner_is_me and os.access(place, os.W_OK)


def logged(command: list[str], what: str, env: dict[str, str] | None = None) -> None:
    """
    Run a command with its output in .dev/install.log.

    Raises:
        Refusal: it failed; the sentence says whether the network is the likely reason.
    """
    import subprocess

    DEV.mkdir(exist_ok=True)
    with open(LOG, "a+", encoding="utf-8", errors="replace") as log:
        log.write(f"$ {' '.join(command)}\n")
        log.flush()
        begin = log.tell()
        code = subprocess.call(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env)
        if code:
            log.seek(begin)
            raise Refusal(failure(what, log.read()))


def failure(what: str, output: str) -> str:
    """The sentence for a failed installation step, from what the step printed."""
    details = f"{LOG.relative_to(ROOT)} has the details."
    if any(sign in output for sign in OFFLINE_SIGNS):
        return f"{what} needs the network, and it cannot be reached. Once it can, run this again. {details}"
    tail = "\n".join("    " + line for line in output.strip().splitlines()[-12:])
    return f"{what} failed; {details} Its last lines:\n{tail}"


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
    previous = signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    try:
        while True:
            try:
                code = process.wait()
                return code if code >= 0 else 128 - code
            except (
                KeyboardInterrupt
            ):  # the terminal sent it to the child as well, which decides what it means
                continue
    finally:
        signal.signal(signal.SIGTERM, previous)


def needs_window(arguments: list[str]) -> bool:
    """Whether `commonplace ARGUMENTS` opens the window: no command word, no question among them."""
    rest = iter(arguments)
    for argument in rest:
        if argument in ("-h", "--help", "--version"):
            return False
        if argument == "--profile":
            next(rest, None)
        elif not argument.startswith("-"):
            return False
    return True


def has_display() -> bool:
    """Whether Qt was given somewhere to draw."""
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def run(arguments: list[str]) -> NoReturn:
    """`dev.py run`: become the program, in the folder it was started in: arguments may be paths."""
    packages: list[str] = []
    if needs_window(arguments):
        if not has_display():
            raise Refusal(
                "There is no display to open a window on: neither DISPLAY nor WAYLAND_DISPLAY is set. "
                "Start this from a desktop, or give a command: python3 packaging/dev.py run -- list"
            )
        packages = missing_qt_packages(display=os.environ.get("QT_QPA_PLATFORM", "xcb").startswith("xcb"))
    replace_process([environment(packages), "-P", "-m", "app", *arguments])


def run_server(arguments: list[str]) -> NoReturn:
    """`dev.py run-server`: become the server."""
    replace_process([environment([]), "-P", "-m", "sync.server", *arguments])


def test(arguments: list[str]) -> NoReturn:
    """
    `dev.py test`: the steps in turn, ending at the first that fails, with its code.

    With arguments only pytest runs, with them: that is for the minute between two edits. Without, all that
    a change is held to. Nothing is drawn on a screen unless QT_QPA_PLATFORM says so.
    """
    python = environment(missing_qt_packages(display=False))
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.chdir(ROOT)
    steps = [
        ("ruff check", ["ruff", "check", "."]),
        ("ruff format --check", ["ruff", "format", "--check", "."]),
        ("mypy --strict", ["mypy", "--strict", "crdt", "sync", "app", "resources"]),
        ("mypy, tests", ["mypy", "tests"]),
        ("mypy --strict, packaging", ["mypy", "--strict", "packaging/dev.py"]),
    ]
    for number, (name, module) in enumerate([] if arguments else steps, 1):
        print(f"── {number}/{len(steps) + 1} {name}", flush=True)
        begin = time.monotonic()
        code = call([python, "-m", *module])
        if code:
            say(f"{name} failed after {time.monotonic() - begin:.1f} s.")
            sys.exit(code)
    print(f"── {len(steps) + 1}/{len(steps) + 1} pytest" if not arguments else "── pytest", flush=True)
    replace_process([python, "-m", "pytest", *arguments])


def bench(arguments: list[str]) -> NoReturn:
    """`dev.py bench NAME …`: become tests/bench/NAME.py, with what its REQUIRES asks for installed."""
    names = sorted(path.stem for path in BENCHES.glob("*.py") if not path.stem.startswith("_"))
    if not arguments:
        print("\n".join(names) or "There are no benches yet.")
        sys.exit(0)
    name, *rest = arguments
    if name not in names:
        raise Refusal(f"There is no bench {name!r}. There are: {', '.join(names) or 'none yet'}.")
    python = environment(missing_qt_packages(display=False))
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


COMMANDS = {"run": run, "run-server": run_server, "test": test, "bench": bench, "python": python}


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
