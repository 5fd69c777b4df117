"""
The house keeps its rules: who imports whom, how big, how named, how said.

Each rule has two tests: the tree is clean, and a tiny bad source is not. The rules themselves are in
tests/support/tidy/.
"""

from __future__ import annotations

from functools import cache

import pytest

from tests.support.tidy import house, imports
from tests.support.tidy.sources import ROOT, SHIPPED, Source, python_files, text_files

# These name the banned words in order to ban them.
RULE_BOOKS = ("tests/support/tidy/house.py", "tests/test_tidy.py")

# Modules, or folders, whose tests stand elsewhere than at the mirrored place: (the test, the reason).
TESTED_ELSEWHERE: dict[str, tuple[str, str]] = {}


@cache
def tree() -> tuple[Source, ...]:
    """Every Python file of ours."""
    return tuple(python_files())


@cache
def texts() -> tuple[tuple[str, str], ...]:
    """(path, text) of every text file of ours, less the rule books."""
    return tuple((path, text) for path, text in text_files() if path not in RULE_BOOKS)


@pytest.fixture(scope="module", autouse=True)
def let_go():
    """Two million objects are not left to be looked through for cycles while other tests run."""
    yield
    tree.cache_clear()
    texts.cache_clear()


def exists(path: str) -> bool:
    """Whether the path is there in the checkout."""
    return (ROOT / path).exists()


def clean(complaints: list[str]) -> None:
    """Fail with the complaints, one a line."""
    if complaints:
        pytest.fail("\n".join(["", *complaints]), pytrace=False)


def bites(complaints: list[str], *expected: str) -> None:
    """The canary's complaints are these, each found in its complaint, in order."""
    assert len(complaints) == len(expected), complaints
    for complaint, part in zip(complaints, expected, strict=True):
        assert part in complaint


def bad(path: str, text: str) -> list[Source]:
    """A tree of one file."""
    return [Source(path, text)]


# ---- imports -------------------------------------------------------------------------------------


def test_crdt_imports_only_its_short_list():
    clean(imports.crdt_outside_its_library(tree()))


@pytest.mark.parametrize(
    "module", ["time", "os", "json", "threading", "uuid", "msgpack", "logging", "random"]
)
def test_crdt_importing_anything_else_is_noticed(module):
    source = bad("crdt/bad.py", f"from collections.abc import Iterable\ndef f():\n    import {module}\n")
    bites(imports.crdt_outside_its_library(source), f"crdt/bad.py:3: crdt may not import {module}")


def test_packages_import_what_the_table_allows():
    clean(imports.against_the_table(tree()))


@pytest.mark.parametrize(
    ("path", "statement"),
    [
        ("crdt/bad.py", "import sync.errors"),
        ("sync/protocol/bad.py", "import sync.storage"),
        ("sync/model/bad.py", "import sync.protocol"),
        ("sync/storage/bad.py", "import sync.client"),
        ("sync/client/bad.py", "import sync.server"),
        ("sync/client/bad.py", "from sync import server"),
        ("sync/server/bad.py", "from sync.client.engine import Engine"),
        ("sync/server/bad.py", "import app.wording"),
        ("sync/errors.py", "import sync.protocol"),
        ("app/bad.py", "from tests.support import watch"),
        ("resources/bad.py", "import app"),
        ("sync/client/bad.py", "from .. import server"),
        ("sync/client/bad.py", "if TYPE_CHECKING:\n    import sync.server"),
    ],
)
def test_an_import_against_the_table_is_noticed(path, statement):
    bites(imports.against_the_table(bad(path, statement)), "import")


def test_an_import_with_the_table_is_no_complaint():
    allowed = (
        "import crdt\nimport sync\nfrom sync.errors import SyncError\nimport sync.storage\nimport sync.client"
    )
    assert imports.against_the_table(bad("sync/client/good.py", allowed)) == []


def test_libraries_stay_with_their_owners():
    clean(imports.libraries_out_of_place(tree()))


