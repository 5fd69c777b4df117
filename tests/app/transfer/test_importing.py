"""Importing real folders into a real store."""

from __future__ import annotations

import asyncio
import os
import sys

import pytest

from app.refusals import Refused
from app.transfer import importing
from app.transfer.body import read_body
from app.transfer.importing import import_paths, plain_blocks
from app.transfer.matter import note_text
from app.wording import sentence
from tests.support.libraries import at_once, library_in
from tests.support.work import calls_of

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "notes"
    made.mkdir()
    return made


def write(folder, files):
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def run(library, *paths, **options):
    return at_once(import_paths(library, list(paths), **options))


def reasons(report):
    return {os.path.basename(remark.path): remark.reason for remark in report.refused}


def titles(library):
    return sorted(row.title for row in library.store.notes())


def test_a_folder_of_notes_becomes_notes_in_folders_of_the_same_names(library, folder):
    write(
        folder,
        {"a.md": "# A\n\ntext", "x/y/b.md": "B", "x/c.html": "<title>C</title><p>c", "x/d.txt": "one\ntwo\n"},
    )
    report = run(library, folder)
    assert (report.done, report.warnings, report.refused) == (4, [], [])
    rows = {row.title: row for row in library.store.notes()}
    assert sorted(rows) == ["A", "C", "b", "d"]
    folders = {row.id: row for row in library.store.folders(library.personal())}
    place = folders[rows["b"].folder]
    assert (place.name, folders[place.parent].name) == ("y", "x")
    assert rows["A"].folder is None
    assert library.document(rows["d"].id).text(("body",)).text() == "one\ntwo"


def test_importing_again_uses_the_folders_that_are_there(library, folder):
    write(folder, {"x/a.md": "a"})
    run(library, folder)
    run(library, folder)
    assert len(library.store.folders(library.personal())) == 1
    assert len(library.store.notes()) == 2


def test_the_first_heading_is_the_title_and_front_matter_says_the_rest(library, folder):
    write(
        folder,
        {
            "a.md": "---\ntags: [x, y]\ncreated: 2020-01-02T03:04:05Z\npinned: true\nmood: fine\n---\n"
            "# The *Title*\n\nbody",
            "b.md": "---\ntitle: Given\n---\n# Other\n",
            "c.md": "text first\n\n# Later\n",
        },
    )
    report = run(library, folder)
    rows = {row.title: row for row in library.store.notes()}
    assert sorted(rows) == ["Given", "The Title", "c"]
    row = rows["The Title"]
    assert (row.tags, row.pinned, row.created_ms) == (("x", "y"), True, 1_577_934_245_000)
    assert [text for text in (remark.reason for remark in report.warnings) if "mood" in text]
    assert read_body(library.document(rows["Given"].id))[0][1] == {"kind": "heading", "level": 1}


def test_links_between_files_lead_to_notes_whatever_their_order(library, folder):
    write(folder, {"a.md": "[to b](sub/b.md)", "sub/b.md": "[to a](../a.md#x) [gone](none.md)"})
    run(library, folder)
    rows = {row.title: row.id for row in library.store.notes()}
    links = [
        marks["link"] for name in "ab" for _, marks in read_body(library.document(rows[name]))[0][0] if marks
    ]
    assert links == [f"note:{rows['b']}", f"note:{rows['a']}#x", "none.md"]


def test_pictures_are_stored_once_and_files_nobody_uses_are_said(library, folder):
    write(
        folder,
        {"a.md": "![one](p.png)\n\n![two](p.png)", "b.md": "![](p.png)", "p.png": PNG, "q.png": PNG + b"x"},
    )
    report = run(library, folder)
    (kept,) = library.store.attachments()
    assert library.store.load_attachment(kept.sha256) == PNG
    assert list(reasons(report)) == ["q.png"]
    document = library.document(library.find("a").id)
    assert document.value(("attachments", kept.sha256)) == {
        "name": "p.png",
        "mime": "image/png",
        "size_bytes": len(PNG),
    }


def test_bad_files_are_refused_one_by_one_and_the_rest_comes_in(library, folder):
    write(
        folder,
        {
            "good.md": "good",
            "empty.md": "",
            "binary.md": b"\x00\x01\x02",
            "latin.md": b"caf\xe9",
            "deep.md": "> " * 100 + "x",
            "big.md": b"x" * (16 * 1024 * 1024 + 1),
        },
    )
    if sys.platform != "win32":
        (folder / "loop.md").symlink_to("loop.md")
        os.mkfifo(folder / "pipe.md")
    report = run(library, folder)
    assert report.done == 1
    assert titles(library) == ["good"]
    expected = {"empty.md", "binary.md", "latin.md", "deep.md", "big.md"}
    assert set(reasons(report)) >= expected
    assert all(reason.endswith(".") for reason in reasons(report).values())


