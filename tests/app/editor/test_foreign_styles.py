"""What other programs put on the clipboard comes in as what it was there."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.editor.palette import EditorPalette
from app.editor.paste import blocks_of_html
from app.transfer.blocks import tidy
from app.transfer.html_writer import write_fragment

WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><body lang=EN-US><!--StartFragment-->
<h1>Report<o:p></o:p></h1>
<p class=MsoNormal>Some <b>bold</b> and <span style='background:yellow;mso-highlight:yellow'>marked</span>
words.<o:p></o:p></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p class=MsoListParagraph style='text-indent:-.25in;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='font-family:Symbol;mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp;
</span></span><![endif]>First
item<o:p></o:p></p>
<p class=MsoListParagraph style='margin-left:1.0in;mso-list:l0 level2 lfo1'><![if !supportLists]><span
style='font-family:"Courier New";mso-list:Ignore'>o<span>&nbsp;&nbsp; </span></span><![endif]>Nested
<i>item</i></p>
<p class=MsoListParagraphCxSpLast style='mso-list:l1 level1 lfo2'><![if !supportLists]><span
style='mso-list:Ignore'>12.<span>&nbsp;</span></span><![endif]>Numbered<o:p></o:p></p>
<!--EndFragment--></body></html>"""

DOCS = """<meta charset='utf-8'><b style="font-weight:normal;" id="docs-internal-guid-1"><p dir="ltr"><span
style="font-weight:700;">bold</span><span style="background-color:#ffff00"> lit</span><span
style="background-color:transparent"> not</span> <a href="https://example.org/x"
style="text-decoration:none;"><span style="text-decoration:underline;">link</span></a></p><ul><li dir="ltr"
role="checkbox" aria-checked="true"><img src="data:image/png;base64,AAAA" alt="checked"
aria-roledescription="checkbox"/><p dir="ltr"><span>ticked</span></p></li><li role="checkbox"
aria-checked="false"><img alt="unchecked" aria-roledescription="checkbox"/><p><span>open</span></p></li></ul>
</b>"""

CODE = """<meta charset='utf-8'><div
style="color: #d4d4d4;font-family: 'Droid Sans Mono', monospace;white-space: pre;"><div><span
style="color: #569cd6;">def</span><span> greet(name):</span></div><div><span>    </span><span
style="font-weight: bold">return</span> a &lt; b</div><br><div><span>x = 1</span></div></div>"""


def test_lists_and_highlights_of_word():
    assert blocks_of_html(WORD) == [
        ([("Report", {})], {"kind": "heading", "level": 1}),
        (
            [
                ("Some ", {}),
                ("bold", {"bold": True}),
                (" and ", {}),
                ("marked", {"highlight": True}),
                (" words.", {}),
            ],
            {},
        ),
        ([("First item", {})], {"kind": "bullet", "level": 0}),
        ([("Nested ", {}), ("item", {"italic": True})], {"kind": "bullet", "level": 1}),
        ([("Numbered", {})], {"kind": "numbered", "level": 0}),
    ]


def test_boxes_highlights_and_links_of_google_docs():
    assert blocks_of_html(DOCS) == [
        (
            [
                ("bold", {"bold": True}),
                (" lit", {"highlight": True}),
                (" not ", {}),
                ("link", {"link": "https://example.org/x"}),
            ],
            {},
        ),
        ([("ticked", {})], {"kind": "check", "level": 0, "checked": True}),
        ([("open", {})], {"kind": "check", "level": 0, "checked": False}),
    ]


def test_code_of_an_editor_keeps_its_lines_and_indents_and_no_colours():
    assert blocks_of_html(CODE) == [
        ([(line, {})] if line else [], {"kind": "code"})
        for line in ("def greet(name):", "    return a < b", "", "x = 1")
    ]


def test_monospaced_words_in_a_sentence_make_no_code_of_it():
    assert blocks_of_html('<p>see <span style="font-family: monospace">this</span></p>') == [
        ([("see this", {})], {})
    ]


