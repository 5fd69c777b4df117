"""The check notices: each invariant, broken by hand, is named."""

import re
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt.characters import FILLER
from crdt.ops import MARK
from crdt.runs import ID_BITS
from crdt.text import RichText
from tests.support.effort import steps
from tests.support.text_world import TextWorld

CORE = Path(__file__).resolve().parents[2] / "crdt"


def busy_text():
    """Several chunks, two authors, marks alive and dead, blocks, deletes, an embed."""
    text, other = RichText(1), RichText(2)
    other.apply(text.insert(0, "one two\nthree " * 9))
    for at in range(0, 160, 4):
        text.apply(other.insert(at, "x"))
    text.apply(other.format(3, 30, "bold", True))
    text.apply(other.insert_embed(4, {"type": "divider"}))
    text.new_group()
    text.format(0, 10, "link", "a")
    text.set_block(3, {"kind": "quote"})
    text.delete(20, 7)
    text.undo()
    text.set_block(3, {"kind": "heading"})
    text.delete(40, 3)
    assert len(text._sequence.chunks) > 1
    text.check()
    return text


def runs(text, hidden):
    return [
        run
        for chunk in text._sequence.chunks
        for run in chunk.runs
        if run.replica >= 0 and bool(run.hidden) is hidden
    ]


def replica_listed_twice(text):
    text._replicas.rids.append(text._replicas.rids[0])


def index_astray(text):
    text._replicas._index[text._replicas.rids[1]] = 0


def ends_miscounted(text):
    text._replicas.total += 1


def groups_out_of_order(text):
    text._replicas.group_starts[0].reverse()


def group_behind_the_end(text):
    text._replicas.group_starts[0].append(text._replicas.ends[0])


def group_without_a_time(text):
    text._replicas.group_times[0].pop()


def deciding_flip_forgotten(text):
    for deciders in text._replicas.deciders.values():
        deciders.clear()


def chunk_out_of_order(text):
    text._sequence.chunks[1].order = 0


def chunk_emptied(text):
    text._sequence.chunks[1].runs.clear()


def run_in_another_chunk(text):
    text._sequence.chunks[1].runs[0].chunk = text._sequence.chunks[0]


def run_of_no_length(text):
    runs(text, False)[2].length = 0


def chunk_miscounted(text):
    text._sequence.chunks[0].visible += 1


def text_miscounted(text):
    text._sequence.length += 1


def finger_astray(text):
    text._sequence.at += 1


def run_missing_from_its_replica(text):
    here = text._sequence.replicas[0]
    here.forget(here.all()[3])


def start_miskept(text):
    text._sequence.replicas[0]._pages[0].starts[3] += 1


def element_in_two_runs(text):
    one, other = text._sequence.replicas[1].all()[2:4]
    text._sequence.replicas[1].move_start(other, one.start)


def origin_of_no_element(text):
    text._sequence.replicas[0].all()[3].right = 0 << ID_BITS | 5000


def left_origin_behind(text):
    one, other = text._sequence.replicas[0].all()[3:5]
    one.left = other.last_id()


def right_origin_before(text):
    one, other = text._sequence.replicas[0].all()[3:5]
    other.right = one.first_id()


def character_missing(text):
    here = text._sequence.replicas[1]
    here.characters.end -= 1


def character_left_out(text):
    here = text._sequence.replicas[1]
    characters = here.characters
    characters.between(0, characters.end)
    characters._blocks[-1] = characters._blocks[-1][:-1]


def no_character(text):
    here = text._sequence.replicas[1]
    characters = here.characters
    characters.between(0, characters.end)
    characters._blocks[-1] = characters._blocks[-1][:-1] + FILLER


def hidden_once_too_often(text):
    runs(text, True)[0].hidden += 1


def hidden_without_a_reason(text):
    text._sequence.hide(runs(text, False)[1], 1)


def shown_in_spite_of_a_reason(text):
    text._sequence.hide(runs(text, True)[0], -1)


def delete_unheard_of(text):
    text._erasures_of(0).record(3, text._sequence.replicas[1].all()[1].first_id(), 1)