def test_a_file_that_vanishes_meanwhile_is_refused(library, folder):
    write(folder, {"a.md": "a", "b.md": "b"})
    report = run(
        library, folder, progress=lambda done, total, name: (folder / "b.md").unlink(missing_ok=True)
    )
    assert report.done == 1
    assert list(reasons(report)) == ["b.md"]


def test_an_import_can_be_cancelled_and_what_is_done_stays(library, folder):
    write(folder, {f"{number:03}.md": "x" for number in range(20)})
    seen = []
    report = run(
        library,
        folder,
        progress=lambda done, total, name: seen.append((done, total)),
        cancelled=lambda: len(seen) == 7,
    )
    assert report.cancelled
    assert report.done == len(library.store.notes()) == len(report.notes) == 7
    assert seen[-1] == (7, 20)


def test_many_notes_share_a_commit(library, folder, monkeypatch):
    commits = []
    submit = library.submit
    monkeypatch.setattr(library, "submit", lambda changes: (commits.append(len(changes)), submit(changes)))
    write(folder, {f"{number}.md": "x" for number in range(450)})
    run(library, folder)
    assert len([size for size in commits if size]) == 3


def test_files_can_be_parsed_on_another_thread(tmp_path, folder):
    write(folder, {"a.md": "# A", "b.md": "b"})
    with library_in(tmp_path / "other") as library:
        report = asyncio.run(import_paths(library, [folder], away=asyncio.to_thread, batch=1))
        assert report.done == 2
        assert titles(library) == ["A", "b"]


def test_a_notebook_that_may_only_be_read_takes_nothing(library, folder, monkeypatch):
    write(folder, {"a.md": "a"})
    row = library.store.notebooks()[0]._replace(role="viewer") if library.personal() else None
    monkeypatch.setattr(library.store, "notebooks", lambda: [row])
    with pytest.raises(Refused):
        run(library, folder)


def test_plain_text_becomes_a_paragraph_a_line():
    assert plain_blocks("a\r\n\nb\n") == [([("a", {})], {}), ([], {}), ([("b", {})], {})]
    assert plain_blocks("") == [([], {})]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("## Chapter\n\n### One\n\n### Two\n", "Chapter"),
        ("## One\n\ntext\n\n## Two\n", "One"),
        ("## One\n\n## Two\n\n# Above\n", "file"),
        ("---\ntitle: Said\n---\n## One\n\n## Two\n", "Said"),
        ("### Below\n\n# Above\n", "file"),
        ("# One\n\n# Two\n", "One"),
        ("Text\n\n## Later\n", "file"),
    ],
)
def test_the_heading_a_file_begins_with_is_the_title_if_none_is_higher(library, folder, text, title):
    (folder / "file.md").write_text(text, encoding="utf-8")
    run(library, folder)
    assert titles(library) == [title]


@pytest.mark.parametrize(("text", "title"), [("# One\n\n## Two\n", "One"), ("## Tasks\n\n## Log\n", "file")])
def test_in_a_vault_only_a_heading_of_the_first_level_is_the_title(library, folder, text, title):
    (folder / ".obsidian").mkdir()
    (folder / "file.md").write_text(text, encoding="utf-8")
    run(library, folder)
    assert titles(library) == [title]


@pytest.mark.parametrize(
    ("page", "title"),
    [
        ("<title>Page</title><h1>One</h1><h1>Two</h1>", "One"),
        ("<title>Page</title><h2>One</h2><h2>Two</h2>", "Page"),
        ("<h2>One</h2><h2>Two</h2>", "One"),
    ],
)
def test_the_name_of_a_page_comes_before_a_lower_heading(library, folder, page, title):
    (folder / "file.html").write_text(page, encoding="utf-8")
    run(library, folder)
    assert titles(library) == [title]


def test_a_long_first_heading_stays_in_the_text(library, folder):
    write(
        folder,
        {
            "a.md": "# " + "x" * (importing.TITLE_LENGTH_MAX + 1),
            "b.md": "# " + "y" * importing.TITLE_LENGTH_MAX,
        },
    )
    run(library, folder)
    assert titles(library) == ["a", "y" * importing.TITLE_LENGTH_MAX]


