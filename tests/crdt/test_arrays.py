import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt.arrays import ArrayNode, Item
from crdt.clock import Clock, Stamp
from crdt.delta import Delta
from crdt.document import Document
from crdt.object_ops import ITEM_INSERT, ROOT
from crdt.objects import PLAIN, Slot, Write
from tests.support.effort import lengths

LIST = ("list",)


class Pair:
    """Two replicas of one array; what is done apart is delivered together."""

    def __init__(self, count=0):
        self.clocks = [Clock(1), Clock(2)]
        self.documents = [Document(1), Document(2)]
        self.pending = []
        self.now = 0
        self.names = []

        def make(edit):
            edit.make(LIST, "array")
            self.names.extend(edit.append(LIST, value) for value in range(count))

        self.edit(0, make)
        self.meet()

    def edit(self, who, intent):
        self.now += 1
        self.pending.append((who, self.documents[who].edit(self.clocks[who].tick(self.now), intent)))

    def meet(self):
        for who, delta in self.pending:
            self.documents[1 - who].apply(delta)
        self.pending = []
        states = {document.encode() for document in self.documents}
        assert len(states) == 1
        self.documents[0].check()
        return self.documents[0].value(LIST)


steps = st.lists(
    st.tuples(
        st.integers(0, 1), st.sampled_from("imrsm"), st.integers(0, 20), st.integers(0, 20), st.booleans()
    ),
    **lengths(40),
)


@given(steps)
def test_l1_every_live_item_stands_exactly_once(history):
    pair = Pair(3)
    added, removed = set(pair.names), set()
    for who, action, one, other, meet in history:
        document = pair.documents[who]
        names = [name for name, _ in document.items(LIST)]

        def act(edit, names=names, action=action, one=one, other=other):
            if action == "i" or not names:
                added.add(edit.insert_item(LIST, one % (len(names) + 1), other))
            elif action == "m":
                edit.move_item(LIST, names[one % len(names)], other % len(names))
            elif action == "s":
                edit.set((*LIST, names[one % len(names)]), other)
            else:
                removed.add(names[one % len(names)])
                edit.remove_item(LIST, names[one % len(names)])

        pair.edit(who, act)
        if meet:
            pair.meet()
    pair.meet()
    names = [name for name, _ in pair.documents[0].items(LIST)]
    assert len(names) == len(set(names))
    assert set(names) == added - removed


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), **lengths(8)))
def test_l2_an_insert_lands_between_the_neighbours_it_saw_in_every_round(rounds):
    pair, row = Pair(4), [0, 1, 2, 3]
    for number, places in enumerate(rounds):
        values = [f"{number} of {who}" for who in (0, 1)]
        saw = []
        for who, place in enumerate(places):
            at = round(place * len(row))
            pair.edit(who, lambda edit, at=at, value=values[who]: edit.insert_item(LIST, at, value))
            saw.append([*row[:at], values[who], *row[at:]])
        row = pair.meet()
        for who in (0, 1):
            assert [value for value in row if value != values[1 - who]] == saw[who]


@given(st.integers(0, 4), st.integers(0, 4))
def test_l2_whoever_comes_later_can_stand_between_two_that_came_at_once(mine, theirs):
    pair = Pair(4)
    pair.edit(0, lambda edit: edit.insert_item(LIST, mine, "mine"))
    pair.edit(1, lambda edit: edit.insert_item(LIST, theirs, "theirs"))
    row = pair.meet()
    # Whoever comes later can stand between the two, though they were placed into one gap at once.
    for place in range(len(row) + 1):
        pair.edit(0, lambda edit, place=place: edit.insert_item(LIST, place, "late"))
        assert pair.meet() == [*row[:place], "late", *row[place:]]
        pair.edit(
            0, lambda edit, place=place: edit.remove_item(LIST, pair.documents[0].items(LIST)[place][0])
        )


@given(st.lists(st.tuples(*[st.integers(0, 4)] * 3, st.booleans()), **lengths(8)))
def test_l3_of_two_moves_of_one_item_the_later_counts(rounds):
    pair, row = Pair(5), list(range(5))
    for item, first, second, swapped in rounds:
        place = row.index(item)
        for who, to in ((int(swapped), first), (int(not swapped), second)):
            pair.edit(who, lambda edit, to=to, item=item: edit.move_item(LIST, pair.names[item], to))
        row.remove(item)
        # A move to where the item stands already is no move.
        row.insert(second if second != place else first, item)
        assert pair.meet() == row


