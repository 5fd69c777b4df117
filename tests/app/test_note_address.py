"""Addresses of notes, inside and for other programs."""

import pytest

from app.note_address import LinkTarget, address_for_others, read_address, shown_note, target_of

NOTE = "A7IdrPDLmpr8Y8CJzTU10A"


@pytest.mark.parametrize(
    "address", ["note:{}", "commonplace:note/{}", "commonplace://note/{}", "Commonplace://Note/{}/"]
)
def test_every_way_to_write_it_leads_to_the_note(address):
    assert read_address(address.format(NOTE)) == LinkTarget(NOTE)


def test_a_place_in_the_note_comes_along():
    for address in (f"note:{NOTE}#A b", f"commonplace://note/{NOTE}#A%20b", f"commonplace:note/{NOTE}/#A b"):
        assert read_address(address) == LinkTarget(NOTE, "A b")
    assert read_address(f"note:{NOTE}#50%25").place == "50%25", "inside nothing is encoded"
    assert read_address(f"note:{NOTE}#A#B") == LinkTarget(NOTE, "A#B")


@pytest.mark.parametrize(
    "address",
    ["", NOTE, "note:", "note:short", f"note:{NOTE}x", f"note:{NOTE}#h\n", f"https://note/{NOTE}",
     f"commonplace://{NOTE}", f"commonplace://note/{NOTE}/more", f" note:{NOTE}", f"note:{NOTE}\n"],
)  # fmt: skip
def test_what_leads_to_no_note_is_not_taken_for_one(address):
    assert read_address(address) is None


def test_the_address_for_others_leads_back():
    assert read_address(address_for_others(NOTE)) == LinkTarget(NOTE)


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("note:abc", LinkTarget("abc")),
        ("note:abc#A#B", LinkTarget("abc", "A#B")),
        ("#A", LinkTarget("", "A")),
        ("#", None),
        ("", None),
        ("x#A", None),
        ("https://example.org/#A", None),
    ],
)
def test_the_value_of_a_link_says_note_and_place(link, target):
    assert target_of(link) == target
    assert target is None or target.link == link


def test_an_embed_says_which_note_it_shows_whatever_else_is_in_it():
    assert shown_note({"type": "note", "id": "abc", "title": "T"}) == LinkTarget("abc")
    assert shown_note({"type": "note", "id": "abc", "place": "A"}) == LinkTarget("abc", "A")
    assert shown_note({"type": "note", "id": "abc", "place": 3}) == LinkTarget("abc")
    for embed in ({}, {"type": "note"}, {"type": "note", "id": 3}, {"type": "file", "id": "abc"}):
        assert shown_note(embed) is None
