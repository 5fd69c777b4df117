"""
Colours by role, the style sheet made of them, and icons tinted by role.

A `Theme` is read from TOML: base colours, then roles that name what a colour is for. Widgets ask for roles
and never name a colour. `Appearance` owns which theme is on and changes it while windows are open. The look
is the same on every platform: Qt's Fusion style under our palette and style sheet.

Invariants: every theme has the same roles; text roles reach a contrast of 4.5 : 1 on the surfaces they are
used on (a test measures it).
"""

from __future__ import annotations

import re
import tomllib
import weakref
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QApplication

from app.resources import FONT_NAMES, font_bytes, icon_svg, sheet_picture_path, style_template, theme_toml

Mode = Literal["system", "light", "dark", "contrast"]
MODES: tuple[Mode, ...] = ("system", "light", "dark", "contrast")

# Pixels at 100 %. Qt multiplies them by the screen's scale.
UI_SIZE_PX = 13
ICON_SIZE_PX = 18
TEXT_SIZES_PX = (14, 16, 18, 20)
TEXT_SIZE_PX = 16

# An icon is drawn for screens of up to this scale; above it Qt enlarges the picture.
ICON_SCALE_MAX = 3

# Lucide draws with 2 of 24; a little less is quieter at 18 px.
_STROKE = re.compile(r'stroke-width="2"')
_ROLE = re.compile(r"@([a-z_]+)")
_ROLE_VALUE = re.compile(r"(?P<colour>[a-z_]+)(?: (?P<percent>\d{1,3})%)?")


@dataclass(frozen=True)
class Theme:
    """One set of colours: `roles` and the colours of `people`, all opaque or with an alpha of their own."""

    name: str
    dark: bool
    roles: dict[str, QColor]
    people: tuple[QColor, ...]

    def colour(self, role: str) -> QColor:
        """A fresh QColor for a role. Raises KeyError for a role the theme does not have; our own bug."""
        return QColor(self.roles[role])

    def css(self, role: str) -> str:
        """The role as a style sheet writes it: rgba(r, g, b, a)."""
        c = self.roles[role]
        return f"rgba({c.red()}, {c.green()}, {c.blue()}, {c.alphaF():.3f})"

    def person(self, number: int) -> QColor:
        """The colour of a person, chosen by any int that stays the same for them."""
        return QColor(self.people[number % len(self.people)])

    def style_sheet(self) -> str:
        """The style sheet of all windows, roles filled in."""
        template = style_template()
        for picture in ("tick", "chevron"):
            template = template.replace(f"@{picture}", sheet_picture_path(picture, self.dark))
        return _ROLE.sub(lambda found: self.css(found[1]), template)

    def palette(self) -> QPalette:
        """Qt's palette, for what the style sheet does not reach."""
        palette = QPalette()
        roles = {
            QPalette.ColorRole.Window: "window",
            QPalette.ColorRole.WindowText: "text",
            QPalette.ColorRole.Base: "page",
            QPalette.ColorRole.AlternateBase: "list",
            QPalette.ColorRole.Text: "text",
            QPalette.ColorRole.Button: "window",
            QPalette.ColorRole.ButtonText: "text",
            QPalette.ColorRole.PlaceholderText: "placeholder",
            QPalette.ColorRole.ToolTipBase: "menu",
            QPalette.ColorRole.ToolTipText: "text",
            QPalette.ColorRole.Highlight: "text_selection",
            QPalette.ColorRole.HighlightedText: "text",
            QPalette.ColorRole.Link: "link",
            QPalette.ColorRole.LinkVisited: "link",
            QPalette.ColorRole.Mid: "line",
            QPalette.ColorRole.Accent: "accent",
        }
        for place, role in roles.items():
            palette.setColor(place, self.colour(role))
        for place in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
            palette.setColor(QPalette.ColorGroup.Disabled, place, self.colour("text_faint"))
        return palette


def load_theme(name: str) -> Theme:
    """
    Read a theme that ships with the program.

    Raises:
        FileNotFoundError: there is no theme of that name.
        ValueError: a role names no colour of the file.
    """
    content: dict[str, Any] = tomllib.loads(theme_toml(name))
    colours = {key: QColor(value) for key, value in content["colours"].items()}
    roles = {role: _role_colour(value, colours) for role, value in content["roles"].items()}
    people = tuple(QColor(value) for value in content["people"]["colours"])
    return Theme(content["theme"]["name"], content["theme"]["dark"], roles, people)


