"""HTML in: strangers' pages, and our own exact paragraphs."""

from __future__ import annotations

import pytest

from app.transfer.addresses import PlainResolver
from app.transfer.block_builder import NestedTooDeeply
from app.transfer.html_reader import NESTING_MAX, html_title, read_html
from tests.support.work import calls_of


def read(text):
    return [("".join(part for part, _ in spans), attributes) for spans, attributes in read_html(text)]


def test_a_page_becomes_blocks():
    page = (
        "<!DOCTYPE html><html><head><title>T</title><style>p{}</style></head><body>\n"
        "<h2>Head</h2> <p>One\n   <em>two</em>  three</p>\n"
        "<ul><li>a<ul><li><input type=checkbox checked> done</li></ul></li></ul>\n"
        "<ol start=4><li><p>b</p><p>c</p></ol> <blockquote><p>q</p></blockquote><hr>\n"
        '<pre><code class="language-py">x = 1\n\ny</code></pre></body></html>'
    )
    assert read(page) == [
        ("Head", {"kind": "heading", "level": 2}),
        ("One two three", {}),
        ("a", {"kind": "bullet", "level": 0}),
        ("done", {"kind": "check", "level": 1, "checked": True}),
        ("b", {"kind": "numbered", "level": 0, "start": 4}),
        ("c", {"level": 1}),
        ("q", {"kind": "quote"}),
        ("\ufffc", {}),
        ("x = 1", {"kind": "code", "language": "py"}),
        ("", {"kind": "code", "language": "py"}),
        ("y", {"kind": "code", "language": "py"}),
    ]


def test_text_between_blocks_is_a_paragraph_and_a_lone_break_an_empty_one():
    assert read("a<p>b</p>c<p><br></p><div>d<br>e<br></div>") == [
        ("a", {}), ("b", {}), ("c", {}), ("", {}), ("d\u2028e", {}),
    ]  # fmt: skip


def test_tables_become_lines_and_tables_in_tables_words():
    text = "<table><tr><th>a<th>b<tr><td>1<td><table><tr><td>x<td>y</table></table>"
    assert read(text) == [
        ("| a   | b   |", {"kind": "code", "language": "table"}),
        ("| --- | --- |", {"kind": "code", "language": "table"}),
        ("| 1   | x y |", {"kind": "code", "language": "table"}),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<style>@import url(http://x)</style>",
        "<iframe src=file:///etc/passwd></iframe>",
        "<svg><script>x</script></svg>",
        "<link rel=stylesheet href=http://x>",
        "<object data=x>y</object>",
        "<img src=file:///etc/passwd>",
        "<img src='//host/x'>",
        "<noscript><p title='</noscript><img src=javascript:x onerror=alert(1)>'>",
    ],
)
def test_what_could_act_leaves_nothing(text):
    for spans, _ in read_html(f"<p>a</p>{text}<p>b</p>"):
        for part, marks in spans:
            assert "alert" not in part
            assert not marks


def test_links_and_pictures_pass_the_allow_list_only():
    spans = read_html(
        '<a href="https://x">a</a><a href="javascript:x">b</a><img src="https://h/i.png" alt="c">'
    )[0][0]
    assert spans == [
        ("a", {"link": "https://x"}),
        ("b", {}),
        ("\ufffc", {"embed": {"type": "image", "src": "https://h/i.png", "alt": "c"}}),
    ]


def test_a_picture_inside_a_page_is_asked_for_and_a_link_of_that_kind_is_none():
    class Taking(PlainResolver):
        def picture(self, address, alt, name):
            return {"type": "image", "src": address, "alt": alt}

    text = '<img src="data:image/png;base64,AAAA" alt="dot"><a href="data:text/html,x">a</a>'
    assert read_html(text) == [([("dota", {})], {})]
    (embed, link) = read_html(text, Taking())[0][0]
    assert embed[1]["embed"] == {"type": "image", "src": "data:image/png;base64,AAAA", "alt": "dot"}
    assert link == ("a", {})


class Attaching(PlainResolver):
    """Knows one file."""

    def file(self, address, words):
        return {"type": "file", "src": "attachment:0", "name": words or "f"} if address == "f.pdf" else None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('a <a href="f.pdf">the <b>plan</b></a> b', ["a ", "FILE the plan", " b"]),
        ('<a href="f.pdf"> </a>', ["FILE f"]),
        ('<a href="g.pdf">g</a>', ["g"]),
        ('<a href="f.pdf"><img src="https://x/i.png" alt="c"></a>', ["IMAGE", "FILE f"]),
        ('<a href="f.pdf">a</a><a href="f.pdf">b</a>', ["FILE a", "FILE b"]),
        ('<table><tr><td><a href="f.pdf">a</a></table>', ["| a   |"]),
        ('<pre><a href="f.pdf">a</a></pre>', ["a"]),
    ],
)
def test_a_link_to_a_file_attaches_it_as_in_markdown(text, said):
    shown = {"file": lambda embed: f"FILE {embed['name']}", "image": lambda embed: "IMAGE"}
    found = [
        shown[marks["embed"]["type"]](marks["embed"]) if "embed" in marks else part
        for part, marks in read_html(text, Attaching())[0][0]
    ]
    assert found == said


def test_a_link_to_a_file_around_paragraphs_attaches_it_behind_them():
    blocks = read_html('<a href="f.pdf"><p>a</p><p>b</p></a>', Attaching())
    assert [[part for part, _ in spans] for spans, _ in blocks] == [["a"], ["b"], ["\ufffc"]]


def test_an_exact_paragraph_keeps_its_blanks_and_attributes():
    text = '<p data-block="{&quot;kind&quot;:&quot;odd&quot;}">  a  <b> b </b> </p>'
    assert read_html(text) == [
        ([("  a  ", {}), (" b ", {"bold": True}), (" ", {})], {"kind": "odd"}),
    ]


@pytest.mark.parametrize("claimed", ["{", "[1]", "nonsense"])
def test_attributes_that_are_none_are_left_out(claimed):
    assert read_html(f"<p data-block='{claimed}'>a</p>") == [([("a", {})], {})]


def test_the_title_is_found_and_cleaned():
    assert html_title("<html><TITLE>\n A &amp; B </title>") == "A & B"
    assert html_title("<p>none</p>") == ""


@pytest.mark.parametrize(
    ("part", "count"),
    [
        ("<table><tr><td>", NESTING_MAX),
        ("<b>x", NESTING_MAX),
        ("<div>", NESTING_MAX),
        ("<ul><li>", NESTING_MAX),
        ("<p>x", 8_000),
        ("&lt;", 20_000),
    ],
)
def test_pages_made_to_be_slow_cost_in_proportion_to_their_length(part, count):
    small, large = (calls_of(lambda n=n: read_html(part * n + "x")) for n in (count // 4, count))
    assert large < 5 * small


@pytest.mark.parametrize("tag", ["<div>", "<ul><li>", "<b>", "<TABLE><tr><td>"])
def test_one_open_tag_too_many_is_refused(tag):
    with pytest.raises(NestedTooDeeply) as caught:
        read_html(tag * (NESTING_MAX + 1))
    assert caught.value.levels == NESTING_MAX
