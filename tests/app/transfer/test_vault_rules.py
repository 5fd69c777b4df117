"""Notes of a vault: tags and formulas in the text; and a whole vault, there and back."""

from __future__ import annotations

import json

import pytest

from app.refusals import Refused
from app.transfer.addresses import PlainResolver
from app.transfer.body import read_body
from app.transfer.exporting import export_notes
from app.transfer.front_matter import TAG_LENGTH_MAX
from app.transfer.importing import import_paths
from app.transfer.markdown_reader import read_all, read_markdown
from app.transfer.matter import matter_of
from app.transfer.note_json import blocks_value
from app.wording import sentence
from tests.support.libraries import at_once, library_in

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


def read(text):
    return read_all(text, PlainResolver(), of_vault=True)


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#one and #two/three, #four.", ["one", "two/three", "four"]),
        ("#1 is a number, #2nd is not, #2024/05 is one", ["2nd"]),
        ("a#b no, ##c no, x #", []),
        (
            "#été #日本 #हिन्दी #a-b_c #🙂 #party🎉 #👩‍👩‍👧",
            ["été", "日本", "हिन्दी", "a-b_c", "🙂", "party🎉", "👩‍👩‍👧"],
        ),
        ("#twice #twice", ["twice"]),
        ("\\#escaped `#code` [#link](https://x) **#bold**", ["bold"]),
        ("# Head #in\n\n- #item\n\n| a |\n|---|\n| #cell |\n\n> #quote", ["in", "item", "cell", "quote"]),
        ("```\n#no\n```", []),
        ("#" + "x" * (TAG_LENGTH_MAX + 1), ["x" * TAG_LENGTH_MAX]),
        ("#a/ #/", ["a"]),
        ("first\n#second", ["second"]),
    ],
)
def test_tags_in_the_text(text, tags):
    assert read(text).tags == tags
    assert read_all(text, PlainResolver()).tags == []


def test_a_tag_stays_in_the_text_where_it_is():
    assert read("go #home now, \\#not").blocks == [([("go #home now, #not", {})], {})]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("see $f^*g^*$ there", [("see ", {}), ("$f^*g^*$", {"code": True}), (" there", {})]),
        ("$x$", [("$x$", {"code": True})]),
        ("$a_1$$b_2$", [("$a_1$$b_2$", {"code": True})]),
        ("a $$x_1 \\\\ y_1$$ b", [("a ", {}), ("$$x_1 \\\\ y_1$$", {"code": True}), (" b", {})]),
        (r"$\{x\}$", [(r"$\{x\}$", {"code": True})]),
        (r"$\$5$", [(r"$\$5$", {"code": True})]),
    ],
)
def test_a_formula_is_code_word_for_word(text, spans):
    assert read(text).blocks == [(spans, {})]


@pytest.mark.parametrize(
    "text", ["costs $5 and $6", "$ x $", "a $x", "$x $", "US$ 5$", "$", "$$", "5$ to 6$7"]
)
def test_money_is_no_formula(text):
    assert read(text).blocks == [([(text, {})], {})]


def test_outside_of_a_vault_dollars_are_signs():
    assert read_markdown("$f^*g^*$") == [([("$f^", {}), ("g^", {"italic": True}), ("$", {})], {})]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("$$\na_1 \\\\ b\n\n*c*\n$$", ["a_1 \\\\ b", "*c*"]),
        ("$$x *y* z$$", ["x *y* z"]),
        ("$$a\nb$$", ["a", "b"]),
        ("text\n$$\nx\n$$", ["x"]),
        ("- item\n\n  $$\n  x\n  $$", ["x"]),
    ],
)
def test_a_formula_on_lines_of_its_own_is_a_block_of_code(text, lines):
    found = [
        "".join(text for text, _ in spans)
        for spans, attributes in read(text).blocks
        if attributes.get("language") == "math"
    ]
    assert found == lines


def test_a_formula_that_is_never_closed_is_text():
    assert read("$$\nx").blocks == [([("$$\u2028x", {})], {})]


