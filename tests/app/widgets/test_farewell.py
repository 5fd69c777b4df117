"""The last word is short and goes by itself."""

from PySide6.QtCore import QRect

from app.widgets import farewell
from app.widgets.farewell import Farewell
from tests.support.waiting import wait_for


def test_it_counts_stands_where_the_window_was_and_goes(appearance, monkeypatch):
    monkeypatch.setattr(farewell, "SHOWN_MS", 20)
    gone = []
    card = Farewell(appearance, 12, QRect(100, 100, 400, 300))
    card.destroyed.connect(lambda: gone.append(1))
    assert card.text.text() == "12 edits will be sent next time"
    assert QRect(100, 100, 400, 300).contains(card.geometry().center())
    card.show()
    wait_for(lambda: gone)
    assert Farewell(appearance, 1, QRect()).text.text() == "1 edit will be sent next time"
