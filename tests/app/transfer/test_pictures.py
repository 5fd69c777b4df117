"""Pictures and links of imported files: only what is inside the folder is ever read."""

from __future__ import annotations

import base64
import os
import sys

import pytest

from app.note_address import LinkTarget
from app.transfer import pictures
from app.transfer.pictures import FolderResolver, picture_mime
from app.transfer.sources import Source
from app.transfer.wiki import Names

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


@pytest.fixture
def resolver(tmp_path):
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    (root / "a b.png").write_bytes(PNG)
    (root / "notes.md").write_text("secret text")
    (tmp_path / "outside.png").write_bytes(PNG)
    notes = {os.path.abspath(root / "other.md"): "OTHER"}
    return FolderResolver(Source(root / "sub" / "n.md", root, ("sub",)), notes)


def codes(resolver):
    return [remark.code for remark in resolver.remarks]


def test_a_picture_of_the_folder_becomes_an_attachment(resolver):
    payload = resolver.picture("../a%20b.png", "a cat", "")
    (attachment,) = resolver.attachments.values()
    assert payload == {
        "type": "image",
        "src": "attachment:" + attachment.sha256,
        "alt": "a cat",
        "name": "a b.png",
    }
    assert attachment.body == PNG
    assert attachment.facts() == {"name": "a b.png", "mime": "image/png", "size_bytes": len(PNG)}


@pytest.mark.parametrize(
    "address",
    [
        "../../outside.png",
        "..%2f..%2foutside.png",
        "/etc/passwd",
        "file:///etc/passwd",
        "FILE:/etc/passwd",
        "//host/share/a.png",
        "\\\\host\\a.png",
        "..\\..\\outside.png",
        "../../../../../../etc/passwd",
        "sub/../../../outside.png",
        "a\x00b.png",
        "%00.png",
        "x" * 5_000,
        "javascript:x",
        "data:text/html;base64,PGI+",
        ".",
        "../notes.md",
    ],
)
def test_nothing_outside_of_the_folder_and_nothing_but_pictures_is_read(resolver, address):
    payload = resolver.picture(address, "x", "")
    assert payload is None or str(payload["src"]).startswith("/")
    assert not resolver.attachments


@pytest.mark.skipif(sys.platform == "win32", reason="links of Unix")
def test_a_link_that_leads_out_is_not_followed(resolver, tmp_path):
    (tmp_path / "root" / "link.png").symlink_to(tmp_path / "outside.png")
    assert resolver.picture("../link.png", "x", "") is None
    assert codes(resolver) == ["outside"]


def test_a_picture_that_is_not_there_is_said(resolver):
    assert resolver.picture("../none.png", "x", "") is None
    assert codes(resolver) == ["picture_missing"]


def test_a_picture_inside_its_address_becomes_an_attachment(resolver):
    payload = resolver.picture("data:image/png;base64," + base64.b64encode(PNG).decode(), "x", "")
    assert payload is not None
    assert str(payload["src"]).startswith("attachment:")
    assert resolver.picture("data:image/png;base64,AAAA", "x", "") is None


def test_links_between_files_become_links_between_notes(resolver):
    assert resolver.link("../other.md#a%20part") == "note:OTHER#a part"
    assert resolver.link("../other") == "note:OTHER"
    assert resolver.link("../other.html") == "note:OTHER"
    assert resolver.picture("../other.md", "Title", "") == {"type": "note", "id": "OTHER", "title": "Title"}
    assert not resolver.remarks


def in_vault(tmp_path, *, by_name):
    """The resolver of `Sub/n.md` in a folder with a note and a picture at other places."""
    root = tmp_path / "root"
    places = [("Sub", "n.md"), ("Root two.md",), ("Sub", "b.md"), ("Pics", "a b.png")]
    there = [Source(root.joinpath(*parts), root, parts[:-1]) for parts in places]
    (root / "Pics").mkdir()
    (root / "Sub").mkdir(exist_ok=True)
    (root / "Pics" / "a b.png").write_bytes(PNG)
    notes = {os.path.abspath(root / "Root two.md"): "TWO", os.path.abspath(root / "Sub" / "b.md"): "B"}
    return FolderResolver(there[0], notes, Names(there), by_name=by_name)


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("Root%20two.md#x", "note:TWO#x"),
        ("Root%20two", "note:TWO"),
        ("/Root%20two.md", "note:TWO"),
        ("Sub/b.md", "note:B"),
        ("b.md", "note:B"),
        ("/b.md", "note:B"),
        ("No.md", "No.md"),
        ("../../etc", "../../etc"),
        ("/", "/"),
    ],
)
def test_in_a_vault_a_link_may_begin_at_its_top_or_be_a_mere_name(resolver, tmp_path, address, link):
    assert in_vault(tmp_path, by_name=True).link(address) == link


