"""
Names of notebooks, and that they are deleted, are told to the server, once it can be, and given up where it
does not take them.
"""

from __future__ import annotations

import pytest

from sync.client import events as e
from sync.protocol import messages as m
from sync.protocol.rows import NotebookRow
from tests.support.engine_bench import PERSONAL

OTHER = "S" * 22
ROWS = (NotebookRow(PERSONAL, "Personal", "owner"), NotebookRow(OTHER, "Team", "owner"))


def told(bench):
    return [call for call in bench.sent(m.Call) if call.name == "rename_notebook"]


def names(bench):
    return [row.name for row in bench.store.notebooks()]


def rename(bench, name):
    bench.store.rename_notebook(OTHER, name)
    bench.feed(e.Written(now=True))


@pytest.fixture
def live(bench):
    bench.live()
    bench.hear(bench.notice(*ROWS))
    bench.grant()
    return bench


def test_a_name_is_told_once(live):
    rename(live, "Crew")
    (call,) = told(live)
    assert call.args == {"notebook": OTHER, "name": "Crew"}
    assert not live.engine.drained
    live.feed(e.Written(now=True))
    assert told(live) == []
    live.hear(m.Result(call.id, value={"name": "Crew"}))
    assert live.engine.drained
    assert names(live) == ["Personal", "Crew"]


def test_a_name_given_while_another_is_on_its_way_is_told_after_it(live):
    rename(live, "Crew")
    (call,) = told(live)
    rename(live, "Gang")
    assert told(live) == []
    live.hear(m.Result(call.id, value={"name": "Crew"}))
    assert [call.args["name"] for call in told(live)] == ["Gang"]


@pytest.mark.parametrize("code", ["none", "forbidden", "bad_args"])
def test_a_name_that_is_refused_for_good_is_given_up(live, code):
    rename(live, "Crew")
    (call,) = told(live)
    live.hear(m.Result(call.id, code))
    assert names(live) == ["Personal", "Team"]
    assert live.engine.drained


def test_what_was_named_offline_or_is_put_off_is_told_on_the_next_connection(live):
    rename(live, "Crew")
    (call,) = told(live)
    live.hear(m.Result(call.id, "busy"))
    live.feed(e.Written(now=True))
    assert told(live) == []
    live.feed(e.Lost("reset"))
    live.now = live.engine.wake_ms
    live.feed(e.Ticked())
    live.feed(e.Opened())
    live.hear(live.welcome(), live.notice(*ROWS))
    assert names(live) == ["Personal", "Crew"], "what the server says is older"
    live.feed(e.Written(now=True))
    assert [call.args["name"] for call in told(live)] == ["Crew"]


def test_a_name_given_while_the_notebook_is_being_made_is_told_behind_it(live):
    live.store.add_notebook("N" * 22, "New notebook")
    live.engine.make_notebooks()
    live.feed(e.Written(now=True))
    (made,) = [call for call in live.sent(m.Call) if call.name == "create_notebook"]
    live.store.rename_notebook("N" * 22, "Work")
    live.hear(m.Result(made.id))
    assert [call.args for call in told(live)] == [{"notebook": "N" * 22, "name": "Work"}]
    live.hear(live.notice(*ROWS, NotebookRow("N" * 22, "New notebook", "owner")))
    assert names(live) == ["Personal", "Team", "Work"]


# --- deleted notebooks -------------------------------------------------------------------------------------


def hide(bench, hidden=True):
    bench.store.set_hidden(OTHER, hidden)
    bench.feed(e.Written(now=True))


def hidings(bench):
    return [call for call in bench.sent(m.Call) if call.name == "hide_notebook"]


def is_hidden(bench):
    return [row.hidden for row in bench.store.notebooks() if row.id == OTHER] == [True]


def noticed(*hidden):
    return m.Notice("account", ROWS, PERSONAL, hidden=hidden)


def test_that_a_notebook_is_deleted_is_told_once_and_that_it_is_back(live):
    for hidden in (True, False):
        hide(live, hidden)
        (call,) = hidings(live)
        assert call.args == {"notebook": OTHER, "hidden": hidden}
        assert not live.engine.drained
        live.feed(e.Written(now=True))
        assert hidings(live) == []
        live.hear(m.Result(call.id, value={"hidden": hidden}))
        assert live.engine.drained
        assert is_hidden(live) is hidden


def test_what_is_taken_back_while_it_is_on_its_way_is_told_after_it(live):
    hide(live)
    (call,) = hidings(live)
    hide(live, False)
    assert hidings(live) == []
    live.hear(m.Result(call.id, value={"hidden": True}))
    assert [call.args["hidden"] for call in hidings(live)] == [False]
    assert not is_hidden(live)


@pytest.mark.parametrize("code", ["shared", "none", "forbidden", "bad_args"])
def test_a_deletion_that_is_refused_for_good_is_given_up_and_shown(live, code):
    hide(live)
    (call,) = hidings(live)
    live.did(e.NotebooksChanged)
    live.hear(m.Result(call.id, code))
    assert not is_hidden(live)
    assert live.did(e.NotebooksChanged)
    assert live.engine.drained


def test_a_server_that_does_not_know_of_it_yet_leaves_the_notebook_deleted_here(live):
    hide(live)
    (call,) = hidings(live)
    live.hear(m.Result(call.id, "unknown_call"))
    live.hear(live.notice(*ROWS))
    assert is_hidden(live)
    assert live.engine.drained
    assert hidings(live) == []


def test_what_was_deleted_offline_is_told_on_the_next_connection_and_is_the_last_word(live):
    live.feed(e.Lost("reset"))
    hide(live)
    live.now = live.engine.wake_ms
    live.feed(e.Ticked())
    live.feed(e.Opened())
    live.hear(live.welcome(), noticed())
    assert is_hidden(live), "what the server says is older"
    assert [call.args for call in hidings(live)] == [{"notebook": OTHER, "hidden": True}]


def test_what_another_device_deleted_is_deleted_here_and_told_to_nobody(live):
    live.did(e.NotebooksChanged)
    live.hear(noticed(OTHER))
    assert is_hidden(live)
    assert live.did(e.NotebooksChanged)
    live.hear(noticed())
    assert not is_hidden(live)
    assert hidings(live) == []


def test_a_name_and_a_deletion_of_one_notebook_are_told_both(live):
    rename(live, "Crew")
    hide(live)
    assert [call.name for call in live.sent(m.Call)] == ["rename_notebook", "hide_notebook"]
