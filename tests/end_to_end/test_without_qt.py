"""Server and command line start where PySide6 is not installed."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

# As on a machine without it: importing PySide6 or shiboken6 raises ModuleNotFoundError.
WITHOUT_QT = """
import sys
sys.modules.update(PySide6=None, shiboken6=None)
from importlib import import_module
sys.exit(import_module(sys.argv.pop(1)).main())
"""


def command(module: str, *arguments: str) -> list[str]:
    """The command line that calls `module.main()` without Qt."""
    return [sys.executable, "-c", WITHOUT_QT, module, *arguments]


def test_the_server_serves_and_says_where(tmp_path):
    server = subprocess.Popen(
        command("sync.server.__main__", "--data", str(tmp_path / "data"), "--port", "0"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    give_up = threading.Timer(60, server.kill)
    give_up.start()
    try:
        first_line = server.stdout.readline() if server.stdout else ""
        server.terminate()
        _, messages = server.communicate()
    finally:
        give_up.cancel()
        give_up.join()

    assert first_line.startswith("listening on ws://127.0.0.1:"), messages
    assert server.returncode == 0, messages


@pytest.mark.parametrize(
    "arguments", [["--help"], ["list"], ["new", "--title", "Quince"], ["status", "--json"]]
)
def test_the_command_line_answers(tmp_path, arguments):
    done = subprocess.run(
        command("app.__main__", "--profile", str(tmp_path / "profile"), *arguments),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


def test_the_window_is_what_needs_it(tmp_path):
    """Otherwise the tests above prove nothing."""
    done = subprocess.run(
        command("app.__main__", "--profile", str(tmp_path / "profile")),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode != 0
    assert "PySide6" in done.stderr
