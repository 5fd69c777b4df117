"""Reports of imports and exports."""

from __future__ import annotations

from app.refusals import Refused
from app.transfer import report
from app.transfer.report import Report, shown_path


def test_a_report_as_json_names_the_count_and_lists_paths_with_reasons():
    told = Report(done=3)
    told.warn("a.md", Refused("empty_file"))
    told.refuse("b.md", FileNotFoundError(2, "gone", "b.md"))
    plain = told.plain("imported")
    assert plain["imported"] == 3
    assert plain["warnings"] == [{"path": "a.md", "reason": told.warnings[0].reason}]
    assert "b.md" in told.refused[0].reason


def test_a_report_does_not_grow_without_end(monkeypatch):
    monkeypatch.setattr(report, "WARNINGS_MAX", 2)
    told = Report()
    for _ in range(3):
        told.warn("a", Refused("empty_file"))
        told.refuse("a", Refused("empty_file"))
    assert (len(told.warnings), len(told.refused)) == (2, 2)


def test_a_name_with_stray_bytes_can_be_shown():
    shown_path("a\udcff.md").encode("utf-8")
