from __future__ import annotations

import pytest

from sync.client import events as e
from sync.protocol import messages as m
from sync.protocol.chain import CHAIN_START, chain_next
from sync.protocol.rows import NotebookRow, StateChunk, StateEnd
from tests.support.engine_bench import EPOCH, PERSONAL

OTHER = "S" * 22
HERE, THERE = f"{PERSONAL}/notes", f"{OTHER}/notes"
ROWS = (NotebookRow(PERSONAL, "Personal", "owner"), NotebookRow(OTHER, "Shared", "editor"))


@pytest.fixture
def note(bench):
    """A note on the server, and another notebook."""
    bench.live()
    bench.hear(bench.notice(*ROWS))
    bench.grant()
    bench.desk.notebook = PERSONAL
    made = bench.desk.new_note("Plan", "beans ")
    bench.feed(e.Written(now=True))
    (push,) = bench.sent(m.Push)
    bench.hear(bench.ack(push))
    return made


def asked(bench):
    return [call for call in bench.sent(m.Call) if call.name == "move"]


def move(bench, note, notebook=OTHER):
    bench.store.move([note], notebook, 9)
    bench.feed(e.Written(now=True))


def test_a_move_is_asked_for_once(bench, note):
    move(bench, note)
    (call,) = asked(bench)
    assert call.args == {"document": note, "notebook": OTHER}
    assert not bench.engine.drained
    bench.hear(m.Result(call.id, value={"outcome": "moved"}))
    assert asked(bench) == []
    assert not bench.engine.drained, "it has not come yet"
    state = bench.desk.note(note).encode()
    digest = chain_next(CHAIN_START, note, state)
    chunk = StateChunk(note, 1, 0, len(state), state)
    bench.hear(m.State(THERE, EPOCH, 1, (chunk,), note, StateEnd(1, 1, digest)))
    assert bench.store.load(note).stream == THERE
    assert bench.engine.drained


def test_what_was_written_in_it_goes_first(bench, note):
    bench.desk.type(note, "peas ")
    move(bench, note)
    assert m.Call not in [type(effect.message) for effect in bench.effects if isinstance(effect, e.Send)]
    (push,) = bench.sent(m.Push)
    bench.hear(bench.ack(push))
    assert len(asked(bench)) == 1


def test_a_notebook_is_made_before_a_note_is_moved_there(bench, note):
    fresh = "F" * 22
    bench.store.add_notebook(fresh, "Plan", note)
    bench.engine.make_notebooks()
    move(bench, note, fresh)
    calls = bench.sent(m.Call)
    assert [(call.name, call.args) for call in calls] == [
        ("create_notebook", {"id": fresh, "name": "Plan", "note": note})
    ]
    bench.hear(m.Result(calls[0].id, value=[fresh, "Plan", "owner"]))
    bench.grant()
    bench.feed(e.Written(now=True))
    assert [call.args["notebook"] for call in asked(bench)] == [fresh]


@pytest.mark.parametrize("code", ["none", "forbidden", "bad_args"])
def test_a_move_that_is_refused_for_good_is_given_up(bench, note, code):
    move(bench, note)
    (call,) = asked(bench)
    bench.hear(m.Result(call.id, code))
    assert bench.store.moves() == []
    assert e.Reset(note) in bench.effects
    assert bench.engine.drained


@pytest.mark.parametrize("code", ["rate", "busy", "migrating"])
def test_what_may_be_done_later_is_asked_for_on_the_next_connection(bench, note, code):
    move(bench, note)
    (call,) = asked(bench)
    bench.hear(m.Result(call.id, code))
    bench.feed(e.Written(now=True))
    assert asked(bench) == []
    assert bench.store.moves() != []
    bench.feed(e.Lost("reset"))
    bench.now = bench.engine.wake_ms
    bench.feed(e.Ticked())
    bench.feed(e.Opened())
    bench.hear(bench.welcome(), bench.notice(*ROWS))
    bench.grant()
    bench.feed(e.Written(now=True))
    assert len(asked(bench)) == 1


def test_a_note_that_left_is_told(bench, note):
    bench.hear(m.Deltas(HERE, bench.store.stream(HERE).cursor, 3, "1.0", (m.LoggedDelta(3, note, b""),)))
    assert e.Reset(note) in bench.effects
    assert bench.store.notes() == []
