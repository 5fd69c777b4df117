"""Effects leave in the order in which they were decided on."""

from sync.client.events import Close, Noted, Send
from sync.client.line import Line
from sync.protocol.messages import Ping


def test_effects_are_taken_once_and_in_order(bench):
    line = Line(bench.store, bench.desk.ticker)
    line.send(Ping(1))
    line.note("happened", why="because")
    line.add(Close())
    assert line.take() == [Send(Ping(1)), Noted("happened", {"why": "because"}), Close()]
    assert line.take() == []
