"""Notebooks of the same name can be told apart, and no other name grows."""

from app.notebook_names import shown_names
from tests.support.rows import notebook_row


def shared(id, name, owner="Ana", **given):
    return notebook_row(name, id=id, role="editor", owner=owner, local=False, **given)


def test_those_of_others_say_whose_they_are_where_names_are_alike():
    rows = [
        notebook_row("Personal", id="mine"),
        shared("hers", "Personal"),
        shared("his", "personal  ", owner="Ben"),
        shared("garden", "Garden"),
    ]
    assert shown_names(rows) == {
        "mine": "Personal",
        "hers": "Personal — Ana",
        "his": "Personal   — Ben",
        "garden": "Garden",
    }


def test_until_the_owner_is_known_it_is_said_that_it_is_shared():
    rows = [notebook_row("Work", id="mine"), shared("theirs", "Work", owner="")]
    assert shown_names(rows)["theirs"] == "Work — shared with me"


def test_two_of_others_are_told_apart_and_two_of_ones_own_left_alone():
    assert set(shown_names([shared("a", "Work"), shared("b", "Work", owner="Ben")]).values()) == {
        "Work — Ana",
        "Work — Ben",
    }
    assert set(shown_names([notebook_row("Work", id="a"), notebook_row("Work", id="b")]).values()) == {"Work"}


def test_one_that_was_deleted_is_in_nobodys_way():
    rows = [notebook_row("Work", id="mine", hidden=True), shared("theirs", "Work")]
    assert shown_names(rows)["theirs"] == "Work"
