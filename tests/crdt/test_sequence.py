"""
The order of a text: the paper's guarantees N1-N3, the oracle under hard histories, chunks and the finger.
"""

from itertools import permutations, product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt.check import check_sequence
from crdt.errors import CausalGap
from crdt.runs import CHUNK_RUNS_MAX, END, START, Run
from crdt.sequence import Sequence
from crdt.text import RichText
from tests.support.effort import steps
from tests.support.meeting import reloaded
from tests.support.restless_worlds import SamePlaceWorld
from tests.support.text_world import TextWorld

seeds = st.integers(0, 2**32)
WORDS = ("monday", "TUESDAY", "1234567")


def forwards(text, at, word):
    """Letter by letter, as everybody types."""
    return [op for offset, letter in enumerate(word) for op in text.insert(at + offset, letter)]


def backwards(text, at, word):
    """The last letter first, each before the one typed last."""
    return [op for letter in reversed(word) for op in text.insert(at, letter)]


def with_second_thoughts(text, at, word):
    """Letter by letter in bursts, with a wrong letter taken back after each."""
    ops = []
    for offset, letter in enumerate(word):
        ops += text.insert(at + offset, letter + "?")
        text.new_group()
        ops += text.delete(at + offset + 1, 1)
    return ops


def with_restarts(text, at, word):
    """Half a word, a save and a load, the other half; returned with the text as it is then."""
    half = len(word) // 2
    return forwards(text, at, word[:half]) + reloaded(text).insert(at + half, word[half:])


def meeting(base, at, typing, replicas, rids):
    """What all have after each typed a word of their own at one place, as seen under every delivery order."""
    first = RichText(5)
    start = first.insert(0, base) if base else []
    said = []
    for number in range(replicas):
        text = reloaded(first, rids[number])
        said.append(typing[number % len(typing)](text, at, WORDS[number]))
    states = set()
    for order in permutations(said):
        text = RichText(6)
        text.apply(start)
        for ops in order:
            for op in ops:
                text.apply([op])
        text.check()
        states.add(text.encode())
    assert len(states) == 1
    return text.text()


@pytest.mark.parametrize("replicas", [2, 3])
@pytest.mark.parametrize(
    "typing",
    [
        (forwards,),
        (backwards,),
        (forwards, backwards),
        (backwards, forwards, backwards),
        (with_second_thoughts,),
        (with_restarts,),
        (with_second_thoughts, backwards, forwards),
    ],
    ids=lambda typing: "+".join(one.__name__ for one in typing),
)
def test_words_typed_at_one_place_never_interleave(replicas, typing):
    places = [("", 0), ("ab", 0), ("ab", 1), ("ab", 2)]
    for (base, at), rids in product(places, ((1, 2, 3), (30, 20, 10), (2, 9, 4))):
        text = meeting(base, at, typing, replicas, rids)
        words = WORDS[:replicas]
        assert text in {base[:at] + "".join(order) + base[at:] for order in permutations(words)}


@given(seeds, st.sampled_from([2, 3]), st.tuples(*[st.sampled_from([forwards, backwards])] * 3))
def test_n1_n2_no_words_interleave_at_any_place_of_any_history(seed, replicas, typing):
    world = SamePlaceWorld(seed, 3)
    for _ in range(steps(20)):
        world.step()
    world.settle()
    base = world.replicas[0].text
    place = Random(seed).randint(0, len(base))
    texts = [reloaded(base, 200 + number) for number in range(replicas)]
    said = [typing[number](text, place, WORDS[number]) for number, text in enumerate(texts)]
    shown = set()
    for order in permutations(range(replicas)):
        reader = reloaded(base, 300)
        for number in order:
            reader.apply(said[number])
        shown.add(reader.text())
    (text,) = shown
    for word in WORDS[:replicas]:
        assert word in text


def test_going_on_behind_ones_own_word_after_hearing_of_the_others_keeps_it_whole():
    one, other = RichText(1), RichText(2)
    first = forwards(one, 0, "mon")
    second = forwards(other, 0, "TUES")
    one.apply(second)
    more = one.insert(one.text().index("mon") + 3, "day")
    other.apply(first)
    rest = other.insert(other.text().index("TUES") + 4, "DAY")
    one.apply(rest)
    other.apply(more)
    assert one.text() == other.text()
    assert one.text() in ("mondayTUESDAY", "TUESDAYmonday")


def test_a_sibling_whose_right_origin_lies_further_right_stands_first():
    """Where FugueMax differs from Fugue: both letters stand behind l, and the ids alone do not decide."""
    for typist, knower in ((1, 2), (2, 1)):
        base, squeezed = RichText(50), RichText(60)
        start = base.insert(0, "LR")
        squeezed.apply(start)
        between = squeezed.insert(1, "Z")
        unaware, aware = reloaded(base, typist), reloaded(base, knower)
        went_on = unaware.insert(1, "l")
        aware.apply(went_on)
        aware.apply(between)
        assert aware.text() == "LlZR"
        behind = aware.insert(2, "w")
        going_on = unaware.insert(2, "m")
        unaware.apply(between)
        unaware.apply(behind)
        aware.apply(going_on)
        assert unaware.text() == aware.text() == "LlmwZR"


