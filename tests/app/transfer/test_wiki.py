"""Vaults of linked notes: names, tags in the text, call-outs."""

from __future__ import annotations

import pytest

from app.refusals import Refused
from app.transfer.blocks import BREAK, tidy
from app.transfer.body import read_body
from app.transfer.importing import import_paths
from app.transfer.markdown_reader import read_markdown
from app.transfer.markdown_writer import write_markdown
from app.transfer.note_json import blocks_value
from app.transfer.sources import Source
from app.transfer.wiki import Names, as_ours, is_vault
from app.wording import sentence
from tests.support.libraries import at_once

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


def names(root, *paths):
    sources = []
    for path in paths:
        parts = tuple(path.split("/"))
        sources.append(Source(root.joinpath(*parts), root, parts[:-1]))
    return Names(sources)


def test_a_name_means_a_file_by_its_name_with_or_without_ending_whatever_its_case(tmp_path):
    found = names(tmp_path, "Roses.md", "pictures/rose.png")
    for name in ("Roses", "roses", "Roses.md", " Roses "):
        assert found.find(name, str(tmp_path)) == str(tmp_path / "Roses.md")
    assert found.find("rose.png", str(tmp_path)) == str(tmp_path / "pictures" / "rose.png")
    for name in ("Tulips", "", "/", "rose", "../Roses", "..", "pictures/../../Roses"):
        assert found.find(name, str(tmp_path)) is None


def test_accents_that_a_system_writes_apart_are_the_same_letters(tmp_path):
    together, apart = "Caf\u00e9", "Cafe\u0301"
    found = names(tmp_path, f"{apart}/{apart}.md", "B.md")
    for name in (together, apart, f"{together}/{together}", f"../{together}/{together}"):
        assert found.find(name, str(tmp_path / "B")) == str(tmp_path / apart / f"{apart}.md")


def test_of_several_the_one_beside_is_meant_then_the_shortest_path_and_folders_decide(tmp_path):
    found = names(tmp_path, "a/b/N.md", "a/N.md", "c/N.md")
    assert found.find("N", str(tmp_path / "a" / "b")) == str(tmp_path / "a" / "b" / "N.md")
    assert found.find("N", str(tmp_path)) == str(tmp_path / "a" / "N.md")
    assert found.find("c/N", str(tmp_path / "a")) == str(tmp_path / "c" / "N.md")
    assert found.find("B/n", str(tmp_path)) == str(tmp_path / "a" / "b" / "N.md")
    assert found.find("x/N", str(tmp_path)) is None


def test_of_several_imported_folders_the_own_one_is_looked_in_first(tmp_path):
    long, short = tmp_path / "longer", tmp_path / "s"
    found = Names([Source(root / "pics" / "p.png", root, ("pics",)) for root in (long, short)])
    assert found.find("p.png", str(long)) == str(long / "pics" / "p.png")
    assert found.find("p.png", str(short)) == str(short / "pics" / "p.png")


def test_a_name_with_a_way_up_is_a_path_from_the_folder(tmp_path):
    found = names(tmp_path, "N.md", "a/N.md", "a/b/M.md", "a/p.png")
    folder = str(tmp_path / "a" / "b")
    assert found.find("../N", folder) == str(tmp_path / "a" / "N.md")
    assert found.find("../../n.md", folder) == str(tmp_path / "N.md")
    assert found.find("../p.png", folder) == str(tmp_path / "a" / "p.png")
    for name in ("../M", "../../../N", "../p", "../.."):
        assert found.find(name, folder) is None


def test_a_vault_is_told_by_its_folder_as_far_up_as_what_was_named(tmp_path):
    deep = Source(tmp_path / "a" / "b" / "n.md", tmp_path, ("a", "b"))
    assert not is_vault(deep)
    (tmp_path / "a" / ".obsidian").mkdir(parents=True)
    assert is_vault(deep)
    assert not is_vault(Source(tmp_path / "n.md", tmp_path, ()))


@pytest.mark.parametrize(
    ("text", "made"),
    [
        (f"[!note] Title{BREAK}rest", [("Title", {"bold": True}), ("rest", {})]),
        ("[!tip]- Folded", [("Tip: Folded", {"bold": True})]),
        ("[!warning|wide] Warning: hot", [("Warning: hot", {"bold": True})]),
        (f"[!quote] Somebody{BREAK}said", [("Somebody", {"bold": True}), ("said", {})]),
        ("[!big-warning]", [("Big warning", {"bold": True})]),
        ("[not] one", [("[not] one", {})]),
    ],
)
def test_a_call_out_is_a_quote_with_a_bold_title(text, made):
    quote = {"kind": "quote"}
    assert tidy(as_ours([([(text, {})], quote)]).blocks) == [([span], quote) for span in made]


