"""Which addresses may come in."""

from __future__ import annotations

import pytest

from app.transfer.addresses import PlainResolver, address_of, inside, is_allowed, scheme_of, split_relative


@pytest.mark.parametrize(
    "address",
    [
        "https://a",
        "HTTP://a",
        "mailto:a@b",
        "note:abc",
        "attachment:0f",
        "a.md",
        "../b c.md#d",
        "#here",
        "",
        "?q",
    ],
)
def test_web_mail_notes_and_relative_addresses_are_allowed(address):
    assert is_allowed(address)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVa\nScRiPt:alert(1)",
        " \x01javascript:x",
        "java\u00a0script:x",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "smb://host/share",
        "//host/share",
        "\\\\host\\share",
        "/\\host",
        "C:\\Windows",
        "ftp://a",
    ],
)
def test_everything_else_stays_outside(address):
    assert not is_allowed(address)


def test_a_scheme_is_found_as_browsers_find_it():
    assert scheme_of("Java\tScript:x") == "javascript"
    assert scheme_of("a/b:c") == ""


def test_relative_addresses_are_decoded_and_parted():
    assert split_relative("../b%20c.md?x=1#Part%20two") == ("../b c.md", "Part two")
    assert split_relative("#only") is None
    assert split_relative("/etc/passwd") is None
    assert split_relative("https://a/b") is None


def test_a_note_written_as_a_picture_is_an_embedded_note():
    assert PlainResolver().picture("note:abc", "My note", "") == {
        "type": "note",
        "id": "abc",
        "title": "My note",
    }
    assert PlainResolver().picture("file:///x", "", "") is None


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("https://example.org/x?y#z", "https://example.org/x?y#z"),
        ("  example.org ", "https://example.org"),
        ("example.org/path", "https://example.org/path"),
        ("ana@example.org", "mailto:ana@example.org"),
        ("note:abc", "note:abc"),
        ("", ""),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("just words", None),
        ("java\nscript:x", None),
    ],
)
def test_what_is_typed_becomes_an_address_or_nothing(typed, address):
    assert address_of(typed) == address


def test_the_address_of_a_note_for_other_programs_becomes_the_one_inside():
    note = "A7IdrPDLmpr8Y8CJzTU10A"
    for address in (f"commonplace://note/{note}", f"commonplace:note/{note}/"):
        assert inside(address) == f"note:{note}"
        assert PlainResolver().link(address) == f"note:{note}"
        assert address_of(f" {address} ") == f"note:{note}"
        assert not is_allowed(address), "as it is, it is in no note"
    for address in ("commonplace://note/short", "commonplace://evil"):
        assert inside(address) == address
        assert PlainResolver().link(address) is None
        assert address_of(address) is None