@given(seeds)
def test_hard_histories_agree_with_the_oracle_at_every_step(seed):
    world = SamePlaceWorld(seed, 3)
    for _ in range(steps(15)):
        world.step()
        for replica in world.replicas:
            assert replica.text.text() == replica.oracle.text()
    world.settle()


@given(seeds)
def test_four_replicas_converge_on_hard_histories(seed):
    world = SamePlaceWorld(seed, 4)
    for _ in range(steps(40)):
        world.step()
    world.settle()


def test_a_fifth_of_hard_histories_have_siblings_with_other_right_origins():
    seen = 0
    for seed in range(60):
        world = SamePlaceWorld(seed, 3)
        for _ in range(30):
            world.step()
        world.settle()
        seen += any(replica.oracle.siblings_with_other_origins for replica in world.replicas)
    assert seen >= 60 * 0.2


@given(seeds, st.sampled_from([TextWorld, SamePlaceWorld]))
def test_the_order_is_the_same_under_every_delivery_order(seed, kind):
    world = kind(seed, 3)
    for _ in range(steps(25)):
        world.step()
    world.settle()
    random = Random(seed)
    expected = world.replicas[0].text.encode()
    for _ in range(3):
        queues = [list(batches) for batches in world.sent.values() if batches]
        text = RichText(200)
        while queues:
            queue = random.choice(queues)
            batch = queue[0][: random.choice((1, 2, 9))]
            try:
                text.apply(batch)
            except CausalGap:
                continue
            queue[0] = queue[0][len(batch) :]
            if not queue[0]:
                queue.pop(0)
            queues = [queue for queue in queues if queue]
        assert text.encode() == expected


def test_a_crowd_at_one_place_stands_in_the_order_of_its_ids_whoever_comes_first():
    """Beyond some siblings the place is found by bisection, but not in a text that was just loaded."""
    base = RichText(500)
    start = base.insert(0, "()")
    random = Random(3)
    said = []
    for rid in random.sample(range(1, 400), 24):
        text = reloaded(base, rid)
        words = forwards(text, 1, f"<{rid}>") if rid % 2 else backwards(text, 1, f"<{rid}>")
        said.append((rid, words))
    squeezed_in = reloaded(base, 450)
    squeezed_in.apply(said[0][1])
    after = squeezed_in.insert(2, "!")
    expected = {"(" + "".join(f"<{rid}>" for rid, _ in sorted(said)) + ")"}
    states = set()
    for saving in (False, True, False, True):
        random.shuffle(said)
        text = RichText(600)
        text.apply(start)
        for _, ops in said:
            text.apply(ops)
            text = reloaded(text) if saving and random.random() < 0.3 else text
        assert {text.text()} == expected
        text.apply(after)
        text.check()
        states.add(text.encode())
    assert len(states) == 1


# Chunks and the finger


