"""Commands that read."""

from __future__ import annotations

import json
from datetime import datetime


def test_a_list_has_the_promised_fields(cli):
    made = cli.note("Title", "some words here")
    (row,) = cli.ok("list", "--json").json
    assert {name: row[name] for name in ("id", "title", "notebook", "folder", "tags", "unsent")} == {
        "id": made, "title": "Title", "notebook": "Personal", "folder": None, "tags": [], "unsent": 2,
    }  # fmt: skip
    assert row["updated_ms"] >= row["created_ms"] > 1_600_000_000_000
    assert cli.ok("list").out == f"{made[:8]}  Title (2 to send)\n"


def test_an_empty_library_lists_nothing(cli):
    assert cli.ok("list", "--json").json == []
    assert cli.ok("list").out == ""
    assert cli.ok("search", "x", "--json").json == []


def test_folders_are_listed_by_their_path(cli, tmp_path):
    (tmp_path / "in" / "a" / "b").mkdir(parents=True)
    (tmp_path / "in" / "a" / "b" / "deep.md").write_text("x")
    cli.ok("import", str(tmp_path / "in"))
    (row,) = cli.ok("list", "--json").json
    assert row["folder"] == "a/b"


def test_lists_are_narrowed_by_notebook_tag_and_trash(cli, tmp_path):
    (tmp_path / "t.md").write_text("---\ntags: [red]\n---\nx")
    cli.ok("import", str(tmp_path / "t.md"), "--notebook", "Work")
    cli.note("Plain")
    gone = cli.note("Gone")
    cli.ok("trash", gone)

    def titles(*words):
        return sorted(row["title"] for row in cli.ok("list", "--json", *words).json)

    assert titles() == ["Plain", "t"]
    assert titles("--notebook", "work") == titles("--tag", "red") == ["t"]
    assert titles("--trashed") == ["Gone"]
    assert cli("list", "--notebook", "None").code == 1


def test_a_note_is_shown_in_every_format(cli):
    made = cli.note("Title", "one\ntwo <b>")
    assert cli.ok("show", made).out == "# Title\n\none\n\ntwo \\<b>\n"
    assert cli.ok("show", made, "--format", "text").out == "one\ntwo <b>\n"
    assert "<p>two &lt;b&gt;</p>" in cli.ok("show", made, "--format", "html").out
    (created_ms,) = [row["created_ms"] for row in cli.ok("list", "--json").json]
    expected = {
        "id": made,
        "title": "Title",
        "notebook": "Personal",
        "icon": "",
        "tags": [],
        "tag_colours": {},
        "pinned": False,
        "archived": False,
        "created_ms": created_ms,
        "blocks": [
            {"kind": "paragraph", "spans": [{"text": "one", "marks": {}}]},
            {"kind": "paragraph", "spans": [{"text": "two <b>", "marks": {}}]},
        ],
    }
    assert cli.ok("show", made, "--format", "json").json == expected
    assert cli.ok("show", made, "--json").json == expected
    assert cli.ok("show", made, "--json", "--format", "text").json == {
        "id": made, "format": "text", "content": "one\ntwo <b>\n",
    }  # fmt: skip


def test_json_of_a_note_is_canonical(cli):
    made = cli.note("ä", "x")
    text = cli.ok("show", made, "--format", "json").out
    assert (
        text == json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
    )


def test_a_note_is_meant_by_the_beginning_of_its_id_or_its_title(cli):
    made = cli.note("The Title")
    assert cli.ok("show", made[:6], "--json").json["id"] == made
    assert cli.ok("show", "the title", "--json").json["id"] == made
    cli.note("The Title")
    said = cli("show", "The Title")
    assert (said.code, said.out) == (1, "")
    assert made in said.err


def test_a_search_has_snippets_and_finds_chinese(cli):
    made = cli.note("Garten", "Im Garten wächst ein 苹果树 groß")
    for query in ("garten", "果树", "wachst"):
        (hit,) = cli.ok("search", query, "--json").json
        assert hit["id"] == made
        assert "snippet" in hit
    assert "Garten" in cli.ok("search", "garten").out
    assert cli("search", " ").code == 1