def test_pictures_have_the_width_that_stands_behind_their_words():
    def pictures(text, of_vault=True):
        (spans, _), *_ = read_all(text, PlainResolver(), of_vault=of_vault).blocks
        return [
            (marks["embed"]["alt"], marks["embed"].get("width")) for _, marks in spans if "embed" in marks
        ]

    text = (
        "![a cat|300](https://x/a.png)![100x50](https://x/a.png)![|](https://x/a.png)![b|c](https://x/a.png)"
    )
    assert pictures(text) == [("a cat", 300), ("", 100), ("|", None), ("b|c", None)]
    assert pictures(text, of_vault=False) == [
        ("a cat|300", None),
        ("100x50", None),
        ("|", None),
        ("b|c", None),
    ]


HOME = """---
title: Home of all
aliases: [Start]
tags:
  - area/home
created: 2024-05-01T09:30:00
---
# Home

[[Roses]], [[Roses|red]], [[Roses#Care]], [[Roses#^thorns|thorns]], [[#Tasks]], [[Missing]], [[Garden/Plan]],
[md](Roses.md#Care), [o](obsidian://open?vault=v&file=Garden%2FPlan), [[Empty]], [gone](obsidian://open?file=No)

![[pic.png]] ![[pic.png|300]] ![[pic.png|a cat|200]] ![alt|150](attachments/pic.png)

![[Roses]]

![[plan.pdf#page=3]] ![[attachments/plan.pdf]] ![[attachments/plan.pdf|the plan]]

#inline #a/b 🙂 ==lit ==**bold ==both==** `#no [[no]]` $a_1^*b^*$

%%hidden%% <!-- secret -->

> [!warning]- Hot *stove*
> with [[Roses]]
> - item

## Tasks

- [ ] open #todo
- [x] done
\t- [ ] below
- [/] half

1. one
   1. inner
      - deep

  ```python
  x = "#no"
  ```

Note[^1], ^[inline], [^long].

[^1]: Ibid.
[^long]: A longer one
    goes on.

| a | b |
|---|--:|
| [[Roses\\|r]] | 1 |

$$
\\int_0^1 x \\\\ y
$$

Block ^b-1

H<sub>2</sub>O x<sup>2</sup> y<sup>[1]</sup> <span style="color:#C00000">red</span>
<mark style="background: #BBFABBA6;">green</mark> <font color="blue">blue</font>
"""


@pytest.fixture
def vault(tmp_path):
    root = tmp_path / "vault"
    for folder in (".obsidian", "attachments", "Garden"):
        (root / folder).mkdir(parents=True)
    (root / "attachments" / "pic.png").write_bytes(PNG)
    (root / "attachments" / "plan.pdf").write_bytes(b"%PDF-1.7")
    (root / "Home.md").write_text(HOME, encoding="utf-8")
    (root / "Roses.md").write_text("Red. ^thorns\n\n## Care\n\n[[Home]]\n")
    (root / "Garden" / "Plan.md").write_text("# Plan\n\n[[../Roses|up]]\n")
    (root / "Empty.md").write_text("")
    return root


def notes_of(library):
    """What every note says, under its title, with titles for ids."""
    rows = library.store.notes()
    said = {}
    for row in rows:
        document = library.document(row.id)
        text = json.dumps(blocks_value(read_body(document)))
        for other in rows:
            text = text.replace(other.id, f"<{other.title}>")
        matter = matter_of(document, library.model)
        said[row.title] = (json.loads(text), matter)
    return said


