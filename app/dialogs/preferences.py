"""
The few things that are a matter of taste: theme, text size, spelling, when to sync, links from other
programs. Everything takes effect at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QCoreApplication, QProcess, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from app import integration
from app.dialogs.form import Form
from app.labels import Label
from app.paths import Profile
from app.settings import Settings
from app.theme import TEXT_SIZES_PX, Appearance, Mode
from app.widgets.names import named
from app.widgets.segments import Segments
from app.widgets.sync_choice import SyncChoice
from app.wording import sentence


class PreferencesDialog(Form):
    """Changes the appearance while it is open, and remembers it."""

    spelling_chosen = Signal(bool)
    """Words are to be checked, or not."""

    def __init__(self, parent: QWidget | None, appearance: Appearance, settings: Settings) -> None:
        """Show what is chosen."""
        super().__init__(parent, QCoreApplication.translate("PreferencesDialog", "Preferences"))
        self._appearance = appearance
        self._settings = settings
        self._page = self.add_page()
        themes = (
            (self.tr("System"), "system"),
            (self.tr("Light"), "light"),
            (self.tr("Dark"), "dark"),
            (self.tr("High contrast"), "contrast"),
        )
        self.theme = self._add_choice(self.tr("Theme"), themes, appearance.mode)
        names = (self.tr("Small"), self.tr("Medium"), self.tr("Large"), self.tr("Very large"))
        sizes = tuple(zip(names, TEXT_SIZES_PX, strict=True))
        self.text_size = self._add_choice(self.tr("Text size"), sizes, appearance.text_px)
        checks = ((self.tr("Check"), True), (self.tr("Leave alone"), False))
        self.spelling = self._add_choice(self.tr("Spelling"), checks, settings.get("spelling", True))
        self.spelling.changed.connect(self._use_spelling)
        self.syncing = self._add_syncing()
        if integration.system() != "bundle":
            links = ((self.tr("Open here"), True), (self.tr("Leave alone"), False))
            taken = integration.is_integrated(Profile(settings.folder))
            self.links = self._add_choice(self.tr("Links to notes in other programs"), links, taken)
            self.links.changed.connect(self._take_links)
            self.add_problem()
        self.theme.changed.connect(self._use_theme)
        self.text_size.changed.connect(self._use_text_size)
        close = QPushButton(self.tr("Close"))
        close.clicked.connect(self.close)
        self.add_buttons(close)

    def _add_choice(self, label: str, choices: Sequence[tuple[str, Any]], chosen: Any) -> Segments:
        segments = Segments(label, choices, chosen)
        self._page.addWidget(named(Label(label), "fieldLabel"))
        self._page.addWidget(segments)
        self._page.addSpacing(8)
        return segments

    def _add_syncing(self) -> SyncChoice:
        label = self.tr("Sync with the server")
        choice = SyncChoice(label)
        choice.resized.connect(self.fit)
        self._page.addWidget(named(Label(label), "fieldLabel"))
        self._page.addWidget(choice)
        self._page.addSpacing(8)
        return choice

    def _use_theme(self, mode: Mode) -> None:
        self._appearance.set_mode(mode)
        self._settings.set("theme", mode)

    def _use_spelling(self, checked: bool) -> None:
        self._settings.set("spelling", checked)
        self.spelling_chosen.emit(checked)

    def _take_links(self, taken: bool) -> None:
        profile = Profile(self._settings.folder)
        try:
            if taken:
                integration.integrate(profile, start_tool)
            else:
                integration.separate(start_tool)
        except OSError as error:
            self.say_problem(sentence(error))
        else:
            self.say_problem("")

    def _use_text_size(self, size_px: int) -> None:
        self._appearance.set_text_px(size_px)
        self._settings.set("text_px", size_px)


def start_tool(command: Sequence[str]) -> bool:
    """Start a tool of the desktop, which may take seconds; False when it is not there."""
    return QProcess.startDetached(command[0], list(command[1:]))[0]