def fragments(text, count, stride=2):
    """Make about ``count`` runs: letters typed apart from each other."""
    text.insert(0, "." * count)
    for at in range(0, count, stride):
        text.insert(at + at // stride, "x")


def test_many_runs_stand_in_chunks_of_bounded_size():
    text = RichText(1)
    fragments(text, 800)
    assert len(text._sequence.chunks) > 800 // CHUNK_RUNS_MAX
    text.check()
    assert text.text() == "x.." * 400


def test_text_goes_between_the_last_run_of_a_chunk_and_the_first_of_the_next_and_chunks_keep_their_order():
    text = RichText(1)
    fragments(text, 800)
    model = list(text.text())
    for _ in range(3):
        borders = [chunk.visible for chunk in text._sequence.chunks]
        for number in range(len(borders)):
            at = sum(borders[: number + 1])
            text.insert(at, "|")
            model.insert(at, "|")
            borders[number] += 1
    for at in range(0, 400, 2):
        text.insert(at, "-")
        model.insert(at, "-")
    assert text.text() == "".join(model)
    assert [chunk.order for chunk in text._sequence.chunks] == list(range(len(text._sequence.chunks)))
    text.check()


@given(seeds)
def test_the_finger_finds_every_place_from_every_place(seed):
    text = RichText(1)
    fragments(text, 200)
    random = Random(seed)
    for _ in range(steps(25)):
        index = random.randint(0, len(text))
        if random.random() < 0.3:
            text.delete(index, random.randint(0, min(40, len(text) - index)))
        if random.random() < 0.2:
            text = reloaded(text)
        index = random.randint(0, len(text))
        place = text.anchor(index, "after")
        other = random.randint(0, len(text))
        text.index(text.anchor(other, "before"))
        assert text.index(place) == index
        check_sequence(text._sequence)


def test_deleting_key_by_key_leaves_one_tombstone_run():
    """Delete pressed, Backspace pressed, and one after the other from the middle."""
    for places in ([1] * 100, range(100, 0, -1), [*[50] * 51, *range(49, 0, -1)]):
        text = RichText(1)
        text.insert(0, "a" + "b" * 100 + "c")
        for at in places:
            text.delete(at, 1)
        assert text.text() == "ac"
        assert sum(len(chunk.runs) for chunk in text._sequence.chunks) == 5
        text.check()


def test_backspace_beside_letters_that_two_deleted_counts_one_reason_for_its_own():
    writer, other = RichText(1), RichText(2)
    other.apply(writer.insert(0, "abcd"))
    theirs = other.delete(2, 2)
    writer.delete(2, 2)
    writer.apply(theirs)
    writer.delete(1, 1)
    writer.check()
    assert writer.text() == "a"
    assert reloaded(writer).encode() == writer.encode()


def test_emptied_chunks_disappear():
    text = RichText(1)
    text.insert(0, "a" * 700)
    for at in range(0, 700, 2):
        text.delete(at // 2, 1)
    chunks = len(text._sequence.chunks)
    assert chunks > 5
    for number in range(len(text)):
        text.delete(0, 1)
        if number % 7 == 0:
            check_sequence(text._sequence)
    assert len(text._sequence.chunks) < chunks
    assert text.text() == ""
    text.check()


def sequence_of(*runs):
    """A sequence of runs of one replica, each (start, length, left, right), integrated in turn."""
    sequence = Sequence()
    for start, length, left, right in runs:
        sequence.of(0).characters.store(start, "x" * length)
        sequence.integrate(Run(0, start, length, left, right, 0, 0), [1])
    return sequence


def test_which_of_two_elements_stands_first():
    sequence = sequence_of((0, 3, START, END), (3, 2, 0, 1))
    assert [one.start for one in sequence.chunks[0].runs] == [0, 0, 3, 1, 0]
    order = [START, 0, 3, 4, 1, 2, END]
    for one, other in product(range(len(order)), repeat=2):
        if one != other:
            assert sequence.is_before(order[one], order[other]) == (one < other)
    check_sequence(sequence)


def test_a_sequence_knows_its_elements():
    sequence = sequence_of((4, 3, START, END))
    assert [sequence.contains(0, counter) for counter in (3, 4, 6, 7)] == [False, True, True, False]
    assert not sequence.contains(1, 4)
    assert sequence.run_of(START) is sequence.start_run
    assert sequence.run_of(END) is sequence.end_run


@pytest.mark.parametrize("hidden", [0, 1])
def test_a_run_stands_inside_the_one_at_the_finger_and_counts_if_it_is_visible(hidden):
    sequence = sequence_of((0, 4, START, END))
    sequence.of(0).characters.store(4, "xxx")
    sequence.goto(sequence.run_of(0))
    sequence.insert_at_finger(2, Run(0, 4, 3, 1, 2, hidden, 0))
    assert [one.start for one in sequence.chunks[0].runs] == [0, 0, 4, 2, 0]
    assert sequence.length == (4 if hidden else 7)
    check_sequence(sequence)


def test_runs_join_only_when_they_are_one_in_all_but_fact():
    def pair(**changes):
        sequence = sequence_of((0, 4, START, END))
        one = sequence.run_of(0)
        two = sequence.split(one, 2)
        for name, value in changes.items():
            setattr(two, name, value)
        return sequence, one

    for changes in ({"hidden": 1}, {"marks": 3}, {"left": 0}, {"right": START}, {"start": 5}):
        sequence, one = pair(**changes)
        assert not sequence.join_next(one)
        assert one.length == 2
    sequence, one = pair()
    assert sequence.join_next(one)
    assert one.length == 4
    check_sequence(sequence)


def test_hiding_counts_reasons_and_says_when_something_changed():
    sequence = sequence_of((0, 3, START, END))
    one = sequence.run_of(0)
    assert [sequence.hide(one, by) for by in (1, 1, -1, -1)] == [-1, 0, 0, 1]
    assert sequence.length == 3
    check_sequence(sequence)


def test_runs_are_split_into_many_chunks_and_join_again_across_their_borders():
    for hidden in (0, 1):
        sequence = sequence_of((0, 200, START, END))
        if hidden:
            sequence.hide(sequence.run_of(0), 1)
        for element in range(1, 200):
            sequence.cut_before(element)
        assert len(sequence.chunks) > 3
        check_sequence(sequence)
        for element in (60, 61, 100):
            assert sequence.join_next(sequence.run_of(element))
            check_sequence(sequence)
        while sequence.join_next(sequence.run_of(0)):
            check_sequence(sequence)
        assert sequence.run_of(0).length == 200
        assert sequence.length == (0 if hidden else 200)
