from __future__ import annotations

import pytest

from sync.protocol.chain import CHAIN_START
from sync.protocol.rows import Wanted
from sync.server import core as core_module
from sync.server.subscribing import decide
from tests.support.core_world import CoreWorld
from tests.support.peer import Author
from tests.support.worlds import world_of

world = world_of(CoreWorld)


def _decide(world, account, author, stream, reads="1.0", **at):
    at = {"want": "content", "epoch": 0, "cursor": 0, "last_n": 0, "chain": CHAIN_START, **at}
    return decide(world.opened.core, world.opened.people, account.id, author.rid, reads, Wanted(stream, **at))


def _typed(world, count):
    ann, author = world.account("ann"), Author()
    stream = ann.personal + "/notes"
    note, first = author.note(stream)
    for at in range(0, count, 100):
        deltas = [author.type(stream, note, "x") for _ in range(min(100, count - at))]
        world.push(ann, author, stream, *([first] if at == 0 else []), *deltas)
    return ann, author, stream


def test_the_answer_says_where_the_replica_is(world):
    ann, author, stream = _typed(world, 3)
    decided = _decide(world, ann, author, stream)
    row = world.opened.store.stream(stream)
    assert decided.granted[1:6] == ("ok", "owner", row.epoch, 4, 0)
    assert (decided.granted.last_n, decided.granted.chain) == (4, author.chains[stream][4])
    assert (decided.granted.via, decided.feed.cursor, decided.head) == ("log", 0, 4)
    assert _decide(world, ann, Author(), stream).granted.last_n == 0


def test_a_cursor_without_an_epoch_counts_for_nothing(world):
    ann, author, stream = _typed(world, 3)
    assert _decide(world, ann, author, stream, epoch=0, cursor=3).feed.cursor == 0


def test_whoever_is_far_behind_a_long_log_gets_states(world):
    ann, author, stream = _typed(world, 500)
    epoch = world.opened.store.stream(stream).epoch
    world.opened.core.documents.save(everything=True)
    far = _decide(world, ann, author, stream, epoch=epoch, cursor=100)
    assert far.granted.via == "state"
    assert (far.feed.transfer.since, far.feed.transfer.to) == (100, 501)
    assert _decide(world, ann, author, stream, epoch=epoch, cursor=450).granted.via == "log"


def test_a_cursor_below_the_floor_gets_states_whatever_they_cost(world, monkeypatch):
    ann, author, stream = _typed(world, 5)
    row = world.opened.store.stream(stream)
    monkeypatch.setattr(world.opened.core, "stream", lambda _: row._replace(floor=3))
    assert _decide(world, ann, author, stream, epoch=row.epoch, cursor=2).granted.via == "state"
    assert _decide(world, ann, author, stream, epoch=row.epoch, cursor=3).granted.via == "log"
    resumed = _decide(world, ann, author, stream, epoch=row.epoch, cursor=2, after="A", to=2)
    assert resumed.feed.transfer.place.after == ""


@pytest.mark.parametrize("reads", [None, "2.0"])
def test_only_who_reads_the_streams_model_is_sent_content_and_told_of_its_log(world, reads):
    ann, author, stream = _typed(world, 3)
    decided = _decide(world, ann, author, stream, reads=reads, epoch=5, cursor=70)
    assert (decided.granted.status, decided.granted.via, decided.feed) == ("ok", "none", None)
    assert (decided.granted.epoch, decided.granted.head, decided.granted.last_n) == (5, 70, 4)
    assert _decide(world, ann, author, stream, reads=reads).granted.epoch == 0


def test_lost_rejections_are_told_in_acks_of_a_bounded_length(world, monkeypatch):
    monkeypatch.setattr("sync.server.subscribing.BATCH_DELTAS_MAX", 4)
    ann, author = world.account("ann"), Author()
    stream = ann.personal + "/notes"
    note, first = author.note(stream)
    bad = [author.numbered_bytes(stream, note, b"no delta") for _ in range(10)]
    world.push(ann, author, stream, first, *bad)
    acks = _decide(world, ann, author, stream).acks
    assert [[rejected.n for rejected in ack.rejected] for ack in acks] == [
        [2, 3, 4, 5],
        [6, 7, 8, 9],
        [10, 11],
    ]
    assert [
        rejected.n for ack in _decide(world, ann, author, stream, last_n=9).acks for rejected in ack.rejected
    ] == [
        10,
        11,
    ]
    assert _decide(world, ann, author, stream, last_n=11).acks == ()


def test_counting_what_states_cost_is_left_out_for_who_is_nearly_there(world, monkeypatch):
    ann, author, stream = _typed(world, 50)
    monkeypatch.setattr(world.opened.store, "state_cost", None)
    assert core_module.LOG_ALWAYS_MAX >= 50
    assert _decide(world, ann, author, stream).granted.via == "log"
