"""
The few things that are a matter of taste: theme and text size. Everything takes effect at once.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QWidget

from app.dialogs.form import Form
from app.settings import Settings
from app.theme import TEXT_SIZES_PX, Appearance
from app.widgets.names import named


class PreferencesDialog(Form):
    """Changes the appearance while it is open, and remembers it."""

    def __init__(self, parent: QWidget | None, appearance: Appearance, settings: Settings) -> None:
        """Show what is chosen."""
        super().__init__(parent, QCoreApplication.translate("PreferencesDialog", "Preferences"))
        self._appearance = appearance
        self._settings = settings
        self.theme = self._add_choice(self.tr("Theme"))
        texts = {
            "system": self.tr("As the system"),
            "light": self.tr("Light"),
            "dark": self.tr("Dark"),
        }
        for mode, text in texts.items():
            self.theme.addItem(text, mode)
        self.theme.setCurrentIndex(self.theme.findData(appearance.mode))
        self.text_size = self._add_choice(self.tr("Text size"))
        names = (self.tr("Small"), self.tr("Medium"), self.tr("Large"), self.tr("Very large"))
        for name, size_px in zip(names, TEXT_SIZES_PX, strict=True):
            self.text_size.addItem(name, size_px)
        self.text_size.setCurrentIndex(self.text_size.findData(appearance.text_px))
        self.theme.currentIndexChanged.connect(self._use_theme)
        self.text_size.currentIndexChanged.connect(self._use_text_size)
        close = QPushButton(self.tr("Close"))
        close.clicked.connect(self.close)
        self.add_buttons(close)

    def _add_choice(self, label: str) -> QComboBox:
        name = named(QLabel(label), "fieldLabel")
        choice = QComboBox()
        choice.setAccessibleName(label)
        name.setBuddy(choice)
        self.column.addWidget(name)
        self.column.addWidget(choice)
        self.column.addSpacing(6)
        return choice

    def _use_theme(self) -> None:
        mode = self.theme.currentData()
        self._appearance.set_mode(mode)
        self._settings.set("theme", mode)

    def _use_text_size(self) -> None:
        size_px = self.text_size.currentData()
        self._appearance.set_text_px(size_px)
        self._settings.set("text_px", size_px)
