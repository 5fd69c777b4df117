"""The guard asks where much goes at once, and only there."""

from __future__ import annotations

import pytest

from app.trash_guard import BURST_MS, COUNT_MAX, TrashGuard, TrashQuestion
from sync.model import v1
from tests.support.library import NOTEBOOK, Desk


class Watched:
    """A library, its guard, and what the guard told."""

    def __init__(self, desk):
        self.desk = desk
        self.told = []
        self.guard = TrashGuard(desk.store, desk.ticker, self.told.append)

    def notes(self, count):
        made = self.desk.new_notes(count)
        self.derive()
        return made

    def derive(self):
        while self.desk.store.refresh_projections(1_000):
            pass

    def come(self, notes, trashed=True):
        """Others put notes into the trash, or take them out; the guard looks."""
        for note in notes:
            self.guard.heard(note)
        for note in notes:
            self.desk.edit(note, lambda edit: v1.set_trashed(edit, 9 if trashed else None))
        self.derive()
        self.guard.look(finished=True)


@pytest.fixture
def watched(tmp_path):
    desk = Desk(tmp_path / "library.sqlite3")
    yield Watched(desk)
    desk.close()


def test_more_than_twenty_and_more_than_a_quarter_are_asked_about(watched):
    notes = watched.notes(80)
    watched.come(notes[:COUNT_MAX])
    assert watched.told == [], "20 of 80: neither too many nor too large a part"
    watched.come(notes[COUNT_MAX : COUNT_MAX + 1])
    (question,) = watched.told
    assert (len(question.notes), question.total) == (21, 80)
    assert watched.guard.open_question() == question


def test_a_small_part_of_much_is_none(watched):
    notes = watched.notes(84)
    watched.come(notes[:21])
    assert watched.told == [], "21 of 84 are a quarter, and no more"
    watched.come(notes[21:22])
    assert len(watched.told) == 1


def test_what_goes_slowly_is_no_mass(watched):
    notes = watched.notes(30)
    watched.come(notes[:15])
    watched.desk.wall.ms += BURST_MS + 1
    watched.come(notes[15:])
    assert watched.told == []


def test_a_question_grows_while_more_goes_and_is_over_when_it_is_answered(watched):
    notes = watched.notes(60)
    watched.come(notes[:30])
    watched.come(notes[30:40])
    assert [len(question.notes) for question in watched.told] == [30, 40]
    watched.guard.answered()
    assert watched.told[-1] == TrashQuestion() == watched.guard.open_question()
    watched.come(notes[40:50])
    assert watched.told[-1] == TrashQuestion()


def test_notes_that_were_never_listed_or_are_restored_count_for_nothing(watched):
    notes = watched.notes(30)
    watched.come(notes[:15])
    watched.come(notes[:15], trashed=False)
    fresh = watched.desk.new_notes(30)
    watched.come(fresh)
    assert watched.told == []


def test_who_may_not_bring_them_back_is_not_asked(watched):
    notes = watched.notes(30)
    store = watched.desk.store
    store.adopt(server="s", account="a", personal="P" * 22, everything=False)
    store.set_account_notebooks([(NOTEBOOK, "Personal", "viewer")])
    watched.come(notes)
    assert watched.told == []
