"""Writing into a QTextDocument and its mirror."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QTextCursor

from app.editor.formats import EditorPalette, Formats
from app.editor.keys import key_of
from app.editor.loading import Loader, empty_document
from app.editor.operations import Delete, Format, Insert, InsertEmbed, SetBlock
from app.editor.surface import SHOWN_INSTEAD, Surface
from crdt.patch import BlockSet, Deleted, Formatted, Inserted


@pytest.fixture
def surface(qt_app):
    formats = Formats(EditorPalette())
    document = empty_document(formats, qt_app)
    made = Surface(document, formats)
    Loader(
        made, [([("Hello ", {}), ("world", {"bold": True})], {}), ([("second \U0001f600 line", {})], {})]
    ).show()
    yield made
    shown(made)
    document.setParent(None)


def shown(surface: Surface):
    """What the view has, after asserting that the mirror has it too."""
    surface.render()
    found = []
    block = surface.document.begin()
    while block.isValid():
        made, exact = surface.read(block)
        assert exact
        found.append((made.text, made.spans, made.attributes))
        block = block.next()
    assert found == [(block.text, block.spans, block.attributes) for block in surface.mirror.blocks]
    return found


def test_offsets_and_indexes_convert_over_blocks_and_emoji(surface):
    for index in range(len(surface.mirror) + 1):
        assert surface.index(surface.offset(index)) == index
    assert surface.offset(len(surface.mirror)) == len(surface.mirror) + 1
    assert surface.index(10**6) == len(surface.mirror)


def test_patches_are_shown(surface):
    for patch in (
        Inserted(0, "A\nB", {"italic": True}),
        BlockSet(1, {"kind": "quote"}),
        Deleted(3, 2),
        Formatted(3, 5, {"code": True}),
        BlockSet(len(surface.mirror) + 1, {"kind": "code"}),
    ):
        surface.show_patch(patch)
    italic, bold, code = (key_of({kind: True}) for kind in ("italic", "bold", "code"))
    assert shown(surface) == [
        ("A", [(1, italic)], key_of({"kind": "quote"})),
        ("Bllo world", [(1, italic), (2, code), (2, ""), (5, bold)], ""),
        ("second \U0001f600 line", [(13, "")], key_of({"kind": "code"})),
    ]


def test_operations_are_shown_and_a_new_block_is_like_the_one_it_split(surface):
    surface.show_operation(SetBlock(0, {"kind": "bullet", "level": 1}))
    surface.show_operation(Insert(5, "\n", None))
    surface.show_operation(SetBlock(0, {"level": None, "kind": "check"}))
    surface.show_operation(InsertEmbed(0, {"type": "divider"}, {"bold": True}))
    surface.show_operation(Format(1, 3, "bold", True))
    surface.show_operation(Delete(3, 1))
    assert [attributes for _, _, attributes in shown(surface)] == [
        key_of({"kind": "check"}),
        key_of({"kind": "bullet", "level": 1}),
        "",
    ]
    assert shown(surface)[0][0] == "\ufffcHelo"


def test_deleting_over_blocks_leaves_the_last_ones_attributes(surface):
    surface.show_patch(BlockSet(20, {"kind": "quote"}))
    surface.show_patch(Deleted(3, 10))
    assert shown(surface) == [("Helecond \U0001f600 line", [(15, "")], key_of({"kind": "quote"}))]


@pytest.mark.parametrize("odd", "\r\x00\u2029\ufdd0\ufdd1")
def test_characters_qt_cannot_hold_are_carried_by_a_stand_in(surface, odd):
    surface.show_patch(Inserted(2, f"a{odd}b{SHOWN_INSTEAD}", {}))
    assert shown(surface)[0][0] == f"Hea{odd}b{SHOWN_INSTEAD}llo world"
    assert surface.document.blockCount() == 2


def test_blocks_of_code_know_where_their_box_begins_and_ends(surface):
    surface.show_patch(Inserted(0, "x\ny\n", {}))
    for index in (0, 2):
        surface.show_patch(BlockSet(index + 1, {"kind": "code"}))
    shown(surface)
    assert [surface.edges(number) for number in range(4)] == [1, 2, 0, 0]
    surface.show_patch(BlockSet(1, {}))
    shown(surface)
    assert [surface.edges(number) for number in range(4)] == [0, 3, 0, 0]


def test_code_of_another_language_stands_in_a_box_of_its_own(surface):
    surface.show_patch(Inserted(0, "x\ny\nz\n", {}))
    for index, language in ((1, "python"), (3, "python"), (5, "table")):
        surface.show_patch(BlockSet(index, {"kind": "code", "language": language}))
    shown(surface)
    assert [surface.edges(number) for number in range(4)] == [1, 2, 3, 0]
    surface.show_patch(BlockSet(5, {"kind": "code", "language": "python"}))
    shown(surface)
    assert [surface.edges(number) for number in range(4)] == [1, 0, 2, 0]


def test_formats_of_others_are_noticed_and_written_afresh(surface):
    cursor = QTextCursor(surface.document)
    cursor.insertText("x")
    format_ = cursor.blockFormat()
    format_.setTopMargin(99)
    cursor.setBlockFormat(format_)
    made, exact = surface.read(surface.document.firstBlock())
    assert made.text == "xHello world"
    assert not exact
    surface.mirror.splice(0, 1, [made])
    surface.mark_stale(0, 1)
    assert surface.is_stale
    shown(surface)
    assert not surface.is_stale


def test_half_a_surrogate_pair_is_read_as_nothing_and_rewritten(surface):
    cursor = QTextCursor(surface.document)
    cursor.setPosition(surface.offset(19) + 1)
    cursor.deleteChar()
    made, exact = surface.read(surface.document.lastBlock())
    assert (made.text, exact) == ("second  line", False)
    surface.mirror.splice(1, 2, [made])
    surface.rewrite(1)
    assert shown(surface)[1][0] == "second  line"
