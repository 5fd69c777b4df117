"""Links to headings, in from other programs, out into files and back."""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from app.headings import Outline, headings_of
from app.note_address import shown_note, target_of
from app.refusals import Refused
from app.transfer.body import read_body
from app.transfer.exporting import export_notes
from app.transfer.importing import import_paths
from app.wording import sentence
from tests.support.libraries import at_once, library_in

BOOK = {
    "one.md": "# One\n\n## First part\n\nSee [two](two.md#second-part), [its summary](two.html#summary-1), "
    "[above](#first-part), [the top](two.md#two), [nothing](two.md#nowhere), [block](two.md#^b).\n",
    "two.md": "# Two\n\n## First part\n\n### Summary\n\n## Second part\n\n### Summary\n\n"
    "[[one#First part]], [[#Second part#Summary|below]], [[one#^b]], ![[one#First part]]\n",
}


def write(folder, files):
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def led(library):
    """Where each link of each note leads: the title, and which heading; by the note's title."""
    rows = {row.id: row.title for row in library.store.notes()}
    bodies = {note: read_body(library.document(note)) for note in rows}
    outlines = {note: Outline(headings_of(bodies[note]), title) for note, title in rows.items()}

    def end(note, target):
        there = target.note or note
        place = outlines[there].find(target.place) if target.place and there in outlines else ""
        return rows.get(there), place

    return {
        title: [
            end(note, target)
            for spans, _ in bodies[note]
            for _, marks in spans
            for target in (target_of(str(marks.get("link", ""))), shown_note(marks.get("embed", {})))
            if target is not None
        ]
        for note, title in rows.items()
    }


def test_links_between_files_lead_to_headings_however_they_say_them(library, tmp_path):
    report = at_once(import_paths(library, [write(tmp_path / "book", BOOK)]))
    assert (report.done, report.refused) == (2, [])
    assert led(library) == {
        "One": [("Two", 2), ("Two", 3), ("One", 0), ("Two", -1), ("Two", None), ("Two", "")],
        "Two": [("One", 0), ("Two", 3), ("One", ""), ("One", 0)],
    }
    assert [(remark.path.rsplit("/")[-1], remark.reason) for remark in report.warnings] == [
        ("one.md", sentence(Refused("anchors_left", count=2))),
        ("two.md", sentence(Refused("anchors_left", count=1))),
    ]


@pytest.mark.parametrize("format", ["md", "html"])
def test_files_of_an_export_name_headings_as_other_programs_do_and_come_back(library, tmp_path, format):
    at_once(import_paths(library, [write(tmp_path / "book", BOOK)]))
    assert at_once(export_notes(library, tmp_path / "out", format)).warnings == []
    one = (tmp_path / "out" / f"One.{format}").read_text(encoding="utf-8")
    two = (tmp_path / "out" / f"Two.{format}").read_text(encoding="utf-8")
    said = {
        "md": (("(Two.md#second-part)", "(Two.md#summary-1)", "(#first-part)", "(Two.md#nowhere)"),
               ("(One.md#first-part)", "(#summary-1)", "![one#First part](One.md#first-part)")),
        "html": (('<a href="Two.html#second-part">', '<a href="#first-part">', '<h2 id="first-part">'),
                 ('<a href="One.html#first-part">', '<a href="#summary-1">', '<h3 id="summary-1">')),
    }  # fmt: skip
    assert [words for words in said[format][0] if words not in one] == []
    assert [words for words in said[format][1] if words not in two] == []
    with library_in(tmp_path / "second") as second:
        report = at_once(import_paths(second, [tmp_path / "out"]))
        assert (report.done, report.refused) == (2, [])
        assert led(second) == led(library)


def test_names_that_a_file_gives_to_its_headings_lead_there_too(library, tmp_path):
    files = {
        "a.md": "# A\n\n[one](b.html#old-name) [two](b.md#own) [here](#mine) ![b](b.md#own) [lost](b.md#no)\n"
        "\n<a name=mine></a>\n\n## Mine, all\n",
        "b.md": "# B\n\ntext\n\n<a id='old-name'></a>\n\n## New `name<T>`\n\n## Other {#own}\n",
    }
    report = at_once(import_paths(library, [write(tmp_path / "in", files)]))
    assert led(library)["A"] == [("B", 0), ("B", 1), ("A", 0), ("B", 1), ("B", None)]
    assert [remark.reason for remark in report.warnings] == [sentence(Refused("anchors_left", count=1))]


def test_a_link_to_a_note_that_stays_behind_keeps_its_address(library, tmp_path):
    gone = "G" * 22
    links = [(f"note:{gone}#A b", {"link": f"note:{gone}#A b"}), (" here", {"link": "#No such"})]
    made = library.new_note(title="T", blocks=[(links, {})])
    at_once(export_notes(library, tmp_path / "out", only=[made]))
    text = (tmp_path / "out" / "T.md").read_text(encoding="utf-8")
    assert f"(<note:{gone}#A b>)" in text
    assert "(<#No such>)" in text


words = st.text(alphabet="aAbé漢1 -_#*`<&.\u0301", min_size=1, max_size=6).filter(
    lambda text: any(letter.isalnum() for letter in text)
)
headings = st.lists(st.tuples(words, st.integers(1, 4)), min_size=1, max_size=5)
ways = st.lists(
    st.tuples(st.sampled_from(["slug", "text", "way"]), st.booleans(), st.integers(0, 4)), max_size=5
)


def place_of(way, number, found):
    """One way to name a heading."""
    number %= len(found)
    if way == "slug":
        return Outline(found).slugs[number]
    return found[number].text if way == "text" else f"{found[0].text}#{found[number].text}"


@settings(max_examples=15, phases=[Phase.generate])
@given(st.tuples(headings, headings), st.tuples(ways, ways), st.sampled_from(["md", "html"]))
def test_every_link_leads_to_the_same_heading_after_an_export_and_an_import(
    tmp_path_factory, found, wanted, format
):
    place = tmp_path_factory.mktemp("trip")
    with library_in(place / "one") as one:
        ids = ["A" * 22, "B" * 22]
        bodies = [
            [([(text, {})], {"kind": "heading", "level": level}) for text, level in found[at]]
            for at in range(2)
        ]
        outlines = [headings_of(body) for body in bodies]
        for here in range(2):
            for way, other, number in wanted[here]:
                there = 1 - here if other else here
                address = f"{'note:' + ids[there] if other else ''}#{place_of(way, number, outlines[there])}"
                bodies[here].append(([("x", {"link": address})], {}))
            one.new_note(note=ids[here], title="ab"[here], blocks=bodies[here])
        at_once(export_notes(one, place / "out", format))
        expected = led(one)
    with library_in(place / "two") as two:
        assert at_once(import_paths(two, [place / "out"])).done == 2
        assert led(two) == expected