@pytest.mark.parametrize(
    ("path", "library"),
    [
        ("sync/protocol/wire.py", "msgpack"),
        ("app/bad.py", "msgpack"),
        ("app/bad.py", "sqlite_utils"),
        ("sync/client/engine.py", "sqlite_utils"),
        ("sync/client/engine.py", "asyncio"),
        ("sync/server/hub.py", "websockets.asyncio.server"),
        ("app/bridge.py", "websockets"),
        ("sync/storage/server_store.py", "psycopg"),
        ("sync/client/engine.py", "PySide6.QtCore"),
        ("crdt/bad.py", "shiboken6"),
    ],
)
def test_a_library_away_from_its_owner_is_noticed(path, library):
    bites(imports.libraries_out_of_place(bad(path, f"import {library}")), library.split(".")[0])


def test_the_deciding_modules_look_at_nothing_outside():
    clean(imports.cores_that_look_outside(tree()))


def test_a_deciding_module_that_reads_the_clock_is_noticed():
    source = bad("sync/client/engine.py", "from time import monotonic\n")
    bites(imports.cores_that_look_outside(source), "sync.client.engine decides")


def test_imports_inside_app_go_down():
    clean(imports.app_against_its_tiers(tree()))


@pytest.mark.parametrize(
    ("path", "module"),
    [
        ("app/widgets/bad.py", "app.main_window"),
        ("app/__main__.py", "app.main_window"),
        ("app/editor/bad.py", "app.widgets.sidebar"),
        ("app/bridge.py", "app.workspace"),
        ("app/theme.py", "app.bridge"),
        ("app/cli.py", "app.main"),
    ],
)
def test_an_import_that_goes_up_inside_app_is_noticed(path, module):
    bites(imports.app_against_its_tiers(bad(path, f"import {module}")), module)


def test_nothing_but_the_window_reaches_qt():
    clean(imports.ways_to_qt(tree()))


@pytest.mark.parametrize("path", ["sync/bad.py", "app/cli.py", "app/cli_export.py", "app/transfer/html.py"])
def test_a_way_to_qt_over_another_module_is_noticed(path):
    sources = [Source(path, "import app.theme"), Source("app/theme.py", "from PySide6.QtGui import QColor")]
    bites(
        imports.ways_to_qt(sources),
        "Qt is reached from app.theme ← " + path.removesuffix(".py").replace("/", "."),
    )


def test_the_choice_between_window_and_command_line_is_not_a_way_to_qt():
    window = Source("app/main.py", "import PySide6.QtWidgets")
    chosen = Source("app/__main__.py", "def main():\n    from app.main import window\n")
    at_once = Source("app/__main__.py", "from app.main import window\n")

    assert imports.ways_to_qt([window, chosen]) == []
    bites(imports.ways_to_qt([window, at_once]), "Qt is reached")


def test_third_parties_are_declared_where_they_are_used():
    clean(imports.undeclared_libraries(tree(), imports.declared_dependencies()))


def test_an_undeclared_library_is_noticed():
    declared = imports.declared_dependencies()
    bites(imports.undeclared_libraries(bad("sync/bad.py", "import keyring"), declared), "keyring is not")
    bites(imports.undeclared_libraries(bad("app/bad.py", "import requests.api"), declared), "requests is not")
    assert imports.undeclared_libraries(bad("app/good.py", "import keyring, PySide6.QtCore"), declared) == []


# ---- sizes ---------------------------------------------------------------------------------------


def test_files_stay_short():
    clean(house.long_files(tree()))


def test_a_long_file_is_noticed():
    assert house.long_files(bad("app/good.py", "x = 1\n" * 500)) == []
    bites(house.long_files(bad("app/bad.py", "x = 1\n" * 501)), "501 lines")


def test_functions_stay_short():
    clean(house.long_functions(tree()))


def test_a_long_function_is_noticed_and_a_long_docstring_is_not():
    docstring = '    """Words.' + "\n    more" * 40 + '\n    """\n'
    assert house.long_functions(bad("app/good.py", "def f():\n" + docstring + "    x = 1\n" * 69)) == []
    bites(
        house.long_functions(bad("app/bad.py", "def f():\n" + docstring + "    x = 1\n" * 70)),
        "f has 71 lines",
    )


# ---- names and words -----------------------------------------------------------------------------


