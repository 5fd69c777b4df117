"""Commands that write."""

from __future__ import annotations

from argparse import Namespace

import pytest

from app.commands.writing import block_attributes, clean, mark_of
from app.refusals import Refused


def blocks(cli, note):
    return cli.ok("show", note, "--format", "json").json["blocks"]


def text(cli, note):
    return cli.ok("show", note, "--format", "text").out[:-1]


def test_a_new_note_gets_its_text_as_it_is(cli, tmp_path):
    (tmp_path / "f.md").write_bytes(b"\xef\xbb\xbf# no heading\r\n\r\nlast\r\n")
    assert text(cli, cli.note("A", "*x*\ny")) == "*x*\ny"
    made = cli.ok("new", "--title", "B", "--file", "f.md", "--json").json["id"]
    assert text(cli, made) == "# no heading\n\nlast"
    made = cli.ok("new", "--title", "C", "--file", "-", "--json", stdin="ü\n".encode()).json["id"]
    assert text(cli, made) == "ü"
    assert len(cli.ok("new", "--title", "D").out.strip()) == 22


def test_a_new_note_that_cannot_be_made_says_why(cli, tmp_path):
    (tmp_path / "binary").write_bytes(b"\x00\xff")
    for words in (["--file", "binary"], ["--file", "none"], ["--notebook", "Nowhere"]):
        said = cli("new", "--title", "X", *words)
        assert (said.code, said.out) == (1, "")
        assert said.err.endswith(".\n")
    assert cli.ok("list", "--json").json == []


def test_appended_text_begins_a_plain_line_of_its_own(cli):
    made = cli.note("A", "one")
    cli.ok("format", made, "--block", "0", "--kind", "heading")
    cli.ok("append", made, "--text", "two\nthree")
    assert text(cli, made) == "one\ntwo\nthree"
    assert [block["kind"] for block in blocks(cli, made)] == ["heading", "paragraph", "paragraph"]
    empty = cli.note("B")
    cli.ok("append", empty, "--text", "first")
    assert text(cli, empty) == "first"


def test_an_edit_counts_code_points(cli):
    made = cli.note("A", "a🙂é漢b")
    said = cli.ok("edit", made, "--at", "1", "--delete", "2", "--insert", "🙃🙃", "--json")
    assert said.json == {"id": made, "length": 5}
    assert text(cli, made) == "a🙃🙃漢b"
    cli.ok("edit", made, "--at", "5", "--insert", "!")
    cli.ok("edit", made, "--at", "0", "--delete", "1")
    assert text(cli, made) == "🙃🙃漢b!"


@pytest.mark.parametrize("words", [["--at", "4"], ["--at", "2", "--delete", "2"], ["--at", "99999999999"]])
def test_an_edit_outside_of_the_text_changes_nothing(cli, words):
    made = cli.note("A", "abc")
    said = cli("edit", made, *words, "--insert", "x")
    assert said.code == 1
    assert "0 to 3" in said.err
    assert text(cli, made) == "abc"


def test_marks_are_set_and_removed(cli):
    made = cli.note("A", "bold and link")
    cli.ok("format", made, "--start", "0", "--end", "4", "--mark", "bold")
    cli.ok("format", made, "--start", "9", "--end", "13", "--mark", "link=https://x/?a=b")
    assert blocks(cli, made)[0]["spans"] == [
        {"text": "bold", "marks": {"bold": True}},
        {"text": " and ", "marks": {}},
        {"text": "link", "marks": {"link": "https://x/?a=b"}},
    ]
    cli.ok("format", made, "--start", "0", "--end", "2", "--mark", "bold=none")
    cli.ok("format", made, "--start", "9", "--end", "13", "--mark", "link=")
    assert blocks(cli, made)[0]["spans"] == [
        {"text": "bo", "marks": {}},
        {"text": "ld", "marks": {"bold": True}},
        {"text": " and link", "marks": {}},
    ]


