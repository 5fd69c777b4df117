"""What the commands about data models print; doing them is tested in test_admin_models.py."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from sync.server import commands
from sync.server.migrate_commands import Watcher


def test_every_command_is_there_and_explains_itself():
    said = CliRunner().invoke(commands.main, ["migrate", "--help"])
    assert said.exit_code == 0
    for name in ("plan", "dry-run", "run", "status", "min-push"):
        assert name in said.output
        assert CliRunner().invoke(commands.main, ["migrate", name, "--help"]).exit_code == 0


@pytest.mark.parametrize(
    ("is_terminal", "said"),
    [
        (True, "\r\x1b[K2 of 9 documents\r\x1b[K7 of 9 documents\r\x1b[K"),
        (False, "7 of 9 documents\n"),
    ],
)
def test_how_far_it_is_is_told_now_and_then_on_stderr(monkeypatch, capsys, is_terminal, said):
    monkeypatch.setattr("sys.stderr.isatty", lambda: is_terminal)
    times = iter([0.0, 0.1, 1.0, 1.1, 6.0])
    watcher = Watcher(lambda: next(times))
    for done in (1, 2, 3, 7):
        watcher(done, 9)
    watcher.end()
    assert capsys.readouterr() == ("", said)
