"""
What Enter, Backspace, Delete and Tab do at every border: the table of app/README.md, row by row.

A cell shows blocks, one behind the other with a ⏎ between, as Markdown would write them ("$ " is a line of
code, ∅ an empty block), and ‸ where the caret is. Keys are pressed in a real window.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from tests.support.editor_world import SHIFT, Window, World, check_window

README = Path(__file__).resolve().parents[3] / "app" / "README.md"
CARET, NEXT, NOTHING, DIVIDER = "‸", " ⏎ ", "∅", "\ufffc"
KEYS = {
    "Enter": (Qt.Key.Key_Return, "\r", Qt.KeyboardModifier.NoModifier),
    "Shift+Enter": (Qt.Key.Key_Return, "\r", SHIFT),
    "Backspace": (Qt.Key.Key_Backspace, "\b", Qt.KeyboardModifier.NoModifier),
    "Delete": (Qt.Key.Key_Delete, "", Qt.KeyboardModifier.NoModifier),
    "Tab": (Qt.Key.Key_Tab, "\t", Qt.KeyboardModifier.NoModifier),
    "Shift+Tab": (Qt.Key.Key_Backtab, "\t", SHIFT),
}
SIGNS = (
    (re.compile(r"(#{1,6}) ?"), lambda found: {"kind": "heading", "level": len(found.group(1))}),
    (re.compile(r"( *)- ?"), lambda found: {"kind": "bullet", "level": len(found.group(1)) // 2}),
    (re.compile(r"( *)1\. ?"), lambda found: {"kind": "numbered", "level": len(found.group(1)) // 2}),
    (re.compile(r"\[( |x)\] ?"), lambda f: {"kind": "check", "level": 0, "checked": f.group(1) == "x"}),
    (re.compile(r"> ?"), lambda _: {"kind": "quote"}),
    (re.compile(r"\$ ?"), lambda _: {"kind": "code"}),
)


def rows() -> list[tuple[str, str, str]]:
    """Key, before, after of every row."""
    text = README.read_text(encoding="utf-8")
    table = text.partition("| key | before | after |")[2].partition("\n\n")[0]
    cells = [re.findall(r"\| ([\w+]+) \| `(.*?)` \| `(.*?)` \|", line) for line in table.splitlines()]
    return [found[0] for found in cells if found]


def read(cell: str) -> list[tuple[str, dict]]:
    """Blocks: text, with the caret in it, and attributes."""
    blocks = []
    for line in cell.split(NEXT.rstrip(" ")):
        line = line.removeprefix(" ") if blocks else line
        line = line.removesuffix(" ") if not line.endswith(f" {CARET} ") else line[:-1]
        attributes: dict = {}
        if line.replace(CARET, "") == "---":
            blocks.append((line.replace("---", DIVIDER), attributes))
            continue
        for sign, attributes_of in SIGNS:
            found = sign.match(line)
            if found:
                attributes = attributes_of(found)
                line = line[found.end() :]
                break
        blocks.append((line.replace(NOTHING, "").replace("→", "\t").replace("↵", "\u2028"), attributes))
    return blocks


def fill(window: Window, blocks: list[tuple[str, dict]]) -> None:
    """Put blocks into the empty note, and the caret where it is said to be."""
    pieces = []
    for text, attributes in blocks:
        plain = text.replace(CARET, "")
        marks = {"embed": {"type": "divider"}} if plain == DIVIDER else {}
        pieces.append(([(plain, marks)] if plain else [], attributes))
    window.view.commands.insert_blocks_at(0, 0, pieces)
    whole = "\n".join(text for text, _ in blocks)
    window.place(whole.index(CARET))


def shown(window: Window) -> list[tuple[str, dict]]:
    """The blocks of the note with the caret in them."""
    caret = window.caret
    text = window.text[:caret] + CARET + window.text[caret:]
    return list(zip(text.split("\n"), window.kinds(), strict=True))


def test_the_table_has_a_row_for_every_key():
    assert {key for key, _, _ in rows()} == set(KEYS)
    assert len(rows()) >= 45


@pytest.mark.parametrize(("key", "before", "after"), rows())
def test_the_key_does_what_the_table_says(qt_app, key, before, after):
    with World(1) as world:
        window = world.windows[0]
        fill(window, read(before))
        assert shown(window) == read(before), "the row can be shown"
        window.key(*KEYS[key][:1], KEYS[key][1], KEYS[key][2])
        assert shown(window) == read(after)
        check_window(window)
