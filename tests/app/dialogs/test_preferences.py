"""Preferences take effect at once and are remembered."""

from app.dialogs.preferences import PreferencesDialog
from app.settings import Settings


def test_theme_and_text_size_change_at_once_and_are_kept(appearance, tmp_path):
    settings = Settings(tmp_path)
    changes = []
    appearance.changed.connect(lambda: changes.append((appearance.theme.name, appearance.text_px)))
    dialog = PreferencesDialog(None, appearance, settings)
    assert dialog.theme.chosen == "light"
    assert dialog.text_size.chosen == 16
    dialog.theme.choose("dark")
    dialog.text_size.choose(20)
    dialog.text_size.choose(20)
    assert changes == [("Dark", 16), ("Dark", 20)]
    kept = Settings(tmp_path)
    assert (kept.get("theme"), kept.get("text_px")) == ("dark", 20)
