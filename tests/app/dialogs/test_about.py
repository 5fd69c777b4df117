"""About names the version and what the program is made of."""

from PySide6.QtWidgets import QLabel, QPushButton

from app import VERSION
from app.dialogs.about import AboutDialog
from crdt import BUILD
from sync.model.versions import NEWEST


def test_versions_the_place_of_the_library_and_licences_are_named(appearance, tmp_path):
    dialog = AboutDialog(None, "1.0", tmp_path / "library.sqlite3")
    said = " ".join(label.text() for label in dialog.findChildren(QLabel))
    for word in (VERSION, "Qt", "Lucide", "Inter", "model 1.0", NEWEST, BUILD, str(tmp_path)):
        assert word in said
    dialog.show()
    dialog.findChild(QPushButton).click()
    assert not dialog.isVisible()
