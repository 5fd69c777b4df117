"""
Undo on random histories, U1-U7: only mine, back and forth, the same elements again, through saves, for
anybody's groups.
"""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tests.support.effort import steps
from tests.support.meeting import reloaded, shown, undo_all
from tests.support.restless_worlds import MeddlingWorld
from tests.support.text_world import BLOCKS, KINDS, TextWorld

seeds = st.integers(0, 2**32)


def settled_world(seed, kind=TextWorld, undo=False):
    """A world in which everybody has heard of everything, and its first replica."""
    world = kind(seed, 3, undo=undo)
    for _ in range(steps(30)):
        world.step()
    world.settle()
    return world, world.replicas[0]


def others(replica):
    """The visible elements that others wrote."""
    return [id for id in replica.oracle.visible() if id[0] != replica.rid]


@given(seeds)
def test_U1_undo_touches_only_what_its_author_did(seed):
    _, replica = settled_world(seed)
    erased_by_me = {
        (replica.oracle.id(op, 4)[0], replica.oracle.id(op, 4)[1] + offset)
        for op in replica.oracle.ops
        if op[0] == 2 and op[1] == replica.rid
        for offset in range(op[6])
    }
    before = others(replica)
    while replica.text.can_undo:
        replica.local(replica.text.undo())
        after = others(replica)
        assert [id for id in after if id in set(before)] == before
        assert set(after) - set(before) <= erased_by_me
        assert replica.text.spans() == replica.oracle.spans()
        before = after
    assert not [id for id in replica.oracle.visible() if id[0] == replica.rid]
    replica.text.check()


@given(seeds, st.booleans(), st.booleans())
def test_U2_undoing_all_and_redoing_all_restores_everything_at_each_step(seed, undo, saving):
    _, replica = settled_world(seed, undo=undo)
    text = replica.text
    text.new_group()
    text.insert(0, "x")
    now = shown(text)
    before = undo_all(text)
    if saving:
        text = reloaded(text)
    assert before[-1] == now
    for expected in before:
        assert len(text.redo()) == 1
        assert shown(text) == expected
    assert text.redo() == []
    assert not text.can_redo
    text.check()


@given(seeds)
def test_U3_undoing_a_delete_brings_the_same_elements_back(seed):
    _, replica = settled_world(seed)
    text, random = replica.text, Random(seed)
    if not len(text):
        return
    before = shown(text)
    authors = text.authors()
    start = random.randrange(len(text))
    count = random.randint(1, len(text) - start)
    anchors = [text.anchor(index, side) for index in range(len(text) + 1) for side in ("before", "after")]
    places = [text.index(anchor) for anchor in anchors]
    text.new_group()
    text.delete(start, count)
    if random.random() < 0.5:
        text = reloaded(text)
    text.undo()
    assert shown(text) == before
    assert text.authors() == authors
    assert [text.index(anchor) for anchor in anchors] == places


@given(seeds)
def test_U3_undoing_a_delete_shows_what_others_did_inside_it_meanwhile(seed):
    _, replica = settled_world(seed)
    text, random = replica.text, Random(seed)
    replica.local(text.insert(0, "####"))
    start = random.randrange(len(text))
    end = random.randint(start + 1, len(text))
    other, without, late = reloaded(text, 600), reloaded(text, 700), []
    text.new_group()
    deleted = text.delete(start, end - start)
    for _ in range(steps(10)):
        at, roll = random.randint(start, end), random.random()
        if roll < 0.5:
            theirs = other.insert(at, random.choice(("@", "\n")))
            end += 1
        elif roll < 0.8:
            theirs = other.format(start, at, random.choice(KINDS), random.choice(("x", None)))
        else:
            theirs = other.set_block(at, random.choice(BLOCKS))
        without.apply(theirs)
        late += theirs
        if random.random() < 0.5:
            text.apply(late)
            late = []
    text.apply(late)
    other.apply(deleted)
    assert shown(other) == shown(text)
    other.apply(text.undo())
    assert shown(text) == shown(other) == shown(without)
    text.check()


