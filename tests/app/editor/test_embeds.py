"""Embeds on screen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QTextCharFormat, QTextDocument

from app.editor.embeds import EmbedObject, is_attachment, payload_of
from app.editor.formats import EditorPalette, Formats
from app.editor.keys import key_of
from app.editor.looks import PLAIN
from tests.support.editor_world import World

DIGEST = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("source", "ours"),
    [
        (f"attachment:{DIGEST}", True),
        (f"attachment:{DIGEST.upper()}", False),
        ("attachment:../../etc/passwd", False),
        (f"file:{DIGEST}", False),
        (DIGEST, False),
        ("", False),
    ],
)
def test_an_attachment_is_named_by_its_digest_alone(source, ours):
    assert is_attachment(source) is ours


def test_a_payload_is_read_from_the_format_that_carries_it(qt_app):
    payload = {"type": "image", "src": f"attachment:{DIGEST}"}
    assert payload_of(Formats(EditorPalette()).char(key_of({"embed": payload}), PLAIN)) == payload
    assert payload_of(QTextCharFormat()) == {}
    assert payload_of(Formats(EditorPalette()).char(key_of({"embed": "no dict"}), PLAIN)) == {}


def measured(payload: dict[str, object], width: float = 400) -> tuple[float, float]:
    """The size of an embed in a column."""
    document = QTextDocument()
    document.setTextWidth(width)
    palette = EditorPalette()
    embed = EmbedObject(palette, document)
    size = embed.intrinsicSize(document, 0, Formats(palette).char(key_of({"embed": payload}), PLAIN))
    return size.width(), size.height()


def test_a_divider_is_as_wide_as_the_column(qt_app):
    width, _ = measured({"type": "divider"})
    assert 380 < width < 400


def test_chips_are_as_wide_as_their_words_and_never_wider_than_the_column(qt_app):
    short, _ = measured({"type": "note", "title": "A"})
    long, _ = measured({"type": "note", "title": "A long title " * 20}, 300)
    assert short < 60
    assert 250 < long < 300


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ({"type": "note", "title": "Packing list"}, "Packing list"),
        ({"type": "note"}, "Untitled note"),
        ({"type": "image", "alt": "The river", "src": "x"}, "The river"),
        ({"type": "image", "src": "https://example.org/x.png"}, "https://example.org/x.png"),
        ({"type": "file", "name": "a.pdf"}, "a.pdf"),
        ({"type": "mind-map"}, "Unknown content: mind-map"),
        ({"type": 7}, "Unknown content: 7"),
        ({}, "Unknown content: ?"),
        ({"type": "note", "title": "a\nb  c" + "x" * 100}, "a b c" + "x" * 54 + "…"),
    ],
)
def test_chips_say_what_they_are(qt_app, payload, words):
    assert EmbedObject(EditorPalette(), qt_app)._label(payload) == words


def test_pictures_are_fitted_into_the_column_and_the_window(qt_app):
    def of_size(width: int, height: int) -> QImage:
        picture = QImage(width, height, QImage.Format.Format_RGB32)
        picture.fill(Qt.GlobalColor.blue)
        return picture

    with World(1) as world:
        view = world.windows[0].view
        view.find_attachment = lambda digest: (
            of_size(4_000, 1_000) if digest[0] == "0" else of_size(100, 4_000)
        )
        view.commands.insert_embed({"type": "image", "src": f"attachment:{DIGEST}"})
        view.show()
        world.turn()
        wide = view.document().firstBlock().layout().lineAt(0)
        assert wide.naturalTextWidth() <= view.viewport().width() - 56
        view.commands.insert_embed({"type": "image", "src": f"attachment:{'f' * 64}"})
        view.grab()
        assert view.document().firstBlock().layout().boundingRect().height() < 900
        view.hide()


@pytest.mark.parametrize("text", ["", "שלום "])
@pytest.mark.parametrize("here", [True, False])
@pytest.mark.parametrize(
    "attributes",
    [
        {"kind": "bullet", "level": 0},
        {"kind": "numbered", "level": 3},
        {"kind": "quote", "level": 2},
        {"kind": "code"},
    ],
)
def test_in_lists_quotes_and_code_an_embed_does_not_reach_out_of_its_lines(qt_app, attributes, here, text):
    picture = QImage(4_000, 100, QImage.Format.Format_RGB32)
    with World(1) as world:
        view = world.windows[0].view
        view.resize(420, 400)
        view.show()
        view.find_attachment = lambda digest: picture if here else None
        view.commands.set_kind(attributes)
        world.windows[0].type(text)
        words = "The river in the morning " * 9
        view.commands.insert_embed({"type": "image", "src": f"attachment:{DIGEST}", "alt": words})
        world.turn()
        layout = view.document().firstBlock().layout()
        lines = [layout.lineAt(number) for number in range(layout.lineCount())]
        assert max(line.naturalTextWidth() for line in lines) > 200
        for line in lines:
            drawn = line.naturalTextRect()
            assert line.x() <= drawn.left() <= drawn.right() <= line.x() + line.width()


def test_painting_covers_the_place_of_the_embed(qt_app):
    picture = QImage(200, 60, QImage.Format.Format_RGB32)
    picture.fill(QColor("white"))
    blank = picture.copy()
    document = QTextDocument()
    document.setTextWidth(200)
    palette = EditorPalette()
    embed = EmbedObject(palette, document)
    for payload in ({"type": "divider"}, {"type": "unknown"}, {"type": "note", "title": "T"}):
        painter = QPainter(picture)
        format_ = Formats(palette).char(key_of({"embed": payload}), PLAIN)
        embed.drawObject(painter, QRectF(10, 10, 180, 26), document, 0, format_)
        painter.end()
        assert picture != blank
        picture = blank.copy()