@given(
    st.lists(
        st.tuples(st.sampled_from("mmssr"), st.integers(0, 5), st.integers(0, 5), st.integers(0, 9)),
        **lengths(40),
    )
)
def test_l4_l5_a_move_and_an_edit_both_count_and_a_removal_beats_both(history):
    """One replica moves, the other edits, both remove; what either saw of the rest stays as it was."""
    pair = Pair(6)
    gone: set = set()

    def meet():
        values = dict(pair.documents[1].items(LIST))
        order = [name for name, _ in pair.documents[0].items(LIST) if name not in gone]
        assert pair.meet() == [values[name] for name in order]
        assert [name for name, _ in pair.documents[0].items(LIST)] == order
        fill_up()

    def fill_up():
        """Otherwise all would be removed soon, and no step after that would do anything."""
        missing = 6 - len(pair.documents[0].items(LIST))
        pair.edit(0, lambda edit: [edit.append(LIST, f"new {number}") for number in range(missing)])
        pair.meet()

    for number, (action, item, place, chance) in enumerate(history):
        at = {"m": 0, "s": 1, "r": chance % 2}[action]
        row = [name for name, _ in pair.documents[at].items(LIST)]
        name, to = row[item % len(row)], place % len(row)
        if action == "m":
            pair.edit(at, lambda edit, n=name, to=to: edit.move_item(LIST, n, to))
        elif action == "s":
            pair.edit(at, lambda edit, n=name, value=number: edit.set((*LIST, n), f"edited {value}"))
        else:
            pair.edit(at, lambda edit, n=name: edit.remove_item(LIST, n))
            gone.add(name)
        if not chance or len(row) == 2:
            meet()
    meet()


def test_l4_a_move_or_an_edit_does_not_bring_back_what_is_removed():
    pair = Pair(3)
    pair.edit(0, lambda edit: edit.remove_item(LIST, pair.names[1]))
    pair.edit(1, lambda edit: edit.move_item(LIST, pair.names[1], 0))
    pair.edit(1, lambda edit: edit.set((*LIST, pair.names[1]), "changed"))
    assert pair.meet() == [0, 2]


def test_l4_removing_twice_is_removing_once():
    pair = Pair(3)
    for who in (0, 1):
        pair.edit(who, lambda edit: edit.remove((*LIST, pair.names[1])))
    assert pair.meet() == [0, 2]


@pytest.mark.parametrize("first", [0, 1])
def test_l4_of_two_removals_the_later_one_is_kept(first):
    ages = [(5, 1, 9), (6, 2, 3)]
    array = ArrayNode((1, 0), None, "")
    item = Item((1, 1), 1, "V", (1, 1, 1), Slot(Write(1, 1, 1, PLAIN, "a")))
    assert array.insert(item) == 0
    assert array.remove(item, ages[first]) == 0
    assert array.remove(item, ages[1 - first]) == -1
    assert item.removed == max(ages)


def test_l5_a_move_and_an_edit_both_count():
    pair = Pair(3)
    pair.edit(0, lambda edit: edit.move_item(LIST, pair.names[0], 2))
    pair.edit(1, lambda edit: edit.set((*LIST, pair.names[0]), "changed"))
    assert pair.meet() == [1, 2, "changed"]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), **lengths(20)))
def test_l6_moving_one_item_never_changes_the_order_of_the_others(moves):
    pair = Pair(6)
    row = list(range(6))
    for item, place in moves:
        pair.edit(0, lambda edit, item=item, place=place: edit.move_item(LIST, pair.names[item], place))
        row.remove(item)
        row.insert(place, item)
        assert pair.documents[0].value(LIST) == row
    assert pair.meet() == row


@pytest.mark.parametrize("place", ["first", "last", "middle"])
def test_l8_keys_stay_short_in_a_document(place):
    pair = Pair()
    for count in range(400):
        index = {"first": 0, "last": count, "middle": count // 2}[place]
        pair.edit(0, lambda edit, index=index, count=count: edit.insert_item(LIST, index, count))
    array = pair.documents[0]._tree.node_at(LIST)
    assert isinstance(array, ArrayNode)
    assert max(len(item.key) for item in array.items.values()) <= 64


def item(rid, counter, key):
    return Item((rid, counter), 0, key, (counter, rid, counter), Slot(Write(0, rid, counter, PLAIN, counter)))


def test_equal_keys_of_a_stranger_are_ordered_by_id_and_can_be_passed():
    array = ArrayNode((9, 9), None, "")
    for rid in (3, 1, 2):
        array.insert(item(rid, rid, "V"))
    array.insert(item(1, 7, "k"))
    assert [array.at(index).id for index in range(4)] == [(1, 1), (2, 2), (3, 3), (1, 7)]
    key = array.key_for(1, 5)
    assert "V" < key < "k"
    assert array.slot("no name") is None
    assert array.slot(array.at(0).name) is array.at(0).slot


def test_the_root_cannot_be_taken_for_an_item():
    assert Document(1).stamp_of(("list",)) is None
    assert ROOT == (0, 0)
    assert Stamp(0, 0, 0).time == 0


def test_between_items_of_a_stranger_with_one_key_is_behind_them_all():
    document = Document(1)
    document.edit(Stamp(1, 0, 1), lambda edit: edit.make(LIST, "array"))
    twice = [[ITEM_INSERT, 5, place, 9, 1, 0, "V", 0, place] for place in range(2)]
    document.apply(Delta(5, 0, 2, Stamp.at(9, 5), twice))

    document.edit(Stamp(2, 0, 1), lambda edit: edit.insert_item(LIST, 1, "mine"))

    assert document.value(LIST) == [0, 1, "mine"]
    document.check()
