"""
How big, how named, how said: the rules that are about one file at a time, and about which files there are.
"""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from tests.support.tidy.sources import FOLDERS, SHIPPED, Source

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70  # less the docstring, which may be as long as it is useful

# Words that say nothing in a name, and what to write instead.
EMPTY_NAMES = {
    "util": "name what the functions are about",
    "utils": "name what the functions are about",
    "helper": "name what it does",
    "helpers": "name what they do",
    "manager": "name what it owns: store, list, library, engine",
    "managers": "name what they own",
    "handler": "name what it does with the event: on_…, or the verb",
    "handlers": "name what they do",
    "data": "name what it is: body, frame, row, state, text",
    "info": "name what it tells: status, summary, row",
}

# Words that the glossary gives another name.
FOREIGN_WORDS = {
    "pos": "index (code points), offset_u16 (Qt's units) or caret",
    "timestamp": "stamp",
    "timestamps": "stamps",
    "awareness": "presence",
    "revision": "version",
    "revisions": "versions",
}

# Methods of Qt and of html.parser that are not camelCase: overriding one is not naming one.
OVERRIDDEN = frozenset(("data", "handle_data"))

# Words in comments, docstrings and readmes, and what to do or write instead. Whole words, as spelt.
BANNED_WORDS = {
    "TODO": "do it, or leave it out",
    "FIXME": "fix it",
    "XXX": "say what is odd and why",
    "HACK": "say why it has to be so",
    "whitelist": "allow-list",
    "blacklist": "deny-list",
}

# Traces of the place where the text was written. They mean nothing to whoever reads it elsewhere.
TRACES = {
    r"(?<![\w/.])/work/": "an absolute path of one machine",
    r"/tmp/w\b": "an absolute path of one machine",
    r"(?<![\w/.])/root/": "an absolute path of one machine",
    r"\.\./shared\b": "a folder beside one checkout",
    r"\bcontract\.md\b": "a paper that is not in the tree",
    r"\b(?:issue|ticket|bug|pull request|PR)s? #?\d+\b": "a number of a list that is not in the tree",
    r"(?:[Ff]ix(?:es)?|[Cc]loses?|[Ss]ee|[Rr]efs?) #\d+\b": "a number of a list that is not in the tree",
    r"\bdesign README\b|\bREADME of the design\b": "a paper that is not in the tree",
    r"\b(?:CEO|workplace)\b": "the place where it was written",
    r"\b(?:pypi\.org|pythonhosted\.org|deb\.debian\.org|npmjs\.(?:com|org))\b": "a registry's host",
}

# The only files that may catch everything, each at the outermost edge of something.
CATCH_ALL_FILES = (
    *("app/crash.py", "sync/client/runner.py"),
    *("sync/server/service.py", "sync/server/writer.py", "sync/server/blob_service.py"),
)


def long_files(sources: Iterable[Source]) -> list[str]:
    """Files over 500 lines."""
    return [
        source.complaint(count, f"{count} lines; a file has at most {FILE_LINES_MAX}: divide it by purpose")
        for source in sources
        if (count := len(source.text.splitlines())) > FILE_LINES_MAX
    ]


def long_functions(sources: Iterable[Source]) -> list[str]:
    """Functions over 70 lines, from `def` to the end, docstring not counted."""
    return [
        source.complaint(
            node.lineno, f"{node.name} has {count} lines; a function has at most {FUNCTION_LINES_MAX}"
        )
        for source in sources
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (count := _lines(node)) > FUNCTION_LINES_MAX
    ]


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    count = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node) is not None:
        count -= (first.end_lineno or first.lineno) - first.lineno + 1
    return count


def empty_names(sources: Iterable[Source]) -> list[str]:
    """Names of files, classes and functions that say nothing."""
    complaints = []
    for source in sources:
        names = [(1, part) for part in PurePosixPath(source.path).with_suffix("").parts]
        names += [
            (line, name) for line, name, kind in definitions(source.tree) if kind in ("class", "function")
        ]
        for line, name in names:
            for word in words_of(name):
                if word in EMPTY_NAMES and name not in OVERRIDDEN and not _is_qt_method(name):
                    complaints.append(source.complaint(line, f"{name}: not {word!r}; {EMPTY_NAMES[word]}"))
    return complaints


