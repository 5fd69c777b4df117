"""Evernote's export: notes, tags, times, pictures, files and boxes."""

from __future__ import annotations

import base64
import hashlib

import pytest

from app.refusals import Refused
from app.transfer import enex
from app.transfer.enex import read_enex
from app.transfer.importing import import_paths
from app.transfer.note_json import note_value
from tests.support.libraries import at_once

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
PDF = b"%PDF-1.7 and so on"

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE en-export SYSTEM "http://x/evernote-export4.dtd">\n'
CONTENT = '<?xml version="1.0"?><!DOCTYPE en-note SYSTEM "http://x/enml2.dtd"><en-note>{}</en-note>'


def note(content, title="T", more="", tags=()):
    inside = "".join(f"<tag>{tag}</tag>" for tag in tags)
    return (
        f"<note><title>{title}</title><content><![CDATA[{CONTENT.format(content)}]]></content>"
        f"<created>20240501T093000Z</created>{inside}{more}</note>"
    )


def resource(body, mime, name):
    data = base64.encodebytes(body).decode()
    return (
        f'<resource><data encoding="base64">{data}</data><mime>{mime}</mime>'
        f"<resource-attributes><file-name>{name}</file-name></resource-attributes></resource>"
    )


def media(body, mime):
    return f'<en-media type="{mime}" hash="{hashlib.md5(body).hexdigest()}"/>'


@pytest.fixture
def write(tmp_path):
    def written(*notes, tail="</en-export>"):
        path = tmp_path / "Old notes.enex"
        path.write_text(HEAD + "<en-export>" + "".join(notes) + tail, encoding="utf-8")
        return path

    return written


def only(path):
    (found,) = list(read_enex(path))
    assert not isinstance(found, Refused)
    return found


def test_a_note_has_its_title_time_tags_and_formatted_text(write):
    found = only(
        write(note("<div>Some <b>bold</b></div><div>next</div>", "A  title", tags=["a", "b c", "a"]))
    )
    assert (found.title, found.tags, found.created_ms) == ("A title", ["a", "b c"], 1714555800000)
    assert found.blocks == [([("Some ", {}), ("bold", {"bold": True})], {}), ([("next", {})], {})]


def test_pictures_and_files_are_found_by_their_hash(write):
    more = resource(PNG, "image/png", "a.png") + resource(PDF, "application/pdf", "plan.pdf")
    content = f"<div>{media(PNG, 'image/png')}</div><div>{media(PDF, 'application/pdf')}</div>"
    found = only(write(note(content, more=more)))
    embeds = [spans[0][1]["embed"] for spans, _ in found.blocks]
    assert [(embed["type"], embed["name"]) for embed in embeds] == [("image", "a.png"), ("file", "plan.pdf")]
    assert [attachment.body for attachment in found.attachments] == [PNG, PDF]


def test_what_is_not_there_is_remarked_and_what_is_no_base64_left_out(write):
    broken = "<resource><data>%%%</data><mime>image/png</mime></resource>"
    found = only(write(note(f"x {media(PNG, 'image/png')}", more=broken)))
    assert found.attachments == []
    assert [remark.code for remark in found.remarks] == ["picture_missing"]


def test_boxes_of_both_dialects_are_check_lists(write):
    old = '<div><en-todo checked="true"/>done</div><div><en-todo/>open</div>'
    new = '<ul style="--en-todo:true;"><li style="--en-checked:true;"><div>yes</div></li></ul>'
    found = only(write(note(old + new)))
    boxes = [("".join(text for text, _ in spans), attributes) for spans, attributes in found.blocks]
    assert [(text, box["kind"], box["checked"]) for text, box in boxes] == [
        ("done", "check", True),
        ("open", "check", False),
        ("yes", "check", True),
    ]


def test_a_box_of_code_is_code_line_by_line(write):
    inside = (
        '<div>if a:</div><div>  <font color="red">b</font> &lt; <b>c</b></div><div><br/></div><div>d</div>'
    )
    box = f'<div style="border: 1px; -en-codeblock:true;">{inside}</div>'
    found = only(write(note(f"<div>one</div>{box}<div>two</div>{box.replace('-en', '--en')}")))
    code = {"kind": "code"}
    second = [("  b < ", {}), ("c", {"bold": True})]
    lines = [([("if a:", {})], code), (second, code), ([], code), ([("d", {})], code)]
    assert found.blocks == [([("one", {})], {}), *lines, ([("two", {})], {}), *lines]


