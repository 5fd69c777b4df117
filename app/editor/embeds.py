"""
Embeds on screen: pictures, dividers, links to notes, and a grey chip for whatever is not known here.

An embed is one U+FFFC whose format carries the payload; this object measures and paints it. Pictures come
from the document's resources, which `NoteEdit.loadResource` answers for our own `attachment:` scheme alone:
what pasted HTML or another person's app names by path or URL is never read or fetched, and shows as a chip.
"""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import QObject, QPointF, QRectF, QSizeF, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontInfo,
    QFontMetricsF,
    QImage,
    QPainter,
    QPen,
    QPixmap,
    QPyTextObject,
    QTextDocument,
    QTextFormat,
)

from app.editor.formats import MARKS
from app.editor.keys import EMBED, values_of
from app.editor.palette import EditorPalette

ATTACHMENT_SCHEME: Final = "attachment"
_IMAGE_HEIGHT_MAX_PX: Final = 560  # a tall picture must not fill the whole window
_DIVIDER_HEIGHT_PX: Final = 26
_CHIP_RADIUS_PX: Final = 6
_CHIP_TEXT_MAX: Final = 60
PICTURE_GAP_PX: Final = 4  # above and below a picture


PICTURE_PX_MIN: Final = 48
"""No picture is made narrower: it could not be taken hold of any more."""

WIDTH: Final = "width"
"""The mark that says how wide a picture is shown, in device-independent pixels; a mark, and not a part of the
payload, so that it can change while others write around it."""


def width_of(format_: QTextFormat) -> int:
    """How wide a picture is to be shown, as its mark says or else as it came; 0 for its own width."""
    key = format_.property(MARKS)
    values = values_of(key) if isinstance(key, str) else {}
    for value in (values.get(WIDTH), payload_of(format_).get(WIDTH)):
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1 << 16:
            return value
    return 0


def payload_of(format_: QTextFormat) -> dict[str, Any]:
    """Give the payload of an embed's format; empty if it has none."""
    key = format_.property(MARKS)
    payload = values_of(key).get(EMBED) if isinstance(key, str) else None
    return payload if isinstance(payload, dict) else {}


class EmbedObject(QPyTextObject):
    """Measures and paints every embed of a document."""

    def __init__(self, palette: EditorPalette, parent: QObject) -> None:
        """Args: palette: Its colours; parent: Owns this object and outlives the document's layout."""
        super().__init__(parent)
        self._palette = palette
        self.resized: tuple[int, int] | None = None
        """(offset, width) of the picture whose edge is being dragged now."""

    def picture_size(self, doc: QTextDocument, at: int, format_: QTextFormat) -> QSizeF | None:
        """How large a picture is drawn; None for an embed that is not drawn as one."""
        picture = self._picture(doc, payload_of(format_))
        if picture is None:
            return None
        size, room = picture.deviceIndependentSize(), _room(doc) - 1
        chosen = self.resized[1] if self.resized is not None and self.resized[0] == at else width_of(format_)
        if chosen:
            width = max(min(PICTURE_PX_MIN, room), min(chosen, room))
            return QSizeF(width, size.height() * width / size.width())
        return size * min(1.0, room / size.width(), _IMAGE_HEIGHT_MAX_PX / size.height())

    def intrinsicSize(self, doc: QTextDocument, at: int, format_: QTextFormat) -> QSizeF:
        """Say how large the embed is on a line."""
        payload = payload_of(format_)
        width = _room(doc)
        if payload.get("type") == "divider":
            return QSizeF(width - 1, _DIVIDER_HEIGHT_PX)
        size = self.picture_size(doc, at, format_)
        if size is not None:
            return QSizeF(size.width(), size.height() + 2 * PICTURE_GAP_PX)
        metrics = QFontMetricsF(self._font(doc))
        return QSizeF(
            min(width - 1, metrics.horizontalAdvance(self._label(payload)) + 20), metrics.height() + 6
        )

    def drawObject(
        self, painter: QPainter, rect: QRectF | Any, doc: QTextDocument, _at: int, format_: QTextFormat
    ) -> None:
        """Paint the embed."""
        payload = payload_of(format_)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        picture = None if payload.get("type") == "divider" else self._picture(doc, payload)
        if payload.get("type") == "divider":
            painter.setPen(QPen(QColor(self._palette.divider), 1.5))
            middle = rect.center().y()
            painter.drawLine(QPointF(rect.left(), middle), QPointF(rect.right(), middle))
        elif picture is not None:
            painter.drawImage(rect.adjusted(0, PICTURE_GAP_PX, 0, -PICTURE_GAP_PX), picture)
        else:
            self._draw_chip(painter, rect, doc, payload)
        painter.restore()

    def _draw_chip(
        self, painter: QPainter, rect: QRectF, doc: QTextDocument, payload: dict[str, Any]
    ) -> None:
        box = rect.adjusted(1, 2, -1, -2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._palette.chip_background))
        painter.drawRoundedRect(box, _CHIP_RADIUS_PX, _CHIP_RADIUS_PX)
        is_note = payload.get("type") == "note"
        painter.setPen(QColor(self._palette.link if is_note else self._palette.chip_text))
        font = self._font(doc)
        painter.setFont(font)
        room = box.adjusted(8, 0, -8, 0)
        label = QFontMetricsF(font).elidedText(
            self._label(payload), Qt.TextElideMode.ElideMiddle, room.width()
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, label)

    def _font(self, doc: QTextDocument) -> QFont:
        font = doc.defaultFont()
        font.setPixelSize(max(1, round(QFontInfo(font).pixelSize() * 0.875)))
        return font

    def _label(self, payload: dict[str, Any]) -> str:
        """The words on a chip."""
        kind = payload.get("type")
        if kind == "note":
            text = str(payload.get("title") or self.tr("Untitled note"))
        elif kind == "image":
            text = str(payload.get("alt") or payload.get("name") or payload.get("src") or self.tr("Picture"))
        elif kind == "file":
            text = str(payload.get("name") or self.tr("File"))
        else:
            text = self.tr("Unknown content: {kind}").format(kind=kind or "?")
        text = " ".join(text.split())
        return text if len(text) <= _CHIP_TEXT_MAX else text[: _CHIP_TEXT_MAX - 1] + "…"

    def _picture(self, doc: QTextDocument, payload: dict[str, Any]) -> QImage | None:
        """The picture of an image embed, if it is an attachment and it is here."""
        source = payload.get("src")
        if payload.get("type") != "image" or not isinstance(source, str) or not is_attachment(source):
            return None
        found = doc.resource(int(QTextDocument.ResourceType.ImageResource.value), QUrl(source))
        if isinstance(found, QPixmap):
            found = found.toImage()
        return found if isinstance(found, QImage) and not found.isNull() else None


def _room(doc: QTextDocument) -> float:
    """How wide a line is."""
    return max(40.0, doc.textWidth() - 2 * doc.documentMargin()) if doc.textWidth() > 0 else 600.0


def is_attachment(source: str) -> bool:
    """Whether a source names an attachment of ours: `attachment:` and the sha256 of its bytes."""
    scheme, _, digest = source.partition(":")
    return scheme == ATTACHMENT_SCHEME and len(digest) == 64 and not digest.strip("0123456789abcdef")
