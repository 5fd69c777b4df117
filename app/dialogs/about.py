"""
What this program is, and what it is made of.
"""

from __future__ import annotations

import platform
from pathlib import Path

import PySide6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from app import VERSION
from app.dialogs.form import Form
from app.labels import Label
from crdt import BUILD
from sync.model.versions import NEWEST


class AboutDialog(Form):
    """Versions, where the library is, and licences."""

    def __init__(self, parent: QWidget | None, model: str, library: Path) -> None:
        """
        Show them.

        Args:
            model: The data model of the library.
            library: Its file.
        """
        super().__init__(parent, "Commonplace")
        self.setWindowTitle(self.tr("About Commonplace"))
        lines = (
            self.tr("Version {version}").format(version=VERSION)
            + f" · Python {platform.python_version()} · Qt {PySide6.__version__}",
            self.tr("Data model {model}, the newest is {newest}. Core: {build}.").format(
                model=model, newest=NEWEST, build=BUILD
            ),
            self.tr("Library: {path}").format(path=library),
            self.tr("A notebook that people write in together. Your notes live on this computer."),
            self.tr("Icons: Lucide (ISC). Font: Inter (SIL OFL 1.1)."),
        )
        text = Label("\n\n".join(lines), wordWrap=True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        text.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.column.addWidget(text)
        close = QPushButton(self.tr("Close"))
        close.clicked.connect(self.close)
        self.add_buttons(close)