def test_names_say_something():
    clean(house.empty_names(tree()))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app/utils.py", ""),
        ("app/note_helpers.py", ""),
        ("app/bad.py", "class NoteManager: ..."),
        ("app/bad.py", "class HTTPHandler: ..."),
        ("app/bad.py", "def handle_data_row(): ..."),
        ("app/bad.py", "async def get_info(): ..."),
    ],
)
def test_an_empty_name_is_noticed(path, text):
    bites(house.empty_names(bad(path, text)), "not '")


def test_overriding_a_method_of_qt_is_not_naming_one():
    text = "class Notes:\n    def data(self): ...\n    def createMimeDataFromSelection(self): ...\n"
    assert house.empty_names(bad("app/good.py", text)) == []


def test_names_keep_to_the_glossary():
    clean(house.foreign_words(tree()))


@pytest.mark.parametrize(
    "text", ["def f(pos): ...", "timestamp_ms = 1", "class AwarenessList: ...", "old_revision = 2"]
)
def test_a_word_the_glossary_replaces_is_noticed(text):
    bites(house.foreign_words(bad("app/bad.py", text)), "but ")


def test_texts_avoid_the_banned_words():
    clean(house.banned_words(texts()))


@pytest.mark.parametrize("word", sorted(house.BANNED_WORDS))
def test_a_banned_word_is_noticed(word):
    bites(house.banned_words([("app/README.md", f"fine\n# {word}: later")]), f"app/README.md:2: {word!r}")


def test_texts_carry_no_traces_of_where_they_were_written():
    clean(house.traces(texts()))


@pytest.mark.parametrize(
    "line",
    [
        "see /work/main",
        "cd /tmp/w && ls",
        "cat ../shared/x",
        "as issue 12 says",
        "Fixes #7",
        "see PR #31",
        "pip download from pypi.org",
        "open /root/.config",
        "as contract.md says",
    ],
)
def test_a_trace_is_noticed(line):
    bites(house.traces([("crdt/README.md", f"# Title\n{line}\n")]), "crdt/README.md:2")


def test_a_colour_and_a_web_address_are_no_traces():
    assert (
        house.traces([("a.md", "colour #123456; https://example.org/work/list; homework/x; see #heading")])
        == []
    )


# ---- exceptions from rules -----------------------------------------------------------------------


def test_every_switched_off_check_says_why():
    clean(house.reasonless_exceptions(tree()))


@pytest.mark.parametrize(
    "comment", ["# noqa", "# noqa: E501", "# type: ignore", "# type: ignore[misc]", "#noqa: E501"]
)
def test_a_check_switched_off_without_a_reason_is_noticed(comment):
    bites(house.reasonless_exceptions(bad("app/bad.py", f"x = 1  {comment}\n")), "say why")


def test_a_check_switched_off_with_a_reason_is_no_complaint():
    lines = (
        "x = 1  # noqa: E501  the table is read as one line\ny = 2  # type: ignore[misc]  # Qt's stub lies\n"
    )
    assert house.reasonless_exceptions(bad("app/good.py", lines)) == []


def test_only_the_outermost_edges_catch_everything():
    clean(house.catch_alls(tree()))


@pytest.mark.parametrize(
    "text",
    [
        "try:\n    f()\nexcept Exception:\n    pass\n",
        "try:\n    f()\nexcept (KeyError, Exception) as e:\n    pass\n",
        "try:\n    f()\nexcept BaseException:\n    pass\n",
        "try:\n    f()\nexcept:\n    pass\n",
        "with contextlib.suppress(Exception):\n    f()\n",
    ],
)
def test_catching_everything_elsewhere_is_noticed(text):
    bites(house.catch_alls(bad("sync/client/engine.py", text)), "name what can go wrong")
    assert house.catch_alls(bad("app/crash.py", text)) == []


def test_tidying_up_and_letting_go_catches_nothing():
    text = "try:\n    f()\nexcept BaseException:\n    undo()\n    raise\n"
    assert house.catch_alls(bad("sync/storage/good.py", text)) == []


def test_databases_run_no_plugins():
    clean(house.databases_with_plugins(tree()))


