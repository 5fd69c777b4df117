"""What the commands about data models print; doing them is tested in test_admin_models.py."""

from __future__ import annotations

from click.testing import CliRunner

from sync.server import commands


def test_every_command_is_there_and_explains_itself():
    said = CliRunner().invoke(commands.main, ["migrate", "--help"])
    assert said.exit_code == 0
    for name in ("plan", "dry-run", "run", "status", "min-push"):
        assert name in said.output
        assert CliRunner().invoke(commands.main, ["migrate", name, "--help"]).exit_code == 0
