"""A library for each test that asks for one."""

from __future__ import annotations

import pytest

from tests.support.libraries import library_in


@pytest.fixture
def library(tmp_path):
    with library_in(tmp_path / "profile") as opened:
        yield opened
