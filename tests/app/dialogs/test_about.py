"""About names the version and what the program is made of."""

from PySide6.QtWidgets import QLabel, QPushButton

from app import VERSION
from app.dialogs.about import AboutDialog


def test_version_and_licences_are_named(appearance):
    dialog = AboutDialog()
    said = " ".join(label.text() for label in dialog.findChildren(QLabel))
    for word in (VERSION, "Qt", "Lucide", "Inter"):
        assert word in said
    dialog.show()
    dialog.findChild(QPushButton).click()
    assert not dialog.isVisible()
