"""Every question is answered once."""

from sync.client.calls import Calls
from sync.client.events import Answered, Asked
from sync.client.line import Line
from sync.protocol.messages import Result


def made(bench):
    line = Line(bench.store, bench.desk.ticker)
    return Calls(line), line


def test_a_question_without_a_connection_is_answered_offline(bench):
    calls, line = made(bench)
    calls.ask(Asked(1, "devices", {}))
    assert line.take() == [Answered(1, Result(1, "offline"))]
    assert not calls.waiting


def test_a_sign_in_waits_for_a_connection(bench):
    calls, line = made(bench)
    calls.ask(Asked(1, "sign_in", {}, server="ws://server"))
    assert calls.waiting
    assert line.take() == []
    calls.fail("offline")
    assert [effect.id for effect in line.take()] == [1]


def test_an_answer_is_passed_on_once_and_a_lost_connection_answers_the_rest(bench):
    calls, line = made(bench)
    calls.live = True
    calls.ask(Asked(1, "devices", {}))
    calls.ask(Asked(2, "devices", {}))
    calls.pump()
    assert len(line.take()) == 2
    calls.answered(Result(1, value=[]))
    calls.answered(Result(1, value=[]))
    calls.answered(Result(77, value=[]))
    assert line.take() == [Answered(1, Result(1, value=[]))]
    calls.lost()
    assert line.take() == [Answered(2, Result(2, "offline"))]
