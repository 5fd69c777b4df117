"""A profile with commands on it."""

from __future__ import annotations

import pytest

from tests.support.command_line import CommandLine


@pytest.fixture
def cli(tmp_path):
    return CommandLine(tmp_path / "profile")
