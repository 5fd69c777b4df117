"""Reports of imports and exports."""

from __future__ import annotations

from app.refusals import Refused
from app.transfer import report
from app.transfer.report import EXAMPLES_MAX, Report, shown_path, told
from app.wording import sentence


def test_a_report_as_json_names_the_count_and_lists_paths_with_reasons():
    told = Report(done=3)
    told.warn("a.md", Refused("empty_file"))
    told.refuse("b.md", FileNotFoundError(2, "gone", "b.md"))
    plain = told.plain("imported")
    assert plain["imported"] == 3
    assert plain["warnings"] == [{"path": "a.md", "reason": told.warnings[0].reason}]
    assert "b.md" in told.refused[0].reason


def test_a_person_reads_what_is_true_of_many_files_once_with_its_count_and_a_few_of_them():
    report = Report()
    for number in range(112):
        report.warn(f"ch{number}.md", Refused("html_comments_left", count=3))
    report.warn("a.md", Refused("block_names_left", count=2))
    assert told(report.warnings) == [
        f"{sentence(Refused('html_comments_left', count=336))} "
        "In 112 files: ch0.md, ch1.md, ch2.md and 109 more.",
        f"a.md: {sentence(Refused('block_names_left', count=2))}",
    ]
    assert len(report.plain("imported")["warnings"]) == 113


def test_of_remarks_that_each_name_something_a_few_are_read_and_how_many_there_are():
    report = Report()
    for number in range(EXAMPLES_MAX + 2):
        report.refuse(f"in/{number}.md", Refused("picture_missing", address=f"{number}.png"))
    report.refuse("in/x.md", FileNotFoundError(2, "gone", "x.md"))
    lines = told(report.refused, lambda path: path.removeprefix("in/"))
    assert lines[:EXAMPLES_MAX] == [
        f"{number}.md: {sentence(Refused('picture_missing', address=f'{number}.png'))}"
        for number in range(EXAMPLES_MAX)
    ]
    assert lines[EXAMPLES_MAX] == "The same with other files: 2."
    assert lines[EXAMPLES_MAX + 1].startswith("x.md: ")


def test_few_of_a_kind_are_read_one_by_one():
    report = Report()
    for number in range(EXAMPLES_MAX):
        report.warn(f"{number}.md", Refused("empty_file"))
    assert told(report.warnings) == [
        f"{n}.md: {sentence(Refused('empty_file'))}" for n in range(EXAMPLES_MAX)
    ]


def test_a_report_does_not_grow_without_end(monkeypatch):
    monkeypatch.setattr(report, "WARNINGS_MAX", 2)
    told = Report()
    for _ in range(3):
        told.warn("a", Refused("empty_file"))
        told.refuse("a", Refused("empty_file"))
    assert (len(told.warnings), len(told.refused)) == (2, 2)


def test_a_name_with_stray_bytes_can_be_shown():
    shown_path("a\udcff.md").encode("utf-8")