def mark_alive_in_a_dead_group(text):
    text._marks.marks[-1].live = True


def mark_in_too_few_runs(text):
    next(run for run in runs(text, False) if run.marks).marks = 0


def mark_in_too_many_runs(text):
    marked = next(run for run in runs(text, False) if run.marks)
    runs(text, False)[-1].marks = marked.marks


def mark_shown_from_memory(text):
    marked = next(run for run in runs(text, False) if run.marks)
    text._marks._resolved[marked.marks] = {"bold": False}


def write_alive_in_a_dead_group(text):
    next(iter(text._blocks.writes.values()))[0].live = True


def block_shown_from_memory(text):
    text._blocks._resolved[next(iter(text._blocks.writes))] = {"kind": "forgotten"}


BREAKS = [
    (replica_listed_twice, "R1"),
    (index_astray, "R1"),
    (ends_miscounted, "R1"),
    (groups_out_of_order, "R2"),
    (group_behind_the_end, "R2"),
    (group_without_a_time, "R2"),
    (deciding_flip_forgotten, "R3"),
    (chunk_out_of_order, "S3"),
    (chunk_emptied, "S3"),
    (run_in_another_chunk, "S6"),
    (run_of_no_length, "S1"),
    (chunk_miscounted, "S3"),
    (text_miscounted, "S3"),
    (finger_astray, "S5"),
    (run_missing_from_its_replica, "S6"),
    (start_miskept, "S6"),
    (element_in_two_runs, "S6"),
    (origin_of_no_element, "S1"),
    (left_origin_behind, "S4"),
    (right_origin_before, "S4"),
    (character_missing, "S6"),
    (character_left_out, "S6"),
    (no_character, "S6"),
    (hidden_once_too_often, "V1"),
    (hidden_without_a_reason, "V1"),
    (shown_in_spite_of_a_reason, "V1"),
    (delete_unheard_of, "V1"),
    (mark_alive_in_a_dead_group, "K2"),
    (mark_in_too_few_runs, "K1"),
    (mark_in_too_many_runs, "K1"),
    (mark_shown_from_memory, "K2"),
    (write_alive_in_a_dead_group, "B1"),
    (block_shown_from_memory, "B1"),
]


@pytest.mark.parametrize(("break_it", "letter"), BREAKS, ids=lambda one: getattr(one, "__name__", one))
def test_a_broken_invariant_is_named(break_it, letter):
    text = busy_text()
    break_it(text)
    with pytest.raises(AssertionError, match=letter):
        text.check()


@given(st.integers(0, 2**32))
def test_no_history_breaks_an_invariant_and_checking_changes_nothing(seed):
    world = TextWorld(seed, 2)
    for _ in range(steps(Random(seed).randint(0, 30))):
        world.step()
    text = world.replicas[0].text
    before = text.encode()
    text.check()
    assert text.encode() == before


def test_a_mark_that_covers_nothing_is_in_no_set():
    text = busy_text()
    text.apply([[MARK, 9, 0, 1, 1 << 20, "bold", True, 1, 5, 0, 1, 2, 1]])
    assert text._marks.marks[-1].inert
    text.check()
    run = runs(text, False)[0]
    run.marks = text._marks.including(run.marks, text._marks.marks[-1])
    with pytest.raises(AssertionError, match="K1"):
        text.check()


def test_every_invariant_is_told_in_the_readme_and_cited_where_it_is_kept():
    rows = re.findall(
        r"^\| ([A-Z]\d) \| .+ \| `(\w+\.py)` \|$", (CORE / "README.md").read_text("utf-8"), re.MULTILINE
    )
    assert len(rows) == len({number for number, _ in rows}) > 30
    for number, module in rows:
        assert re.search(rf"\b{number}\b", (CORE / module).read_text("utf-8")), (number, module)
    checked = "".join((CORE / name).read_text("utf-8") for name in ("check.py", "document_check.py"))
    assert set(re.findall(r'"([A-Z]\d)[:,]', checked)) <= {number for number, _ in rows}
