"""Settings of a profile."""

from __future__ import annotations

import pytest

from app import settings
from app.settings import FILE_NAME, Settings


def test_what_is_set_is_there_for_the_next_start(tmp_path):
    Settings(tmp_path).set("theme", "dark")
    Settings(tmp_path).set("panes", [1, 2])
    again = Settings(tmp_path)
    assert again.get("theme") == "dark"
    assert again.get("panes", []) == [1, 2]


def test_a_value_of_another_type_than_expected_gives_the_default(tmp_path):
    kept = Settings(tmp_path)
    kept.set("panes", "no list")
    assert kept.get("panes", [7]) == [7]
    assert kept.get("nothing", 3) == 3
    assert kept.get("nothing") is None


def test_none_forgets(tmp_path):
    kept = Settings(tmp_path)
    kept.set("a", 1)
    kept.set("a", None)
    assert Settings(tmp_path).get("a", 0) == 0


def test_an_equal_value_is_not_written_again_but_true_is_not_one(tmp_path):
    kept = Settings(tmp_path)
    kept.set("a", 1)
    stamp = (tmp_path / FILE_NAME).stat().st_mtime_ns
    kept.set("a", 1)
    assert (tmp_path / FILE_NAME).stat().st_mtime_ns == stamp
    kept.set("a", True)
    assert Settings(tmp_path).get("a") is True


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[1]", b"\xff\xfe", b"[" * 100_000, b" " * (settings.SIZE_MAX + 1)]
)
def test_a_file_that_cannot_be_read_is_put_aside_and_begun_anew(tmp_path, body, expect_log):
    (tmp_path / FILE_NAME).write_bytes(body)
    expect_log(r"begun anew")
    kept = Settings(tmp_path)
    kept.set("a", 1)
    assert Settings(tmp_path).get("a") == 1
    assert (tmp_path / "settings.damaged.json").read_bytes() == body


def test_a_disk_that_refuses_is_noted_and_nothing_more(tmp_path, expect_log):
    kept = Settings(tmp_path / "missing")
    expect_log(r"cannot be saved")
    kept.set("a", 1)
    assert kept.get("a") == 1
