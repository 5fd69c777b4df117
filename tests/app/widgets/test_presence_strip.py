"""The strip names everybody and draws as many as fit."""

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
