"""Exporting, and the way back."""

from __future__ import annotations

import errno
import json

import pytest
from hypothesis import Phase, given, settings

from app.refusals import Refused
from app.transfer.blocks import tidy
from app.transfer.body import read_body
from app.transfer.exporting import MARKER, export_notes
from app.transfer.importing import import_paths
from app.transfer.matter import matter_of, note_text
from tests.support import notes
from tests.support.libraries import at_once, library_in

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


def export(library, folder, format="md", **options):
    return at_once(export_notes(library, folder, format, **options))


def files(folder):
    return sorted(
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.name != MARKER
    )


def put_folder(library, name, parent=None):
    made = "F" * 21 + name[0]
    library.submit([library.draft_folder(library.personal(), name, parent, made)])
    library.store.refresh_projections()
    return made


def test_folders_mirror_folders_and_names_are_safe_and_unique(library, tmp_path):
    outer = put_folder(library, "a/b")
    inner = put_folder(library, "inner", outer)
    for title in ("Same", "same", "x/y:z", ""):
        library.new_note(title=title)
    library.new_note(title="Deep", folder=inner)
    assert export(library, tmp_path / "out").done == 5
    assert files(tmp_path / "out") == [
        "Same.md",
        "Untitled.md",
        "a b/inner/Deep.md",
        "same (2).md",
        "x y z.md",
    ]


def test_pictures_lie_in_assets_and_links_lead_to_files(library, tmp_path):
    digest = library.store.save_attachment(PNG, "image/png")
    target = library.new_note(title="Target")
    folder = put_folder(library, "sub")
    picture = {"type": "image", "src": f"attachment:{digest}", "alt": "cat", "name": "my cat.png"}
    blocks = [
        ([("\ufffc", {"embed": picture})], {}),
        (
            [
                ("go", {"link": f"note:{target}"}),
                ("\ufffc", {"embed": {"type": "note", "id": target, "title": "T"}}),
            ],
            {},
        ),
        ([("lost", {"link": "note:gone"})], {}),
    ]
    library.new_note(title="From", folder=folder, blocks=blocks)
    export(library, tmp_path / "out")
    assert files(tmp_path / "out") == ["Target.md", "assets/my cat.png", "sub/From.md"]
    text = (tmp_path / "out" / "sub" / "From.md").read_text(encoding="utf-8")
    assert '![cat](../assets/my%20cat.png "my cat.png")' in text
    assert "[go](../Target.md)![T](../Target.md)" in text
    assert "[lost](note:gone)" in text


@pytest.mark.parametrize("format", ["md", "html"])
def test_the_way_out_and_back_changes_nothing(library, tmp_path, format):
    digest = library.store.save_attachment(PNG, "image/png")
    other = library.new_note(title="Other: “note”", blocks=[([("x", {})], {})])
    picture = {"type": "image", "src": f"attachment:{digest}", "alt": "a", "name": "p.png"}
    blocks = tidy(
        [
            ([("One ", {"bold": True}), ("two", {"link": f"note:{other}"})], {"kind": "heading", "level": 1}),
            ([("\ufffc", {"embed": picture}), (" text", {"colour": "red"})], {}),
            (
                [("\ufffc", {"embed": {"type": "note", "id": other, "title": "O"}})],
                {"kind": "bullet", "level": 2},
            ),
            ([], {}),
        ]
    )
    looks = {"pinned": True, "archived": True, "icon": "\U0001f331", "colours": {"a, b": "teal"}}
    library.new_note(
        title="  spaces  ", blocks=blocks, tags=["a, b", "#c"], created_ms=1_234_567_890_123, **looks
    )
    export(library, tmp_path / "out", format)
    with library_in(tmp_path / "second") as second:
        report = at_once(import_paths(second, [tmp_path / "out"]))
        assert (report.done, report.warnings, report.refused) == (2, [], [])
        rows = {note_text(second.document(row.id), "title"): row for row in second.store.notes()}
        row = rows["  spaces  "]
        assert (row.pinned, row.created_ms) == (True, 1_234_567_890_123)
        assert (row.archived, row.icon, row.tag_colours) == (True, "\U0001f331", (("a, b", "teal"),))
        assert sorted(row.tags) == ["#c", "a, b"]
        again = rows["Other: “note”"].id
        expected = json.loads(json.dumps(blocks).replace(other, again))
        assert json.loads(json.dumps(read_body(second.document(row.id)))) == expected