def test_a_call_out_whose_text_is_formatted_keeps_that():
    spans = [(f"[!note] T{BREAK}", {}), ("bold", {"italic": True})]
    head, rest = as_ours([(spans, {"kind": "quote"})]).blocks
    assert (head[0], rest[0]) == ([("T", {"bold": True})], [("bold", {"italic": True})])


def test_a_call_out_whose_title_is_formatted_keeps_that():
    spans = [("[!note]- Folded ", {}), ("it", {"italic": True}), (f" on{BREAK}Hidden", {}), ("!", {})]
    assert as_ours([(spans, {"kind": "quote"})]).blocks == [
        (
            [("Folded ", {"bold": True}), ("it", {"italic": True, "bold": True}), (" on", {"bold": True})],
            {"kind": "quote"},
        ),
        ([("Hidden", {}), ("!", {})], {"kind": "quote"}),
    ]


def test_comments_are_text_and_counted_and_not_in_code():
    blocks = [
        ([("%%one%% and %%", {}), ("%%", {"code": True})], {}),
        ([("two%%", {})], {}),
        ([("100%%", {})], {}),
    ]
    assert as_ours(blocks) == (blocks, 0, 2)


def test_the_name_of_a_block_goes_and_is_counted():
    assert as_ours([([("text ^ab-1", {})], {})]) == ([([("text", {})], {})], 1, 0)
    assert as_ours([([("^ab1", {})], {})]) == ([([], {})], 1, 0)
    assert as_ours([([("2^8", {})], {})]) == ([([("2^8", {})], {})], 0, 0)


def test_brackets_that_name_nothing_are_text_and_stay_so_when_written():
    for text in ("[[Nothing]]", "![[x.png]]", "[[a|b]]", "[[a", "x [[1]] y"):
        blocks = [([(text, {})], {})]
        assert read_markdown(text) == blocks
        assert "\\[[" in write_markdown(blocks)
        assert read_markdown(write_markdown(blocks)) == blocks


def test_a_link_whose_words_stand_in_brackets_is_a_link():
    ((spans, _),) = read_markdown("[[1]](https://example.org)")
    assert spans == [("[1]", {"link": "https://example.org"})]


def test_a_vault_arrives_as_ours(library, tmp_path):
    vault = tmp_path / "vault"
    (vault / ".obsidian").mkdir(parents=True)
    (vault / "files").mkdir()
    (vault / "files" / "rose.png").write_bytes(PNG)
    (vault / "files" / "plan.pdf").write_bytes(b"%PDF-1.7")
    (vault / "Roses.md").write_text("# Roses\n\nred")
    (vault / "Home.md").write_text(
        "---\ntags: [top]\n---\n[[Roses]], [[roses#Red|the red ones]], [[Nowhere]]\nsecond #line\n\n"
        "![[rose.png|300]] ![[rose.png|a rose]] ![[Roses]] ![[plan.pdf]] [[plan.pdf|the plan]] "
        "[p](files/plan.pdf)\n"
    )
    report = at_once(import_paths(library, [vault]))
    assert (report.done, report.refused) == (2, [])
    assert [remark.reason for remark in report.warnings] == [sentence(Refused("anchors_left", count=1))]
    rows = {row.title: row for row in library.store.notes()}
    assert set(rows["Home"].tags) == {"top", "line"}
    first, second = blocks_value(read_body(library.document(rows["Home"].id)))
    link = f"note:{rows['Roses'].id}"
    assert [(span["text"], span["marks"].get("link")) for span in first["spans"]] == [
        ("Roses", link),
        (", ", None),
        ("the red ones", f"{link}#Red"),
        (f", [[Nowhere]]{BREAK}second #line", None),
    ]
    embeds = [span["marks"]["embed"] for span in second["spans"] if "embed" in span["marks"]]
    kinds = [(embed["type"], embed.get("alt") or embed.get("title") or embed.get("name")) for embed in embeds]
    assert kinds == [
        ("image", "rose.png"),
        ("image", "a rose"),
        ("note", "Roses"),
        ("file", "plan.pdf"),
        ("file", "the plan"),
        ("file", "p"),
    ]
    assert [embed.get("width") for embed in embeds[:2]] == [300, None]


def test_outside_a_vault_lines_join_and_signs_are_text(library, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "A.md").write_text("one\n#two ^x1\n\n> [!note] n")
    assert at_once(import_paths(library, [tmp_path / "in"])).done == 1
    (row,) = library.store.notes()
    assert row.tags == ()
    text = "\n".join(
        "".join(span["text"] for span in block["spans"])
        for block in blocks_value(read_body(library.document(row.id)))
    )
    assert text == "one #two ^x1\n[!note] n"
