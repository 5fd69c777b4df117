from __future__ import annotations

from dataclasses import replace

import pytest

from sync.limits import BATCH_DELTAS_MAX, BATCH_SIZE_MAX, CHECK_DOCUMENTS_MAX
from sync.protocol import messages as m
from sync.protocol.chain import CHAIN_START, chain_next
from sync.server.checking import MENDING_MS
from tests.support.peer import Author, new_id
from tests.support.session_world import SessionWorld


@pytest.fixture
def world(tmp_path):
    made = SessionWorld(tmp_path)
    made.realm = replace(made.realm, restored_ms=made.now_ms)
    yield made
    made.close()


@pytest.fixture
def ann(world):
    talk = world.signed_up("ann")
    talk.subscribe(talk.notes)
    talk.note, first = talk.author.note(talk.notes)
    talk.push(talk.notes, first)
    talk.heard()
    return talk


def _check(talk, followed, **changed):
    epoch = talk.world.opened.store.stream(followed).epoch
    args = {
        "stream": followed,
        "epoch": epoch,
        "cursor": 9,
        "after": "",
        "upto": "",
        "documents": [],
        **changed,
    }
    return talk.call("check", **args).one(m.Result)


@pytest.mark.covers("call check")
def test_digests_are_compared(ann):
    digest = chain_next(CHAIN_START, ann.note, ann.author.documents[ann.note].encode())
    assert _check(ann, ann.notes, documents=[[ann.note, digest]]).value == {"differ": [], "unknown": []}
    assert _check(ann, ann.notes).value == {"differ": [ann.note], "unknown": []}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        pytest.param({"epoch": 1}, "moved", marks=pytest.mark.covers("refusal moved")),
        ({"cursor": None}, "bad_args"),
        ({"after": 3}, "bad_args"),
        ({"upto": None}, "bad_args"),
        ({"documents": None}, "bad_args"),
        ({"documents": [["x"]]}, "bad_args"),
        ({"documents": [["x", b"short"]]}, "bad_args"),
        ({"documents": [["x", b""]] * CHECK_DOCUMENTS_MAX}, ""),
        ({"documents": [["x", b""]] * (CHECK_DOCUMENTS_MAX + 1)}, "bad_args"),
        ({"stream": "A" * 22 + "/notes", "epoch": 1}, "none"),
        ({"stream": 7}, "none"),
    ],
)
@pytest.mark.covers("limit CHECK_DOCUMENTS_MAX")
def test_what_cannot_be_compared_is_said(ann, changed, code):
    assert _check(ann, ann.notes, **changed).code == code


def test_a_stranger_learns_nothing(world, ann):
    eve = world.signed_up("eve")
    assert _check(eve, ann.notes).code == "none"
    assert (
        eve.call("give_back", stream=ann.notes, document=ann.note, deltas=[b"x"]).one(m.Result).code == "none"
    )


@pytest.mark.covers("call give_back")
def test_what_is_given_back_reaches_everybody(world, ann):
    phone = world.device(ann)
    phone.subscribe(ann.notes)
    phone.heard()
    lost, note = Author(), new_id()
    delta = lost.note(ann.notes, "lost", note)[1]
    heard = ann.call("give_back", stream=ann.notes, document=note, deltas=[delta.body])
    assert heard.one(m.Result).value == {"taken": 1}
    assert phone.heard().bodies() == [delta.body]


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ({"document": "short"}, "bad_args"),
        ({"deltas": None}, "bad_args"),
        ({"deltas": ["text"]}, "bad_args"),
        pytest.param({"deltas": []}, "too_big", marks=pytest.mark.covers("refusal too_big")),
        ({"deltas": [b"x"] * BATCH_DELTAS_MAX}, ""),
        ({"deltas": [b"x"] * (BATCH_DELTAS_MAX + 1)}, "too_big"),
        ({"deltas": [bytes(BATCH_SIZE_MAX // 2)] * 2}, ""),
        ({"deltas": [bytes(BATCH_SIZE_MAX // 2), bytes(BATCH_SIZE_MAX // 2 + 1)]}, "too_big"),
    ],
)
def test_what_cannot_be_taken_is_said(ann, args, code):
    given = {"stream": ann.notes, "document": new_id(), "deltas": [b"x"], **args}
    assert ann.call("give_back", **given).one(m.Result).code == code


def test_readers_give_nothing_back(world, ann):
    bob = world.signed_up("bob")
    world.set_role(ann.personal, bob.account, "viewer")
    bob.heard()
    assert _check(bob, ann.notes).code == ""
    given = bob.call("give_back", stream=ann.notes, document=ann.note, deltas=[b"x"])
    assert given.one(m.Result).code == "forbidden"


def test_only_a_server_that_was_restored_lately_takes_what_others_wrote(world, ann):
    given = {"stream": ann.notes, "document": new_id(), "deltas": [b"x"]}
    world.now_ms += MENDING_MS
    assert ann.call("give_back", **given).one(m.Result).code == ""
    world.now_ms += 1
    assert ann.call("give_back", **given).one(m.Result).code == "none"
