"""One person has one colour and one circle, however many windows they have open."""

from dataclasses import dataclass

from app.models.people import IDLE_MS, Attention, Person, people_of, person_of


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
