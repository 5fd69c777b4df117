"""
Drawings (SVG) as pictures: a drawing is a program for a pen, and only harmless strokes are let through.

What came from elsewhere may name files, ask for what others draw again and again, or draw without end. So
the XML is read, and what is on the lists below is written anew: shapes, text, plain colours and gradients.
Nothing that names anything outside of the drawing, nothing that moves, no filters, no patterns, no dashes,
which may be as short as one likes; and what a drawing may ask for is bounded. Qt gets that, never the
original. Any thread.
"""

from __future__ import annotations

import re
import time
from typing import Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

SIZE_MAX: Final = 1_000_000
"""Bytes of a drawing."""
ELEMENTS_MAX: Final = 10_000
"""Strokes and groups, what is drawn again counted again."""
DEPTH_MAX: Final = 32
"""Of groups in groups; Qt draws none deeper."""
SECONDS_MAX: Final = 0.25
"""Of drawing at one size: a window waits meanwhile."""
_SIDE_PX_FIRST: Final = 64

_SVG: Final = "{http://www.w3.org/2000/svg}"
_ELEMENTS: Final = frozenset(
    {
        *("svg", "g", "defs", "symbol", "use", "title", "desc", "style"),
        *("path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan"),
        *("linearGradient", "radialGradient", "stop"),
    }
)
_ATTRIBUTES: Final = frozenset(
    {
        *("id", "class", "x", "y", "dx", "dy", "x1", "y1", "x2", "y2"),
        *("cx", "cy", "r", "rx", "ry", "fx", "fy"),
        *("d", "points", "width", "height", "viewBox", "transform", "preserveAspectRatio", "offset"),
        *("fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-opacity", "stroke-linecap"),
        *("stroke-linejoin", "stroke-miterlimit", "opacity", "color", "display", "visibility"),
        *("font-family", "font-size", "font-style", "font-weight", "text-anchor", "style", "href"),
        *("stop-color", "stop-opacity", "gradientUnits", "gradientTransform", "spreadMethod"),
    }
)
_HREF: Final = "{http://www.w3.org/1999/xlink}href"
_ENCODINGS: Final = ("utf-8", "utf-16-le", "utf-16-be")
_OUTSIDE: Final = re.compile(r"url\(\s*['\"]?(?!#)|@|\\|expression", re.IGNORECASE)
"""What a style would name something outside with, or hide that it does."""
_STYLED: Final = re.compile(
    r"(?:filter|mask|clip-path|marker[\w-]*|stroke-dasharray)\s*:[^;}]*", re.IGNORECASE
)


def drawn(body: bytes, side_px_max: int) -> QImage | None:
    """
    A drawing as a picture on white.

    Args:
        body: Any bytes.
        side_px_max: No side of the picture is longer.

    Returns:
        None for what is no drawing, or asks for too much; a smaller one where it would take too long.
    """
    clean = cleaned(body)
    if clean is None:
        return None
    renderer = QSvgRenderer(QByteArray(clean))
    whole = renderer.defaultSize()
    if not renderer.isValid() or whole.isEmpty():
        return None
    renderer.setAspectRatioMode(Qt.AspectRatioMode.KeepAspectRatio)
    longest = min(max(whole.width(), whole.height()), side_px_max)
    side = min(_SIDE_PX_FIRST, longest)
    while True:
        begun = time.thread_time()
        picture = _rendered(renderer, whole.scaled(QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio))
        taken = time.thread_time() - begun
        # Four times the points take up to four times as long: so nothing is begun that would not end.
        if side == longest or 4 * taken > SECONDS_MAX:
            return picture
        side = min(2 * side, longest)


def _rendered(renderer: QSvgRenderer, size: QSize) -> QImage:
    """The drawing on white, which it was made for: on dark ground its black would be lost."""
    picture = QImage(size.expandedTo(QSize(1, 1)), QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.white)
    painter = QPainter(picture)
    renderer.render(painter, QRectF(picture.rect()))
    painter.end()
    return picture


def cleaned(body: bytes) -> bytes | None:
    """The harmless part of a drawing; None for what is no drawing, or asks for too much."""
    if len(body) > SIZE_MAX or any("<!ENTITY".encode(encoding) in body for encoding in _ENCODINGS):
        return None
    try:
        root = ElementTree.fromstring(body)
    except (ElementTree.ParseError, ValueError, LookupError):
        return None
    if root.tag != _SVG + "svg" or _depth(root) > DEPTH_MAX:
        return None
    clean = _copied(root)
    clean.set("xmlns", _SVG[1:-1])
    clean.set("xmlns:xlink", _HREF[1 : _HREF.index("}")])
    _settle_uses(clean)
    if _count(clean) > ELEMENTS_MAX:
        return None
    written: bytes = ElementTree.tostring(clean, encoding="utf-8")
    return written


def _depth(root: Element) -> int:
    """How deep a drawing nests, found without recursion."""
    depth, level = 0, [root]
    while level:
        depth, level = depth + 1, [inner for one in level for inner in one]
    return depth


def _copied(element: Element) -> Element:
    """An element with what is allowed of it. At most DEPTH_MAX deep."""
    name = element.tag.removeprefix(_SVG)
    made = Element(name)
    for key, value in element.attrib.items():
        attribute = "href" if key == _HREF else key
        kept = _value(attribute, value) if attribute in _ATTRIBUTES else None
        if kept is not None:
            made.set("xlink:href" if attribute == "href" else attribute, kept)
    text = element.text or ""
    made.text = (_style(text) or "") if name == "style" else text
    made.tail = element.tail
    for inner in element:
        if isinstance(inner.tag, str) and inner.tag.startswith(_SVG) and inner.tag[len(_SVG) :] in _ELEMENTS:
            made.append(_copied(inner))
    return made


def _value(attribute: str, value: str) -> str | None:
    """The value of an attribute, as far as it is harmless; None for one that is not."""
    if attribute == "href":
        return value if value.startswith("#") else None
    if attribute == "style":
        return _style(value)
    return None if _OUTSIDE.search(value) else value


def _style(text: str) -> str | None:
    """A style without what is not drawn here; None for one that names something outside."""
    return None if _OUTSIDE.search(text) else _STYLED.sub("", text)


def _settle_uses(root: Element) -> None:
    """Take away what draws what draws something again: it would double with each step."""
    by_id = {element.get("id"): element for element in root.iter() if element.get("id")}
    for parent in list(root.iter()):
        for inner in parent.findall("use"):
            drawn_again = by_id.get(_target(inner))
            if drawn_again is None or next(drawn_again.iter("use"), None) is not None:
                parent.remove(inner)


def _target(use: Element) -> str:
    """The id of what is drawn again."""
    return (use.get("xlink:href") or "#")[1:]


def _count(root: Element) -> int:
    """The elements that are drawn, what is drawn again counted again."""
    by_id = {element.get("id"): element for element in root.iter() if element.get("id")}
    sizes: dict[str, int] = {}
    count = 0
    for element in root.iter():
        count += 1
        if element.tag == "use":
            name = _target(element)
            if name not in sizes:
                sizes[name] = sum(1 for _ in by_id[name].iter())
            count += sizes[name]
    return count