def test_addresses_in_the_text_of_others_are_links_and_in_our_own_only_where_they_were(
    library, folder, tmp_path
):
    write(
        folder,
        {"a.md": "https://example.org", "b.md": "---\ncommonplace: x\ntitle: b\n---\nhttps://example.org"},
    )
    run(library, folder)
    said = {row.title: read_body(library.document(row.id))[0][0] for row in library.store.notes()}
    assert said == {
        "a": [("https://example.org", {"link": "https://example.org"})],
        "b": [("https://example.org", {})],
    }


def test_a_title_may_hold_any_letters(library, folder):
    write(folder, {"ü 漢 🙂.md": "x"})
    run(library, folder)
    (row,) = library.store.notes()
    assert note_text(library.document(row.id), "title") == "ü 漢 🙂"


def test_the_cost_per_note_does_not_grow_with_their_number(tmp_path, folder):
    def calls(count):
        write(folder, {f"{count}/{number}.md": f"# N{number}\n\n- a\n- **b**\n" for number in range(count)})
        with library_in(tmp_path / f"p{count}") as library:
            return calls_of(lambda: run(library, folder / str(count)))

    calls(5)
    small, large = calls(50), calls(200)
    assert large < 4.4 * small


def test_a_picture_that_a_name_means_and_is_not_there_is_said_once(library, folder):
    text = "![[gone.png|300]] ![[gone.pdf]] ![[A note]] [[gone.jpg]] `![[code.png]]`"
    write(folder, {".obsidian/app.json": "{}", "a.md": text})
    report = run(library, folder)
    said = [remark.reason for remark in report.warnings]
    assert said == [sentence(Refused("picture_missing", address=name)) for name in ("gone.png", "gone.pdf")]
    assert library.document(library.find("a").id).text(("body",)).text() == text.replace("`", "")


TABLES = {
    "a.md": (
        "| what | more |\n|---|---|\n"
        "| [a](https://a.example) | ![p](p.png) [b](b.md) ![r](https://a.example/r.png) |\n\nend"
    ),
    "a.html": (
        "<title>a</title><table><tr><td><a href='https://a.example'>a <b>b</b></a></td>"
        "<td><img src='p.png' alt='p'><a href='b.md'>b</a><img src='https://a.example/r.png'></td></table>end"
    ),
}


@pytest.mark.parametrize("name", TABLES)
def test_files_in_a_table_stand_below_it_and_its_links_are_counted(library, folder, name):
    write(folder, {name: TABLES[name], "b.md": "b", "p.png": PNG})
    report = run(library, folder)
    assert report.refused == []
    assert [remark.reason for remark in report.warnings] == [sentence(Refused("table_links_left", count=3))]
    *table, below, end = read_body(library.document(library.find("a").id))
    assert all(attributes == {"kind": "code", "language": "table"} for _, attributes in table)
    assert [marks["embed"]["name"] for _, marks in below[0]] == ["p.png"]
    assert end == ([("end", {})], {})


def test_a_table_of_our_own_that_reads_like_links_comes_back_as_it_was(library, folder):
    head = "---\ncommonplace: 1\n---\n"
    write(folder, {"a.md": head + "| [a](b.md) | ![p](p.png) |\n| --------- | ----------- |\n"})
    report = run(library, folder)
    assert report.warnings == []


def test_what_a_page_shows_in_a_frame_or_plays_is_linked(library, folder):
    page = (
        "<title>a</title><p>one</p><iframe width=5 src='https://a.example/x?a=1&amp;b=2'>old</iframe>"
        "<video><source src=https://a.example/v.mp4></video><iframe srcdoc='x'></iframe>"
    )
    write(folder, {"a.html": page})
    assert run(library, folder).warnings == []
    blocks = read_body(library.document(library.find("a").id))
    assert [[marks.get("link") for _, marks in spans] for spans, _ in blocks] == [
        [None],
        ["https://a.example/x?a=1&b=2"],
        ["https://a.example/v.mp4"],
    ]


def test_links_that_only_one_program_opens_are_said(library, folder):
    write(folder, {"a.html": "<title>a</title><a href='evernote:///view/1/'>x</a> <a name='y'>y</a>"})
    report = run(library, folder)
    assert [remark.reason for remark in report.warnings] == [
        sentence(Refused("unsafe_link", address="evernote:///view/1/"))
    ]