@given(seeds)
def test_U4_undoing_a_word_leaves_what_others_typed_and_marked_inside_it(seed):
    _, replica = settled_world(seed)
    writer, random = replica.text, Random(seed)
    other = reloaded(writer, 500)
    before = shown(other)
    at = random.randint(0, len(writer))
    writer.new_group()
    inside = 0
    for letter in "####":
        other.apply(writer.insert(at + inside, letter))
        inside += 1
    for _ in range(steps(10)):
        ops = other.insert(at + random.randint(1, inside - 1), "@")
        inside += 1
        if random.random() < 0.5:
            ops += other.format(at, at + inside, random.choice(("bold", "link")), "x")
        writer.apply(ops)
    written = shown(writer)
    other.apply(writer.undo())
    assert writer.text() == other.text() == written[0].replace("#", "")
    other.apply(writer.redo())
    assert shown(writer) == shown(other) == written
    writer.apply(other.undo())
    writer.undo()
    assert shown(writer) == before
    writer.check()


@given(seeds)
def test_U5_undoing_marks_and_attributes_shows_what_shows_where_they_never_were(seed):
    _, replica = settled_world(seed)
    text, random = replica.text, Random(seed)
    replica.local(text.insert(0, "#"))
    without, other = reloaded(text, 600), reloaded(text, 700)
    text.new_group()
    text.format(0, 1, "colour", "only here")
    for _ in range(steps(10)):
        start, end = sorted((random.randint(0, len(text)), random.randint(0, len(text))))
        kind, value = random.choice(KINDS), random.choice(("x", "y", None))
        roll = random.random()
        if roll < 0.4:
            text.format(start, end, kind, value)
        elif roll < 0.6:
            text.set_block(start, random.choice(BLOCKS))
        else:
            marked = other.format(start, end, kind, value) if roll < 0.8 else []
            theirs = marked or other.set_block(start, BLOCKS[0])
            text.apply(theirs)
            without.apply(theirs)
    with_them = shown(text)
    text.undo()
    assert shown(text) == shown(reloaded(text)) == shown(without)
    text.redo()
    assert shown(text) == with_them
    text.check()


@given(seeds)
def test_U7_all_that_somebody_did_can_be_switched_off_and_on_by_anybody(seed):
    world, replica = settled_world(seed)
    random = Random(seed)
    reader, sam = reloaded(replica.text, 700), random.choice(world.replicas).rid
    before = shown(reader)
    number = reader._replicas.find(sam)
    starts = [] if number < 0 else list(reader._replicas.group_starts[number])
    random.shuffle(starts)
    off = [op for start in starts for op in reader.switch_group(sam, start, False)]
    assert sam not in {rid for _, _, rid in reader.authors()}
    everybody_else = [id for id in replica.oracle.visible() if id[0] != sam]
    for op in off:
        replica.oracle.add(op)
    assert [id for id in replica.oracle.visible() if id in set(everybody_else)] == everybody_else
    assert reader.spans() == replica.oracle.spans()
    random.shuffle(starts)
    on = [op for start in starts for op in reader.switch_group(sam, start, True)]
    assert shown(reader) == before
    replica.text.apply([*off, *on])
    assert replica.text.encode() == reader.encode()
    reader.check()


def stacks(text):
    """What undo and redo would switch next, without switching it."""
    return text.can_undo, text._stacks.next_undo(), text.can_redo, text._stacks.next_redo()


@given(seeds)
def test_U6_a_saved_text_undoes_and_redoes_as_the_one_that_was_not_saved(seed):
    world = TextWorld(seed, 2)
    for _ in range(steps(40)):
        world.step()
        text = world.random.choice(world.replicas).text
        assert stacks(text) == stacks(reloaded(text))


@given(seeds)
def test_U6_switching_anybodys_groups_during_concurrent_edits_converges(seed):
    world = MeddlingWorld(seed, 3)
    for number in range(steps(40)):
        world.step()
        if number % 10 == 0:
            for replica in world.replicas:
                world.check(replica)
    world.settle()


def test_histories_with_meddling_do_switch_groups():
    flips = 0
    for seed in range(10):
        world = MeddlingWorld(seed, 3)
        for _ in range(40):
            world.step()
        flips += world.flips()
    assert flips > 50
