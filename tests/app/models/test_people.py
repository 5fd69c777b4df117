"""One person has one colour and one circle, however many windows they have open."""

from dataclasses import dataclass

import pytest

from app.models.people import IDLE_MS, Attention, Colours, Person, number_of, people_of, person_of


@dataclass(frozen=True)
class Here:
    account: str
    name: str
    conn: int = 0
    anchor = None
    head = None


def test_two_windows_of_one_person_are_one_person():
    ana, ben = Here("a", "Ana Ruiz", 1), Here("b", "Ben", 2)
    assert people_of([ana, ben, Here("a", "Ana Ruiz", 3)]) == [person_of(ana), person_of(ben)]


def test_the_colour_depends_on_the_account_and_not_on_the_name():
    assert person_of(Here("a", "Ana")).number == person_of(Here("a", "Dr Ana")).number
    assert person_of(Here("a", "Ana")).number != person_of(Here("b", "Ana")).number


def alike(count, colours=8):
    """Accounts whose numbers pick the same colour."""
    names = (f"account {number}" for number in range(1_000))
    return [name for name in names if number_of(name) % colours == 3][:count]


def test_people_who_are_here_together_have_different_colours_and_alone_their_own():
    first, second, third = alike(3)
    assert Colours(8).give([(1, second)]) == {second: 3}
    assert Colours(8).give([(1, first), (2, second), (3, third)]) == {first: 3, second: 4, third: 5}
    many = [(number, f"somebody {number}") for number in range(8)]
    assert sorted(Colours(8).give(many).values()) == list(range(8))
    assert len(Colours(8).give([*many, (9, first)])) == 9


def test_whoever_looks_finds_the_same_colours_in_whichever_order_they_heard_of_people():
    first, second, third = alike(3)
    here = [(5, second), (9, third), (7, first), (12, second)]
    one, other = Colours(8), Colours(8)
    assert one.give(here) == other.give(here[::-1]) == {second: 3, first: 4, third: 5}


@pytest.mark.parametrize("back", [1, 9])
def test_a_colour_stays_while_somebody_stays(back):
    first, second = alike(2)
    colours = Colours(8)
    colours.give([(2, first), (3, second)])
    assert colours.give([(3, second)]) == {second: 4}
    assert colours.give([(3, second), (back, first)]) == {second: 4, first: 3}
    assert colours.give([]) == {}
    assert colours.give([(3, second)]) == {second: 3}


def test_a_colour_that_was_lent_makes_nobody_another_person():
    assert Person("Ana", 3, 4) == Person("Ana", 3)
    assert (Person("Ana", 3, 4).hue, Person("Ana", 3).hue) == (4, 3)


def test_initials_are_those_of_the_first_and_the_last_name():
    assert Person("Ana Maria Ruiz", 0).initials == "AR"
    assert Person("ana", 0).initials == "A"
    assert Person("", 0).initials == "·"
    assert Person("李 小龙", 0).initials == "李小"


def test_somebody_is_idle_from_the_minute_on_in_which_they_did_not_move():
    attention = Attention()
    ana = Here("a", "Ana", 1)
    attention.take([ana], 500)
    assert attention.moved_ms(ana) == 500
    assert not attention.is_idle(ana, 500 + IDLE_MS - 1)
    assert attention.is_idle(ana, 500 + IDLE_MS)
    assert attention.next_ms(500 + IDLE_MS - 1) == 1
    assert attention.next_ms(500 + IDLE_MS) is None
    attention.take([ana], 500 + IDLE_MS)
    assert attention.is_idle(ana, 500 + IDLE_MS), "to say the same place again is not to move"
