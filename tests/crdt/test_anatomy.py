"""What is shown of a text's inside is what it is made of."""

from hypothesis import given
from hypothesis import strategies as st

from crdt import RichText
from crdt.anatomy import marks_of, runs_of
from tests.support.effort import lengths

steps = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 20), st.integers(0, 4), st.text("ab\n", max_size=4)),
    **lengths(10),
)


def test_runs_tombstones_origins_and_groups_are_there():
    a, b = RichText(rid=1), RichText(rid=2)
    b.apply(a.insert(0, "hello"))
    a.apply(b.insert(5, " you"))
    a.delete(1, 2)
    runs = runs_of(a)
    assert [(run.rid, run.start, run.text, run.hidden > 0) for run in runs] == [
        (1, 0, "h", False), (1, 1, "el", True), (1, 3, "lo", False), (2, 0, " you", False),
    ]  # fmt: skip
    assert runs[0].left is None
    assert runs[3].left == (1, 4)
    assert runs[3].right is None
    assert runs[3].group == 0
    a.format(0, 2, "bold", True)
    assert [(mark.kind, mark.value, mark.live) for mark in marks_of(a)] == [("bold", True, True)]
    a.undo()
    assert not marks_of(a)[0].live


@given(steps)
def test_visible_runs_are_the_text_and_every_element_is_in_one(taken):
    texts = [RichText(rid=1), RichText(rid=2)]
    for who, at, count, piece in taken:
        text = texts[who]
        at = min(at, len(text))
        ops = [text.delete(at, min(count, len(text) - at)), text.insert(at, piece)]
        for op in ops:
            texts[1 - who].apply(op)
    runs = runs_of(texts[0])
    assert "".join(run.text for run in runs if not run.hidden) == texts[0].text()
    for run in runs:
        if not run.hidden:
            assert texts[0].text()[run.at : run.at + len(run.text)] == run.text
    elements = [(run.rid, run.start + n) for run in runs for n in range(len(run.text))]
    assert len(elements) == len(set(elements))
