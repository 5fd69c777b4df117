"""The log of a profile."""

from __future__ import annotations

import logging

import pytest

from app import logs
from app.logs import FILES_KEPT, start_log, stop_log


@pytest.fixture
def root_level():
    before = logging.getLogger().level
    yield
    logging.getLogger().setLevel(before)


@pytest.mark.usefixtures("root_level")
def test_records_go_to_the_file_until_the_end(tmp_path):
    handler = start_log(tmp_path / "log")
    assert handler is not None
    logging.getLogger("test").info("said %d", 1)
    stop_log(handler)
    logging.getLogger("test").info("said %d", 2)
    text = (tmp_path / "log").read_text(encoding="utf-8")
    assert "INFO MainThread test: said 1" in text
    assert "said 2" not in text


@pytest.mark.usefixtures("root_level")
def test_a_log_never_fills_a_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(logs, "SIZE_MAX", 1_000)
    handler = start_log(tmp_path / "log")
    assert handler is not None
    for number in range(500):
        logging.getLogger("test").info("line %d", number)
    stop_log(handler)
    files = list(tmp_path.iterdir())
    assert len(files) == FILES_KEPT
    assert all(path.stat().st_size <= 1_000 for path in files)


def test_a_file_that_cannot_be_written_keeps_nobody_from_anything(tmp_path):
    assert start_log(tmp_path / "missing" / "log") is None
