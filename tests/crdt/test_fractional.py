import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crdt.errors import LimitExceeded, MalformedOp
from crdt.fractional import DIGITS, KEY_LENGTH_MAX, Placed, _shortest, check_key, key_at, key_between, suffix
from tests.support.effort import examples, lengths

RID = (1 << 62) + 12345
INSERTS = 10_000
LONGEST = 64


class Row:
    """Items that are only ever inserted: the keys in order, with their ages."""

    def __init__(self, rid=RID):
        self.rid = rid
        self.placed = []
        self.time = 0
        self.ages = [(0, 0, 0), (0, 0, 0)]

    def insert(self, index, rid=None):
        around = [self.placed[i] if 0 <= i < len(self.placed) else None for i in range(index - 2, index + 2)]
        before, left, right, behind = around
        key = key_at(before, left, right, behind, (self.ages[0], self.ages[1]), rid or self.rid)
        self.time += 1
        age = (self.time, rid or self.rid, self.time)
        self.ages = [age, self.ages[0]]
        self.placed.insert(index, Placed(key, age))
        return key

    def check(self):
        keys = [one.key for one in self.placed]
        assert keys == sorted(set(keys))
        for key in keys:
            check_key(key)
        return max(len(key) for key in keys)


def alternating(row, first, last):
    return first if row.time % 2 else last


PLACES = {
    "left": lambda row, first, last, rng: first,
    "right": lambda row, first, last, rng: last,
    "both ends in turn": lambda row, first, last, rng: alternating(row, first, last),
    "middle": lambda row, first, last, rng: (first + last) // 2,
    "random": lambda row, first, last, rng: rng.randint(first, last),
    "bursts": lambda row, first, last, rng: burst(row, first, last, rng),
}


def burst(row, first, last, rng):
    """Ten in a row at each of many random places."""
    if row.time % 10 == 0 or not hasattr(row, "at"):
        row.at = rng.randint(first, last)
    row.at += 1
    return row.at - 1


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("neighbours", [0, 20])
def test_l8_keys_stay_short_after_ten_thousand_inserts_in_one_gap(place, neighbours):
    row = Row()
    for _ in range(neighbours):
        row.insert(len(row.placed))
    inner = neighbours // 2
    rng = random.Random(place)
    for count in range(INSERTS):
        row.insert(PLACES[place](row, inner, inner + count, rng))
    assert row.check() <= LONGEST


@pytest.mark.parametrize("place", ["left", "right", "middle"])
def test_l8_holds_between_keys_that_two_replicas_made_at_once(place):
    row = Row()
    row.insert(0)
    row.insert(1)
    other = Row(RID + 1)
    other.placed = list(row.placed)
    other.time, other.ages = row.time, row.ages
    row.insert(1)
    other.insert(1)
    assert row.placed[1].key != other.placed[1].key
    row.placed.insert(2 if other.placed[1].key > row.placed[1].key else 1, other.placed[1])
    for count in range(INSERTS):
        row.insert(PLACES[place](row, 2, 2 + count, None))
    assert row.check() <= LONGEST


@given(
    st.lists(st.tuples(st.sampled_from(sorted(PLACES)), st.integers(1, 100)), **lengths(12)),
    st.integers(0, 2**32),
)
@settings(max_examples=examples(10))
def test_l8_keys_stay_short_whatever_habits_people_change_between(habits, seed):
    rng = random.Random(seed)
    row = Row()
    row.insert(0)
    row.insert(1)
    for place, count in habits:
        for _ in range(count):
            row.insert(PLACES[place](row, 1, len(row.placed) - 1, rng))
    assert row.check() <= LONGEST


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(1, 5)), **lengths(60)))
def test_a_key_lands_between_its_neighbours_whoever_made_them(steps):
    row = Row()
    for where, rid in steps:
        row.insert(round(where * len(row.placed)), rid)
    if steps:
        row.check()


keys = st.text(DIGITS, max_size=20).map(lambda digits: digits + "V")


@given(
    st.sets(keys, min_size=2, max_size=3), st.sampled_from([-1, 0, 1]), keys, st.integers(0, (1 << 63) - 1)
)
def test_there_is_room_between_any_two_keys(pair, lean, beyond, rid):
    left, right = sorted(pair)[:2]
    key = key_between(left, right, rid, lean, beyond)
    assert left < key < right
    assert key.endswith(suffix(rid))
    assert "" < key_between("", left, rid) < left
    assert right < key_between(right, "", rid)


def test_two_replicas_never_make_the_same_key():
    assert len({key_between("", "", rid) for rid in range(100)}) == 100


@pytest.mark.parametrize("key", ["", "a-", "a b", "é", 5, None, b"a"])
def test_what_is_no_key_is_malformed(key):
    with pytest.raises(MalformedOp):
        check_key(key)


def test_bounds_are_kept():
    check_key("z" * KEY_LENGTH_MAX)
    with pytest.raises(LimitExceeded):
        check_key("z" * (KEY_LENGTH_MAX + 1))
    with pytest.raises(LimitExceeded):
        key_between("z" * KEY_LENGTH_MAX, "", 1)
    with pytest.raises(MalformedOp):
        key_between("b", "a", 1)
    with pytest.raises(MalformedOp):
        key_between("a", "a", 1)
    with pytest.raises(MalformedOp):
        suffix(-1)


def test_a_place_with_no_slack_is_written_with_every_digit():
    """Between neighbours one unit apart no shorter number has all of its extensions inside."""
    assert _shortest(5, 6, 2) == DIGITS[0] + DIGITS[5]
    assert _shortest(0, 64, 2) == DIGITS[0]
    assert _shortest(63, 128, 2) == DIGITS[1]
