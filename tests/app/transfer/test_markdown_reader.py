"""Markdown in: what people and other programs write."""

from __future__ import annotations

import pytest

from app.transfer.markdown_reader import read_markdown


def read(text):
    """Blocks as (text, attributes), for the tests where marks do not matter."""
    return [("".join(part for part, _ in spans), attributes) for spans, attributes in read_markdown(text)]


def spans(text):
    blocks = read_markdown(text)
    assert len(blocks) == 1
    return blocks[0][0]


def test_headings_paragraphs_and_lines_across_the_page():
    assert read("# One\n\nSix\n===\n\ntext\ngoes on\n\n###### Deep ##\n\n---\n") == [
        ("One", {"kind": "heading", "level": 1}),
        ("Six", {"kind": "heading", "level": 1}),
        ("text goes on", {}),
        ("Deep", {"kind": "heading", "level": 6}),
        ("\ufffc", {}),
    ]


def test_lists_of_all_kinds_nest():
    text = (
        "1. one\n   - dot\n     - [x] done\n     - [ ] open\n2. two\n\n   more\n\n   ```py\n   code\n   ```\n"
    )
    assert read(text) == [
        ("one", {"kind": "numbered", "level": 0}),
        ("dot", {"kind": "bullet", "level": 1}),
        ("done", {"kind": "check", "level": 2, "checked": True}),
        ("open", {"kind": "check", "level": 2, "checked": False}),
        ("two", {"kind": "numbered", "level": 0}),
        ("more", {"level": 1}),
        ("code", {"kind": "code", "language": "py", "level": 1}),
    ]


def test_the_number_that_a_list_starts_with_stays_with_its_first_item():
    assert read("7. a\n8. b\n") == [
        ("a", {"kind": "numbered", "level": 0, "start": 7}),
        ("b", {"kind": "numbered", "level": 0}),
    ]


def test_brackets_that_are_no_box_stay_text():
    assert read("- [x](y)\n- \\[x\\] a\n- [ ]b\n") == [
        ("x", {"kind": "bullet", "level": 0}),
        ("[x] a", {"kind": "bullet", "level": 0}),
        ("[ ]b", {"kind": "bullet", "level": 0}),
    ]


def test_quotes_nest_and_an_empty_one_is_there():
    assert read("> a\n>\n> > b\n\ntext\n\n>\n") == [
        ("a", {"kind": "quote"}),
        ("b", {"kind": "quote", "level": 1}),
        ("text", {}),
        ("", {"kind": "quote"}),
    ]


def test_code_keeps_every_blank_and_its_language():
    assert read("``` js {1}\n  a\n\n\tb  \n```\n\n    indented\n") == [
        ("  a", {"kind": "code", "language": "js {1}"}),
        ("", {"kind": "code", "language": "js {1}"}),
        ("\tb  ", {"kind": "code", "language": "js {1}"}),
        ("indented", {"kind": "code"}),
    ]


def test_a_fence_that_never_closes_takes_the_rest():
    assert read("```\na\nb") == [("a", {"kind": "code"}), ("b", {"kind": "code"})]


def test_every_mark_that_markdown_and_html_know():
    text = "**b** *i* ~~s~~ `c` <u>u</u> ==h== <mark>m</mark> [l](https://x) <kbd>k</kbd> <sub>2</sub>"
    assert [marks for part, marks in spans(text) if part.strip()] == [
        {"bold": True}, {"italic": True}, {"strike": True}, {"code": True}, {"underline": True},
        {"highlight": True}, {"highlight": True}, {"link": "https://x"}, {"code": True}, {},
    ]  # fmt: skip


def test_line_breaks_inside_a_paragraph_are_kept_in_it():
    assert spans("a  \nb\\\nc<br>d") == [("a\u2028b\u2028c\u2028d", {})]


def test_pictures_become_embeds_with_words_and_name():
    assert spans('x ![a *cat*](https://h/c.png "the cat")') == [
        ("x ", {}),
        ("\ufffc", {"embed": {"type": "image", "src": "https://h/c.png", "alt": "a cat", "name": "the cat"}}),
    ]


