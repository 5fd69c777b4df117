"""
People who know one text, edit it apart and hear of each other afterwards: every way in which that can go.

`meet` plays one scene and holds all ways against each other and against the oracle: each person in each order
of merging, a newcomer under every delivery order of single ops that causality allows, views that know nothing
but patches; everything once as it stands and once saved and loaded in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import permutations
from typing import Any

from crdt.errors import CausalGap
from crdt.text import RichText
from tests.support.oracle_text import OracleText
from tests.support.text_world import Shadow

FOX = "The fox jumped."
STARTER, NEWCOMER = 50, 77
PEOPLE = (11, 92, 60)
"""Replica ids on both sides of the starter's; `everybody` lets each person have each of them."""
LIVE_ORDERS_MAX = 300
"""Delivery orders that are played without saving; the others are covered by the lattice of states."""

Edit = Callable[[RichText], list]


def place(text: RichText, words: str) -> tuple[int, int]:
    """Where the words stand, which do so exactly once, as (start, end)."""
    assert text.text().count(words) == 1
    start = text.text().index(words)
    return start, start + len(words)


def put(words: str, kind: str, value: object = True) -> Edit:
    """Format the words."""
    return lambda text: text.format(*place(text, words), kind, value)


def type_before(words: str, typed: str) -> Edit:
    """Type right before the words."""
    return lambda text: text.insert(place(text, words)[0], typed)


def type_behind(words: str, typed: str) -> Edit:
    """Type right behind the words."""
    return lambda text: text.insert(place(text, words)[1], typed)


def remove(words: str) -> Edit:
    """Delete the words."""

    def edit(text: RichText) -> list:
        start, end = place(text, words)
        return text.delete(start, end - start)

    return edit


def then(*edits: Edit) -> Edit:
    """One after the other, each an edit group of its own."""

    def edit(text: RichText) -> list:
        ops = []
        for one in edits:
            text.new_group()
            ops.extend(one(text))
        return ops

    return edit


def reloaded(text: RichText, rid: int | None = None) -> RichText:
    """The text after a save and a load, held by the same replica or another."""
    return RichText.decode(text.encode(), holder(text) if rid is None else rid)


def undo_all(text: RichText) -> list[Any]:
    """Undo until there is nothing left; what redo must show again, in its order."""
    before: list[Any] = []
    while text.can_undo:
        before.append(shown(text))
        assert len(text.undo()) == 1
    assert text.undo() == []
    return before[::-1]


def holder(text: RichText) -> int:
    """Whose replica this is."""
    return text._replicas.rids[0]


def shown(text) -> tuple:
    """All that a reader sees."""
    return text.text(), text.spans(), text.blocks()


def prepared(base: str | Edit) -> tuple[RichText, list]:
    """The text everybody starts from, and its ops."""
    text = RichText(STARTER)
    ops = text.insert(0, base) if isinstance(base, str) else base(text)
    return text, ops


def meet(base: str | Edit, *apart: Edit, rids: Sequence[int] = PEOPLE) -> RichText:
    """
    Let each person edit the base apart from the others; what all of them then have.

    Args:
        base: The text, or an edit that makes it.
        apart: One edit for each person.
        rids: The replica of each person.

    Returns:
        The merged text, held by a newcomer.
    """
    text, base_ops = prepared(base)
    people, queues = [], [base_ops]
    for rid, edit in zip(rids, apart, strict=False):
        person = reloaded(text, rid)
        person.new_group()
        queues.append(edit(person))
        people.append(person)
    found = RichText(NEWCOMER)
    oracle = OracleText()
    for op in [op for ops in queues for op in ops]:
        found.apply([op])
        oracle.add(op)
    assert found.spans() == oracle.spans()
    assert found.blocks() == oracle.blocks()
    found.check()
    for state in [*merged(people), *delivered(queues)]:
        assert shown(state) == shown(found)
        assert state.encode() == found.encode()
    through_saved_states(queues)
    return found


def everybody(base: str | Edit, *apart: Edit) -> list[RichText]:
    """`meet` for each way of giving the ids to the people: the greater one must not matter, or only it."""
    return [meet(base, *apart, rids=rids) for rids in permutations(PEOPLE[: len(apart)])]


def merged(people: list[RichText]) -> Iterator[RichText]:
    """Each person after merging all others, in every order, with and without a save and load before each."""
    for me in people:
        others = [person for person in people if person is not me]
        for order in permutations(others):
            for saving in (False, True):
                mine, view = reloaded(me), Shadow()
                view.apply(RichText(NEWCOMER).merge(me))
                for other in order:
                    view.apply(mine.merge(reloaded(other) if saving else other))
                    mine = reloaded(mine) if saving else mine
                mine.check()
                assert view.blocks() == mine.blocks()
                yield mine


def orders(queues: list[list]) -> Iterator[list]:
    """Every order of the ops that keeps each queue's own order."""
    if not any(queues):
        yield []
    for number, queue in enumerate(queues):
        if queue:
            rest = [*queues[:number], queue[1:], *queues[number + 1 :]]
            for order in orders(rest):
                yield [queue[0], *order]


def delivered(queues: list[list]) -> Iterator[RichText]:
    """A newcomer under each order in which the ops can come, one op at a time, with a view beside it."""
    count = 0
    for order in orders(queues):
        text, view = RichText(NEWCOMER), Shadow()
        try:
            for op in order:
                view.apply(text.apply([op]))
                assert text.apply([op]) == []
        except CausalGap:
            continue
        assert view.blocks() == text.blocks()
        count += 1
        yield text
        if count == LIVE_ORDERS_MAX:
            return


def through_saved_states(queues: list[list]) -> None:
    """
    All delivery orders with a save and load after each op, by induction over what has arrived.

    Whatever the order in which a set of ops came, the bytes are the same; so each set is visited once.
    """
    states = {(0,) * len(queues): RichText(NEWCOMER).encode()}
    todo = list(states)
    while todo:
        places = todo.pop()
        for number, queue in enumerate(queues):
            if places[number] == len(queue):
                continue
            text = RichText.decode(states[places], NEWCOMER)
            before = text.encode()
            assert before == states[places]
            try:
                text.apply([queue[places[number]]])
            except CausalGap:
                assert text.encode() == before
                continue
            after = tuple(at + (one == number) for one, at in enumerate(places))
            if after not in states:
                text.check()
                states[after] = text.encode()
                todo.append(after)
            assert text.encode() == states[after]
