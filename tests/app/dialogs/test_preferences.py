"""Preferences take effect at once and are remembered."""

import sys

import pytest

from app import integration
from app.dialogs import preferences
from app.dialogs.preferences import PreferencesDialog
from app.paths import Profile
from app.settings import Settings
from sync.client.driver import Driver
from tests.support.waiting import wait_for


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


def test_the_choice_of_when_to_sync_grows_the_dialog_as_it_needs(appearance, tmp_path):
    dialog = PreferencesDialog(None, appearance, Settings(tmp_path))
    chosen = []
    dialog.syncing.changed.connect(chosen.append)
    dialog.show()
    before = dialog.height()
    dialog.syncing.kind.choose("every")
    dialog.syncing.minutes.setCurrentText("0")
    dialog.syncing.minutes.lineEdit().editingFinished.emit()
    assert dialog.height() > before
    assert dialog.syncing.problem.isVisible()
    for part in (dialog.syncing.problem, dialog.syncing.hint):
        assert part.height() >= part.heightForWidth(part.width())
    assert chosen == [Driver("every", 15)]
    dialog.close()


@pytest.fixture
def data(tmp_path, monkeypatch):
    """The person's folder for files that programs read."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.mark.skipif(integration.system() != "desktop", reason="desktops of freedesktop.org")
def test_links_of_other_programs_are_taken_when_asked_and_given_up_again(
    appearance, tmp_path, data, monkeypatch
):
    told = []
    monkeypatch.setattr(preferences, "start_tool", lambda command: not told.append(command[0]))
    profile = Profile(tmp_path)
    dialog = PreferencesDialog(None, appearance, Settings(tmp_path))
    assert dialog.links.chosen is False
    assert not data.exists(), "nothing is written before it is asked for"
    dialog.links.choose(True)
    assert integration.is_integrated(profile)
    assert PreferencesDialog(None, appearance, Settings(tmp_path)).links.chosen is True
    dialog.links.choose(False)
    assert not integration.is_integrated(profile)
    assert told == ["update-desktop-database", "xdg-mime", "update-desktop-database"]
    assert dialog.problem.isHidden()


@pytest.mark.skipif(integration.system() != "desktop", reason="desktops of freedesktop.org")
def test_links_that_cannot_be_taken_are_said_in_the_dialog(appearance, tmp_path, data):
    data.write_text("in the way")
    dialog = PreferencesDialog(None, appearance, Settings(tmp_path))
    dialog.links.choose(True)
    assert not dialog.problem.isHidden()
    assert "data" in dialog.problem.text()


def test_a_tool_is_started_and_one_that_is_not_there_is_noticed(tmp_path):
    made = tmp_path / "made"
    assert preferences.start_tool([sys.executable, "-c", f"open({str(made)!r}, 'w')"])
    wait_for(made.exists)
    assert not preferences.start_tool([str(tmp_path / "no-such-tool")])


def test_where_a_bundle_takes_links_there_is_no_such_choice(appearance, tmp_path, monkeypatch):
    monkeypatch.setattr(integration, "system", lambda: "bundle")
    assert not hasattr(PreferencesDialog(None, appearance, Settings(tmp_path)), "links")
