"""Who is in the note is seen above it and in it; who stands still is dimmed; one can go where they are."""

import pytest

from app.models.people import IDLE_MS, number_of, person_of
from app.widgets.note_view import NoteView
from sync.client.state import Status
from sync.protocol.messages import Presence
from tests.support.open_notes import Kept, open_note

LINES = "\n".join(f"line {number}" for number in range(200))


@pytest.fixture
def view(appearance):
    made = NoteView(appearance)
    made.company.now_ms = lambda: now[0]
    made.resize(900, 600)
    made.show()
    yield made
    made.show_nothing("pin", "", "")
    made.close()


now = [0]


@pytest.fixture(autouse=True)
def clock():
    now[0] = 1_000
    return now


def peer(note, conn, at, account="a", name="Ana"):
    anchor = note.body.anchor(at) if at is not None else None
    return Presence("home/notes", note.id, anchor, anchor, conn=conn, account=account, name=name)


def carets(note, view):
    heard = []
    note.presence.connect(heard.append)
    view.company.show()
    note.presence.disconnect(heard.append)
    return {caret.name: caret.idle for caret in heard[-1]}


def test_who_has_not_moved_for_a_minute_is_dimmed_until_they_move(view, clock):
    note = open_note(body="hello")
    view.show_note(note)
    note.peers.emit([peer(note, 1, 0), peer(note, 2, 3, "b", "Ben")])
    clock[0] += IDLE_MS - 1
    assert carets(note, view) == {"Ana": False, "Ben": False}
    note.peers.emit([peer(note, 1, 0), peer(note, 2, 4, "b", "Ben")])
    assert view.company._dimming.interval() == 1
    clock[0] += 1
    assert carets(note, view) == {"Ana": True, "Ben": False}
    assert [avatar._idle for avatar in view.company.strip.avatars] == [True, False]
    note.peers.emit([peer(note, 1, 1), peer(note, 2, 4, "b", "Ben")])
    assert carets(note, view) == {"Ana": False, "Ben": False}


def test_who_is_here_has_a_colour_that_nobody_else_has_here_and_none_is_mine(view, appearance):
    note = open_note(body="hello")
    view.company.take_status(Status(conn=1, account="account 15"))
    view.show_note(note)
    alike = ["account 3", "account 8", "account 15"]
    assert len({number_of(account) % len(appearance.theme.people) for account in alike}) == 1
    heard = []
    note.presence.connect(heard.append)
    note.peers.emit([peer(note, 3, 0, alike[0]), peer(note, 2, 1, alike[1], "Ben")])
    circles = [person.hue for person in view.company.people]
    assert [appearance.theme.person(hue) for hue in circles] == [caret.colour for caret in heard[-1]]
    mine = number_of(alike[2]) % len(appearance.theme.people)
    assert sorted(circles) == [mine + 1, mine + 2]
    note.peers.emit([peer(note, 3, 0, alike[0])])
    assert [person.hue for person in view.company.people] == circles[:1]


def test_a_person_is_awake_while_one_of_their_windows_is(view, clock):
    note = open_note(body="hello")
    view.show_note(note)
    note.peers.emit([peer(note, 1, 0)])
    clock[0] += IDLE_MS
    note.peers.emit([peer(note, 1, 0), peer(note, 2, 1)])
    assert len(view.company.people) == 1
    assert not view.company.strip.avatars[0]._idle


def test_where_somebody_moved_last_is_brought_into_sight_and_little_movements_move_nothing(view, clock):
    note = open_note(body=LINES)
    view.show_note(note)
    bar = view.edit.verticalScrollBar()
    end = len(LINES)
    note.peers.emit([peer(note, 1, 0), peer(note, 2, end)])
    clock[0] += 5
    note.peers.emit([peer(note, 1, 0), peer(note, 2, end - 1)])
    view.company.bring_into_sight(person_of(peer(note, 1, 0)))
    stood = bar.value()
    assert stood > 0
    assert 0 <= view.edit.rect_at(end - 1).center().y() <= view.edit.viewport().height()
    clock[0] += 5
    note.peers.emit([peer(note, 1, 0), peer(note, 2, end - 9)])
    view.company.bring_into_sight(person_of(peer(note, 1, 0)))
    assert bar.value() == stood


def test_nothing_moves_for_somebody_whose_place_is_not_known(view):
    note = open_note(body=LINES)
    other = open_note(Kept(8), body=LINES)
    view.show_note(note)
    note.peers.emit([peer(note, 1, None), peer(other, 2, 500, "b", "Ben")])
    for one in (peer(note, 1, None), peer(other, 2, 500, "b", "Ben"), peer(note, 3, 1, "c", "Cy")):
        view.company.bring_into_sight(person_of(one))
    assert view.edit.verticalScrollBar().value() == 0