def test_a_whole_vault_arrives_and_nothing_is_lost_without_a_word(library, vault):
    report = at_once(import_paths(library, [vault]))
    assert (report.done, report.refused) == (4, [])
    assert {(remark.path.rsplit("/")[-1], remark.reason) for remark in report.warnings} == {
        ("Home.md", sentence(Refused("anchors_left", count=1))),
        ("Home.md", sentence(Refused("block_names_left", count=1))),
        ("Home.md", sentence(Refused("comments_shown", count=1))),
        ("Home.md", sentence(Refused("fields_left", fields="aliases"))),
        ("Home.md", sentence(Refused("html_comments_left", count=1))),
        ("Home.md", sentence(Refused("table_links_left", count=1))),
        ("Home.md", sentence(Refused("unsafe_link", address="obsidian://open?file=No"))),
        ("Roses.md", sentence(Refused("block_names_left", count=1))),
    }
    said = notes_of(library)
    assert set(said) == {"Home of all", "Roses", "Plan", "Empty"}
    blocks, matter = said["Home of all"]
    assert (matter.tags, matter.created_ms) == (["a/b", "area/home", "inline", "todo"], 1_714_555_800_000)
    spans = [span for block in blocks for span in block["spans"]]
    assert [(span["text"], span["marks"]["link"]) for span in spans if "link" in span["marks"]] == [
        ("Roses", "note:<Roses>"), ("red", "note:<Roses>"), ("Roses#Care", "note:<Roses>#Care"),
        ("thorns", "note:<Roses>"), ("#Tasks", "#Tasks"), ("Garden/Plan", "note:<Plan>"),
        ("md", "note:<Roses>#Care"),
        ("o", "note:<Plan>"), ("Empty", "note:<Empty>"), ("Roses", "note:<Roses>"),
    ]  # fmt: skip
    embeds = [span["marks"]["embed"] for span in spans if "embed" in span["marks"]]
    assert [
        (embed["type"], embed.get("alt", embed.get("title", embed.get("name"))), embed.get("width"))
        for embed in embeds
    ] == [
        ("image", "pic.png", None), ("image", "pic.png", 300), ("image", "a cat", 200), ("image", "alt", 150),
        ("note", "Roses", None), ("file", "plan.pdf", None), ("file", "plan.pdf", None),
        ("file", "the plan", None),
    ]  # fmt: skip
    text = "\n".join("".join(span["text"] for span in block["spans"]) for block in blocks)
    for words in (
        "#Tasks, [[Missing]]", "%%hidden%%", "Warning: Hot stove\nwith Roses\nitem", "[/] half",
        "Note[^1], ^[inline], [^long].\n[^1]: Ibid.\n[^long]: A longer one\u2028goes on.", "[[Roses\\|r]]",
        "\\int_0^1 x \\\\ y", "Block\n", "H₂O x² y[1] red\u2028green blue", "$a_1^*b^*$",
    ):  # fmt: skip
        assert words in text
    coloured = {span["text"]: (span["marks"].get("colour"), span["marks"].get("highlight")) for span in spans}
    assert [coloured[word] for word in ("red", "green", "blue")] == [
        ("red", None), (None, "green"), ("blue", None)
    ]  # fmt: skip
    assert said["Plan"][0][0]["spans"] == [{"text": "up", "marks": {"link": "note:<Roses>"}}]


def test_an_export_of_it_comes_back_as_the_same_notes(library, vault, tmp_path):
    at_once(import_paths(library, [vault]))
    assert at_once(export_notes(library, tmp_path / "out")).done == 4
    with library_in(tmp_path / "second") as second:
        report = at_once(import_paths(second, [tmp_path / "out"]))
        assert (report.done, report.warnings, report.refused) == (4, [], [])
        again = json.dumps(notes_of(second), default=repr)
        assert again.replace("#care", "#Care").replace('"#tasks"', '"#Tasks"') == json.dumps(
            notes_of(library), default=repr
        ), "places are named as addresses of files name them, and are the same"


def test_an_empty_file_is_a_note_in_a_vault_alone(library, vault, tmp_path):
    (vault / "Empty.txt").write_text("")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "Empty.md").write_text("")
    report = at_once(import_paths(library, [vault, tmp_path / "elsewhere"]))
    assert [remark.path.rsplit("/")[-2:] for remark in report.refused] == [
        ["vault", "Empty.txt"], ["elsewhere", "Empty.md"]
    ]  # fmt: skip


def test_where_notes_link_by_name_a_tag_in_the_text_is_one_without_the_folder_of_a_vault_too(
    library, tmp_path
):
    for folder, link in (("linked", "[[b]]"), ("plain", "[[nobody]]")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.md").write_text("#one and\n#two")
        (tmp_path / folder / "b.md").write_text("b")
        (tmp_path / folder / "c.md").write_text(f"see {link}")
        at_once(import_paths(library, [tmp_path / folder]))
    said = [(row.tags, read_body(library.document(row.id))) for row in library.store.find_note("a")]
    body = [([("#one and #two", {})], {})]
    assert sorted(said) == [((), body), (("one", "two"), body)]


def test_in_what_we_wrote_tags_stand_above(library, tmp_path):
    (tmp_path / "a.md").write_text("---\ncommonplace: x\ntitle: a\n---\n#one [[b]]")
    (tmp_path / "b.md").write_text("b")
    at_once(import_paths(library, [tmp_path]))
    (row,) = library.store.find_note("a")
    assert row.tags == ()
