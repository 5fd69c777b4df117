"""Commands that carry notes in and out."""

from __future__ import annotations

import signal

from app.commands.transfer import COMMANDS


def test_an_import_tells_how_many_and_what_not(cli, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.md").write_text("# A\n\n[x](javascript:x)")
    (tmp_path / "in" / "bad.md").write_bytes(b"\xff")
    said = cli.ok("import", "in", "--json")
    assert said.json["imported"] == 1
    assert [remark["path"] for remark in said.json["refused"]] == [str(tmp_path / "in" / "bad.md")]
    assert [remark["path"] for remark in said.json["warnings"]] == [str(tmp_path / "in" / "a.md")]
    assert set(said.json) == {"imported", "warnings", "refused"}
    assert "bad.md" in said.err
    assert cli("import", "in").out == "Imported 1 note.\n"


def test_what_is_true_of_many_files_is_one_line_for_people_and_an_entry_each_for_programs(cli, tmp_path):
    (tmp_path / "in").mkdir()
    for number in range(9):
        (tmp_path / "in" / f"{number}.md").write_text("<!-- x -->\n\ntext")
    said = cli.ok("import", "in", "--json")
    assert [set(remark) for remark in said.json["warnings"]] == [{"path", "reason"}] * 9
    (line,) = [line for line in said.err.splitlines() if line.startswith("warning: ")]
    assert line.startswith("warning: Comments of HTML (9) were left out.")
    assert f"In 9 files: {tmp_path / 'in' / '0.md'}, " in line
    assert line.endswith(" and 6 more.")


def test_an_import_of_nothing_that_can_be_read_fails(cli, tmp_path):
    said = cli("import", "nowhere", "--json")
    assert said.code == 1
    assert said.json["imported"] == 0
    (tmp_path / "empty").mkdir()
    assert cli("import", "empty").code == 0


def test_a_notebook_is_made_for_an_import(cli, tmp_path):
    (tmp_path / "a.md").write_text("a")
    cli.ok("import", "a.md", "--notebook", "New")
    cli.ok("import", "a.md", "--notebook", "New")
    assert [
        (row["name"], row["notes"]) for row in cli.ok("notebooks", "--json").json if row["name"] == "New"
    ] == [("New", 2)]


def test_an_export_comes_back_with_an_import(cli, tmp_path):
    made = cli.note("A", "x")
    cli.ok("format", made, "--start", "0", "--end", "1", "--mark", "bold")
    assert cli.ok("export", "out", "--json").json == {"exported": 1, "warnings": [], "refused": []}
    before = cli.ok("show", made, "--json").json["blocks"]
    cli.ok("trash", made)
    cli.ok("import", "out")
    (row,) = cli.ok("list", "--json").json
    assert cli.ok("show", row["id"], "--json").json["blocks"] == before


def test_markdown_has_links_by_name_when_that_is_wanted(cli, tmp_path):
    cli.note("Roses", "red")
    cli.note("Home", "See [[Roses]].")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "Home.md").write_text("See [the roses](Roses.md).")
    (tmp_path / "in" / "Roses.md").write_text("red")
    other = ("--profile", str(tmp_path / "other"))
    cli.ok("import", "in", *other)
    for options, written in (((), "[the roses](Roses.md)"), (("--wiki-links",), "[[Roses|the roses]]")):
        cli.ok("export", "out", *options, *other)
        assert written in (tmp_path / "out" / "Home.md").read_text()
    refused = cli("export", "out", "--format", "html", "--wiki-links", *other)
    assert (refused.code, refused.err) == (2, "--format cannot be “html”. Only md has wiki links.\n")


def test_an_archive_comes_back_with_its_history(cli, tmp_path):
    made = cli.note("A", "x")
    cli.ok("append", made, "--text", "y")
    assert cli.ok("export", "out", "--format", "archive", "--json").json["exported"] == 1
    shown, history = cli.ok("show", made, "--json").out, cli.ok("history", made, "--json").json
    other = ("--profile", str(tmp_path / "other"))
    assert cli.ok("import", "out", "--json", *other).json["imported"] == 1
    assert cli.ok("show", made, "--json", *other).out == shown
    assert cli.ok("history", made, "--json", *other).json == history


def test_a_full_folder_is_refused_with_a_sentence(cli, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("x")
    said = cli("export", "full")
    assert (said.code, said.out) == (1, "")
    assert said.err.endswith(".\n")


def test_ctrl_c_is_a_persons_again_afterwards(cli, tmp_path):
    before = signal.getsignal(signal.SIGINT)
    (tmp_path / "a.md").write_text("a")
    cli.ok("import", "a.md")
    assert signal.getsignal(signal.SIGINT) is before
    assert set(COMMANDS) == {"import", "export"}