WORD_COLOURS = """<html xmlns:o="urn:schemas-microsoft-com:office:office"
xmlns:w="urn:schemas-microsoft-com:office:word" xmlns="http://www.w3.org/TR/REC-html40"><head>
<meta name=Generator content="Microsoft Word 15"><style><!--p.MsoNormal {mso-style-parent:""; color:red}-->
</style></head><body lang=EN-US style='tab-interval:.5in'><!--StartFragment--><p class=MsoNormal>Plain <span
style='color:red'>red</span> <b><span style='font-size:14.0pt;color:#7030A0'>bold purple</span></b>
<span style='color:black;mso-themecolor:text1'>black</span> <span
style='color:#44546A;mso-themecolor:text2;mso-themetint:255'>toned</span> <span
style='background:yellow;mso-highlight:yellow'>lit</span> <span
style='color:#00B050;background:aqua;mso-highlight:aqua'>both</span> <span
style='color:white;mso-themecolor:background1;background:navy;mso-highlight:navy'>on dark</span> <span
style='color:#C00000'>dark <span style='color:windowtext'>not</span> red&nbsp;&amp;</span> <span
style='background:#DEEAF6;mso-shading-themecolor:accent1'>shaded</span> <span class=MsoHyperlink><a
href="https://example.org/"><span style='color:#0563C1'>link</span></a></span><o:p></o:p></p>
<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='color:#ED7D31;mso-list:Ignore'>·</span
><span style='color:#ED7D31'>Item</span><o:p></o:p></p><!--EndFragment--></body></html>"""

DOCS_COLOURS = """<meta charset='utf-8'><b style="font-weight:normal;" id="docs-internal-guid-1"><h2 dir="ltr"
><span style="font-size:16pt;color:#434343;background-color:transparent;">Head</span></h2>
<p dir="ltr"><span style="font-size:11pt;color:#000000;background-color:transparent;">plain </span><span
style="color:#ff0000;background-color:transparent;font-weight:700;">red</span><span
style="color:#000000;background-color:#d9ead3;"> washed</span><span
style="color:#9900ff;background-color:#ffff00;">both</span><span style="color:#000000;"> </span><a
href="https://example.org/x" style="text-decoration:none;"><span
style="color:#1155cc;background-color:#fff2cc;text-decoration:underline;">link</span></a></p></b>"""

OFFICE_COLOURS = """<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.0 Transitional//EN"><html><head>
<meta http-equiv="content-type" content="text/html; charset=utf-8"/><title></title>
<meta name="generator" content="LibreOffice 7.4.7.2 (Linux)"/><style type="text/css">
p { line-height: 115%; background: transparent }</style></head><body lang="en-US" link="#000080" dir="ltr">
<p style="line-height: 100%">Plain <font color="#c9211e">red</font>, <font color="#2a6099"><b>bold
blue</b></font>, <span style="background: #ffff00">lit</span> <font color="#ffffff"><span
style="background: #158466">on dark</span></font> <font color="#000000">black</font>
<FONT COLOR="#808080"><font face="Arial">grey</font></FONT></p>
<ul><li><p><font color="#ff8000">item</font></p></li></ul></body></html>"""