def foreign_words(sources: Iterable[Source]) -> list[str]:
    """Names, arguments and variables included, that use a word the glossary replaces."""
    return [
        source.complaint(line, f"{name}: not {word!r} but {FOREIGN_WORDS[word]}")
        for source in sources
        for line, name, _ in definitions(source.tree)
        for word in words_of(name)
        if word in FOREIGN_WORDS and not _is_qt_method(name)
    ]


def _is_qt_method(name: str) -> bool:
    """camelCase is only used where a Qt virtual method is overridden; Qt chose its words."""
    return name[:1].islower() and name != name.lower() and "_" not in name


def words_of(name: str) -> list[str]:
    """The words of a snake_case or CamelCase name, in lower case."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]


def definitions(tree: ast.Module) -> Iterator[tuple[int, str, str]]:
    """(line, name, "class" | "function" | "argument" | "variable") of everything that the file names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield node.lineno, node.name, "class"
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.lineno, node.name, "function"
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg, "argument"
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id, "variable"


def banned_words(files: Iterable[tuple[str, str]]) -> list[str]:
    """Words that promise, apologise or hurt."""
    return _found(files, {rf"\b{word}\b": f"not {word!r}: {advice}" for word, advice in BANNED_WORDS.items()})


def traces(files: Iterable[tuple[str, str]]) -> list[str]:
    """Mentions of a machine, a list or a paper that a reader does not have."""
    return _found(files, TRACES)


def _found(files: Iterable[tuple[str, str]], patterns: Mapping[str, str]) -> list[str]:
    compiled = [(re.compile(pattern), sentence) for pattern, sentence in patterns.items()]
    return [
        f"{path}:{number}: {found.group()!r}: {sentence}"
        for path, text in files
        for number, line in enumerate(text.splitlines(), 1)
        for pattern, sentence in compiled
        if (found := pattern.search(line))
    ]


def reasonless_exceptions(sources: Iterable[Source]) -> list[str]:
    """`# noqa` and `# type: ignore` that do not name the rule, or do not say why on the same line."""
    good = re.compile(r"# (?:noqa: [A-Z]+\d+(?:, ?[A-Z]+\d+)*|type: ignore\[[\w, -]+\])\s+#? ?\S.*\w")
    return [
        source.complaint(line, f"{comment}: name the rule and say why, after it on the same line")
        for source in sources
        for line, comment in source.comments
        if re.match(r"#\s*(?:noqa|type:\s*ignore)\b", comment) and not good.match(comment)
    ]


def catch_alls(sources: Iterable[Source]) -> list[str]:
    """
    `except Exception`, `except BaseException`, a bare `except`, `suppress(Exception)`.

    A clause that ends with a bare `raise` catches nothing and is left alone: it tidies up and lets go.
    """
    complaints = []
    for source in sources:
        if source.path in CATCH_ALL_FILES or source.path.split("/")[0] not in (*SHIPPED, "packaging"):
            continue
        for node in ast.walk(source.tree):
            caught = _everything(node)
            if caught:
                complaints.append(
                    source.complaint(getattr(node, "lineno", 1), f"{caught}: name what can go wrong")
                )
    return complaints


def _everything(node: ast.AST) -> str:
    all_of_it = ("Exception", "BaseException")
    if isinstance(node, ast.ExceptHandler):
        last = node.body[-1]
        if isinstance(last, ast.Raise) and last.exc is None:
            return ""
        if node.type is None:
            return "bare except"
        names = [
            ast.unparse(n) for n in (node.type.elts if isinstance(node.type, ast.Tuple) else [node.type])
        ]
        return next((f"except {name}" for name in names if name in all_of_it), "")
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
        return next((f"suppress({ast.unparse(a)})" for a in node.args if ast.unparse(a) in all_of_it), "")
    return ""


def databases_with_plugins(sources: Iterable[Source]) -> list[str]:
    """`sqlite_utils.Database(…)` without `execute_plugins=False`: it would run every plugin installed."""
    complaints = []
    for source in sources:
        modules, classes = _names_of_database(source.tree)
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            if called in classes or any(called in (f"{m}.Database", f"{m}.db.Database") for m in modules):
                words = {word.arg: word.value for word in node.keywords}
                value = words.get("execute_plugins")
                if not (isinstance(value, ast.Constant) and value.value is False):
                    complaints.append(
                        source.complaint(node.lineno, f"{called}(…) without execute_plugins=False")
                    )
    return complaints