@pytest.mark.parametrize(
    "text",
    [
        "import sqlite_utils\nsqlite_utils.Database('x')",
        "import sqlite_utils as s\ns.Database('x', execute_plugins=True)",
        "from sqlite_utils import Database\nDatabase('x')",
        "from sqlite_utils.db import Database as D\nD('x', execute_plugins=off)",
    ],
)
def test_a_database_that_runs_plugins_is_noticed(text):
    bites(house.databases_with_plugins(bad("sync/storage/bad.py", text)), "without execute_plugins=False")


def test_a_database_without_plugins_is_no_complaint():
    text = "from sqlite_utils import Database\nDatabase('x', execute_plugins=False)\n"
    assert house.databases_with_plugins(bad("sync/storage/good.py", text)) == []


# ---- what must be there, and what must not -------------------------------------------------------


def test_what_is_public_is_documented():
    clean(house.undocumented(tree()))


@pytest.mark.parametrize(
    "text",
    [
        "x = 1",
        '"""Doc."""\nclass C: ...',
        '"""Doc."""\nclass C:\n    """Doc."""\n    def f(self): ...',
        '"""Doc."""\ndef f(): ...',
    ],
)
def test_something_public_without_a_docstring_is_noticed(text):
    bites(house.undocumented(bad("crdt/bad.py", text)), "has no docstring")


def test_what_is_private_or_documented_by_qt_needs_no_docstring():
    methods = ("__len__", "_f", "paintEvent", "data")
    text = '"""Doc."""\nclass C:\n    """Doc."""\n' + "".join(f"    def {m}(self): ...\n" for m in methods)
    assert house.undocumented(bad("app/good.py", text)) == []


def test_every_module_has_its_test_file():
    clean(house.without_a_test([source.path for source in tree()], TESTED_ELSEWHERE, exists))


def test_a_module_without_a_test_file_is_noticed():
    there = {"tests/crdt/test_text.py", "tests/app/test_main.py"}
    paths = ["crdt/__init__.py", "crdt/text.py", "crdt/runs.py", "app/__main__.py", "tests/support/x.py"]

    bites(house.without_a_test(paths, {}, there.__contains__), "tests/crdt/test_runs.py")
    elsewhere = {"crdt/runs.py": ("tests/crdt/test_text.py", "runs are how a text is kept")}
    assert house.without_a_test(paths, elsewhere, there.__contains__) == []
    gone = {"crdt/": ("tests/crdt/test_all.py", "gone since")}
    bites(house.without_a_test(paths, gone, there.__contains__), "tests/crdt/test_all.py")


def test_tests_that_stand_elsewhere_are_listed_only_where_they_do():
    for path, (test, reason) in TESTED_ELSEWHERE.items():
        assert exists(path), path
        assert exists(test), test
        assert reason


def test_packaging_is_not_a_package():
    clean(house.misplaced_files([source.path for source in tree()]))


def test_a_package_in_packaging_is_noticed():
    bites(house.misplaced_files(["packaging/__init__.py", "packaging/dev.py"]), "packaging/ is not a package")


def test_every_folder_says_what_it_is_for():
    clean(house.without_a_readme(house.README_FOLDERS, exists))


def test_a_folder_without_a_readme_is_noticed():
    bites(house.without_a_readme(["crdt", "nowhere"], {"crdt/README.md"}.__contains__), "nowhere/README.md")


def test_links_between_our_texts_lead_somewhere():
    clean(house.dead_links(texts(), exists))


def test_a_dead_link_is_noticed():
    there = {"crdt/README.md", "a.png"}.__contains__
    good = "[core](crdt/README.md#marks) ![](a.png) [web](https://example.org) `[x](gone.md)` [here](#below)"

    assert house.dead_links([("README.md", good)], there) == []
    bites(
        house.dead_links([("crdt/README.md", "[core](README.md)\n![](../b.png)")], there), "links to ../b.png"
    )


def test_the_tree_was_found():
    assert {source.path.split("/")[0] for source in tree()} == {*SHIPPED, "packaging", "tests"}
    assert {"README.md", "pyproject.toml", ".ci/run"} <= {path for path, _ in texts()}
