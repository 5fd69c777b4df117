"""Catalogues hold every string there is, and a translation stays when they are updated."""

import pytest

import translations
from system import Refusal


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(translations, "CATALOGUES", tmp_path / "translations")
    monkeypatch.setattr(translations, "WORK", tmp_path / "work")
    return tmp_path / "translations"


def test_a_catalogue_is_made_of_the_window_and_of_the_sentences_and_keeps_what_is_translated(folder):
    assert translations.main(["de"]) == 0
    path = folder / "commonplace_de.ts"
    made = path.read_text(encoding="utf-8")
    for source in ("New note", "Export…", "The disk is full. Free some space and try again."):
        assert f"<source>{source}</source>" in made
    untranslated = '<source>New note</source>\n        <translation type="unfinished"></translation>'
    assert untranslated in made
    path.write_text(
        made.replace(untranslated, "<source>New note</source><translation>Neue Notiz</translation>")
    )
    assert translations.main([]) == 0
    assert "Neue Notiz" in path.read_text(encoding="utf-8")
    assert (folder / "commonplace_de.qm").stat().st_size > 50


@pytest.mark.parametrize("name", ["", "german", "de-DE", "../x"])
def test_what_is_no_language_is_refused(folder, name):
    with pytest.raises(Refusal):
        translations.main([name])
    assert not folder.exists()
