from __future__ import annotations

from itertools import pairwise

import pytest

from sync.errors import StoreUnavailable
from sync.server.documents import DUE_COUNT_MIN, Documents
from tests.support.core_world import CoreWorld
from tests.support.peer import Author
from tests.support.worlds import world_of

world = world_of(CoreWorld)


def test_a_document_is_the_same_from_its_log_from_its_state_and_from_both(world):
    note, stream, ann, author = _typed(world, 10)
    from_log = _fresh(world).find(note).document.encode()
    world.opened.core.documents.save(everything=True)
    from_state = _fresh(world).find(note).document.encode()
    world.push(ann, author, stream, author.type(stream, note, "more"))
    from_both = _fresh(world).find(note).document.encode()
    assert from_log == from_state
    assert from_both == author.documents[note].encode()
    world.check()


def test_a_document_nobody_made_is_not_found(world):
    assert world.opened.core.documents.find("nobody") is None


def test_what_is_forgotten_is_loaded_again_as_committed(world):
    note, _, _, author = _typed(world, 3)
    documents = world.opened.core.documents
    core = world.opened.core
    documents.find(note).document.edit(core.clock.tick(world.now_ms), lambda e: e.set(("pinned",), True))
    documents.forget([note])
    assert documents.find(note).document.encode() == author.documents[note].encode()


def test_more_documents_than_are_kept_are_still_served(world):
    ann, author = world.account("ann"), Author()
    stream = ann.personal + "/notes"
    notes = [author.note(stream, f"{n}") for n in range(6)]
    world.push(ann, author, stream, *[delta for _, delta in notes])
    few = Documents(world.opened.store, 1, kept_max=2)
    for note, _ in notes:
        assert few.find(note).document.value(("title",)) == author.documents[note].value(("title",))
        few.trim()
    assert len(few._kept) <= 2


def test_states_are_written_the_more_seldom_the_larger_they_are(world):
    note, stream, ann, author = _typed(world, 1)
    wrote, count = [], 0
    for _ in range(60):
        world.push(
            ann,
            author,
            stream,
            *[author.type(stream, note, "some forty letters of typing ") for _ in range(30)],
        )
        count += 30
        if world.opened.core.idle():
            wrote.append(count)
    gaps = [later - earlier for earlier, later in pairwise(wrote)]
    assert gaps[-1] > 3 * gaps[0]
    assert 3 <= len(wrote) <= 20
    assert world.opened.core.documents.find(note).tail_count <= count // 2
    world.check()


def test_a_document_at_rest_is_written_and_one_in_use_is_not(world):
    note, stream, ann, author = _typed(world, 100)
    for _ in range(8):
        world.push(ann, author, stream, *[author.type(stream, note, "x") for _ in range(DUE_COUNT_MIN + 1)])
        world.opened.core.idle()
    documents = world.opened.core.documents
    world.push(ann, author, stream, *[author.type(stream, note, "x") for _ in range(DUE_COUNT_MIN + 1)])
    assert documents.settle() == 0
    world.push(ann, author, stream, author.type(stream, note, "x"))
    assert documents.settle() == 0
    assert documents.settle() == 1
    assert documents.find(note).tail_count == 0
    assert documents.settle() == 0
    world.check()


def test_a_few_long_deltas_are_left_in_the_log(world):
    note, stream, ann, author = _typed(world, 1)
    for _ in range(5):
        world.push(ann, author, stream, author.type(stream, note, "long " * 3_000))
        assert world.opened.core.idle() == 0
    for _ in range(20):
        world.push(ann, author, stream, *[author.type(stream, note, "long " * 3_000) for _ in range(4)])
        world.opened.core.idle()
    assert world.opened.store.document(note).state_seq > 0


def test_a_log_that_does_not_fold_is_damage_and_named(world):
    note, *_ = _typed(world, 2)
    world.opened.store.db.write("UPDATE log SET body = ? WHERE seq = 2", (b"\0",))
    with pytest.raises(StoreUnavailable) as caught:
        _fresh(world).find(note)
    assert caught.value.reason == "damaged"
    assert note in caught.value.detail


def _typed(world, count):
    ann, author = world.account("ann"), Author()
    stream = ann.personal + "/notes"
    note, first = author.note(stream, "Title")
    world.push(ann, author, stream, first, *[author.type(stream, note, f"{n} ") for n in range(count)])
    return note, stream, ann, author


def _fresh(world):
    return Documents(world.opened.store, 1)
