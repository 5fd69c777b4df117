"""One command to run, one to test: what each becomes, and what it says where it cannot."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import dev
import system

DEV_PY = Path(dev.__file__)


class Became(Exception):
    """Stands for this process having become a command."""


@pytest.fixture
def becomes(monkeypatch):
    """Run one command of dev.py; answers the command line it would become, without the interpreter."""
    monkeypatch.setattr(dev, "environment", lambda packages: "PYTHON")
    monkeypatch.setattr(dev, "missing_compiler_packages", lambda: [])
    monkeypatch.setattr(dev, "missing_database_packages", lambda: [])
    monkeypatch.setattr(dev, "missing_desktop_packages", lambda: [])
    monkeypatch.setattr(dev, "missing_qt_packages", lambda platforms=(): [])
    monkeypatch.setattr(os, "chdir", lambda folder: None)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")

    def replace_process(command):
        raise Became(command[1:])

    monkeypatch.setattr(dev, "replace_process", replace_process)

    def of(*arguments):
        with pytest.raises(Became) as became:
            dev.main(list(arguments))
        return became.value.args[0]

    return of


def test_run_becomes_the_program_with_its_arguments(becomes):
    assert becomes("run") == ["-P", "-m", "app"]
    assert becomes("run", "--", "list", "--json") == ["-P", "-m", "app", "list", "--json"]
    assert becomes("run", "--", "show", "--", "-x") == ["-P", "-m", "app", "show", "--", "-x"]


def test_run_server_becomes_the_server(becomes):
    assert becomes("run-server", "--", "--port", "0") == ["-P", "-m", "sync.server", "--port", "0"]


@pytest.mark.parametrize(("cores", "processes"), [(None, "2"), (1, "2"), (2, "3"), (8, "12")])
def test_test_runs_every_step_and_becomes_pytest(becomes, monkeypatch, capsys, cores, processes):
    ran = []
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    monkeypatch.setattr(dev, "call", lambda command: ran.append(command[1:]) or 0)

    assert becomes("test") == [
        "-m",
        "pytest",
        "-n",
        processes,
        "--dist",
        "loadfile",
        "--max-worker-restart",
        "0",
        "--no-loadscope-reorder",
    ]
    assert [step[:3] for step in ran[:3]] == [
        ["-m", "ruff", "check"],
        ["-m", "ruff", "format"],
        ["-m", "mypy", "--strict"],
    ]
    assert ran[3] == ["packaging/compiled.py"]
    assert ran[4][-2:] == ["pythonpath=.dev/compiled . packaging", "tests/crdt"]
    assert capsys.readouterr().out.splitlines() == [
        "── 1/6 ruff check",
        "── 2/6 ruff format --check",
        "── 3/6 mypy --strict",
        "── 4/6 compiling the core",
        "── 5/6 pytest, the compiled core",
        "── 6/6 pytest",
    ]


def test_test_with_arguments_becomes_pytest_at_once(becomes, monkeypatch):
    monkeypatch.setattr(dev, "call", lambda command: pytest.fail("a step was run"))

    assert becomes("test", "--", "tests/crdt", "-q") == ["-m", "pytest", "tests/crdt", "-q"]


@pytest.mark.parametrize(
    ("in_ci", "can_provide", "arguments", "expected"),
    [
        (False, True, [], ["postgresql"]),
        (False, False, [], []),
        (True, False, [], ["postgresql"]),
        (False, True, ["tests/crdt"], []),
        (True, True, ["tests/crdt"], ["postgresql"]),
    ],
)
def test_postgresql_is_installed_where_that_is_possible_and_in_ci_it_must_be(
    becomes, monkeypatch, in_ci, can_provide, arguments, expected
):
    asked = []
    monkeypatch.setattr(dev, "environment", lambda packages: asked.extend(packages) or "PYTHON")
    monkeypatch.setattr(dev, "missing_database_packages", lambda: ["postgresql"])
    monkeypatch.setattr(dev, "can_provide", lambda: can_provide)
    monkeypatch.setattr(dev, "call", lambda command: 0)
    monkeypatch.setenv("CI", "true" if in_ci else "")

    becomes("test", *arguments)
    assert asked == expected


def test_test_ends_at_the_first_failing_step_with_its_code(becomes, monkeypatch):
    ran = []
    monkeypatch.setattr(dev, "call", lambda command: ran.append(command[2]) or 3)

    with pytest.raises(SystemExit) as ended:
        dev.main(["test"])
    assert ended.value.code == 3
    assert ran == ["ruff"]


@pytest.mark.parametrize(
    ("arguments", "window"),
    [
        ([], True),
        (["--profile", "list"], True),
        (["--profile=here"], True),
        (["--profile=here", "--", "-style", "fusion"], True),
        (["--json"], False),
        (["list"], False),
        (["--profile", "here", "list"], False),
        (["--help"], False),
        (["--version"], False),
    ],
)
def test_a_command_word_or_a_question_needs_no_window(arguments, window):
    assert dev.needs_window(arguments) is window


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, []),
        ({"DISPLAY": ":0"}, ["xcb"]),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, ["xcb", "wayland"]),
        ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen"}, ["offscreen"]),
        ({"QT_QPA_PLATFORM": "wayland-egl;xcb:x"}, ["wayland", "xcb"]),
    ],
)
def test_the_platform_follows_the_display(variables, expected, monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert dev.platforms() == expected


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")
def test_a_window_without_a_display_is_refused_in_a_sentence(becomes, monkeypatch, capsys):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)

    assert dev.main(["run"]) == 1
    assert capsys.readouterr().err.startswith("There is no display to open a window on")
    assert becomes("run", "--", "list") == ["-P", "-m", "app", "list"]


def test_an_old_python_without_a_newer_one_is_refused(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)

    with pytest.raises(system.Refusal, match=r"3\.11 or newer, and this is 3\.9"):
        dev.leave_for_newer_python((3, 9))


def test_an_old_python_hands_over_to_a_newer_one(becomes, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: "/usr/bin/" + name if name == "python3.12" else None)
    monkeypatch.setattr(sys, "argv", ["dev.py", "run", "--", "list"])

    with pytest.raises(Became) as became:
        dev.leave_for_newer_python((3, 9))
    assert became.value.args[0] == [str(DEV_PY.resolve()), "run", "--", "list"]


def test_python_prints_nothing_but_the_interpreter(becomes, capsys):
    with pytest.raises(SystemExit) as ended:
        dev.main(["python"])
    assert ended.value.code == 0
    assert capsys.readouterr() == ("PYTHON\n", "")


@pytest.fixture
def benches(tmp_path, monkeypatch):
    """A folder with one bench, which asks for a package."""
    (tmp_path / "typing_delay.py").write_text('"""Doc."""\nREQUIRES = ["loro>=1,<2"]\nprint("no import")\n')
    (tmp_path / "_shared.py").write_text("")
    monkeypatch.setattr(dev, "BENCHES", tmp_path)
    monkeypatch.setattr(dev, "ENVIRONMENT", tmp_path / "venv")
    (tmp_path / "venv").mkdir()


def test_bench_without_a_name_lists_them(benches, capsys):
    with pytest.raises(SystemExit) as ended:
        dev.main(["bench"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == "typing_delay\n"


def test_an_unknown_bench_is_refused_with_the_known_ones(benches, capsys):
    assert dev.main(["bench", "flight"]) == 1
    assert "There are: typing_delay." in capsys.readouterr().err


def test_a_bench_gets_what_it_asks_for_once(benches, becomes, monkeypatch):
    installed = []
    monkeypatch.setattr(dev, "install", installed.append)

    assert becomes("bench", "typing_delay", "--rounds", "3") == [
        "-m",
        "tests.bench.typing_delay",
        "--rounds",
        "3",
    ]
    becomes("bench", "typing_delay")
    assert installed == ["loro>=1,<2"]


@pytest.mark.parametrize(("arguments", "code"), [([], 2), (["walk"], 2), (["--help"], 0)])
def test_without_a_known_command_the_commands_are_shown(arguments, code):
    done = subprocess.run(
        [sys.executable, DEV_PY, *arguments], capture_output=True, text=True, check=False, timeout=30
    )

    assert done.returncode == code
    assert "packaging/dev.py run-server" in (done.stderr if code else done.stdout)


def test_a_child_keeps_its_exit_code_and_its_signal():
    assert dev.call([sys.executable, "-c", "raise SystemExit(7)"]) == 7
    kill_itself = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    assert dev.call([sys.executable, "-c", kill_itself]) == 128 + signal.SIGKILL


def test_an_interrupt_between_the_childs_end_and_the_reading_of_its_code_loses_no_code(monkeypatch):
    wait = os.waitpid

    def interrupted(pid: int, options: int) -> tuple[int, int]:
        answer = wait(pid, options)
        signal.raise_signal(signal.SIGINT)
        return answer

    monkeypatch.setattr(os, "waitpid", interrupted)
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        assert dev.call([sys.executable, "-c", "raise SystemExit(42)"]) == 42
    finally:
        signal.signal(signal.SIGINT, previous)


def test_an_interrupt_is_left_to_the_child(tmp_path):
    ready = tmp_path / "ready"
    # Whatever runs the tests may have its children ignore interrupts.
    listen = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    child = (
        f"{listen}import pathlib, sys, time\n"
        "try:\n"
        f"    pathlib.Path({str(ready)!r}).touch()\n"
        "    while True:\n"
        "        time.sleep(0.05)\n"  # a signal just before one long sleep would wake nobody
        "except KeyboardInterrupt:\n"
        "    sys.exit(42)\n"
    )
    script = f"{listen}import dev, sys; sys.exit(dev.call([sys.executable, '-c', {child!r}]))"
    process = subprocess.Popen([sys.executable, "-c", script], cwd=DEV_PY.parent, start_new_session=True)
    give_up = threading.Timer(20, process.kill)
    give_up.start()
    while not ready.exists() and process.poll() is None:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)  # as the terminal does: to both

    assert process.wait() == 42
    give_up.cancel()
    give_up.join()
