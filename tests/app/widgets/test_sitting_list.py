"""The timeline says who and when, also aloud, and knows strangers from friends."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListView

from app.models.history import Timeline
from app.models.past import Sitting
from app.models.people import Person
from app.widgets.sitting_list import SittingDelegate, SittingModel

DAY_MS = 86_400_000


def test_lines_are_the_latest_first_under_now(appearance):
    view = QListView()
    model = SittingModel(view)
    view.setModel(model)
    view.setItemDelegate(SittingDelegate(appearance, view))
    sittings = [Sitting(1, 0, 0, 0, 1), Sitting(2, DAY_MS, DAY_MS + 600_000, 1, 3), Sitting(3, 5, 5, 3, 4)]
    people = {1: Person("", 5), 2: Person("Ana Ruiz", 6)}
    model.show(Timeline("n", [], sittings, people))
    said = [model.index(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(model.rowCount())]
    assert said[0] == "Now"
    assert said[1].startswith("Somebody, ")
    assert said[2].startswith("Ana Ruiz, ")
    assert said[3].startswith("You, ")
    assert model.person(1).number == 5
    view.resize(300, 400)
    view.setCurrentIndex(model.index(2))
    view.grab()
    model.show(None)
    assert model.rowCount() == 1
