from __future__ import annotations

from sync.server.outcome import Outcome


def test_finishing_does_the_steps_and_then_what_is_done_aside():
    done = []

    def steps():
        done.append("first")
        yield
        done.append("second")

    Outcome(rest=steps(), aside=lambda: done.append("aside")).finish()
    assert done == ["first", "second", "aside"]


def test_whoever_watches_is_told_after_each_step():
    done, told = [], []
    steps = (done.append(number) for number in range(3))
    Outcome(rest=steps, progress=lambda: (len(done), 3)).finish(lambda *far: told.append(far))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_an_error_is_said_instead_of_a_value():
    assert Outcome({"a": 1}).said() == {"value": {"a": 1}}
    assert Outcome({"a": 1}, error="no").said() == {"error": "no"}
