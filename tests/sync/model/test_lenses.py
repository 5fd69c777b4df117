"""
Lenses: both laws on generated histories, and what each word of the vocabulary does to what a person sees.

HYPOTHESIS_PROFILE=soak python -m pytest tests/sync/model/test_lenses.py        10,000 histories of each lens
LENS_SEED=n LENS_HISTORIES=1 python -m pytest tests/sync/model/test_lenses.py   one history again
"""

from __future__ import annotations

import os

import pytest

from crdt import Delta, Document, Stamp
from sync.model.lenses import Add, Chain, Convert, Hoist, Lens, Plunge, Remove, Rename, Shadow, Wrap
from tests.support.lens_world import LENSES, RIDS, LensWorld, check_laws, check_merging, copied

SOAK = os.environ.get("HYPOTHESIS_PROFILE") == "soak"
HISTORIES = int(os.environ.get("LENS_HISTORIES", "10000" if SOAK else "25"))
FIRST_SEED = int(os.environ.get("LENS_SEED", "0"))


def written(values: dict, rid: int = 5, ms: int = 1_000) -> Document:
    document = Document(rid)

    def fill(edit) -> None:
        for key, value in values.items():
            if isinstance(value, dict):
                edit.make((key,), "map")
                for inner, one in value.items():
                    edit.set((key, inner), one)
            else:
                edit.set((key,), value)

    document.edit(Stamp(ms, 0, rid), fill)
    return document


def shown(*steps, **values):
    return Lens(2, steps).state(written(values)).to_value()


@pytest.mark.timeout(0 if SOAK else 120)
@pytest.mark.parametrize("name", LENSES)
def test_both_laws_hold_on_generated_histories(name) -> None:
    for seed in range(FIRST_SEED, FIRST_SEED + HISTORIES):
        check_laws(LENSES[name], seed)


def test_what_is_added_is_there_in_every_older_document() -> None:
    assert shown(Add(("icon",), "x"), word=1) == {"icon": "x", "word": 1}


def test_what_is_renamed_keeps_its_value_and_gives_way_to_nothing() -> None:
    assert shown(Rename(("word",), "term"), word=1, term=2) == {"term": 1, "term~": 2}


def test_what_is_renamed_inside_of_anything_is_found_there() -> None:
    assert shown(Rename(("tags", "*"), "all"), tags={"a": 1}) == {"tags": {"a": 1}}
    assert shown(Rename(("tags", "a"), "b"), tags={"a": 1}) == {"tags": {"b": 1}}


def test_what_is_written_inside_of_something_renamed_is_renamed_and_converted_too() -> None:
    """Histories seldom come this deep: the container was made before, and its new place must lead back."""
    chain, old = LENSES["rename inside"], written({"box": {}})
    old.edit(Stamp(1_001, 0, 5), lambda edit: edit.make(("box", "word"), "map"))
    new = chain.state(copied(old))
    inside = old.edit(
        Stamp(1_002, 0, 5),
        lambda edit: (edit.set(("box", "word", "created"), 1), edit.set(("box", "word", "word"), 2)),
    )
    new.apply(chain.delta(new, inside))
    assert new.encode() == chain.state(copied(old)).encode()
    assert new.to_value() == {"box": {"tags": {"icon": 1, "word": "2@1"}}}


def test_what_is_plunged_stands_inside_of_an_object() -> None:
    assert shown(Plunge("pinned", "state"), pinned=True) == {"state": {"pinned": True}}


def test_what_is_wrapped_stands_inside_of_an_object_at_its_place() -> None:
    assert shown(Wrap("word", "text"), word="a") == {"word": {"text": "a"}}


def test_what_is_hoisted_stands_in_the_root_and_its_object_is_kept() -> None:
    assert shown(Hoist("box", "word", "word"), box={"word": 1, "more": 2}) == {
        "word": 1,
        "~2": {"box": {"more": 2}},
    }


def test_what_is_converted_may_look_at_the_time_it_was_written() -> None:
    assert shown(Convert(("word",), lambda value, ms: [value, ms]), word=1) == {"word": [1, 1_000]}
    assert shown(Convert(("word",), lambda value, ms: None), word=1) == {}


def test_what_is_removed_is_kept_in_the_attic() -> None:
    assert shown(Remove("word"), word={"a": 1}, rest=2) == {"rest": 2, "~2": {"word": {"a": 1}}}


def test_a_migrated_document_keeps_its_authors_times_and_groups() -> None:
    document = LensWorld(4, 60).replicas[0]
    chain = LENSES["model 2"]
    ends = {rid: document.version().end(rid) for rid in RIDS}
    history = document.history()
    after = chain.state(copied(document))
    assert {rid: after.version().end(rid) for rid in RIDS} == ends
    assert [burst for burst in after.history() if burst.rid != 2] == history


def test_a_fold_beside_shows_what_translating_would_have() -> None:
    chain = LENSES["three in a row"]
    for seed in range(20):
        world = LensWorld(seed)
        shadow, new = Shadow(Document(99), chain), chain.state(Document(99))
        translated = chain.state(Document(99))
        for delta in world.deltas:
            translated.apply(chain.delta(translated, delta))
            assert shadow.fold(new, delta) is new
        assert new.encode() == translated.encode()
        assert new.encode() == chain.state(copied(shadow.old)).encode()


def test_a_refused_delta_changes_neither_side_of_a_fold() -> None:
    chain = LENSES["model 2"]
    late = written({"pinned": True}).edit(Stamp(9_000, 0, 5), lambda edit: edit.set(("pinned",), False))
    shadow, new = Shadow(Document(99), chain), chain.state(Document(99))
    before = new.encode()
    with pytest.raises(ValueError, match=r".*"):
        shadow.fold(new, late)
    assert new.encode() == before
    assert shadow.old.encode() == Document(99).encode()


class _Broken(Lens):
    """A lens with a bug that the laws must find."""

    def __init__(self, bug: str) -> None:
        super().__init__(2, (Plunge("pinned", "state"), Rename(("created_ms",), "created")))
        self.bug = bug

    def delta(self, document: Document, delta: Delta) -> Delta:
        if self.bug == "deltas stay where they were":
            return delta
        if self.bug == "one key is forgotten":
            ops = [
                [*op[:6], "created_ms", *op[7:]] if op[6:7] == ["created"] else op
                for op in self._ops_of(document, delta)
            ]
            return Delta(delta.rid, delta.start, delta.end, delta.stamp, ops)
        return super().delta(document, delta)

    def _ops_of(self, document: Document, delta: Delta):
        return [list(op) for op in super().delta(document, delta).ops]

    def state(self, document: Document) -> Document:
        document = super().state(document)
        if self.bug == "the lens writes as whoever migrates":
            document.edit(Stamp(1, 0, document.rid), lambda edit: edit.set(("state", "archived"), False))
        return document


class _Alone(Chain):
    """A chain of one broken lens, which does not know better."""

    def delta(self, document: Document, delta: Delta) -> Delta:
        return self.lenses[0].delta(document, delta)


@pytest.mark.parametrize(
    "bug", ["deltas stay where they were", "one key is forgotten", "the lens writes as whoever migrates"]
)
def test_a_planted_bug_breaks_a_law(bug) -> None:
    def on_some_history() -> None:
        for seed in range(40):
            check_laws(_Alone([_Broken(bug)]), seed)

    with pytest.raises((AssertionError, ValueError)):
        on_some_history()


def test_merging_what_nobody_shares_is_lawful_too() -> None:
    check_merging(LENSES["model 2"], written({"pinned": True}), written({"pinned": False}, rid=6))
