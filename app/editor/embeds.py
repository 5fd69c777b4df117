"""
Embeds on screen: pictures, dividers, links to notes, and a grey chip for whatever is not known here.

An embed is one U+FFFC whose format carries the payload; this object measures and paints it. Pictures come
from the document's resources, which `NoteEdit.loadResource` answers for our own `attachment:` scheme alone:
what pasted HTML or another person's app names by path or URL is never read or fetched, and shows as a chip.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import QObject, QPointF, QRectF, QSizeF, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontInfo,
    QFontMetricsF,
    QGuiApplication,
    QImage,
    QPainter,
    QPen,
    QPixmap,
    QPyTextObject,
    QTextDocument,
    QTextFormat,
)

from app.editor.file_lines import FileLine, Piece, badge_box, badge_pieces, chip_pieces, chip_width
from app.editor.formats import MARKS
from app.editor.keys import EMBED, values_of
from app.editor.palette import EditorPalette

ATTACHMENT_SCHEME: Final = "attachment"
_IMAGE_HEIGHT_MAX_PX: Final = 560  # a tall picture must not fill the whole window
_DIVIDER_HEIGHT_PX: Final = 26
_CHIP_RADIUS_PX: Final = 6
_CHIP_TEXT_MAX: Final = 60
_ROOM_PX: Final = 600.0  # of a line, before anybody has said how wide the text is
_ROOM_PX_MIN: Final = 40.0
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
        self.line_of: Callable[[str], FileLine | None] = lambda digest: None
        """Gives what there is to say of the attachment of a SHA-256."""
        self.seen: Callable[[str, str], object] = lambda digest, name: None
        """Told the SHA-256 and the name of each attachment that is painted."""

    def picture_size(self, doc: QTextDocument, at: int, format_: QTextFormat) -> QSizeF | None:
        """How large a picture is drawn; None for an embed that is not drawn as one."""
        picture = self._picture(doc, payload_of(format_))
        if picture is None:
            return None
        size, room = picture.deviceIndependentSize(), _room(doc, at) - 1
        chosen = self.resized[1] if self.resized is not None and self.resized[0] == at else width_of(format_)
        if chosen:
            width = max(min(PICTURE_PX_MIN, room), min(chosen, room))
            return QSizeF(width, size.height() * width / size.width())
        return size * min(1.0, room / size.width(), _IMAGE_HEIGHT_MAX_PX / size.height())

    def intrinsicSize(self, doc: QTextDocument, at: int, format_: QTextFormat) -> QSizeF:
        """Say how large the embed is on a line."""
        payload = payload_of(format_)
        width = _room(doc, at)
        if payload.get("type") == "divider":
            return QSizeF(width - 1, _DIVIDER_HEIGHT_PX)
        size = self.picture_size(doc, at, format_)
        if size is not None:
            return QSizeF(size.width(), size.height() + 2 * PICTURE_GAP_PX)
        metrics = QFontMetricsF(self._font(doc))
        wanted = chip_width(self._label(payload), self._line(payload), metrics)
        return QSizeF(min(width - 1, wanted), metrics.height() + 6)

    def drawObject(
        self, painter: QPainter, rect: QRectF | Any, doc: QTextDocument, _at: int, format_: QTextFormat
    ) -> None:
        """Paint the embed."""
        payload = payload_of(format_)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if payload.get("type") == "divider":
            painter.setPen(QPen(QColor(self._palette.divider), 1.5))
            middle = rect.center().y()
            painter.drawLine(QPointF(rect.left(), middle), QPointF(rect.right(), middle))
        else:
            digest = digest_of(payload)
            if digest:
                self.seen(digest, self._label(payload))
            picture = self._picture(doc, payload)
            if picture is not None:
                place = rect.adjusted(0, PICTURE_GAP_PX, 0, -PICTURE_GAP_PX)
                painter.drawImage(place, picture)
                self._draw_badge(painter, place, doc, payload)
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
        colours = {"note": self._palette.link, "file": self._palette.text, "image": self._palette.text}
        name = colours.get(str(payload.get("type")), self._palette.chip_text)
        painter.setFont(self._font(doc))
        self._draw_pieces(painter, self._chip_pieces(rect, doc, payload), name)

    def _chip_pieces(self, rect: QRectF, doc: QTextDocument, payload: dict[str, Any]) -> list[Piece]:
        metrics = QFontMetricsF(self._font(doc))
        return chip_pieces(rect, self._label(payload), self._line(payload), metrics, rtl=_is_rtl())

    def _draw_badge(
        self, painter: QPainter, rect: QRectF, doc: QTextDocument, payload: dict[str, Any]
    ) -> None:
        """Say in the corner of a picture what there is to say of it."""
        line = self._line(payload)
        if line is None:
            return
        metrics = QFontMetricsF(_small(self._font(doc)))
        box = badge_box(rect, line, metrics, rtl=_is_rtl())
        pieces = badge_pieces(box, line, metrics, rtl=_is_rtl())
        painter.setPen(QPen(QColor(self._palette.divider if pieces else self._palette.background), 1))
        painter.setBrush(QColor(self._palette.background if pieces else self._palette.accent))
        painter.drawRoundedRect(box, _CHIP_RADIUS_PX, _CHIP_RADIUS_PX)
        painter.setFont(_small(self._font(doc)))
        self._draw_pieces(painter, pieces, self._palette.chip_text)

    def _draw_pieces(self, painter: QPainter, pieces: list[Piece], name: str) -> None:
        colours = {"name": name, "words": self._palette.muted, "again": self._palette.link}
        for piece in pieces:
            painter.setPen(QColor(colours[piece.role]))
            painter.drawText(piece.rect, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip, piece.text)

    def again_box(self, doc: QTextDocument, rect: QRectF, payload: dict[str, Any]) -> QRectF:
        """Where a click on an embed that is drawn in a rectangle does what is offered; empty for nowhere."""
        line = self._line(payload)
        if line is None or not line.again:
            return QRectF()
        if self._picture(doc, payload) is not None:
            return badge_box(rect, line, QFontMetricsF(_small(self._font(doc))), rtl=_is_rtl())
        found = (piece.rect for piece in self._chip_pieces(rect, doc, payload) if piece.role == "again")
        return next(found, QRectF())

    def _line(self, payload: dict[str, Any]) -> FileLine | None:
        digest = digest_of(payload)
        return self.line_of(digest) if digest else None

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
        digest = digest_of(payload)
        if payload.get("type") != "image" or not digest:
            return None
        source = QUrl(f"{ATTACHMENT_SCHEME}:{digest}")
        found = doc.resource(int(QTextDocument.ResourceType.ImageResource.value), source)
        if isinstance(found, QPixmap):
            found = found.toImage()
        return found if isinstance(found, QImage) and not found.isNull() else None


def _room(doc: QTextDocument, at: int) -> float:
    """How wide the lines are of the block that a place is in: those of a list stand further in."""
    format_ = doc.findBlock(at).blockFormat()
    beside = format_.leftMargin() + format_.rightMargin() + format_.indent() * doc.indentWidth()
    whole = doc.textWidth() - 2 * doc.documentMargin() if doc.textWidth() > 0 else _ROOM_PX
    return max(_ROOM_PX_MIN, whole - beside)


def _is_rtl() -> bool:
    """Whether the window is laid out from right to left."""
    return QGuiApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft


def _small(font: QFont) -> QFont:
    """The font of what is said in a corner, from that of a chip."""
    font.setPixelSize(max(9, round(font.pixelSize() * 0.86)))
    return font


def digest_of(payload: dict[str, Any]) -> str:
    """The SHA-256 of the attachment that an embed of a picture or file names; "" for none."""
    source = payload.get("src")
    named = payload.get("type") in ("image", "file") and isinstance(source, str) and is_attachment(source)
    return str(source).partition(":")[2] if named else ""


def is_attachment(source: str) -> bool:
    """Whether a source names an attachment of ours: `attachment:` and the sha256 of its bytes."""
    scheme, _, digest = source.partition(":")
    return scheme == ATTACHMENT_SCHEME and len(digest) == 64 and not digest.strip("0123456789abcdef")
