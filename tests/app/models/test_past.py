"""The past of a note is what it was, and differences lead from one version to the other."""

from hypothesis import given
from hypothesis import strategies as st

from app.models.past import (
    SITTING_MS,
    authors_at,
    changes_between,
    news_since,
    sittings,
    version_at,
)
from crdt import Burst, Clock, Document, Version
from sync.model.lenses import written_by_people
from sync.model.v1 import new_note
from sync.model.versions import chain

MINUTE = 60_000


def text_of(blocks):
    return "\n".join("".join(text for text, _ in spans) for spans, _ in blocks)


def only(past, *kinds):
    """The text of some kinds of stretches."""
    whole = text_of(past.blocks)
    keep = [True] * (len(whole) + 1)
    for tint in past.tints:
        if tint.tone not in kinds:
            keep[tint.start : tint.end] = [False] * (tint.end - tint.start)
    return "".join(letter for letter, kept in zip(whole, keep, strict=False) if kept)


def test_bursts_of_one_person_with_short_pauses_are_one_sitting():
    bursts = [Burst(1, 0, 5, 0), Burst(1, 5, 9, SITTING_MS), Burst(2, 0, 3, SITTING_MS + 5)]
    bursts += [Burst(1, 9, 12, SITTING_MS + 9), Burst(1, 12, 15, 2 * SITTING_MS + 10)]
    found = sittings(bursts)
    assert [(one.rid, one.first, one.stop) for one in found] == [(1, 0, 2), (2, 2, 3), (1, 3, 4), (1, 4, 5)]
    assert sittings([]) == []
    assert version_at(bursts, 3) == Version({1: 9, 2: 3})
    assert version_at(bursts, 0) == Version({})


class Pair:
    """Two people in one note."""

    def __init__(self, mine=1, theirs=2):
        self.clocks = [Clock(rid) for rid in (mine, theirs)]
        self.now_ms = 1_000
        first, delta = new_note(mine, self.clocks[0].tick(self.now_ms), title="t", created_ms=1)
        second = Document(theirs)
        second.apply(delta)
        self.notes = [first, second]

    def edit(self, who, intent):
        self.now_ms += MINUTE
        self.notes[who].new_group()
        delta = self.notes[who].edit(self.clocks[who].tick(self.now_ms), lambda e: intent(e.text(("body",))))
        self.notes[1 - who].apply(delta)


def test_what_was_added_and_removed_is_tinted_with_the_blocks_of_then():
    pair = Pair()
    pair.edit(0, lambda body: body.insert(0, "one\ntwo\nthree"))
    pair.edit(0, lambda body: body.set_block(0, {"kind": "heading", "level": 1}))
    old = pair.notes[0].version()
    pair.edit(1, lambda body: body.delete(4, 4))
    pair.edit(1, lambda body: body.insert(3, "!"))
    past = changes_between(pair.notes[0], old, pair.notes[0].version())
    assert text_of(past.blocks) == "one!\ntwo\nthree"
    assert (past.added, past.removed) == (1, 4)
    assert past.blocks[0][1] == {"kind": "heading", "level": 1}
    assert ("two", {"strike": True}) in past.blocks[1][0]
    assert only(past, "inserted") == "one!\nthree"
    assert only(past, "deleted") == "one\ntwo\nthree"


def test_who_wrote_what_is_told_of_any_version():
    pair = Pair()
    pair.edit(0, lambda body: body.insert(0, "mine "))
    first = pair.notes[0].version()
    pair.edit(1, lambda body: body.insert(5, "theirs"))
    past = authors_at(pair.notes[0], pair.notes[0].version())
    assert [(t.start, t.end, t.tone) for t in past.tints] == [(0, 5, 1), (5, 11, 2)]
    assert [t.tone for t in authors_at(pair.notes[0], first).tints] == [1]


def test_news_are_what_others_wrote_since():
    pair = Pair()
    seen = pair.notes[0].version().encode()
    assert news_since(pair.notes[0], seen, {1}) == set()
    pair.edit(0, lambda body: body.insert(0, "mine"))
    assert news_since(pair.notes[0], seen, {1}) == set()
    pair.edit(1, lambda body: body.insert(0, "theirs"))
    assert news_since(pair.notes[0], seen, {1}) == {2}


def test_what_going_to_a_newer_model_made_is_nobodys_writing():
    pair = Pair(5_001, 5_002)
    pair.edit(1, lambda body: body.insert(0, "theirs"))
    history, seen = pair.notes[0].history(), pair.notes[0].version().encode()
    new = chain("notes", "1.0", "2.0").state(pair.notes[0])
    bursts = written_by_people(new)
    assert bursts == history != new.history()
    assert news_since(new, seen, {5_001}) == set()
    assert new.text(("body",)).text_at(version_at(bursts, len(bursts))) == "theirs"


edits = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 30), st.integers(0, 6), st.text("ab\n🙂", max_size=6)),
    max_size=8,
)


@given(edits, st.integers(0, 8), st.integers(0, 8))
def test_differences_hold_both_texts(steps, one, other):
    pair = Pair()
    versions = [pair.notes[0].version()]

    def apply(body, at, count, text):
        at = min(at, len(body))
        body.delete(at, min(count, len(body) - at))
        body.insert(at, text)

    for who, at, count, text in steps:
        pair.edit(who, lambda body, a=at, c=count, t=text: apply(body, a, c, t))
        versions.append(pair.notes[0].version())
    old, new = versions[min(one, len(versions) - 1)], versions[min(other, len(versions) - 1)]
    past = changes_between(pair.notes[0], old, new)
    body = pair.notes[0].text(("body",))
    assert only(past, "inserted") == body.text_at(new)
    assert only(past, "deleted") == body.text_at(old)
    kept = [attributes for _, attributes in body.at(new).blocks()]
    assert past.blocks[-1][1] == kept[-1]