@pytest.mark.parametrize("format", ["md", "html"])
def test_what_a_note_says_of_itself_comes_back_from_every_format_that_is_read(library, tmp_path, format):
    looks = {"pinned": True, "archived": True, "icon": "\U0001f331", "colours": {"a, b": "teal"}}
    body = [([("One ", {"bold": True}), ("<two>", {})], {}), ([("a", {})], {"kind": "bullet", "level": 0})]
    for title in ("  spaces  ", ""):
        library.new_note(title=title, blocks=body, tags=["a, b", "#c"], created_ms=1_234_567_890_123, **looks)
    export(library, tmp_path / "out", format)
    with library_in(tmp_path / "second") as second:
        report = at_once(import_paths(second, [tmp_path / "out"]))
        assert (report.done, report.warnings, report.refused) == (2, [], [])
        documents = [second.document(row.id) for row in second.store.notes()]
        assert {note_text(document, "title") for document in documents} == {"  spaces  ", ""}
        for document in documents:
            assert read_body(document) == tidy(body)
            said = matter_of(document, second.model)
            assert (said.tags, said.created_ms) == (["#c", "a, b"], 1_234_567_890_123)
            assert {name: getattr(said, name) for name in looks} == looks


def test_json_says_all_that_a_note_says_of_itself(library, tmp_path):
    library.new_note(title="T", tags=["t"], archived=True, icon="\U0001f331", colours={"t": "teal"})
    export(library, tmp_path / "out", "json")
    found = json.loads((tmp_path / "out" / "T.json").read_text(encoding="utf-8"))
    assert (found["icon"], found["archived"], found["pinned"]) == ("\U0001f331", True, False)
    assert found["tag_colours"] == {"t": "teal"}


def test_paper_gets_all_that_a_note_says_of_itself_and_its_first_words_for_a_title(library, tmp_path):
    library.new_note(blocks=[([("First words", {})], {})], icon="\U0001f331", tags=["t"])
    got = []
    export(library, tmp_path / "out", "pdf", paper=lambda matter, blocks, bodies: got.append(matter) or b"x")
    assert [(matter.title, matter.icon, matter.tags) for matter in got] == [
        ("First words", "\U0001f331", ["t"])
    ]


def with_pictures_elsewhere(blocks):
    """A picture that is named by a path is one of the folder; here there are none."""
    text = json.dumps(blocks).replace("sub folder/\\u00e4.md", "https://h/p.png")
    return json.loads(text)


@pytest.mark.parametrize(("format", "by_name"), [("md", False), ("md", True), ("html", False)])
@settings(max_examples=10, phases=[Phase.generate])
@given(blocks=notes.blocks.map(with_pictures_elsewhere))
def test_any_note_comes_back_from_an_export_with_its_text_spans_and_blocks(
    tmp_path_factory, format, by_name, blocks
):
    place = tmp_path_factory.mktemp("trip")
    blocks = tidy(blocks)
    with library_in(place / "one") as one:
        one.new_note(title="T", blocks=blocks)
        export(one, place / "out", format, by_name=by_name)
    with library_in(place / "two") as two:
        assert at_once(import_paths(two, [place / "out"])).done == 1
        (row,) = two.store.notes()
        assert read_body(two.document(row.id)) == blocks


