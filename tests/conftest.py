"""
Settings that every test shares.

Before anything is imported: Qt draws off the screen, the person's own folders and keyring are out of reach.
For each test: a log record of level WARNING or above, a Qt warning, and a thread, event loop, task or window
left behind are errors. A test says which messages it expects with `expect_log` and `expect_qt`. Qt is
imported only by tests that ask for `qt_app` or import it themselves.
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.support.watch import Watch, remember_event_loops

_person = Path(tempfile.mkdtemp(prefix="commonplace-tests-"))

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
for _name in ("CACHE_HOME", "CONFIG_HOME", "DATA_HOME", "STATE_HOME", "RUNTIME_DIR"):
    (_person / _name).mkdir(mode=0o700)
    os.environ["XDG_" + _name] = str(_person / _name)

# How many examples a property gets. Examples are drawn afresh each time; a failing one prints the line that
# replays it. No deadline: two cores are shared, and time limits belong to benches.
_common: dict[str, Any] = {
    "deadline": None,
    "print_blob": True,
    "suppress_health_check": [HealthCheck.too_slow],
}
settings.register_profile("quick", max_examples=50, **_common)
settings.register_profile("ci", max_examples=200, **_common)
settings.register_profile("soak", max_examples=500, **_common)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "quick"))

remember_event_loops()

_passed = pytest.StashKey[bool]()


def pytest_unconfigure() -> None:
    """Remove the stand-in for the person's folders."""
    shutil.rmtree(_person, ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Let fixtures know, when they are torn down, whether the test passed."""
    report: pytest.TestReport = yield
    if report.when in ("setup", "call"):
        item.stash[_passed] = item.stash.get(_passed, True) and not report.failed
    return report


@pytest.fixture(autouse=True)
def watch(request: pytest.FixtureRequest) -> Iterator[Watch]:
    """Complain about what the test said or left behind without saying that it would."""
    started = Watch()
    started.start()
    yield started
    complaints = started.finish(passed=request.node.stash.get(_passed, True))
    if complaints:
        pytest.fail("\n".join(complaints), pytrace=False)


@pytest.fixture(scope="module", autouse=True)
def what_is_there_already_is_not_looked_through_again() -> None:
    """A look for cycles behind every window costs what this module made, not what all before it left."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def expect_log(watch: Watch) -> Callable[[str], None]:
    """
    Expect log records of level WARNING or above: `expect_log(r"server: refused .* twice")`.

    The regular expression is searched in "logger: message". At least one record must match.
    """
    return watch.log.allow


@pytest.fixture
def expect_qt(watch: Watch) -> Callable[[str], None]:
    """Expect Qt warnings in which the regular expression is found; at least one must come."""
    return watch.qt.allow


@pytest.fixture(autouse=True)
def no_other_thread_looks_for_cycles(request: pytest.FixtureRequest) -> Iterator[None]:
    """Nothing that a test runs beside a window leaves the looking to whichever thread makes objects."""
    yield
    assert "qt_app" not in request.fixturenames or not gc.isenabled()


@pytest.fixture(scope="session")
def qt_app() -> Iterator[Any]:
    """The one QApplication of the run; as in the program, only its thread looks for cycles."""
    from PySide6.QtWidgets import QApplication

    from app.__main__ import COLLECT_AFTER
    from app.collecting import Collecting

    gc.set_threshold(*COLLECT_AFTER)
    app = QApplication.instance() or QApplication(["commonplace-tests"])
    collecting = Collecting(app)
    yield app
    collecting.end()
    QApplication.closeAllWindows()
    # What a test copied lives in the offscreen platform's clipboard until after Python has ended, and its end
    # would then call into Python.
    QApplication.clipboard().clear()
