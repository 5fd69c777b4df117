"""What was open lately comes back first."""

from app.models.recents import KEPT_MAX, Recents


def test_the_last_one_shown_stands_first_and_once():
    recents = Recents(["a", "b", 7, "c"])
    recents.note_shown("c")
    assert recents.ids == ["c", "a", "b"]


def test_no_more_than_the_limit_are_kept():
    recents = Recents(str(n) for n in range(KEPT_MAX + 1))
    assert len(recents.ids) == KEPT_MAX
    recents.note_shown("new")
    assert recents.ids[:2] == ["new", "0"]
    assert len(recents.ids) == KEPT_MAX