def vault_of(library):
    """Notes that are linked in every way that names can say, and in others; their ids by title."""
    digest = library.store.save_attachment(PNG, "image/png")
    plan = library.store.save_attachment(b"%PDF-1.7", "application/pdf")
    garden, sub = put_folder(library, "Garden"), put_folder(library, "Sub")
    heading = {"kind": "heading", "level": 2}
    roses = library.new_note(
        title="Roses",
        blocks=[([("Red: the #1", {})], heading), ([("x", {})], {}), ([("Red: the #1", {})], heading)],
    )
    ids = {
        "Roses": roses,
        "First": library.new_note(title="Twice", folder=garden),
        "Second": library.new_note(title="Twice", folder=sub),
        "Odd": library.new_note(title="A [draft] #1"),
        "Like a file": library.new_note(title="rose.png"),
    }
    picture = {"type": "image", "src": f"attachment:{digest}", "alt": "a rose", "name": "flower.png"}
    shown = {"type": "note", "id": roses, "title": "Roses"}
    file = {"type": "file", "src": f"attachment:{plan}", "name": "plan.pdf"}

    def link(text, to, **marks):
        return text, {"link": f"note:{to}", **marks}

    blocks = [
        ([link("Roses", roses), (", ", {}), link("the *red* ones", f"{roses}#red-the-1")], {}),
        ([("Bold ", {"bold": True}), link("both", roses, bold=True), (" and ", {})], {}),
        ([link("one", ids["First"]), (" ", {}), link("two", ids["Second"], italic=True)], {"kind": "quote"}),
        ([link("Twice", ids["First"]), (" x", {})], {"kind": "bullet", "level": 0}),
        ([link("half", roses), link("bold", roses, bold=True), ("(x)", {})], {}),
        ([link("claimed", roses), ("(of the book)", {})], {}),
        ([link("claimed too", roses), (": red", {})], {}),
        ([link("second", f"{roses}#red-the-1-1"), (" ", {}), link("gone", f"{roses}#nowhere")], {}),
        ([link("odd", ids["Odd"]), (" ", {}), link("as a file", ids["Like a file"])], {}),
        ([link("a|b", roses), (" ", {}), link("[c]", roses), (" ", {}), link("d", roses, code=True)], {}),
        ([("Here", {})], heading),
        ([("up", {"link": "#here"}), ("!", {}), link("!", roses)], {}),
        ([("\ufffc", {"embed": picture}), (" ", {}), ("\ufffc", {"embed": {**picture, "width": 300}})], {}),
        ([("\ufffc", {"embed": {**picture, "alt": "flower.png"}})], {}),
        ([("\ufffc", {"embed": {**picture, "alt": "[x]"}}), ("(x)", {})], {}),
        ([("\ufffc", {"embed": shown}), (" ", {}), ("\ufffc", {"embed": {**shown, "title": "T"}})], {}),
        ([("\ufffc", {"embed": {**shown, "place": "red-the-1"}})], {}),
        (
            [("\ufffc", {"embed": {**file, "name": "The plan"}}), (" and ", {}), ("\ufffc", {"embed": file})],
            {},
        ),
        ([("[[Roses]] as text", {})], {}),
    ]
    library.new_note(title="Home", folder=garden, blocks=blocks)
    return ids


def test_links_by_name_are_written_as_vaults_have_them(library, tmp_path):
    vault_of(library)
    assert export(library, tmp_path / "out", by_name=True).warnings == []
    text = (tmp_path / "out" / "Garden" / "Home.md").read_text(encoding="utf-8").split("---\n", 2)[2].lstrip()
    assert text.split("\n\n") == [
        "[[Roses]], [[Roses#Red: the 1|the *red* ones]]",
        "**Bold [[Roses|both]]** and&#32;",
        "> [[Garden/Twice|one]] *[[Sub/Twice|two]]*",
        "- [[Garden/Twice|Twice]] x",
        "[half**bold**](../Roses.md)(x)",
        "[claimed](../Roses.md)(of the book)",
        "[claimed too](../Roses.md): red",
        "[second](../Roses.md#red-the-1-1) [[Roses#nowhere|gone]]",
        "[odd](../A%20%5Bdraft%5D%20%231.md) [as a file](../rose.png.md)",
        "[a|b](../Roses.md) [\\[c\\]](../Roses.md) [`d`](../Roses.md)",
        "## Here",
        "[[#Here|up]]\\![[Roses|!]]",
        "![[flower.png|a rose]] ![[flower.png|a rose|300]]",
        "![[flower.png]]",
        '![\\[x\\]](../assets/flower.png "flower.png")(x)',
        "![[Roses]] ![[Roses|T]]",
        "![[Roses#Red: the 1|Roses]]",
        "[[plan.pdf|The plan]] and [[plan.pdf]]",
        "\\[[Roses]] as text\n",
    ]


