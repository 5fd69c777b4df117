"""
The language of the window: catalogues of Qt Linguist, by the system's languages.

Words in the code are English and go through `tr`; `resources/translations/commonplace_<language>.qm` gives
others. Not here: making catalogues (`packaging/dev.py translations`). Invariant: without a catalogue for any
of the person's languages the window is English, from left to right.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from app.resources import catalogue_path
from app.wording import use_translator

WORDING = "wording"
"""The context of the sentences for errors, which know no Qt."""


def use_language(app: QApplication, languages: Sequence[str] | None = None) -> str | None:
    """
    Speak the first of the person's languages that there is a catalogue for.

    Args:
        languages: As "de-AT" or "de", the favourite first; those of the system by default.

    Returns:
        The language of the catalogue, None for English.

    Cost: a look at a few names; 5 ms where there is a catalogue.
    """
    for language in QLocale().uiLanguages() if languages is None else languages:
        for name in (language.replace("-", "_"), language.partition("-")[0]):
            if name == "en":
                return None
            path = catalogue_path(name)
            if path is not None:
                _speak(app, name, path)
                return name
    return None


def _speak(app: QApplication, language: str, path: str) -> None:
    """Install a catalogue, and Qt's own for the words that Qt brings."""
    locale = QLocale(language)
    theirs, ours = QTranslator(app), QTranslator(app)
    if theirs.load(locale, "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(theirs)
    if ours.load(path):
        app.installTranslator(ours)
    app.setLayoutDirection(locale.textDirection())
    use_translator(lambda text: QCoreApplication.translate(WORDING, text))
