"""Words in other languages: catalogues are found and loaded, and no word goes around them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, Qt, QTranslator
from PySide6.QtWidgets import QAbstractButton

from app import translation
from app.translation import WORDING, use_language
from app.wording import sentence, use_translator
from sync.errors import AuthFailed
from tests.support.walk import every_place, texts
from tests.support.whole_window import started

TS = """<?xml version="1.0" encoding="utf-8"?><!DOCTYPE TS><TS version="2.1" language="ar"><context>
<name>{context}</name><message><source>{source}</source><translation>{translation}</translation></message>
</context></TS>"""

DATA = re.compile(
    r"Personal|Markdown|PDF|Commonplace|Untitled|New note|[\W\d_]*|[A-Za-z]{1,2}|(Ctrl|Alt|Shift|F\d).*",
    re.DOTALL,
)
"""What stands on controls and is nobody's language: names, data, signs, keys."""


def compiled(folder: Path, context: str, source: str, words: str) -> str:
    """The path of a catalogue with one translation."""
    made = TS.format(context=context, source=source, translation=words)
    (folder / "x.ts").write_text(made, encoding="utf-8")
    tool = Path(sys.executable).parent / "pyside6-lrelease"
    subprocess.run([tool, "-silent", folder / "x.ts", "-qm", folder / "x.qm"], check=True)
    return str(folder / "x.qm")


@pytest.fixture
def spoken(qt_app):
    """The application, as English as before when the test is over."""
    yield qt_app
    for translator in qt_app.findChildren(QTranslator):
        qt_app.removeTranslator(translator)
        translator.deleteLater()
    qt_app.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    use_translator(None)


def test_the_first_language_with_a_catalogue_is_spoken_and_gives_the_direction(spoken, tmp_path, monkeypatch):
    path = compiled(tmp_path, WORDING, "You are not signed in.", "x")
    monkeypatch.setattr(translation, "catalogue_path", lambda name: path if name == "ar" else None)
    assert use_language(spoken, ["fr-CA", "ar-EG", "en"]) == "ar"
    assert spoken.layoutDirection() == Qt.LayoutDirection.RightToLeft


def test_english_before_it_and_no_catalogue_at_all_leave_it_english(spoken, monkeypatch):
    known = {"ar": "never looked at"}
    monkeypatch.setattr(translation, "catalogue_path", known.get)
    assert use_language(spoken, ["en-GB", "ar"]) is None
    assert use_language(spoken, ["fr", "de_DE"]) is None
    assert spoken.layoutDirection() == Qt.LayoutDirection.LeftToRight


def test_sentences_for_errors_are_translated_too(spoken, tmp_path, monkeypatch):
    english = sentence(AuthFailed("timeout"))
    path = compiled(tmp_path, WORDING, english, "zu spät")
    monkeypatch.setattr(translation, "catalogue_path", lambda name: path)
    use_language(spoken, ["de"])
    assert sentence(AuthFailed("timeout")) == "zu spät"


def test_a_file_that_is_no_catalogue_translates_nothing(spoken, tmp_path, monkeypatch):
    (tmp_path / "x.qm").write_bytes(b"no catalogue")
    monkeypatch.setattr(translation, "catalogue_path", lambda name: str(tmp_path / "x.qm"))
    use_language(spoken, ["de"])
    assert QCoreApplication.translate("X", "word") == "word"


class Marked(QTranslator):
    """Puts every string that asks for a translation between brackets."""

    def translate(self, context, source, disambiguation=None, n=-1):
        return f"⟦{source}⟧"


def test_every_word_on_a_control_or_in_a_menu_can_be_translated(spoken, tmp_path):
    spoken.installTranslator(Marked(spoken))
    missed: dict[str, set[str]] = {}
    with started(spoken, tmp_path / "p") as desk:
        for name, tops in every_place(desk):
            for top in tops:
                for text in texts(top, (QAbstractButton,)):
                    if "⟦" not in text and not DATA.fullmatch(text):
                        missed.setdefault(name, set()).add(text)
    assert missed == {}
