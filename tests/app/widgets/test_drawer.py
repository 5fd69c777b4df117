"""One panel at a time, made when first wanted, about the note on screen."""

from PySide6.QtWidgets import QLineEdit, QVBoxLayout

from app.widgets.drawer import Drawer, Panel


class Told(Panel):
    title = "Told"

    def __init__(self):
        super().__init__()
        self.notes = []
        self.field = QLineEdit()
        QVBoxLayout(self).addWidget(self.field)

    def show_note(self, note):
        self.notes.append(note)

    def first_control(self):
        return self.field


def test_a_panel_is_made_once_and_follows_the_note_while_it_is_open(appearance):
    drawer = Drawer(appearance)
    made = []

    def one():
        made.append(Told())
        return made[-1]

    def other():
        return Told()

    assert not drawer.isVisibleTo(None)
    drawer.show_note("a")
    drawer.toggle(one)
    drawer.show_note("b")
    assert made[0].notes == ["a", "b"]
    assert drawer.heading.text() == "Told"
    drawer.toggle(other)
    assert drawer.shows(other)
    assert made[0].notes == ["a", "b", None]
    assert drawer.panel.notes == ["b"]
    drawer.toggle(one)
    assert len(made) == 1
    drawer.close_button.click()
    assert drawer.panel is None
    drawer.show_note("c")
    assert made[0].notes[-1] is None


def test_a_plain_panel_is_its_own_first_control(appearance):
    drawer = Drawer(appearance)
    changes = []
    drawer.changed.connect(lambda: changes.append(drawer.panel))
    drawer.open(Panel)
    drawer.open(Panel)
    drawer.shut()
    drawer.shut()
    assert len(changes) == 2
