"""Connections of another data model than the server's: what they may say and what they are told."""

from __future__ import annotations

import pytest

from sync.protocol import messages as m
from tests.support.peer import PASSWORD, Author
from tests.support.session_world import SessionWorld
from tests.support.worlds import world_of

world = world_of(SessionWorld, data_model="2.0")


def signed_up(world, model):
    talk = world.hello(Author(model=model))
    talk.enter("sign_up", email="ann@example.org", password=PASSWORD, name="Ann")
    return talk


def device(world, talk, model):
    other = world.hello(Author(model=model))
    other.enter("sign_in", email=talk.email, password=PASSWORD)
    return other


@pytest.mark.covers("mode ahead", "nack migrating")
def test_a_program_ahead_of_the_server_may_only_wait(tmp_path):
    world = SessionWorld(tmp_path, data_model="1.0")
    talk = signed_up(world, "2.0")
    assert talk.session.mode == "ahead"
    assert talk.push(talk.notes, talk.author.note(talk.notes)[1]).one(m.Nack).code == "migrating"
    assert talk.subscribe(talk.notes).via == "none"
    world.close()


def test_a_program_behind_the_server_may_send_and_is_sent_nothing(world):
    ann = signed_up(world, "2.0")
    ann.subscribe(ann.notes)
    old = device(world, ann, "1.0")
    granted = old.subscribe(ann.notes, epoch=77, cursor=9)
    assert (granted.status, granted.via, granted.epoch, granted.head) == ("ok", "none", 77, 9)
    ann.push(ann.notes, ann.author.note(ann.notes)[1])
    ann.do(m.Presence(ann.notes))
    assert old.heard() == []
    note, first = old.author.note(ann.notes, "Plan")
    assert old.push(ann.notes, first).one(m.Ack) == m.Ack(ann.notes, 1, 1, 3)
    assert [row.document for row in ann.heard().one(m.Deltas).deltas] == [note, note]


def test_a_refusal_is_told_to_a_program_behind_without_the_state(world):
    ann = signed_up(world, "2.0")
    old = device(world, ann, "1.0")
    note, first = old.author.note(ann.notes, "Plan")
    bad = old.author.edit(ann.notes, note, lambda edit: edit.set(("pinned",), "nonsense"))
    (told,) = old.push(ann.notes, first, bad).one(m.Ack).rejected
    assert (told.n, told.code, told.state) == (2, "schema", None)
    old.do(m.Subscribe((m.Wanted(ann.notes, "content", 0, 0, 1, b"\0" * 8),)))
    (again,) = old.heard().one(m.Ack).rejected
    assert (again.n, again.code, again.state) == (2, "schema", None)


def test_a_program_behind_what_is_still_taken_is_heard_about_nothing(world):
    ann = signed_up(world, "2.0")
    world.opened.model.min_push = "1.1"
    old = device(world, ann, "1.0")
    assert old.session.mode == "blocked"
    assert old.push(ann.notes, old.author.note(ann.notes)[1]).one(m.Nack).code == "migrating"
    assert old.subscribe(ann.notes).via == "none"


@pytest.mark.covers("message Welcome")
@pytest.mark.parametrize(
    ("version", "min_push", "mode"),
    [
        pytest.param("2.1", "2.1", "blocked", marks=pytest.mark.covers("mode blocked")),
        ("3.0", "2.0", "send_only"),
    ],
)
def test_a_connection_is_welcomed_again_when_its_mode_changes(world, version, min_push, mode):
    ann = signed_up(world, "2.0")
    ann.subscribe(ann.notes)
    ann.heard()
    world.opened.model.version, world.opened.model.min_push = version, min_push
    ann.session.remodel(world.now_ms)
    told = ann.heard()
    assert told.kinds() == [m.Unsubscribe, m.Welcome]
    assert told.one(m.Unsubscribe).why == "migrated"
    assert told.one(m.Welcome).model == m.ModelSaid(version, min_push, mode)
    assert told.one(m.Welcome).auth.state == "ok"
    world.opened.model.version = world.opened.model.min_push = "2.0"
    ann.session.remodel(world.now_ms)
    assert ann.heard().one(m.Welcome).model.mode == "full"
    assert ann.subscribe(ann.notes).via == "log"
