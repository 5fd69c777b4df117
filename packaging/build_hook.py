"""
Makes a wheel's core compiled where a C compiler is, and plain where none is; `pip install` never fails for
want of one.

COMMONPLACE_COMPILE=1 compiles or fails, =0 does not try. An editable installation reads the checkout and
stays plain.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).resolve().parent))

from compiled import CompilationFailed, compile_core, is_wanted


class CompiledCore(BuildHookInterface[Any]):
    """Adds the compiled modules of `crdt` to a wheel."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What compiling needs beside the C compiler."""
        return [] if is_wanted() is False else ["mypy>=2.4,<2.5", "setuptools>=75"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile into a folder outside the tree and name the files that belong into the wheel."""
        if self.target_name != "wheel" or version == "editable" or is_wanted() is False:
            return
        self.folder = tempfile.TemporaryDirectory(prefix="commonplace-wheel-")
        folder = Path(self.folder.name)
        try:
            compile_core(folder)
        except CompilationFailed as failure:
            if is_wanted():
                raise
            self.app.display_warning(f"The core stays plain Python, it could not be compiled:\n{failure}")
            return
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        for path in folder.rglob("*.so"):
            build_data["force_include"][str(path)] = str(path.relative_to(folder))

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the folder."""
        if hasattr(self, "folder"):
            self.folder.cleanup()
