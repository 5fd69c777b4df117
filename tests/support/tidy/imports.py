"""
Who may import whom.

    crdt  ←  sync.protocol, sync.model  ←  sync.storage  ←  sync.client | sync.server  ←  app

and, inside app,

    main → main_window → dialogs, widgets → models, editor → workspace → bridge → leaves

The tables below are the rule. A change of the architecture begins here.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from tests.support.tidy.sources import ROOT, SHIPPED, Source, is_under

OURS = ("app", "crdt", "resources", "sync", "tests")

# Of the standard library the core takes what computes. No clock, randomness, files, threads, printing.
CRDT_STANDARD_LIBRARY = frozenset(
    (
        *("__future__", "collections", "dataclasses", "enum", "typing"),
        *("array", "bisect", "heapq", "itertools", "operator", "struct", "zlib"),
    )
)

# What each package may import of ours. A package not named here is as its parent; the longest name decides.
MAY_IMPORT: Mapping[str, tuple[str, ...]] = {
    "crdt": ("crdt",),
    "sync": ("crdt", "sync.errors", "sync.limits"),
    "sync.protocol": ("crdt", "sync.errors", "sync.limits", "sync.protocol"),
    "sync.model": ("crdt", "sync.errors", "sync.limits", "sync.model"),
    "sync.storage": ("crdt", "sync.errors", "sync.limits", "sync.protocol", "sync.model", "sync.storage"),
    "sync.client": (
        *("crdt", "sync.errors", "sync.limits", "sync.protocol", "sync.model", "sync.storage"),
        "sync.client",
    ),
    "sync.server": (
        *("crdt", "sync.errors", "sync.limits", "sync.protocol", "sync.model", "sync.storage"),
        "sync.server",
    ),
    "app": ("app", "crdt", "resources", "sync"),
    "resources": ("resources",),
    "tests": OURS,
    "packaging": (),
}

_SOCKETS = (
    *("sync.client.runner", "sync.server.service", "sync.server.blob_service", "sync.server.admin_service"),
    *("sync.server.writer", "sync.server.turns"),
    *("sync.server.bus", "sync.server.neighbours", "sync.server.connected"),
)

# Libraries that one place owns, in the shipped packages: (library, where it may be imported).
OWNED_LIBRARIES: Mapping[str, tuple[str, ...]] = {
    "msgpack": ("sync.protocol.pack",),
    "sqlite_utils": ("sync.storage",),
    "psycopg": ("sync.storage.postgres_store",),
    "psycopg_pool": ("sync.storage.postgres_store",),
    "websockets": _SOCKETS,
    "asyncio": (*_SOCKETS, "app"),
    "PySide6": ("app",),
    "shiboken6": ("app",),
}

# Where decisions are made: the same inputs give the same outputs, so that a seed replays a run.
CORES = (
    *("sync.protocol", "sync.model"),
    *("sync.client.state", "sync.client.engine", "sync.client.driver"),
    *("sync.server.ingest", "sync.server.hub"),
)
NOT_IN_CORES = frozenset(
    ("asyncio", "datetime", "os", "random", "secrets", "socket", "threading", "time", "uuid")
)

# Tiers inside app, upper first: a module imports its own tier and lower ones. What is not named is a leaf.
APP_TIERS: tuple[tuple[str, ...], ...] = (
    ("app.__main__",),
    ("app.main",),
    ("app.main_window",),
    ("app.dialogs", "app.widgets"),
    ("app.editor", "app.models"),
    ("app.workspace",),
    ("app.bridge",),
)

# The core, the server and the command line: what they reach may not need Qt. `app.__main__` chooses between
# command line and window inside a function; that choice is the one lazy import that is not followed.
NEVER_QT = (
    *("crdt", "crdt.*", "sync", "sync.*"),
    *("app.__main__", "app.cli*", "app.commands*", "app.library", "app.transfer*"),
)
CHOOSES = "app.__main__"

# Names under which distributions are imported, where they differ.
DISTRIBUTIONS = {
    "PySide6": "pyside6-essentials",
    "shiboken6": "pyside6-essentials",
    "argon2": "argon2-cffi",
    "markdown_it": "markdown-it-py",
    "psycopg_pool": "psycopg",
}


def crdt_outside_its_library(sources: Iterable[Source]) -> list[str]:
    """The core imports itself and a short list of the standard library."""
    return [
        source.complaint(i.line, f"crdt may not import {i.module}: time, ids and bytes are arguments")
        for source in sources
        if is_under(source.module, "crdt")
        for i in source.imports
        if i.module.split(".")[0] not in CRDT_STANDARD_LIBRARY | {"crdt"}
    ]


def against_the_table(sources: Iterable[Source]) -> list[str]:
    """A package imports of ours what the table allows, and its own parents; all imports are absolute."""
    complaints = []
    for source in sources:
        allowed = MAY_IMPORT[max((p for p in MAY_IMPORT if is_under(source.module, p)), key=len)]
        for i in source.imports:
            if i.module.startswith("."):
                complaints.append(source.complaint(i.line, "relative import: write the absolute name"))
            elif i.module.split(".")[0] in OURS and not (
                any(is_under(i.module, a) for a in allowed) or is_under(source.module, i.module)
            ):
                complaints.append(source.complaint(i.line, f"{source.package} may not import {i.module}"))
    return complaints


def libraries_out_of_place(sources: Iterable[Source]) -> list[str]:
    """A library that one place owns is imported only there."""
    return [
        source.complaint(i.line, f"{library} belongs to {', '.join(places)}; ask that module instead")
        for source in sources
        if source.module.split(".")[0] in SHIPPED
        for i in source.imports
        for library, places in OWNED_LIBRARIES.items()
        if is_under(i.module, library) and not any(is_under(source.module, place) for place in places)
    ]


def cores_that_look_outside(sources: Iterable[Source]) -> list[str]:
    """The deciding modules take time, ids and randomness as arguments."""
    return [
        source.complaint(
            i.line, f"{source.module} decides: it takes what {i.module} would tell as an argument"
        )
        for source in sources
        if any(is_under(source.module, core) for core in CORES)
        for i in source.imports
        if i.module.split(".")[0] in NOT_IN_CORES
    ]


def app_against_its_tiers(sources: Iterable[Source]) -> list[str]:
    """Inside app, imports go down the tiers. Nobody imports main_window but main."""
    complaints = []
    for source in sources:
        if not is_under(source.module, "app"):
            continue
        for i in source.imports:
            if is_under(i.module, "app.main_window") and source.module not in ("app.main", "app.main_window"):
                complaints.append(source.complaint(i.line, "only app.main imports app.main_window"))
            elif is_under(i.module, "app") and _tier(i.module) < _tier(source.module):
                complaints.append(
                    source.complaint(
                        i.line,
                        f"{source.module} imports {i.module}, which stands above it: pass it in instead",
                    )
                )
    return complaints


def _tier(module: str) -> int:
    """0 is the top; leaves, and the package app itself, are at the bottom."""
    for number, names in enumerate(APP_TIERS):
        if any(is_under(module, name) for name in names):
            return number
    return len(APP_TIERS)


def ways_to_qt(sources: Iterable[Source]) -> list[str]:
    """No chain of imports leads from crdt, sync or the command line to Qt."""
    by_module = {source.module: source for source in sources}
    roots = [m for m in by_module if any(fnmatchcase(m, pattern) for pattern in NEVER_QT)]
    came_from: dict[str, str] = {}
    waiting = list(roots)
    complaints = []
    while waiting:
        source = by_module[waiting.pop()]
        for i in source.imports:
            if i.typing_only or (i.lazy and source.module == CHOOSES):
                continue
            if is_under(i.module, "PySide6"):
                chain = _chain(source.module, came_from)
                complaints.append(source.complaint(i.line, f"Qt is reached from {' ← '.join(chain)}"))
            for module in _with_parents(i.module):
                if module in by_module and module not in roots and module not in came_from:
                    came_from[module] = source.module
                    waiting.append(module)
    return sorted(set(complaints))


def _with_parents(module: str) -> list[str]:
    parts = module.split(".")
    return [".".join(parts[: n + 1]) for n in range(len(parts))]


def _chain(module: str, came_from: Mapping[str, str]) -> list[str]:
    chain = [module]
    while chain[-1] in came_from:
        chain.append(came_from[chain[-1]])
    return chain


def undeclared_libraries(sources: Iterable[Source], declared: Mapping[str, set[str]]) -> list[str]:
    """
    Third-party imports are declared dependencies of what is installed.

    Args:
        declared: Top-level package of ours → names of distributions it can rely on, in lower case.
    """
    complaints = []
    for source in sources:
        known = declared.get(source.module.split(".")[0])
        for i in source.imports if known is not None else ():
            top = i.module.split(".")[0]
            name = DISTRIBUTIONS.get(top, top.replace("_", "-")).lower()
            if top and top not in (*OURS, *sys.stdlib_module_names) and name not in (known or ()):
                complaints.append(source.complaint(i.line, f"{top} is not a declared dependency"))
    return complaints


def declared_dependencies(root: Path = ROOT) -> dict[str, set[str]]:
    """What pyproject.toml and packaging/server/pyproject.toml declare, for `undeclared_libraries`."""
    program = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    server = tomllib.loads((root / "packaging/server/pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {
        "app": _names(program["dependencies"]),
        "crdt": set(),
        "resources": set(),
        "sync": _names([*server["dependencies"], *server["optional-dependencies"]["postgres"]]),
    }


def _names(requirements: list[str]) -> set[str]:
    names = set()
    for requirement in requirements:
        end = next((n for n, letter in enumerate(requirement) if letter in "<>=!~;[ "), len(requirement))
        names.add(requirement[:end].lower().replace("_", "-"))
    return names
