"""The head of a page: what a note says of itself goes out and comes back exactly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.colour_names import ON_PAPER, QUIET
from app.transfer.front_matter import TAGS_MAX, FrontMatter
from app.transfer.html_reader import read_html
from app.transfer.html_writer import write_html
from app.transfer.page_head import LENGTH_MAX, split_page, write_header, write_metas
from tests.support import notes

NOTE = "A" * 22
BODY = [([("text </header> & more", {"bold": True})], {})]

tags = st.lists(notes.texts.filter(bool), unique=True, max_size=4)
matters = st.builds(
    lambda title, tags, colours, **rest: FrontMatter(
        title, tags, colours={tag: colour for tag, colour in zip(tags, colours, strict=False) if colour},
        ours=True, **rest,
    ),
    notes.texts | st.just(""),
    tags,
    st.lists(st.sampled_from(["red", "#12abcd", "", '"><x'])),
    created_ms=st.integers(0, 10**13),
    pinned=st.booleans(),
    archived=st.booleans(),
    icon=notes.texts | st.just(""),
)  # fmt: skip


@given(matters)
def test_whatever_a_note_says_of_itself_comes_back_and_its_body_alone_is_left(matter):
    page = write_html(matter, BODY, NOTE, "")
    found, rest = split_page(page)
    assert found == matter
    assert read_html(rest) == BODY


def test_all_of_it_is_shown_but_what_is_not_to_be_seen():
    matter = FrontMatter(
        "T<", ["a&b", "c"], 0, archived=True, pinned=True, icon="🌱", colours={"a&b": "red", "c": "x"}
    )
    header = write_header(matter)
    assert '<h1><span class="icon">🌱</span> T&lt;</h1>' in header
    assert f'<span style="color:{ON_PAPER[0]}">●</span> a&amp;b' in header
    assert f'<span style="color:{QUIET}">●</span> c' in header
    assert "archived" not in header
    metas = write_metas(matter, NOTE)
    assert '<meta name="commonplace:archived" content="true">' in metas
    assert '<meta name="keywords" content="a&amp;b, c">' in metas


@pytest.mark.parametrize("matter", [FrontMatter(), FrontMatter(archived=True, pinned=True, created_ms=5)])
def test_where_there_is_nothing_to_show_there_is_no_header(matter):
    assert write_header(matter) == ""
    found, rest = split_page(write_html(matter, BODY, NOTE, "name"))
    assert (found.title, found.archived) == ("", matter.archived)
    assert read_html(rest) == BODY


@pytest.mark.parametrize(
    "page",
    [
        "",
        "<h1>T</h1><header>x</header>",
        "<html><head><title>T</title></head><body><header>x</header>y</body>",
        "<head>commonplace:note</head><header>x</header>",
        f'<head>{" " * LENGTH_MAX}<meta name="commonplace:note" content="x"></head>',
        '<p>before</p><meta name="commonplace:note" content="x">',
    ],
)
def test_a_page_of_others_is_left_as_it_is(page):
    assert split_page(page) == (None, page)


def test_what_somebody_else_wrote_into_our_metas_hurts_nobody():
    more = "".join(f'<meta name="commonplace:tag" content="{number}">' for number in range(TAGS_MAX + 1))
    page = (
        '<head><meta name="commonplace:note"><meta name="commonplace:created" content="soon">'
        '<meta name="commonplace:pinned" content="yes"><meta name="commonplace:tag">'
        f'<meta name="commonplace:ours" content="x"><meta content="y">{more}</head><body>\n<p>text</p>'
    )
    found, rest = split_page(page)
    assert (found.created_ms, found.pinned, len(found.tags)) == (None, False, TAGS_MAX)
    assert read_html(rest) == [([("text", {})], {})]


def test_a_header_that_is_not_at_the_top_is_the_bodys():
    page = '<head><meta name="commonplace:note"></head><body>\n<p>a</p><header>b</header>'
    _, rest = split_page(page)
    assert "".join(text for spans, _ in read_html(rest) for text, _ in spans) == "ab"