@pytest.mark.parametrize("is_vault", [False, True])
def test_links_by_name_lead_where_they_did_when_the_folder_is_imported(library, tmp_path, is_vault):
    ids = vault_of(library)
    export(library, tmp_path / "out", by_name=True)
    (home,) = [row.id for row in library.store.notes() if row.title == "Home"]
    written = json.dumps(read_body(library.document(home)))
    if is_vault:  # as soon as Obsidian has opened it
        (tmp_path / "out" / ".obsidian").mkdir()
    with library_in(tmp_path / "second") as second:
        report = at_once(import_paths(second, [tmp_path / "out"]))
        assert (report.done, report.refused) == (6, [])
        folders = {row.id: row.name for row in second.store.folders(second.personal())}
        rows = {(row.title, folders.get(row.folder)): row.id for row in second.store.notes()}
        for place, title in (("Garden", "First"), ("Sub", "Second")):
            written = written.replace(ids[title], rows["Twice", place])
        for title in ("Roses", "A [draft] #1", "rose.png"):
            known = {"A [draft] #1": "Odd", "rose.png": "Like a file"}.get(title, title)
            written = written.replace(ids[known], rows[title, None])
        for slug, heading in (('#red-the-1"', '#Red: the 1"'), ('"red-the-1"', '"Red: the 1"')):
            written = written.replace(slug, heading)
        expected = json.loads(written.replace("#here", "#Here"))
        again = json.loads(json.dumps(read_body(second.document(rows["Home", "Garden"]))))
        for before, after in zip(expected, again, strict=True):
            assert after == before


def test_html_and_json_are_written(library, tmp_path):
    made = library.new_note(title="T", blocks=[([("x<y", {"bold": True})], {})])
    export(library, tmp_path / "html", "html")
    assert "<b>x&lt;y</b>" in (tmp_path / "html" / "T.html").read_text(encoding="utf-8")
    export(library, tmp_path / "json", "json")
    assert json.loads((tmp_path / "json" / "T.json").read_text(encoding="utf-8"))["id"] == made


def test_a_folder_with_other_things_is_left_alone_and_an_earlier_export_replaced(library, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("x")
    with pytest.raises(Refused) as caught:
        export(library, tmp_path / "full")
    assert caught.value.code == "folder_not_empty"
    library.new_note(title="A")
    assert export(library, tmp_path / "out").done == 1
    assert export(library, tmp_path / "out").done == 1
    assert files(tmp_path / "out") == ["A.md"]


def test_the_trash_stays_behind(library, tmp_path):
    made = library.new_note(title="Gone")
    library.set_trashed(made, True)
    assert export(library, tmp_path / "out").done == 0


def test_an_export_can_be_cancelled(library, tmp_path):
    for number in range(5):
        library.new_note(title=str(number))
    seen = []
    report = export(
        library, tmp_path / "out", progress=lambda *step: seen.append(step), cancelled=lambda: len(seen) == 2
    )
    assert report.cancelled
    assert report.done == len(files(tmp_path / "out")) == 2


def test_a_full_disk_ends_the_export_with_its_error(library, tmp_path, monkeypatch):
    library.new_note(title="A")

    def full(self, body):
        raise OSError(errno.ENOSPC, "No space left on device", str(self))

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        export(library, tmp_path / "out")


def test_a_file_that_cannot_be_written_is_refused_and_the_rest_comes_out(library, tmp_path, monkeypatch):
    from pathlib import Path

    library.new_note(title="A")
    library.new_note(title="B")
    write = Path.write_bytes

    def picky(self, body):
        if self.name == "A.md":
            raise OSError(errno.EACCES, "denied", str(self))
        return write(self, body)

    monkeypatch.setattr("pathlib.Path.write_bytes", picky)
    report = export(library, tmp_path / "out")
    assert (report.done, [remark.path for remark in report.refused]) == (1, ["A.md"])


def test_an_attachment_that_is_not_here_is_a_warning(library, tmp_path):
    payload = {"type": "image", "src": "attachment:" + "0" * 64, "alt": "a", "name": "p.png"}
    library.new_note(title="A", blocks=[([("\ufffc", {"embed": payload})], {})])
    report = export(library, tmp_path / "out")
    assert report.done == 1
    assert "p.png" in report.warnings[0].reason


def test_a_file_that_a_note_shows_twice_is_written_once_and_comes_back(library, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "plan.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "in" / "N.md").write_text("[the plan](plan.pdf) and [again](plan.pdf)")
    at_once(import_paths(library, [tmp_path / "in"]))
    export(library, tmp_path / "out")
    assert files(tmp_path / "out") == ["N.md", "assets/plan.pdf"]
    assert "[the plan](assets/plan.pdf) and [again](assets/plan.pdf)" in (tmp_path / "out/N.md").read_text()
    with library_in(tmp_path / "other") as other:
        at_once(import_paths(other, [tmp_path / "out"]))
        (before,), (after,) = library.store.notes(), other.store.notes()
        assert read_body(other.document(after.id)) == read_body(library.document(before.id))
