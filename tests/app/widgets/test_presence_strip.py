"""The strip names everybody and draws as many as fit."""

from PySide6.QtCore import Qt

from app.models.people import Person
from app.widgets.presence_strip import PEOPLE_MAX, PresenceStrip


def test_nobody_takes_no_room(appearance):
    strip = PresenceStrip(appearance)
    assert strip.isHidden()
    assert strip.sizeHint().width() == 0


def test_everybody_is_named_and_the_rest_is_counted(appearance):
    strip = PresenceStrip(appearance)
    strip.show_people([Person(f"P{n}", n) for n in range(PEOPLE_MAX + 3)])
    assert not strip.isHidden()
    assert strip.accessibleName() == "Also here: " + ", ".join(f"P{n}" for n in range(PEOPLE_MAX + 3))
    wide = strip.sizeHint().width()
    strip.show_people([Person("Ana", 1)])
    assert strip.sizeHint().width() < wide
    assert not strip.grab().isNull()


def test_a_person_is_drawn_in_their_colour(appearance):
    strip = PresenceStrip(appearance)
    strip.show_people([Person("Ana", 1)])
    strip.resize(strip.sizeHint())
    colour = strip.grab().toImage().pixelColor(5, 13)
    assert colour.name() == appearance.theme.person(1).name()


def test_circles_are_buttons_only_where_somebody_can_be_chosen(appearance):
    ana, rest = Person("Ana", 1), [Person(f"P{n}", n) for n in range(PEOPLE_MAX)]
    still, strip = PresenceStrip(appearance), PresenceStrip(appearance, can_choose=True)
    chosen = []
    strip.chosen.connect(chosen.append)
    strip.rest_chosen.connect(lambda: chosen.append("rest"))
    for one in (still, strip):
        one.show_people([ana, *rest], followed=ana)
    for avatar in strip.avatars:
        avatar.click()
    assert chosen == [ana, *rest[:-1], "rest"]
    assert strip.avatars[0].accessibleName() == "Stop following Ana"
    assert strip.avatars[1].accessibleName() == "Follow P0"
    assert strip.avatars[-1].accessibleName() == "1 more"
    assert still.avatars[0].accessibleName() == "Ana"
    assert still.avatars[0].focusPolicy() is Qt.FocusPolicy.NoFocus
    strip.close()
    still.close()


def test_the_first_circle_stands_where_the_line_begins(appearance):
    strip = PresenceStrip(appearance)
    strip.show_people([Person("Ana", 1), Person("Ben", 2)])
    assert strip.avatars[0].x() < strip.avatars[1].x()
    strip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    strip.resize(strip.sizeHint())
    strip.show_people([Person("Ana", 1), Person("Ben", 2)])
    assert strip.avatars[0].x() > strip.avatars[1].x()


def test_who_is_idle_is_faint(appearance):
    strip = PresenceStrip(appearance)
    ana = Person("Ana", 1)
    strip.show_people([ana])
    awake = strip.grab().toImage().pixelColor(5, 13)
    strip.show_people([ana], idle=[ana])
    assert strip.grab().toImage().pixelColor(5, 13).lightness() > awake.lightness()