def test_a_box_that_is_never_closed_ends_with_the_note(write):
    found = only(write(note('<div style="-en-codeblock: true"><div>a</div><div>b')))
    assert found.blocks == [([("a", {})], {"kind": "code"}), ([("b", {})], {"kind": "code"})]


COLOURED = (
    '<div><span style="color: rgb(255, 0, 0);">a</span><font color="#0000ff">b</font>'
    '<span style="--en-highlight:yellow;background-color: #ffef9e;">c</span>'
    '<span style="font-size: 9px">d</span></div>'
)


def test_colours_that_were_chosen_come_along_and_those_of_a_clipped_page_do_not(write):
    found = only(write(note(COLOURED)))
    assert found.blocks == [
        ([("a", {"colour": "red"}), ("b", {"colour": "blue"}), ("c", {"highlight": True}), ("d", {})], {})
    ]
    clip = "<note-attributes><source>web.clip7</source></note-attributes>"
    assert only(write(note(COLOURED, more=clip))).blocks == [([("abcd", {})], {})]


def test_scripts_and_foreign_addresses_stay_outside(write):
    content = '<script>x</script><a href="javascript:x">a</a><img src="file:///etc/passwd"/>'
    found = only(write(note(content)))
    assert "javascript" not in repr(found.blocks)
    assert "passwd" not in repr(found.blocks)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"text",
        b'<?xml version="1.0"?><!DOCTYPE en-export [<!ENTITY a "b">]><en-export>&a;</en-export>',
        b"<html></html>",
    ],
)
def test_what_is_none_or_defines_entities_is_refused(tmp_path, body):
    (tmp_path / "x.enex").write_bytes(body)
    with pytest.raises(Refused):
        list(read_enex(tmp_path / "x.enex"))


def test_a_file_that_ends_in_its_middle_gives_what_came_before(write):
    first, second = read_enex(write(note("a"), "<note><title>b", tail=""))
    assert not isinstance(first, Refused)
    assert isinstance(second, Refused)
    assert second.code == "enex_damaged"


def test_a_note_that_is_too_long_fails_alone(write, monkeypatch):
    path = write(note("x" * 100, "long"), note("y", "short"))
    length = len(CONTENT.format("x" * 100))
    monkeypatch.setattr(enex, "CONTENT_LENGTH_MAX", length)
    assert all(not isinstance(found, Refused) for found in read_enex(path))
    monkeypatch.setattr(enex, "CONTENT_LENGTH_MAX", length - 1)
    assert [isinstance(found, Refused) for found in read_enex(path)] == [True, False]


def test_a_file_becomes_a_folder_of_notes(library, write):
    more = resource(PNG, "image/png", "a.png")
    path = write(note(media(PNG, "image/png"), "One", more=more), note("two", "Two", tags=["t"]))
    report = at_once(import_paths(library, [path]))
    assert (report.done, report.refused) == (2, [])
    rows = {row.title: row for row in library.store.notes()}
    (folder,) = library.store.folders(library.personal())
    assert folder.name == "Old notes"
    assert {row.folder for row in rows.values()} == {folder.id}
    assert rows["Two"].tags == ("t",)
    assert rows["One"].created_ms == 1714555800000
    value = note_value(rows["One"].id, "", library.document(rows["One"].id), library.model)
    digest = hashlib.sha256(PNG).hexdigest()
    assert value["blocks"][0]["spans"][0]["marks"]["embed"]["src"] == f"attachment:{digest}"
    assert library.store.load_attachment(digest) == PNG


def test_an_import_of_it_can_be_stopped(library, write):
    path = write(*(note(str(number), f"N{number}") for number in range(5)))
    asked = iter([False, False, True, True, True])
    report = at_once(import_paths(library, [path], cancelled=lambda: next(asked)))
    assert report.cancelled
    assert len(library.store.notes()) == 2


def test_a_picture_in_a_table_stands_below_it_and_its_links_are_counted(write):
    row = f"<tr><td>{media(PNG, 'image/png')}</td><td><a href='https://a.example'>a</a></td></tr>"
    found = only(write(note(f"<table>{row}</table>", more=resource(PNG, "image/png", "a.png"))))
    assert found.blocks[-1][0][0][1]["embed"]["name"] == "a.png"
    assert [(remark.code, remark.facts) for remark in found.remarks] == [("table_links_left", {"count": 1})]


def test_a_link_that_only_that_program_opens_is_said(write):
    found = only(write(note("<div><a href='evernote:///view/1/s1/'>other</a></div>")))
    assert found.blocks == [([("other", {})], {})]
    assert [remark.code for remark in found.remarks] == ["unsafe_link"]