@pytest.mark.parametrize(
    "text", ["[a](javascript:x)", "<a href='javascript:x'>a</a>", "[a](file:///x)", "![a](file:///x)"]
)
def test_what_the_allow_list_does_not_have_leaves_its_words(text):
    assert spans(text) == [("a", {})]


def test_a_table_becomes_aligned_lines():
    assert read("|a|b|\n|-|-:|\n|1|`x`|\n") == [
        ("| a   | b   |", {"kind": "code", "language": "table"}),
        ("| --- | --: |", {"kind": "code", "language": "table"}),
        ("| 1   | `x` |", {"kind": "code", "language": "table"}),
    ]


def test_html_between_paragraphs_goes_through_the_allow_list():
    text = (
        "<div onclick='x'>a <b>b</b><script>alert(1)</script><style>p{}</style></div>\n\n<br>\n\n<p>c</p>\n"
    )
    assert read(text) == [("a b", {}), ("", {}), ("c", {})]


def test_html_in_an_item_is_the_text_of_the_item():
    assert read("- <p>a</p>\n") == [("a", {"kind": "bullet", "level": 0})]


def test_comments_vanish_and_zero_bytes_become_replacement_characters():
    assert read("a <!-- secret --> b\n\n<!-- block -->\n\nc\x00d") == [("a  b", {}), ("c\ufffdd", {})]


def test_line_ends_of_every_system_end_lines():
    assert read("# a\r\n\r\nb\rc") == [("a", {"kind": "heading", "level": 1}), ("b c", {})]


@pytest.mark.parametrize("name", ["<a id='x'></a>", "<a id=x></a>\n<a name=y></a>", "<span></span>"])
def test_a_paragraph_of_tags_alone_is_none_but_the_text_of_an_item(name):
    assert read(f"one\n\n{name}\n\n## two") == [("one", {}), ("two", {"kind": "heading", "level": 2})]
    assert read(f"{name}\n\nx")[0][0] == "x"
    assert [attributes["kind"] for _, attributes in read("- <a id=x></a>\n- b")] == ["bullet", "bullet"]


@pytest.mark.parametrize(
    "text", ["a<br>b", "<b>x</b>", "<b></b><br>", "&nbsp;<b></b>", "<img src=https://x.org/a.png>"]
)
def test_a_paragraph_that_shows_something_stays(text):
    assert len(read(f"one\n\n{text}\n\nthree")) == 3


def test_nothing_is_one_empty_paragraph():
    assert read_markdown("") == read_markdown(" \n\n") == [([], {})]


def test_reference_links_are_resolved():
    assert spans("[a][1]\n\n[1]: https://x")[0] == ("a", {"link": "https://x"})


def test_a_newline_that_is_said_as_an_entity_ends_no_block():
    assert read("a&#10;b ![c&#10;d](javascript:x)") == [("a\u2028b c\u2028d", {})]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a <script>alert(1)</script>b", "a b"),
        ("a <STYLE media=x>*b* {}</STYLE> c <script>d</script>", "a  c "),
        ("a <script>b <style>c</style> d</script>e", "a e"),
        ("a <script>b", "a b"),
        ("a </script>b", "a b"),
        ("`<script>` a `</script>`", "<script> a </script>"),
    ],
)
def test_scripts_and_styles_between_words_go_with_what_they_say(text, shown):
    assert "".join(part for part, _ in spans(text)) == shown


@pytest.mark.parametrize(
    ("tag", "address"),
    [
        ('<iframe width="9" src="https://www.example.org/embed/x?a=1&amp;b=2">no frames</iframe>',
         "https://www.example.org/embed/x?a=1&b=2"),
        ("<video controls src='film.mp4'></video>", "film.mp4"),
        ("<audio>\n<source src=https://x.org/a.ogg>\n</audio>", "https://x.org/a.ogg"),
    ],
)  # fmt: skip
def test_of_a_frame_or_a_player_the_address_stays(tag, address):
    blocks = read_markdown(f"a\n\n{tag}\n\nb")
    assert blocks == [([("a", {})], {}), ([(address, {"link": address})], {}), ([("b", {})], {})]


def test_a_frame_that_acts_leaves_its_words_alone():
    assert read_markdown('<iframe src="javascript:alert(1)"></iframe>') == [
        ([("javascript:alert(1)", {})], {})
    ]
