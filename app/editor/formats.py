"""
Marks and block attributes as Qt's formats, and back.

Each format carries the key of what it stands for in a property of ours (`MARKS`, `BLOCK`): that is the
truth. All that is visible is derived from it by one palette, so a format that differs from what its key
derives to was touched by someone else (Qt's own commands, an input method, assistive technology): reading it
gives the key with those differences taken over, and says that it has to be written afresh.

Not here: lists as Qt has them. Markers, boxes and bars are painted (`ornaments`); a QTextList is only
understood when somebody else made one. The formats handed out are shared: nobody changes them.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QPalette,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextFormat,
)
from PySide6.QtGui import QTextListFormat as ListFormat

from app.editor.keys import EMBED, Marks, key_of, values_of
from app.editor.looks import JOINED_KINDS, PLAIN, Look, look_of
from app.editor.palette import EditorPalette, NamedColours

_USER: Final = int(QTextFormat.Property.UserProperty.value)
MARKS: Final = _USER + 1  # of a character: the key of its marks
BLOCK: Final = _USER + 2  # of a block: the key of its attributes
STAND_IN: Final = _USER + 3  # of a character Qt cannot hold: the character itself
CHOSEN: Final = _USER + 4  # of the next letter: that its marks were chosen, whatever the place gives
EMBED_OBJECT: Final = int(QTextFormat.ObjectTypes.UserObject.value) + 1
_SIZE_PX: Final = int(QTextFormat.Property.FontPixelSize.value)

FIRST: Final = 1  # edges: this block begins the box its neighbours of the same kind share
LAST: Final = 2  # and this one ends it
BOX_PADDING_PX: Final = 10
_BOX_GAP_PX: Final = 22  # between the text of a box and its neighbours: padding, and air around the box
INDENT_PX: Final = 28
CODE_PADDING_PX: Final = 16
_LABEL_ROOM_PX: Final = 12  # at the top of a box of code that says its language: long lines go below the word
_CACHED_MAX: Final = 4096  # formats kept; a note with more distinct ones (links) makes some of them again
_BOLD: Final = 700
_QUIET_LEVEL: Final = 6  # the smallest heading is told from text by its weight and a muted colour
_HEADING_WEIGHT: Final = 600  # below _BOLD, so that a heading is never taken for bold text
_HEADING_BOLD: Final = 800
_HEADING_ABOVE_PX: Final = (30, 26, 22, 18, 16, 16)
_HEADING_BELOW_PX: Final = (10, 8, 6, 4, 4, 4)
_ALIGNMENTS: Final = {
    "left": Qt.AlignmentFlag.AlignLeft,
    "center": Qt.AlignmentFlag.AlignHCenter,
    "right": Qt.AlignmentFlag.AlignRight,
    "justify": Qt.AlignmentFlag.AlignJustify,
}
_QT_LISTS: Final = {
    ListFormat.Style.ListDisc: "bullet",
    ListFormat.Style.ListCircle: "bullet",
    ListFormat.Style.ListSquare: "bullet",
}


def label_room_px(look: Look) -> int:
    """How much higher a box of code is for the word that says its language."""
    return _LABEL_ROOM_PX if look.kind == "code" and look.language else 0


def _named(colours: NamedColours, value: object, fallback: str) -> QColor:
    """The colour a mark's value names: one of the palette's, else any that Qt knows, else the fallback."""
    for name, colour in colours:
        if name == value:
            return QColor(colour)
    if isinstance(value, str) and QColor.isValidColorName(value):
        return QColor(value)
    return QColor(fallback)


class Formats:
    """The formats of one palette. Cost: each is derived once."""

    def __init__(self, palette: EditorPalette) -> None:
        """Args: palette: What the formats are drawn with; a new palette needs a new `Formats`."""
        self.palette: Final = palette
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
        self._mono = [name.strip() for name in palette.mono_family.split(",") if name.strip()] or [fixed]
        self._chars: dict[tuple[str, Look], QTextCharFormat] = {}
        self._blocks: dict[tuple[str, int], QTextBlockFormat] = {}
        named = (*palette.colours, *palette.highlights)
        fields = [getattr(palette, name) for name in palette.__dataclass_fields__]
        own = [field for field in fields if isinstance(field, str) and field.startswith("#")]
        self._own_colours = {QColor(colour).rgba() for colour in [*own, *(colour for _, colour in named)]}

    def font(self) -> QFont:
        """Give the font of running text."""
        font = QFont()
        families = [name.strip() for name in self.palette.body_family.split(",") if name.strip()]
        if families:
            font.setFamilies(families)
        font.setPixelSize(self.palette.size_px)
        return font

    def size_px(self, look: Look) -> int:
        """Give the text size of a block."""
        if look.kind == "heading":
            return round(self.palette.size_px * self.palette.heading_scale[look.level - 1])
        return round(self.palette.size_px * 0.875) if look.kind == "code" else self.palette.size_px

    def colours(self, before: QPalette) -> QPalette:
        """Give a widget's palette with the colours of the text, in whatever state the widget is."""
        chosen, made = self.palette, QPalette(before)
        for role, colour in (
            (QPalette.ColorRole.Base, chosen.background),
            (QPalette.ColorRole.Text, chosen.text),
            (QPalette.ColorRole.Highlight, chosen.selection),
            (QPalette.ColorRole.HighlightedText, chosen.selected_text),
            (QPalette.ColorRole.PlaceholderText, chosen.faint),
            (QPalette.ColorRole.Window, chosen.background),
        ):
            made.setColor(role, QColor(colour))
        return made

    # From keys to formats

    def char(self, marks: str, look: Look) -> QTextCharFormat:
        """
        Give the format of characters.

        Args:
            marks: The key of their marks.
            look: Of their block.
        """
        look = look._replace(alignment="", start=0)
        found = self._chars.get((marks, look))
        if found is None:
            if len(self._chars) >= _CACHED_MAX:
                self._chars.clear()
            found = self._chars[marks, look] = self._derive_char(marks, look)
        return found

    def _derive_char(self, marks: str, look: Look) -> QTextCharFormat:
        values = values_of(marks)
        made = QTextCharFormat()
        made.setProperty(MARKS, marks)
        self._look_char(made, look)
        if values.get("bold"):
            made.setFontWeight(_HEADING_BOLD if look.kind == "heading" else _BOLD)
        if values.get("italic"):
            made.setFontItalic(True)
        if values.get("underline"):
            made.setFontUnderline(True)
        if values.get("strike"):
            made.setFontStrikeOut(True)
        self._colour_char(made, values)
        if values.get("code") and look.kind != "code":
            made.setFontFamilies(self._mono)
            made.setProperty(_SIZE_PX, round(self.size_px(look) * 0.9))
        if EMBED in values:
            made.setObjectType(EMBED_OBJECT)
            made.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignBaseline)
        return made

    def _look_char(self, made: QTextCharFormat, look: Look) -> None:
        palette = self.palette
        if look.kind == "heading":
            made.setProperty(_SIZE_PX, self.size_px(look))
            made.setFontWeight(_HEADING_WEIGHT)
            made.setForeground(QColor(palette.muted if look.level == _QUIET_LEVEL else palette.heading))
            if look.level <= 2:
                made.setFontLetterSpacingType(QFont.SpacingType.AbsoluteSpacing)
                made.setFontLetterSpacing(-0.3)
        elif look.kind == "code":
            made.setFontFamilies(self._mono)
            made.setProperty(_SIZE_PX, self.size_px(look))
            made.setForeground(QColor(palette.code_block_text))
        elif look.kind == "quote":
            made.setForeground(QColor(palette.quote_text))
        elif look.checked:
            made.setForeground(QColor(palette.muted))

    def _colour_char(self, made: QTextCharFormat, values: Marks) -> None:
        palette = self.palette
        if values.get("code"):
            made.setForeground(QColor(palette.code_text))
            made.setBackground(QColor(palette.code_background))
        if any(kind.startswith("comment:") for kind in values):
            made.setBackground(QColor(palette.comment_background))
        if values.get("highlight"):
            made.setBackground(_named(palette.highlights, values["highlight"], palette.highlights[0][1]))
        if values.get("link"):
            made.setForeground(QColor(palette.link))
            made.setAnchor(True)
            made.setAnchorHref(str(values["link"]))
            made.setFontUnderline(True)
            made.setUnderlineColor(QColor(palette.faint))
        if values.get("colour"):
            made.setForeground(_named(palette.colours, values["colour"], palette.accent))

    def block(self, attributes: str, edges: int) -> QTextBlockFormat:
        """
        Give the format of a block.

        Args:
            attributes: The key of its attributes.
            edges: FIRST and LAST, as far as they hold; of no account unless the kind is one of JOINED_KINDS.
        """
        look = look_of(attributes)
        place = (attributes, edges if look.kind in JOINED_KINDS else 0)
        found = self._blocks.get(place)
        if found is None:
            if len(self._blocks) >= _CACHED_MAX:
                self._blocks.clear()
            found = self._blocks[place] = self._derive_block(attributes, look, edges)
        return found

    def _derive_block(self, attributes: str, look: Look, edges: int) -> QTextBlockFormat:
        made = QTextBlockFormat()
        made.setProperty(BLOCK, attributes)
        # At least so high, rather than so many times the font's own height: fallback fonts for other scripts
        # are taller, pictures have a height of their own, and neither should be stretched.
        factor = 1.25 if look.kind == "heading" else self.palette.line_height
        minimum = QTextBlockFormat.LineHeightTypes.MinimumHeight.value
        made.setLineHeight(round(self.size_px(look) * factor), minimum)
        made.setBottomMargin(8)
        if look.kind == "heading":
            made.setHeadingLevel(look.level)
            made.setTopMargin(_HEADING_ABOVE_PX[look.level - 1])
            made.setBottomMargin(_HEADING_BELOW_PX[look.level - 1])
        elif look.is_list:
            made.setIndent(look.level + 1)
            made.setBottomMargin(4)
        elif look.kind == "quote":
            made.setIndent(look.level + 1)
            made.setTopMargin(10 if edges & FIRST else 0)
            made.setBottomMargin(12 if edges & LAST else 4)
        elif look.kind == "code":
            made.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
            made.setLeftMargin(CODE_PADDING_PX + look.level * INDENT_PX)
            made.setRightMargin(CODE_PADDING_PX)
            made.setTopMargin(_BOX_GAP_PX + label_room_px(look) if edges & FIRST else 0)
            made.setBottomMargin(_BOX_GAP_PX if edges & LAST else 0)
        else:
            made.setIndent(look.level)
        if look.alignment in _ALIGNMENTS:
            made.setAlignment(_ALIGNMENTS[look.alignment])
        return made

    # From formats to keys

    def read_char(self, found: QTextCharFormat, look: Look) -> tuple[str, bool]:
        """
        Say what a character format stands for.

        Returns:
            The key of the marks, and whether the format is the one it derives to.
        """
        stored = found.property(MARKS)
        marks = stored if isinstance(stored, str) else ""
        derived = self.char(marks, look)
        if found == derived:
            return marks, True
        if found.property(STAND_IN) is not None:
            return marks, True
        changed = dict(values_of(marks))
        self._read_touches(changed, found, derived)
        self._read_colours(changed, found, derived)
        return key_of(changed), False

    def _read_touches(self, marks: Marks, found: QTextCharFormat, derived: QTextCharFormat) -> None:
        """Take over what was switched on or off around us."""
        is_bold = found.fontWeight() >= _BOLD
        if is_bold != (derived.fontWeight() >= _BOLD):
            _switch(marks, "bold", is_bold)
        if found.fontItalic() != derived.fontItalic():
            _switch(marks, "italic", found.fontItalic())
        if found.fontStrikeOut() != derived.fontStrikeOut():
            _switch(marks, "strike", found.fontStrikeOut())
        if found.anchorHref() != derived.anchorHref():
            _switch(marks, "link", found.anchorHref())
        linked = bool(found.anchorHref())
        if found.fontUnderline() != derived.fontUnderline() and not linked:
            _switch(marks, "underline", found.fontUnderline())
        if found.objectType() == int(QTextFormat.ObjectTypes.ImageObject.value):
            marks[EMBED] = {"type": "image", "src": found.toImageFormat().name(), "alt": "", "name": ""}

    def _read_colours(self, marks: Marks, found: QTextCharFormat, derived: QTextCharFormat) -> None:
        """
        Take over colours that are none of this palette's: those came with our own formats, from another
        block.
        """
        ink, ours = found.foreground(), derived.foreground()
        if (
            ink.style() != Qt.BrushStyle.NoBrush
            and ink != ours
            and ink.color().rgba() not in self._own_colours
        ):
            marks["colour"] = ink.color().name()
        wash, ours = found.background(), derived.background()
        if (
            wash.style() != Qt.BrushStyle.NoBrush
            and wash != ours
            and wash.color().rgba() not in self._own_colours
        ):
            marks["highlight"] = wash.color().name()

    def read_block(self, block: QTextBlock) -> tuple[str, bool]:
        """
        Say what a block's format stands for.

        Returns:
            The key of the attributes, and whether the format is one that it derives to, edges aside.
        """
        found = block.blockFormat()
        stored = found.property(BLOCK)
        attributes = stored if isinstance(stored, str) else ""
        look = look_of(attributes)
        if any(
            found == self.block(attributes, edges)
            for edges in (0, FIRST, LAST, FIRST | LAST)[: _variants(look)]
        ):
            return attributes, True
        changed = dict(values_of(attributes))
        listed = block.textList()
        if listed is not None:
            style = listed.format().style()
            _restyle(
                changed, {"kind": _QT_LISTS.get(style, "numbered"), "level": listed.format().indent() - 1}
            )
        elif found.headingLevel() != (look.level if look.kind == "heading" else 0):
            level = found.headingLevel()
            _restyle(changed, {"kind": "heading", "level": level} if level else {})
        elif look.is_list and found.indent() != look.level + 1:
            _restyle(changed, {**changed, "level": found.indent() - 1} if found.indent() > 0 else {})
        if found.marker() != QTextBlockFormat.MarkerType.NoMarker:
            checked = found.marker() == QTextBlockFormat.MarkerType.Checked
            _restyle(changed, {"kind": "check", "level": changed.get("level", 0), "checked": checked})
        aligned = found.alignment() & Qt.AlignmentFlag.AlignHorizontal_Mask
        if found.hasProperty(int(QTextFormat.Property.BlockAlignment.value)) and aligned != _ALIGNMENTS.get(
            look.alignment
        ):
            names = [name for name, flag in _ALIGNMENTS.items() if flag == aligned]
            _switch(changed, "alignment", names[0] if names and names[0] != "left" else None)
        return key_of(changed), False


def _variants(look: Look) -> int:
    """How many edge variants a block of this look has."""
    return 4 if look.kind in JOINED_KINDS else 1


def _switch(marks: Marks, kind: str, value: object) -> None:
    if value:
        marks[kind] = value
    else:
        marks.pop(kind, None)


def _restyle(attributes: Marks, wanted: Marks) -> None:
    """Give a block another kind, keeping what has nothing to do with kinds."""
    for name in ("kind", "level", "checked", "language", "start"):
        attributes.pop(name, None)
    attributes.update(wanted)


__all__ = ["BLOCK", "EMBED_OBJECT", "FIRST", "LAST", "MARKS", "PLAIN", "STAND_IN", "EditorPalette", "Formats"]
