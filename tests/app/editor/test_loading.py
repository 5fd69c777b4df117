"""Making the QTextDocument of a note."""

from __future__ import annotations

from typing import Any

import pytest

from app.editor.embeds import EmbedObject
from app.editor.formats import EMBED_OBJECT, EditorPalette, Formats
from app.editor.loading import Loader, empty_document, mirror_of
from app.editor.surface import Surface
from tests.support.editor_world import canonical

CODE = {"kind": "code"}
DIVIDER, NEW = {"embed": {"type": "divider"}}, {"embed": {"type": "new"}}
Blocks = list[tuple[list[tuple[str, dict[str, Any]]], dict[str, Any]]]
CASES: dict[str, Blocks] = {
    "nothing": [([], {})],
    "one line": [([("one", {})], {})],
    "empty blocks": [([], {}), ([], {}), ([], {})],
    "runs of alike blocks": [([(f"{n}", {})], {"kind": "bullet"} if n % 7 == 3 else {}) for n in range(60)],
    "code": [([("a", {})], CODE), ([], CODE), ([("b", {})], CODE), ([("c", {})], {})],
    "odd characters": [
        ([("a\rb", {}), ("\u2029", {"bold": True})], {}),
        ([("\ufdd0", {})], {"kind": "quote"}),
    ],
    "embeds": [([("x", {}), ("\ufffc", DIVIDER), ("\ufffc", NEW)], {})],
    "scripts": [
        ([("\U0001f600", {"bold": True}), ("שלום", {}), ("\u2028", {}), ("中文", {"link": "x"})], {})
    ],
}


@pytest.mark.parametrize("most", [None, 1, 2, 7])
@pytest.mark.parametrize("name", CASES)
def test_a_document_shows_the_blocks_it_was_made_of_in_slices_of_any_size(qt_app, name, most):
    formats = Formats(EditorPalette())
    document = empty_document(formats, qt_app)
    surface = Surface(document, formats)
    loader = Loader(surface, CASES[name])
    while not loader.is_done:
        loader.show(most)
    assert canonical(surface.mirror.blocks) == canonical(mirror_of(CASES[name]).blocks)
    assert surface.mirror.units == document.characterCount() - 1
    found = []
    block = document.begin()
    while block.isValid():
        made, exact = surface.read(block)
        assert exact, block.text()
        found.append(made)
        block = block.next()
    assert canonical(found) == canonical(mirror_of(CASES[name]).blocks)
    document.setParent(None)


def test_an_empty_document_has_no_undo_of_its_own_and_knows_our_embeds(qt_app):
    document = empty_document(Formats(EditorPalette()), qt_app)
    assert not document.isUndoRedoEnabled()
    assert isinstance(document.documentLayout().handlerForObject(EMBED_OBJECT), EmbedObject)
    document.setParent(None)
