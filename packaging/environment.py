"""
The Python environment in .dev/ of the checkout.

It is made anew whenever pyproject.toml differs from what it was made from, and reads the sources where
they lie. The stamp is written last, so that what was left half made is made again. Standard library only;
part of packaging/dev.py.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from system import DEV, ROOT, logged, missing_venv_packages, provide, say

ENVIRONMENT = DEV / "venv"
STAMP = ENVIRONMENT / "made-from"

# Raised whenever this file makes environments in another way than before.
ENVIRONMENT_FORMAT = 1


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
    if is_current() and not system_packages:
        return str(environment_python())
    DEV.mkdir(exist_ok=True)
    with only_one():
        current = is_current()
        provide([*([] if current else missing_venv_packages()), *system_packages])
        if not current:
            make_environment()
    return str(environment_python())


@contextmanager
def only_one() -> Iterator[None]:
    """Hold a lock among the processes of this checkout, so that two never install anything at once."""
    with open(DEV / "lock", "w", encoding="utf-8") as lock:
        try:
            import fcntl
        except ImportError:  # Windows: two first runs at once are not guarded there
            yield
            return
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("Another run is installing what is missing; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def make_environment() -> None:
    """Make .dev/venv from nothing. The stamp is written last: what is half made is made again."""
    import shutil

    say("Making the environment in .dev (once; a minute or two).")
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
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
    variables["COMMONPLACE_COMPILE"] = "0"  # an editable installation is never compiled: ask for no compiler
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
