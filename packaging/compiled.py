"""
The core, compiled: the sources of `crdt` as one group through mypyc, into a folder outside the tree.

A compiled module beside its source would win every import and hide each later edit. Run as a program this
fills `.dev/compiled`, or the folder named, for tests and benches; the wheel's build hook uses `compile_core`.

    python3 packaging/dev.py python packaging/compiled.py [FOLDER]
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".dev" / "compiled"

SETUP = """
import os
from pathlib import Path
from mypyc.build import mypycify
from setuptools import setup
sources = sorted(str(path) for path in Path("crdt").glob("*.py"))
modules = mypycify(["--strict", *sources], group_name="crdt", opt_level="3")
if os.name == "posix":  # what nobody else can call can be inlined, which takes a tenth off the time
    modules[0].extra_compile_args.append("-fvisibility=hidden")
setup(name="crdt", packages=["crdt"], ext_modules=modules)
"""


class CompilationFailed(Exception):
    """There is no compiler here, or it refused; the message is what it printed."""


def digest() -> str:
    """What the compiled files depend on: the sources, how they are compiled, and the interpreter."""
    found = hashlib.sha256(sys.version.encode() + SETUP.encode())
    for path in sorted((ROOT / "crdt").glob("*.py")):
        found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()


def is_current(folder: Path) -> bool:
    """Whether `folder` holds the present sources, compiled by this interpreter."""
    stamp = folder / "digest"
    return stamp.exists() and stamp.read_text() == digest()


def compile_core(folder: Path) -> None:
    """
    Put `crdt`, sources and compiled modules, into `folder`; nothing is done when it holds them already.

    Raises:
        CompilationFailed: mypy, setuptools or a C compiler is missing, or the sources do not compile.
    """
    if is_current(folder):
        return
    with tempfile.TemporaryDirectory(prefix="commonplace-core-") as name:
        work = Path(name)
        compiled = digest()
        shutil.copytree(ROOT / "crdt", work / "crdt", ignore=shutil.ignore_patterns("__pycache__", "*.md"))
        (work / "setup.py").write_text(SETUP)
        command = [sys.executable, "setup.py", "-q", "build_ext", "--inplace"]
        done = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CompilationFailed(done.stdout[-2000:] + done.stderr[-2000:])
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(work / "crdt", folder / "crdt", ignore=shutil.ignore_patterns("__pycache__"))
        for path in work.glob("*.so"):
            shutil.copy(path, folder)
    (folder / "digest").write_text(compiled)


def is_wanted() -> bool | None:
    """
    What COMMONPLACE_COMPILE asks for: 1 to compile or fail, 0 not to; None to compile where it can be done.
    """
    return {"1": True, "0": False}.get(os.environ.get("COMMONPLACE_COMPILE", ""))


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    try:
        compile_core(target)
    except CompilationFailed as failure:
        sys.exit(f"The core could not be compiled:\n{failure}")
    print(target)