def _names_of_database(tree: ast.Module) -> tuple[set[str], set[str]]:
    """The names under which a file knows the module sqlite_utils, and its class Database."""
    modules: set[str] = set()
    classes: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {
                a.asname or a.name.split(".")[0] for a in node.names if a.name.startswith("sqlite_utils")
            }
        elif isinstance(node, ast.ImportFrom) and node.module in ("sqlite_utils", "sqlite_utils.db"):
            classes |= {a.asname or a.name for a in node.names if a.name == "Database"}
            modules |= {a.asname or a.name for a in node.names if a.name == "db"}
    return modules, classes


def undocumented(sources: Iterable[Source]) -> list[str]:
    """Public modules, classes, functions and methods of the shipped packages without a docstring."""
    return [
        source.complaint(line, f"{name} has no docstring")
        for source in sources
        if source.path.split("/")[0] in (*SHIPPED, "packaging")
        for line, name in _undocumented(source.tree, source.module)
    ]


def _undocumented(node: ast.Module | ast.ClassDef, name: str) -> Iterator[tuple[int, str]]:
    if ast.get_docstring(node) is None and not (isinstance(node, ast.Module) and not node.body):
        yield getattr(node, "lineno", 1), name
    for child in node.body:
        if isinstance(child, ast.ClassDef) and not child.name.startswith("_"):
            yield from _undocumented(child, child.name)
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) and _speaks_for_itself(child) is False:
            yield child.lineno, f"{name}.{child.name}"


def _speaks_for_itself(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Documented, private, a dunder, an overload or setter, or a Qt method that Qt documents."""
    marks = [ast.unparse(decorator) for decorator in node.decorator_list]
    return (
        ast.get_docstring(node) is not None
        or node.name.startswith("_")
        or node.name in OVERRIDDEN
        or _is_qt_method(node.name)
        or any(mark.endswith((".setter", "overload")) for mark in marks)
    )


def without_a_test(
    paths: Iterable[str], elsewhere: Mapping[str, tuple[str, str]], exists: Callable[[str], bool]
) -> list[str]:
    """
    Modules without a test file at the mirrored place.

    Args:
        paths: Paths of Python files.
        elsewhere: Path of a module, or of a folder with a slash at its end → (test file, the reason).
        exists: Whether a path is there.
    """
    complaints = []
    for path in paths:
        place = PurePosixPath(path)
        if place.name == "__init__.py" or place.parts[0] == "tests":
            continue
        mirrored = str("tests" / place.with_name(f"test_{place.stem.strip('_')}.py"))
        key = next((k for k in elsewhere if path == k or (k.endswith("/") and path.startswith(k))), None)
        test = mirrored if key is None or exists(mirrored) else elsewhere[key][0]
        if not exists(test):
            complaints.append(f"{path}:1: has no test file {test}")
    return complaints


def misplaced_files(paths: Iterable[str]) -> list[str]:
    """Files that must not be: packaging/__init__.py would hide the library of that name."""
    return [
        f"{path}:1: packaging/ is not a package: pytest and hatchling import a library of that name"
        for path in paths
        if path == "packaging/__init__.py"
    ]


def without_a_readme(folders: Iterable[str], exists: Callable[[str], bool]) -> list[str]:
    """Top-level folders that do not say what they are for."""
    return [f"{folder}/README.md:1: missing" for folder in folders if not exists(f"{folder}/README.md")]


def dead_links(files: Iterable[tuple[str, str]], exists: Callable[[str], bool]) -> list[str]:
    """Links and pictures in readmes that point to a file of ours that is not there."""
    return [
        f"{path}:{number}: links to {target}, which is not there"
        for path, text in files
        if path.endswith("README.md")
        for number, line in enumerate(text.splitlines(), 1)
        for target in re.findall(r"\]\(([^)\s#:]+)(?:#[^)]*)?\)", re.sub(r"`[^`]*`", "", line))
        if not exists(posixpath.normpath(posixpath.join(posixpath.dirname(path), target)))
    ]


README_FOLDERS = tuple(folder for folder in FOLDERS if folder != "resources")