@pytest.mark.parametrize(
    ("said", "mark"),
    [
        ("bold", ("bold", True)),
        ("bold=true", ("bold", True)),
        ("bold=none", ("bold", None)),
        ("highlight", ("highlight", True)),
        ("highlight=yellow", ("highlight", "yellow")),
        ("colour=red", ("colour", "red")),
        ("link=note:abc", ("link", "note:abc")),
        ("link=none", ("link", None)),
        ("comment:a1", ("comment:a1", True)),
    ],
)
def test_marks_are_understood(said, mark):
    assert mark_of(said) == mark


@pytest.mark.parametrize(
    "said", ["bolder", "bold=maybe", "link", "link=javascript:x", "colour", "", "=x", "comment:"]
)
def test_marks_that_are_none_are_refused(said):
    with pytest.raises(Refused):
        mark_of(said)


def test_kinds_of_blocks_replace_each_other(cli):
    made = cli.note("A", "one\ntwo")
    cli.ok("format", made, "--block", "5", "--kind", "check", "--level", "2", "--checked", "true")
    assert blocks(cli, made)[1] == {
        "kind": "check",
        "level": 2,
        "checked": True,
        "spans": [{"text": "two", "marks": {}}],
    }
    cli.ok("format", made, "--block", "5", "--kind", "code", "--language", "py")
    assert {**blocks(cli, made)[1], "spans": []} == {"kind": "code", "language": "py", "spans": []}
    cli.ok("format", made, "--block", "5", "--kind", "heading")
    assert {**blocks(cli, made)[1], "spans": []} == {"kind": "heading", "level": 1, "spans": []}
    cli.ok("format", made, "--block", "5", "--kind", "paragraph")
    assert [block["kind"] for block in blocks(cli, made)] == ["paragraph", "paragraph"]


@pytest.mark.parametrize(
    ("kind", "level"), [("title", None), ("heading", 0), ("heading", 7), ("bullet", -1), ("bullet", 65)]
)
def test_kinds_and_levels_that_are_none_are_refused(kind, level):
    with pytest.raises(Refused):
        block_attributes(Namespace(kind=kind, level=level, checked=None, language=None))


def test_a_stretch_that_ends_before_it_starts_is_refused(cli):
    made = cli.note("A", "abc")
    assert cli("format", made, "--start", "2", "--end", "1", "--mark", "bold").code == 2
    assert cli("format", made, "--start", "0", "--end", "4", "--mark", "bold").code == 1
    assert cli("format", made, "--block", "4", "--kind", "quote").code == 1


def test_the_trash_takes_and_gives_back_and_its_notes_are_not_edited(cli):
    made = cli.note("A", "x")
    assert cli.ok("trash", made, "--json").json == {"id": made, "trashed": True}
    assert cli("append", made, "--text", "y").code == 1
    assert cli.ok("show", made).code == 0
    cli.ok("trash", made, "--undo")
    cli.ok("append", made, "--text", "y")


def test_a_version_is_restored_by_an_edit_like_any_other(cli):
    made = cli.note("A", "one\ntwo")
    cli.ok("format", made, "--block", "0", "--kind", "heading", "--level", "2")
    cli.ok("format", made, "--start", "0", "--end", "3", "--mark", "bold")
    before = blocks(cli, made)
    version = cli.ok("history", made, "--json").json[-1]["version"]
    cli.ok("edit", made, "--at", "1", "--delete", "5", "--insert", "changed")
    cli.ok("format", made, "--block", "0", "--kind", "quote")
    cli.ok("format", made, "--start", "0", "--end", "4", "--mark", "bold=none")
    assert blocks(cli, made) != before
    cli.ok("restore", made, "--version", version)
    assert blocks(cli, made) == before
    assert len(cli.ok("history", made, "--json").json) > 4
    assert cli("restore", made, "--version", "nonsense").code == 1


def test_words_with_stray_bytes_are_cleaned():
    assert clean("a\udcffb\r\nc\rd\x00") == "a\ufffdb\nc\nd\ufffd"