COLOURED = {
    "word": (WORD_COLOURS, [
        ([("Plain ", {}), ("red", {"colour": "red"}), (" ", {}),
          ("bold purple", {"bold": True, "colour": "purple"}), (" black toned ", {}),
          ("lit", {"highlight": True}), (" ", {}),
          ("both", {"colour": "green", "highlight": "blue"}), (" ", {}),
          ("on dark", {"highlight": "blue"}), (" ", {}), ("dark ", {"colour": "red"}), ("not", {}),
          (" red\xa0&", {"colour": "red"}), (" ", {}), ("shaded", {"highlight": "blue"}), (" ", {}),
          ("link", {"link": "https://example.org/"})], {}),
        ([("Item", {"colour": "orange"})], {"kind": "bullet", "level": 0}),
    ]),
    "docs": (DOCS_COLOURS, [
        ([("Head", {})], {"kind": "heading", "level": 2}),
        ([("plain ", {}), ("red", {"bold": True, "colour": "red"}), (" washed", {"highlight": "green"}),
          ("both", {"colour": "purple", "highlight": True}), (" ", {}),
          ("link", {"highlight": True, "link": "https://example.org/x"})], {}),
    ]),
    "office": (OFFICE_COLOURS, [
        ([("Plain ", {}), ("red", {"colour": "red"}), (", ", {}),
          ("bold blue", {"bold": True, "colour": "blue"}),
          (", ", {}), ("lit", {"highlight": True}), (" ", {}), ("on dark", {"highlight": "green"}),
          (" black ", {}), ("grey", {"colour": "grey"})], {}),
        ([("item", {"colour": "orange"})], {"kind": "bullet", "level": 0}),
    ]),
}  # fmt: skip
"""What each puts on the clipboard, and the blocks that it is."""


@pytest.mark.parametrize("program", COLOURED)
def test_colours_of_word_processors_are_the_nearest_of_ours(program):
    copied, blocks = COLOURED[program]
    assert blocks_of_html(copied) == tidy(blocks)


@pytest.mark.parametrize("program", COLOURED)
def test_what_was_pasted_is_the_same_when_it_is_copied_and_pasted_again(program):
    blocks = blocks_of_html(COLOURED[program][0])
    assert blocks_of_html(write_fragment(blocks)) == blocks


WEB = """<div style="color: rgb(10, 37, 64); background-color: rgb(13, 17, 23);"><span
style="color: rgb(255, 0, 0); background-color: rgb(255, 255, 0);">loud</span> page</div>"""


def test_colours_of_a_page_of_the_web_are_how_it_looks_and_stay_there():
    assert blocks_of_html(WEB) == [([("loud page", {})], {})]


@pytest.mark.parametrize("tag", ["pre", "code"])
def test_colours_in_code_are_the_editors(tag):
    copied = f"<p class=MsoNormal>x</p><{tag}><span style='color:red;background:yellow'>def</span> f</{tag}>"
    kinds = [
        marks.keys() & {"colour", "highlight"} for spans, _ in blocks_of_html(copied) for _, marks in spans
    ]
    assert not any(kinds)


def test_marks_of_our_own_are_left_as_they_are():
    exact = html.escape('{"colour": "#123456"}', quote=True)
    copied = f'<p class=MsoNormal><span style="color:#123456" data-marks="{exact}">ours</span></p>'
    assert blocks_of_html(copied) == [([("ours", {"colour": "#123456"})], {})]


INKS = {"red": "#FF0000", "green": "#00B050", "blue": "#0070C0", "purple": "#7030A0", "": "windowtext"}
WASHES = {"yellow": "yellow", "green": "lime", "blue": "aqua", "": "white"}


@given(st.lists(st.tuples(st.sampled_from("abc é漢🙂"), st.sampled_from([*INKS]), st.sampled_from([*WASHES])),
                min_size=1, max_size=8))  # fmt: skip
def test_any_stretches_of_words_colours_come_in_as_those_stretches(stretches):
    style = "color:{};background:{};mso-highlight:{}"
    written = "".join(
        f"<span style='{style.format(INKS[ink], WASHES[wash], WASHES[wash])}'>x{text}x</span>"
        for text, ink, wash in stretches
    )
    expected = [
        (
            f"x{text}x",
            ({"colour": ink} if ink else {})
            | ({"highlight": True if wash == "yellow" else wash} if wash else {}),
        )
        for text, ink, wash in stretches
    ]
    found = blocks_of_html(f"<p class=MsoNormal>{written}</p>")
    assert found == tidy([(expected, {})])
    assert {marks.get("colour") for spans, _ in found for _, marks in spans} <= {
        None, *(name for name, _ in EditorPalette().colours)
    }  # fmt: skip
