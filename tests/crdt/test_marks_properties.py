"""Marks on random histories: what shows is what a scan of all marks gives (K1-K3)."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from crdt.marks import AFTER, BEFORE
from crdt.ops import EDGE, MARK
from crdt.text import RichText
from tests.support.effort import lengths, steps
from tests.support.meeting import FOX, reloaded
from tests.support.text_world import Replica

GROWING = ("bold", "italic", "underline", "strike", "code", "highlight", "colour")
STAYING = ("link", "comment:7", "unheard of")


@given(
    st.lists(
        st.tuples(st.sampled_from(GROWING[:3] + STAYING), st.integers(0, 14), st.integers(1, 6)),
        **lengths(20),
    )
)
def test_what_is_typed_shows_what_marks_at_promised_away_from_paragraph_starts(marks):
    text = RichText(1)
    text.insert(0, FOX)
    for kind, start, length in marks:
        text.format(start, min(start + length, len(FOX)), kind, True)
    for index in range(1, len(FOX) + 1):
        typed = reloaded(text, 2)
        promised = typed.marks_at(index)
        typed.insert(index, "#")
        assert next(shown for words, shown in typed.spans() if "#" in words) == promised


@given(st.integers(0, 2**32))
def test_k1_k2_k3_marks_between_any_two_anchors_show_what_a_scan_of_all_marks_gives(seed):
    """Ends in front of starts, ends that are deleted, equal times, undone groups; typed into now and then."""
    random, replica = Random(seed), Replica(30)
    counters = dict.fromkeys((9, 40), 0)

    def anchor(*edge):
        if random.random() < 0.1:
            return edge
        rid = random.choice([30, *(rid for rid in counters if rid in typed)])
        return rid, random.choice(typed[rid]), random.choice((BEFORE, AFTER))

    typed = {30: list(range(len(FOX)))}
    replica.remote([RichText(30).insert(0, FOX)])
    for _ in range(steps(20)):
        rid, roll = random.choice(list(counters)), random.random()
        counter = counters[rid]
        if roll < 0.7:
            kind, value = random.choice(("bold", "colour", "comment:a")), random.choice((True, "x", None))
            ops = [[MARK, rid, counter, 1, random.randint(1, 4), kind, value]]
            ops[0] += [*anchor(EDGE, 0, AFTER), *anchor(EDGE, 1, BEFORE)]
        else:
            writer = reloaded(replica.text, rid)
            at = random.randint(0, len(writer))
            if roll < 0.85 or not len(writer):
                ops = writer.insert(at, "#")
                typed.setdefault(rid, []).append(counter)
            else:
                ops = writer.delete(min(at, len(writer) - 1), 1) if roll < 0.95 else writer.undo()
        replica.remote([ops])
        counters[rid] = replica.text.version().end(rid)
        assert replica.text.spans() == replica.oracle.spans()
        assert replica.shadow.blocks() == replica.text.blocks()
        replica.text.check()
    assert reloaded(replica.text).spans() == replica.oracle.spans()
