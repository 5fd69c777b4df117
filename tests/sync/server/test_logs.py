from __future__ import annotations

import json
import logging
import sys

from sync.server.logs import JsonFormatter


def test_a_record_is_one_line_of_json():
    record = logging.LogRecord("sync.server", logging.INFO, "x.py", 1, "a %s\nline", ("long",), None)
    record.fields = {"conn": 7}
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert json.loads(line) == {
        "time": json.loads(line)["time"],
        "level": "info",
        "logger": "sync.server",
        "message": "a long\nline",
        "conn": 7,
    }


def test_a_traceback_is_kept_in_its_line():
    try:
        raise ValueError("why")
    except ValueError:
        record = logging.LogRecord("sync", logging.ERROR, "x.py", 1, "failed", (), sys.exc_info())
    line = JsonFormatter().format(record)
    assert "ValueError: why" in json.loads(line)["traceback"]
    assert "\n" not in line


def test_what_json_does_not_know_is_written_as_text(tmp_path):
    record = logging.LogRecord("sync", logging.ERROR, "x.py", 1, "failed", (), None)
    record.fields = {"path": tmp_path}
    assert json.loads(JsonFormatter().format(record))["path"] == str(tmp_path)
