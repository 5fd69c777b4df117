"""
Our source files, parsed: what each imports, defines and says.

Imports are read from the syntax tree, never from the text. A complaint is a line "path:line: sentence".
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[3]

# Folders of Python code. The first four ship.
SHIPPED = ("app", "crdt", "resources", "sync")
FOLDERS = (*SHIPPED, "packaging", "tests")

# Files that are text and ours, by ending.
TEXT_ENDINGS = (".py", ".md", ".toml", ".ts", ".svg", ".sh", ".json", ".desktop", ".xml")


class Import(NamedTuple):
    """One imported module, by its absolute name."""

    module: str
    line: int
    lazy: bool  # inside a function: not carried out when the file is imported
    typing_only: bool  # under `if TYPE_CHECKING:`


@dataclass(frozen=True)
class Source:
    """One Python file. `path` is relative to the checkout, with forward slashes."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree."""
        return ast.parse(self.text, self.path)

    @property
    def module(self) -> str:
        """The absolute name under which the file is imported; a package for `__init__.py`."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def package(self) -> str:
        """The package that the file belongs to: itself for `__init__.py`."""
        return self.module if self.path.endswith("/__init__.py") else self.module.rpartition(".")[0]

    @cached_property
    def imports(self) -> list[Import]:
        """
        Every import statement's modules, in order.

        `from a import b` is an import of `a.b` where that is a module of ours, and of `a` otherwise. Relative
        imports are answered with their leading dots.
        """
        return list(dict.fromkeys(_imports(self.tree, lazy=False, typing_only=False)))

    @cached_property
    def comments(self) -> list[tuple[int, str]]:
        """(line, comment with its hash) of every comment."""
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        return [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT]

    def complaint(self, line: int, sentence: str) -> str:
        """A complaint about a line."""
        return f"{self.path}:{line}: {sentence}"


def _imports(node: ast.AST, lazy: bool, typing_only: bool) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Import(alias.name, node.lineno, lazy, typing_only)
    elif isinstance(node, ast.ImportFrom):
        base = "." * node.level + (node.module or "")
        for alias in node.names:
            inner = f"{base}.{alias.name}"
            yield Import(inner if _is_ours(inner) else base, node.lineno, lazy, typing_only)
    elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        for statement in node.body:
            yield from _imports(statement, lazy, True)
        for statement in node.orelse:
            yield from _imports(statement, lazy, typing_only)
    else:
        inside = lazy or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for child in ast.iter_child_nodes(node):
            yield from _imports(child, inside, typing_only)


@cache
def _is_ours(module: str) -> bool:
    place = ROOT / module.replace(".", "/")
    return not module.startswith(".") and (place.is_dir() or place.with_suffix(".py").is_file())


def is_under(module: str, prefix: str) -> bool:
    """Whether the module is the package `prefix` or lies in it."""
    return module == prefix or module.startswith(prefix + ".")


def python_files(folders: tuple[str, ...] = FOLDERS) -> list[Source]:
    """Our Python files in the folders, by path."""
    return [
        Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
    ]


def text_files() -> list[tuple[str, str]]:
    """(path, text) of every file of ours that is text: the folders', and those at the top."""
    paths = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*"))]
    paths += sorted(ROOT.iterdir()) + sorted((ROOT / ".ci").iterdir())
    return [
        (path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for path in paths
        if path.is_file()
        and (path.suffix in TEXT_ENDINGS or path.suffix == "")
        and "__pycache__" not in path.parts
        and path.name != ".git"  # a file in a linked worktree, and git's own
    ]
