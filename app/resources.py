"""
The files that ship with the program: icons, themes, fonts.

Everything is opened through importlib.resources, so it is found in a checkout, a wheel and a frozen build
alike. This is not a place for a person's own files: those are `app.paths`. Needs no Qt.
"""

from __future__ import annotations

import atexit
from contextlib import ExitStack
from functools import cache
from importlib.resources import as_file, files

# Files that had to be unpacked from an archive to have a path.
_kept = ExitStack()
atexit.register(_kept.close)

FONT_NAMES = (
    "Inter-Regular",
    "Inter-Italic",
    "Inter-Medium",
    "Inter-SemiBold",
    "Inter-Bold",
    "Inter-BoldItalic",
)


@cache
def icon_svg(name: str) -> str:
    """
    The SVG text of an icon, drawn in currentColor.

    Raises:
        FileNotFoundError: no such icon ships; our own bug.
    """
    return files("resources").joinpath("icons", f"{name}.svg").read_text(encoding="utf-8")


@cache
def theme_toml(name: str) -> str:
    """The TOML text of a theme, one of `theme_names`. Raises FileNotFoundError for any other name."""
    return files("resources").joinpath("themes", f"{name}.toml").read_text(encoding="utf-8")


@cache
def style_template() -> str:
    """The style sheet of all windows, with @role where a colour goes."""
    return files("resources").joinpath("themes", "style.qss").read_text(encoding="utf-8")


@cache
def sheet_picture_path(picture: str, dark: bool) -> str:
    """
    The path of a picture for style sheets, which take nothing else. It lasts as the process.

    Args:
        picture: "tick" of a box, "chevron" of a field that opens.
        dark: Whether it stands on dark ground.
    """
    name = f"{picture}-dark.svg" if dark else f"{picture}-light.svg"
    return _kept.enter_context(as_file(files("resources").joinpath("themes", name))).as_posix()


def font_bytes(name: str) -> bytes:
    """The TrueType file of one of FONT_NAMES."""
    return files("resources").joinpath("fonts", f"{name}.ttf").read_bytes()


def catalogue_path(language: str) -> str | None:
    """The path of the compiled catalogue of a language, as "de" or "pt_BR"; None when there is none."""
    place = files("resources").joinpath("translations", f"commonplace_{language}.qm")
    return _kept.enter_context(as_file(place)).as_posix() if place.is_file() else None


def desktop_file(name: str) -> str:
    """The text of a file for desktops: commonplace.desktop, commonplace.svg."""
    return files("resources").joinpath("desktop", name).read_text(encoding="utf-8")


def icon_names() -> list[str]:
    """All icons that ship, sorted."""
    folder = files("resources").joinpath("icons")
    return sorted(f.name.removesuffix(".svg") for f in folder.iterdir() if f.name.endswith(".svg"))


def theme_names() -> list[str]:
    """All themes that ship, sorted."""
    folder = files("resources").joinpath("themes")
    return sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml"))