@pytest.mark.parametrize("address", ["a%20b.png", "Pics/a%20b.png", "/Pics/a%20b.png"])
def test_in_a_vault_so_may_a_picture(resolver, tmp_path, address):
    found = in_vault(tmp_path, by_name=True)
    assert found.picture(address, "x", "")["src"].startswith("attachment:")
    assert not found.remarks
    assert found.link("//host/share") is None


def test_elsewhere_a_mere_name_stays_as_it_is(resolver, tmp_path):
    found = in_vault(tmp_path, by_name=False)
    assert found.link("Root%20two.md") == "Root%20two.md"
    assert found.picture("a%20b.png", "x", "") is None


def test_other_links_stay_and_files_left_behind_are_said(resolver):
    assert resolver.link("https://x") == "https://x"
    assert resolver.link("nowhere.pdf") == "nowhere.pdf"
    assert resolver.link("../notes.md") == "../notes.md"
    assert resolver.link("javascript:x") is None
    assert codes(resolver) == ["link_left", "unsafe_link"]


@pytest.mark.parametrize(
    ("body", "mime"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a..", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"<?xml version='1'?>\n<svg xmlns='x'>", "image/svg+xml"),
        (b"<!-- c --><svg>", "image/svg+xml"),
        (b"<html><svg>", None),
        (b"", None),
        (b"root:x:0:0", None),
    ],
)
def test_pictures_are_told_by_their_bytes(body, mime):
    assert picture_mime(body) == mime


def test_a_picture_beyond_the_limit_is_left_out(resolver, tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "PICTURE_SIZE_MAX", len(PNG))
    assert resolver.picture("../a b.png", "x", "") is not None
    (tmp_path / "root" / "big.png").write_bytes(PNG + b"x")
    assert resolver.picture("../big.png", "x", "") is None
    assert codes(resolver) == ["too_large"]


def test_a_place_in_a_note_is_kept_and_remembered(resolver):
    assert resolver.link("note:OTHER#part") == "note:OTHER#part"
    shown = {"type": "note", "id": "OTHER", "title": "T", "place": "part"}
    assert resolver.picture("note:OTHER#part", "T", "") == shown
    assert resolver.picture("../other.md#part", "T", "") == shown
    assert resolver.places == [LinkTarget("OTHER", "part")] * 3
    assert resolver.link("../other.md") == "note:OTHER"
    assert resolver.link("#here") == "#here"
    assert len(resolver.places) == 3, "nobody knows which note this is"
    assert (resolver.blocks, codes(resolver)) == (0, [])


def test_the_name_of_a_block_is_left_off_and_counted(resolver):
    assert resolver.link("../other.md#^name") == "note:OTHER"
    assert resolver.link("note:OTHER#Part#^name") == "note:OTHER"
    assert resolver.picture("note:OTHER#^name", "T", "") == {"type": "note", "id": "OTHER", "title": "T"}
    assert resolver.link("#^name") == "#^name"
    assert (resolver.blocks, resolver.places) == (3, [])


def test_a_heading_of_the_same_note_is_linked_to_by_name(tmp_path):
    source = Source(tmp_path / "n.md", tmp_path, ())
    resolver = FolderResolver(source, {os.path.abspath(source.path): "SELF"}, Names([]))
    assert resolver.named("#Part one") == "#Part one"
    assert resolver.link("#Part one") == "#Part one"
    assert resolver.places == [LinkTarget("SELF", "Part one")]
    assert resolver.named("#^name") is None
    assert resolver.named("Nowhere#Part") is None


def test_a_link_that_only_obsidian_opens_leads_to_the_note_where_that_is_imported(tmp_path):
    root = tmp_path / "root"
    source = Source(root / "n.md", root, ())
    notes = {os.path.abspath(root / "sub" / "My note.md"): "NOTE"}
    names = Names([Source(root / "sub" / "My note.md", root, ("sub",))])
    resolver = FolderResolver(source, notes, names)
    assert resolver.link("obsidian://open?vault=v&file=sub%2FMy%20note") == "note:NOTE"
    assert resolver.link("obsidian://open?vault=v&file=My%20note%23Head") == "note:NOTE#Head"
    for address in ("obsidian://open?file=none", "obsidian://open?", "obsidian://open?file=", "obsidian://x"):
        assert resolver.link(address) is None
    assert set(codes(resolver)) == {"unsafe_link"}
    assert FolderResolver(source, notes).link("obsidian://open?file=My%20note") is None


def test_a_file_is_named_by_the_words_of_its_link_and_not_by_the_link(resolver):
    (resolver._source.path.parent / "plan.pdf").write_bytes(b"%PDF-1.7")
    for words, name in (
        ("plan.pdf#page=3", "plan.pdf"), ("docs/plan.pdf", "plan.pdf"), ("", "plan.pdf"),
        ("The plan", "The plan"),
    ):  # fmt: skip
        assert resolver.file("plan.pdf", words)["name"] == name