def _role_colour(value: str, colours: dict[str, QColor]) -> QColor:
    found = _ROLE_VALUE.fullmatch(value)
    if found is None or found["colour"] not in colours:
        raise ValueError(f"not a colour of this theme: {value}")
    colour = QColor(colours[found["colour"]])
    if found["percent"]:
        colour.setAlphaF(int(found["percent"]) / 100)
    return colour


class Appearance(QObject):
    """
    Which theme is on. `changed` comes after the application wears the new one.

    One per application; whoever paints by role keeps a reference and repaints on `changed`.
    """

    changed = Signal()

    def __init__(self, app: QApplication, mode: Mode = "system", text_px: int = TEXT_SIZE_PX) -> None:
        """Load the fonts, put on the theme. Cost: about 15 ms."""
        super().__init__(app)
        self._app = app
        self._themes: dict[str, Theme] = {}
        self._tinted: list[tuple[weakref.ref[Any], str, str]] = []
        self._mode: Mode = mode
        self.text_px = text_px
        app.setStyle("Fusion")
        app.setFont(ui_font())
        self.theme = self._wanted()
        self._wear()
        app.styleHints().colorSchemeChanged.connect(self._follow_system)

    @property
    def mode(self) -> Mode:
        """What the person chose."""
        return self._mode

    def set_mode(self, mode: Mode) -> None:
        """
        Choose light, dark, high contrast, or whatever the system says. Windows that are open change at once.

        High contrast is light or dark as the system is.
        """
        self._mode = mode
        wanted = self._wanted()
        if wanted is not self.theme:
            self.theme = wanted
            self._wear()
            self._retint()
            self.changed.emit()

    def set_text_px(self, text_px: int) -> None:
        """Choose the size of notes' text, one of TEXT_SIZES_PX."""
        if text_px != self.text_px:
            self.text_px = text_px
            self.changed.emit()

    def icon(self, name: str, role: str = "icon") -> QIcon:
        """An icon in a role's colour; Qt greys it where it is disabled."""
        return QIcon(self.picture(name, role))

    def picture(self, name: str, role: str = "icon", size_px: int = ICON_SIZE_PX) -> QPixmap:
        """The icon as a pixmap, `size_px` wide and high at 100 %."""
        return draw_icon(name, self.theme.colour(role), size_px)

    def tint(self, target: Any, name: str, role: str = "icon") -> None:
        """Give an action or button an icon that follows the theme for as long as the target lives."""
        target.setIcon(self.icon(name, role))
        self._tinted = [row for row in self._tinted if row[0]() not in (None, target)]
        self._tinted.append((weakref.ref(target), name, role))

    def _retint(self) -> None:
        for target, name, role in self._tinted:
            alive = target()
            if alive is not None:
                alive.setIcon(self.icon(name, role))

    def _wanted(self) -> Theme:
        scheme = self._app.styleHints().colorScheme()
        system = "dark" if scheme == Qt.ColorScheme.Dark else "light"
        name = {"system": system, "contrast": f"contrast-{system}"}.get(self._mode, self._mode)
        if name not in self._themes:
            self._themes[name] = load_theme(name)
        return self._themes[name]

    def _wear(self) -> None:
        self._app.setPalette(self.theme.palette())
        self._app.setStyleSheet(self.theme.style_sheet())

    def _follow_system(self) -> None:
        self.set_mode(self._mode)


def draw_icon(name: str, colour: QColor, size_px: int = ICON_SIZE_PX) -> QPixmap:
    """Draw an icon of the resources in one colour, sharp on screens of up to ICON_SCALE_MAX."""
    from PySide6.QtSvg import QSvgRenderer  # 8 ms; not needed before the first icon

    svg = _STROKE.sub('stroke-width="1.75"', icon_svg(name)).replace("currentColor", colour.name())
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    pixmap = QPixmap(QSize(size_px, size_px) * ICON_SCALE_MAX)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setOpacity(colour.alphaF())
    renderer.render(painter, QRectF(pixmap.rect()))
    painter.end()
    pixmap.setDevicePixelRatio(ICON_SCALE_MAX)
    return pixmap


def ui_font() -> QFont:
    """The font of menus, lists and buttons; the bundled one, with the system's for scripts it lacks."""
    _load_fonts()
    font = QFont("Inter")
    font.setPixelSize(UI_SIZE_PX)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


@cache
def _load_fonts() -> None:
    """Make the bundled fonts known to Qt, once. Asking Qt which it has takes as long as loading them."""
    for name in FONT_NAMES:
        QFontDatabase.addApplicationFontFromData(QByteArray(font_bytes(name)))
