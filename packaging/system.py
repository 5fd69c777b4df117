"""
What the system must have before Commonplace can run: libraries for Qt, a font, Python's venv.

It looks with the dynamic linker and the file system, never by asking the package tool, and installs with
apt-get where that needs no password. Standard library only; part of packaging/dev.py.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEV = ROOT / ".dev"
LOG = DEV / "install.log"

# What PySide6-Essentials loads from the system, by Qt platform: file, and Debian's package that has it.
QT_LIBRARIES = {
    "offscreen": {
        "libglib-2.0.so.0": "libglib2.0-0",
        "libgthread-2.0.so.0": "libglib2.0-0",
        "libEGL.so.1": "libegl1",
        "libGL.so.1": "libgl1",
        "libxkbcommon.so.0": "libxkbcommon0",
        "libfontconfig.so.1": "libfontconfig1",
        "libdbus-1.so.3": "libdbus-1-3",
    },
    "xcb": {
        "libxcb-cursor.so.0": "libxcb-cursor0",
        "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
        "libxcb-icccm.so.4": "libxcb-icccm4",
        "libxcb-image.so.0": "libxcb-image0",
        "libxcb-keysyms.so.1": "libxcb-keysyms1",
        "libxcb-render-util.so.0": "libxcb-render-util0",
        "libxcb-shape.so.0": "libxcb-shape0",
    },
    "wayland": {
        "libwayland-cursor.so.0": "libwayland-cursor0",
        "libwayland-egl.so.1": "libwayland-egl1",
    },
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


def missing_qt_packages(platforms: Iterable[str] = ()) -> list[str]:
    """
    Debian's packages of the libraries that Qt would not find, each once, in the table's order.

    Args:
        platforms: Qt platforms that will be used; what offscreen needs, all of them need.
    """
    if not sys.platform.startswith("linux"):
        return []
    missing: dict[str, None] = {}
    for platform in ("offscreen", *platforms):
        for library, package in QT_LIBRARIES.get(platform, {}).items():
            if package not in missing and not can_load(library):
                missing[package] = None
    if not has_font():
        missing[FONT_PACKAGE] = None
    return list(missing)


def missing_compiler_packages() -> list[str]:
    """Debian's packages for compiling the core: a C compiler, its library's headers, Python's own."""
    import shutil
    import sysconfig

    if not sys.platform.startswith("linux"):
        return []
    missing = [] if shutil.which("cc") else ["gcc", "libc6-dev"]
    if not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")):
        missing.append(f"python{sys.version_info[0]}.{sys.version_info[1]}-dev")
    return missing


def missing_database_packages() -> list[str]:
    """Debian's package of PostgreSQL, on which the server's tests run as well as on SQLite."""
    import glob
    import shutil

    if not sys.platform.startswith("linux"):
        return []
    there = shutil.which("initdb") or glob.glob("/usr/lib/postgresql/*/bin/initdb")
    return [] if there else ["postgresql"]


def missing_desktop_packages() -> list[str]:
    """Debian's packages of a desktop's tools, with which links from other programs are tried."""
    import shutil

    if not sys.platform.startswith("linux"):
        return []
    tools = {"desktop-file-validate": "desktop-file-utils", "xdg-open": "xdg-utils"}
    return [package for tool, package in tools.items() if not shutil.which(tool)]


def can_provide() -> bool:
    """Whether `provide` would ask for nothing."""
    import shutil

    return shutil.which("apt-get") is not None and password_free_prefix() is not None


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
        as_root = "sudo sh -c" if shutil.which("sudo") else "su -c"
        raise Refusal(
            "Some system packages are missing. Run this line once, then the same command again:\n"
            f"    {as_root} 'apt-get update && {line}'"
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
