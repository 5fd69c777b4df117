"""
Columns of a text, written by hand: what contradicts itself is refused, what holds together is what was meant.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt.codec import Writer
from crdt.errors import LimitExceeded, MalformedOp
from crdt.ops import EDGE, KIND_LENGTH_MAX, MARK
from crdt.replicas import COUNTERS_MAX
from crdt.text import RichText
from tests.support.fuzz_text import pack
from tests.support.meeting import reloaded, shown

BOTH_IMPLIED, LEFT_IMPLIED, RIGHT_IMPLIED = 3, 1, 2
START, END = (0,), (1,)


def element(counter, replica=0):
    """How the file names an element."""
    return (replica + 2, counter)


def zigzag(number):
    return number * 2 if number >= 0 else -number * 2 - 1


def snapshot(
    visible="abc",
    hidden="",
    end=9,
    groups=(0,),
    flips=(),
    runs=((BOTH_IMPLIED, 0, 3),),
    origins=(),
    erasures=(),
    marks=(),
    writes=(),
    embeds=(),
    others=(),
):
    """
    A text of replica 5, well packed.

    Args:
        groups: The counters at which its edit groups start; flips: seven numbers each.
        runs: (flags, start, length) each, the start as the distance from the end of the replica's run before.
        origins: The ones that are not implied, by run.
        erasures: (gap, replica * 3 + step + 1, count, distance of the target) each.
        marks: (counter, time, kind, value, start, end, sides); writes: (counter, time, target, attributes).
        embeds: (replica, counter, payload); others: ends of replicas 6, 7 … that wrote nothing here.
    """
    front, history = Writer(), Writer()
    front.string(visible)
    front.uint(0)
    front.uint(0)
    history.uint(1 + len(others))
    history.raw((5).to_bytes(8, "big"))
    history.uint(end)
    history.uint(len(groups))
    for before, start in zip((0, *groups), groups, strict=False):
        history.uint(start - before)
        history.sint(0)
    for number, other_end in enumerate(others):
        history.raw((6 + number).to_bytes(8, "big"))
        history.uints([other_end, 1, 0, 0])
    history.uint(len(flips))
    for flip in flips:
        history.uints(list(flip))
    history.string(hidden)
    history.uint(len(runs))
    history.uints([run[0] for run in runs])
    history.uints([zigzag(run[1]) for run in runs])
    history.uints([run[2] for run in runs])
    for origin in origins:
        history.uints(list(origin))
    write_log(history, erasures, marks, writes)
    for _ in others:
        history.uints([0, 0, 0])
    history.uint(len(embeds))
    for replica, counter, payload in embeds:
        history.uints([replica, counter])
        history.value(payload)
    return pack(front.written(), history.written())


def write_log(history, erasures, marks, writes):
    history.uint(len(erasures))
    for column in range(3):
        history.uints([erased[column] for erased in erasures])
    history.uints([zigzag(erased[3]) for erased in erasures])
    history.uint(len(marks))
    for counter, at, kind, value, start, end, sides in marks:
        history.uints([counter, at])
        history.string(kind)
        history.value(value)
        history.uints([*start, *end, sides])
    history.uint(len(writes))
    for counter, at, target, attributes in writes:
        history.uints([counter, at, *target])
        history.value(attributes)


def load(**columns):
    """The text of these columns, checked and saved again."""
    text = RichText.decode(snapshot(**columns), 1)
    text.check()
    assert shown(reloaded(text)) == shown(text)
    return text


def test_a_plain_text_is_loaded():
    text = load()
    assert text.text() == "abc"
    assert text.version().encode() == {5: 9}
    assert load(visible="", end=1, runs=()).text() == ""


def test_what_deletes_and_dead_groups_hide_is_hidden():
    text = load(visible="ac", hidden="b", erasures=((3, 1, 1, 1),))
    assert text.text() == "ac"
    assert load(visible="", hidden="abc", flips=((0, 8, 0, 0, 8, 0, 1),)).text() == ""
    assert load(visible="c", hidden="ab", flips=((0, 8, 0, 0, 2, 0, 1),)).text() == "c"
    step_down, step_up = (3, 0, 2, 2), (3, 2, 2, 1)
    assert load(visible="a", hidden="bc", erasures=(step_down,)).text() == "a"
    assert load(visible="a", hidden="bc", erasures=(step_up,)).text() == "a"


@pytest.mark.parametrize("step", [0, 2])
def test_deletes_key_by_key_count_only_in_live_groups(step):
    """Ops 8-13 delete b-g one by one, in three groups; the second is off, and the first half of the third."""
    text = load(
        visible="adefh" if step == 2 else "acdeh",
        hidden="bcg" if step == 2 else "bfg",
        end=16,
        groups=(0, 8, 10, 12),
        runs=((BOTH_IMPLIED, 0, 8),),
        erasures=((8, step, 6, 1 if step == 2 else 6),),
        flips=((0, 14, 0, 10, 12, 0, 1), (0, 15, 0, 12, 13, 0, 2)),
    )
    again = RichText(3)
    again.merge(text)
    assert again.text() == text.text()
    assert again.encode() == text.encode()


def test_one_delete_of_many_counts_only_in_a_live_group():
    text = load(visible="abc", groups=(0, 3), erasures=((3, 1, 2, 1),), flips=((0, 8, 0, 3, 4, 0, 1),))
    assert text.text() == "abc"
    text.switch_group(5, 3, True)
    assert text.text() == "a"
    text.check()


def test_marks_and_blocks_of_a_dead_group_show_nothing():
    mark = (4, 1, "bold", True, element(0), element(1), 1)
    write = (5, 1, element(1), {"kind": "quote"})
    text = load(visible="a\nc", groups=(0, 4), marks=(mark,), writes=(write,))
    assert text.blocks() == [([("a", {"bold": True})], {"kind": "quote"}), ([("c", {})], {})]
    dead = load(visible="a\nc", groups=(0, 4), marks=(mark,), writes=(write,), flips=((0, 8, 0, 4, 6, 0, 1),))
    assert dead.blocks() == [([("a", {})], {}), ([("c", {})], {})]


def test_embeds_and_named_origins_are_loaded():
    runs = ((LEFT_IMPLIED, 0, 1), (RIGHT_IMPLIED, 0, 1), (0, 0, 1))
    text = load(
        visible="a\ufffcc",
        runs=runs,
        origins=(END, element(0), START, END),
        embeds=((0, 1, {"type": "image"}),),
    )
    assert text.spans() == [("a", {}), ("\ufffc", {"embed": {"type": "image"}}), ("c", {})]


BOLD = (4, 1, "bold", True, element(0), element(1), 1)


@pytest.mark.parametrize(
    "columns",
    [
        pytest.param({"visible": "abcd"}, id="a character too many"),
        pytest.param({"visible": "ab"}, id="a character missing"),
        pytest.param({"hidden": "x"}, id="a hidden character too many"),
        pytest.param({"visible": "ab", "erasures": ((3, 1, 1, 1),)}, id="a hidden character missing"),
        pytest.param({"erasures": ((3, 1, 1, 1),)}, id="a deleted character is visible"),
        pytest.param({"visible": "ab", "hidden": "c"}, id="a character is hidden for no reason"),
        pytest.param({"visible": "a\0c"}, id="NUL"),
        pytest.param({"visible": "ac", "hidden": "\0", "erasures": ((3, 1, 1, 1),)}, id="hidden NUL"),
        pytest.param({"runs": ((3, 0, 2), (3, -1, 1))}, id="an element twice"),
        pytest.param({"runs": ((3, 1, 2), (3, -3, 2)), "visible": "abcd"}, id="overlapping runs"),
        pytest.param({"runs": ((3, 0, 0),), "visible": ""}, id="an empty run"),
        pytest.param({"runs": ((3, -1, 3),)}, id="before the first counter"),
        pytest.param({"runs": ((3, 7, 3),)}, id="behind the last counter"),
        pytest.param({"runs": ((7, 0, 3),)}, id="a run of a stranger"),
        pytest.param({"runs": ((2, 0, 3),), "origins": (END,)}, id="left of it the end"),
        pytest.param({"runs": ((1, 0, 3),), "origins": (START,)}, id="right of it the start"),
        pytest.param({"runs": ((2, 0, 3),), "origins": (element(0),)}, id="left of it itself"),
        pytest.param({"runs": ((1, 0, 3),), "origins": (element(2),)}, id="right of it itself"),
        pytest.param({"runs": ((2, 0, 3),), "origins": (element(5),)}, id="left of it no element"),
        pytest.param({"runs": ((1, 0, 3),), "origins": (element(5),)}, id="right of it no element"),
        pytest.param({"runs": ((2, 0, 3),), "origins": (element(9),)}, id="left of it the future"),
        pytest.param({"runs": ((2, 0, 3),), "origins": (element(0, 1),)}, id="left of it a stranger's"),
        pytest.param({"runs": ((2, 1, 3),), "origins": (element(0),)}, id="left of it nothing"),
        pytest.param(
            {"runs": ((2, 0, 3),), "origins": (element(0, 1),), "others": (3,)}, id="not of this text"
        ),
        pytest.param({"runs": ((2, 2, 1), (3, -3, 2)), "origins": (element(0),)}, id="origins crosswise"),
        pytest.param({"groups": (1,)}, id="typed before the first group"),
        pytest.param({"groups": ()}, id="no group"),
        pytest.param({"erasures": ((0, 1, 1, 3),)}, id="a delete of no element"),
        pytest.param({"erasures": ((3, 1, 4, 0),)}, id="a delete of more"),
        pytest.param({"erasures": ((3, 1, 0, 0),)}, id="a delete of none"),
        pytest.param({"erasures": ((3, 1, 10, 0),)}, id="a delete of the future"),
        pytest.param({"erasures": ((9, 1, 1, 0),)}, id="a delete still to come"),
        pytest.param({"erasures": ((3, 4, 1, 0),)}, id="a delete at a stranger's"),
        pytest.param({"erasures": ((3, 4, 1, 0),), "others": (3,)}, id="a delete of another text"),
        pytest.param({"erasures": ((3, 0, 3, 1),)}, id="deletes down below the first"),
        pytest.param({"erasures": ((3, 2, 1, 1),)}, id="one step"),
        pytest.param({"erasures": ((3, 2, 7, 0),)}, id="steps beyond the end"),
        pytest.param({"marks": ((9, *BOLD[1:]),)}, id="a mark still to come"),
        pytest.param({"marks": (BOLD, BOLD)}, id="marks out of order"),
        pytest.param({"marks": ((4, 1 << 64, *BOLD[2:]),)}, id="a mark too late"),
        pytest.param({"marks": ((4, 1, "x" * (KIND_LENGTH_MAX + 1), *BOLD[3:]),)}, id="a long kind"),
        pytest.param({"marks": ((*BOLD[:4], END, element(1), 1),)}, id="a mark from the end"),
        pytest.param({"marks": ((*BOLD[:4], element(0), START, 1),)}, id="a mark to the start"),
        pytest.param({"marks": ((*BOLD[:4], START, element(1), 1),)}, id="a mark before the start"),
        pytest.param({"marks": ((*BOLD[:4], element(0), END, 1),)}, id="a mark behind the end"),
        pytest.param({"marks": ((*BOLD[:4], element(0), element(1), 4),)}, id="a mark of no side"),
        pytest.param({"erasures": ((4, 4, 1, 0),), "others": (3,)}, id="a delete where nothing is"),
        pytest.param({"marks": ((*BOLD[:4], element(0), element(5), 1),)}, id="a mark to no element"),
        pytest.param({"marks": ((*BOLD[:4], element(5), element(1), 1),)}, id="a mark from no element"),
        pytest.param({"writes": ((4, 1, element(0), {}),)}, id="a block of a letter"),
        pytest.param({"writes": ((4, 1, element(5), {}),)}, id="a block of no element"),
        pytest.param({"writes": ((4, 1, START, {}),)}, id="a block of the start"),
        pytest.param({"writes": ((4, 1, END, []),)}, id="a block with a list"),
        pytest.param({"writes": ((4, 1, END, {}), (4, 1, END, {}))}, id="blocks out of order"),
        pytest.param({"writes": ((4, 1 << 64, END, {}),)}, id="a block too late"),
        pytest.param({"embeds": ((0, 0, {}),)}, id="an embed that is a letter"),
        pytest.param({"embeds": ((0, 5, {}),)}, id="an embed of no element"),
        pytest.param({"embeds": ((1, 0, {}),)}, id="an embed of a stranger"),
        pytest.param({"visible": "\ufffcbc", "embeds": ((0, 0, {}), (0, 0, {}))}, id="an embed twice"),
        pytest.param({"visible": "\ufffcbc", "embeds": ((0, 0, 5),)}, id="an embed without a payload"),
    ],
)
def test_columns_that_contradict_themselves_are_refused(columns):
    with pytest.raises(MalformedOp):
        RichText.decode(snapshot(**columns), 1)


@given(st.randoms(use_true_random=False))
def test_origins_are_taken_where_the_left_one_stands_before_and_the_right_one_behind(random):
    cuts = sorted({0, *random.choices(range(8), k=3)})
    spans = [(start, end) for start, end in zip(cuts, [*cuts[1:], 8], strict=True)]
    if random.random() < 0.5:
        random.shuffle(spans)
    places = {letter: place for place, span in enumerate(spans) for letter in range(*span)}
    runs, origins, sound, end = [], [], True, 0
    for place, (start, stop) in enumerate(spans):
        flags = random.choice((0, LEFT_IMPLIED, RIGHT_IMPLIED, BOTH_IMPLIED))
        runs.append((flags, start - end, stop - start))
        end = stop
        if not flags & LEFT_IMPLIED:
            left = random.choice((START, *[element(max(start - 1, 0))] * 4, element(random.randrange(9))))
            origins.append(left)
            sound &= left == START or places.get(left[-1], 9) < place
        if not flags & RIGHT_IMPLIED:
            right = random.choice((START, *[END] * 5, *[element(7)] * 5, element(random.randrange(9))))
            origins.append(right)
            sound &= right == END or (right != START and places.get(right[-1], -1) > place)
    columns = {"visible": "abcdefgh", "runs": tuple(runs), "origins": tuple(origins)}
    if sound:
        assert len(load(**columns)) == 8
    else:
        with pytest.raises(MalformedOp):
            RichText.decode(snapshot(**columns), 1)


@pytest.mark.parametrize(
    ("place", "side", "origin", "is_sound"),
    [
        (18, RIGHT_IMPLIED, element(2), True),
        (18, RIGHT_IMPLIED, element(16), True),
        (3, RIGHT_IMPLIED, element(16), False),
        (3, RIGHT_IMPLIED, element(20), False),
        (3, LEFT_IMPLIED, element(16), True),
        (3, LEFT_IMPLIED, element(5), True),
        (18, LEFT_IMPLIED, element(2), False),
        (18, LEFT_IMPLIED, element(20), False),
    ],
)
def test_origins_may_stand_near_a_run_or_far_from_it(place, side, origin, is_sound):
    """Twenty letters, each a run; what is implied at the place is the other side."""
    runs = [(BOTH_IMPLIED, 0, 1)] * 20
    runs[place] = (side, 0, 1)
    columns = {"visible": "ab" * 10, "end": 30, "runs": tuple(runs), "origins": (origin,)}
    if is_sound:
        assert load(**columns).text() == "ab" * 10
    else:
        with pytest.raises(MalformedOp, match="origin"):
            RichText.decode(snapshot(**columns), 1)


@pytest.mark.parametrize("log", ["erasures", "marks", "writes"])
def test_ops_before_the_first_group_of_their_author_are_refused(log):
    entries = {"erasures": (4, 1, 1, 0), "marks": BOLD, "writes": (4, 1, END, {"kind": "quote"})}
    text = {"visible": "bc", "hidden": "a"} if log == "erasures" else {}
    for others, groups in (((), (5,)), ((3,), (0, 5))):
        columns = {log: (entries[log],), "groups": groups, "others": others, **text}
        if others:
            load(**columns)
        else:
            with pytest.raises(MalformedOp, match="group"):
                RichText.decode(snapshot(**{"runs": ((3, 5, 3),), "end": 9, **columns}), 1)


@pytest.mark.parametrize(
    ("columns", "error"),
    [
        ({"end": COUNTERS_MAX + 1}, LimitExceeded),
        ({"end": COUNTERS_MAX, "runs": ((3, 0, COUNTERS_MAX),)}, MalformedOp),
        ({"end": COUNTERS_MAX, "erasures": ((3, 2, COUNTERS_MAX - 9, 0),)}, MalformedOp),
        ({"runs": ((3, 0, 3),) * 1000}, MalformedOp),
    ],
)
def test_few_bytes_do_not_claim_much_memory_or_time(columns, error):
    data = snapshot(**columns)
    assert len(data) < 200
    with pytest.raises(error):
        RichText.decode(data, 1)


def test_many_deletes_of_a_dead_group_over_the_same_letters_take_no_square_of_time():
    letters, rounds = 16_000, 4_000
    end = letters * (rounds + 1) + 9
    erasures = tuple(
        (0 if number else letters, 2, letters, 0 if number == 0 else -letters) for number in range(rounds)
    )
    text = RichText.decode(
        snapshot(
            visible="x" * letters,
            runs=((BOTH_IMPLIED, 0, letters),),
            end=end,
            groups=(0, letters),
            erasures=erasures,
            flips=((0, end - 1, 0, letters, end - 1, 0, 1),),
        ),
        1,
    )
    assert len(text) == letters


def test_marks_that_reach_to_the_edges_of_the_text_are_loaded():
    text = RichText(1)
    text.insert(0, "abc")
    text.format(1, 3, "bold", True)
    text.apply([[MARK, 9, 0, 1, 5, "italic", True, EDGE, 0, 1, EDGE, 1, 0]])
    again = reloaded(text)
    assert again.spans() == text.spans() == [("a", {"italic": True}), ("bc", {"bold": True, "italic": True})]
    again.insert(3, "d")
    assert again.spans()[1] == ("bcd", {"bold": True, "italic": True})


@pytest.mark.parametrize(
    ("target", "reason"),
    [(element(0, 1), "a replica"), (element(9), "an element"), (element(8), "no element"), ((1,), "")],
)
def test_a_block_write_names_an_element_that_there_is(target, reason):
    columns = {"visible": "a\nc", "groups": (0, 4), "writes": ((5, 1, target, {"kind": "quote"}),)}
    if reason:
        with pytest.raises(MalformedOp, match=reason):
            RichText.decode(snapshot(**columns), 1)
    else:
        assert load(**columns).blocks()[-1][1] == {"kind": "quote"}