def test_notebooks_are_listed(cli, tmp_path):
    cli.note("A")
    (row,) = cli.ok("notebooks", "--json").json
    assert (row["name"], row["role"], row["local"], row["notes"]) == ("Personal", "owner", True, 1)
    assert "Personal" in cli.ok("notebooks").out


def test_the_history_names_versions_in_their_order(cli):
    made = cli.note("T", "one")
    before = cli.ok("history", made, "--json").json
    cli.ok("append", made, "--text", "two")
    after = cli.ok("history", made, "--json").json
    assert [entry["version"] for entry in after[: len(before)]] == [entry["version"] for entry in before]
    assert len(after) > len(before)
    assert after[0]["version"] in cli.ok("history", made).out


def test_every_version_of_the_history_can_be_looked_at_and_brought_back(cli):
    made = cli.note("T", "one")
    cli.ok("append", made, "--text", "two")
    cli.ok("format", made, "--start", "0", "--end", "3", "--mark", "bold")
    texts = {}
    for entry in cli.ok("history", made, "--json").json:
        shown = cli.ok("show", made, "--version", entry["version"], "--json").json
        texts[entry["version"]] = shown["blocks"]
        assert shown["title"] == "T"
    assert list(texts.values())[-1] == cli.ok("show", made, "--json").json["blocks"]
    first = next(version for version, blocks in texts.items() if len(blocks) == 1 and blocks[0]["spans"])
    assert cli.ok("show", made, "--version", first, "--format", "text").out == "one\n"
    assert "one" in cli.ok("show", made, "--version", first, "--format", "html").out
    for version, blocks in texts.items():
        cli.ok("restore", made, "--version", version)
        assert cli.ok("show", made, "--json").json["blocks"] == blocks
    refused = cli("show", made, "--version", "x.1")
    assert (refused.code, refused.out) == (1, "")


def test_the_history_says_who_wrote_when(cli, tmp_path):
    made = cli.note("T", "one")
    (entry, *_) = cli.ok("history", made, "--json").json
    assert entry["author"] is None
    begun = datetime.fromtimestamp(entry["begun_ms"] / 1000).astimezone()
    words = cli.ok("history", made).out.splitlines()[0].split()
    assert words == [entry["version"], *f"{begun:%Y-%m-%d %H:%M:%S %z}".split(), "you"]
    elsewhere = ("--profile", str(tmp_path / "other"))
    cli.ok("export", "out", "--format", "archive")
    cli.ok("import", "out", *elsewhere)
    assert cli.ok("history", made, *elsewhere).out.splitlines()[0].split() == [*words[:-1], "somebody"]


def test_notebooks_are_made_renamed_and_deleted(cli):
    cli.note("First")
    made = cli.ok("notebooks", "--make", " Work ", "--json").json["id"]
    note = cli.ok("new", "--title", "Plan", "--notebook", "work", "--json").json["id"]
    cli.ok("notebooks", "--rename", "Work", "Works")
    assert [row["name"] for row in cli.ok("notebooks", "--json").json] == ["Personal", "Works"]
    assert cli.ok("notebooks", "--delete", made, "--json").json == {"id": made, "trashed": 1}
    assert [row["name"] for row in cli.ok("notebooks", "--json").json] == ["Personal"]
    assert [row["id"] for row in cli.ok("list", "--trashed", "--json").json] == [note]
    assert cli("new", "--title", "x", "--notebook", "Works").code == 1, (
        "what is deleted is not meant by its name"
    )
    cli.ok("trash", note, "--undo")
    assert [row["name"] for row in cli.ok("notebooks", "--json").json] == ["Personal", "Works"]
    for words in (("--make", " "), ("--rename", "Works", "\n"), ("--delete", "Personal"), ("--delete", "No")):
        said = cli("notebooks", *words)
        assert (said.code, said.out) == (1, "")
        assert said.err
    assert cli("notebooks", "--make", "a", "--delete", "b").code == 2
