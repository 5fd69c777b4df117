from __future__ import annotations

import asyncio

from sync.protocol.messages import Ack, Nack
from sync.server.metrics import Counts
from sync.server.writer import GROUP_MAX, Writer
from tests.support.core_world import CoreWorld
from tests.support.peer import Author
from tests.support.running_server import run


def _played(folder, count, breaking=()):
    """Submit so many batches at once, one delta each; return the counts and what was told."""
    told: list = []
    counts = Counts()

    async def play():
        world = CoreWorld(folder)
        ann, author = world.account("ann"), Author()
        stream = ann.personal + "/notes"
        core = world.opened.core
        write = core.write

        def fragile(batches, now_ms):
            assert not any(batch.batch in breaking for batch in batches), "our own mistake"
            return write(batches, now_ms)

        core.write = fragile

        async def in_store(call):
            await asyncio.sleep(0)
            return call()

        writer = Writer(in_store, lambda: world.now_ms, counts, lambda *one: told.append(one))
        for number in range(count):
            delta = author.note(stream)[1]
            batch = world.batch(ann, author, stream, [delta], number + 1)
            writer.submit(
                batch.__class__(**{f: getattr(batch, f) for f in batch.__slots__} | {"batch": number})
            )
        task = asyncio.create_task(writer.run(core))
        async with asyncio.timeout(30):
            while writer.waiting:
                await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        told.append(writer.healthy)
        world.close()

    run(play())
    return counts, told


def test_what_waits_is_one_group_up_to_a_bound_and_in_order(tmp_path):
    counts, told = _played(tmp_path, GROUP_MAX + 1)
    assert [len(group) for group, _ in told[:-1]] == [GROUP_MAX, 1]
    answers = [answer.message for _, written in told[:-1] for answer in written.answers]
    assert [answer.n for answer in answers] == list(range(1, GROUP_MAX + 2))
    assert (counts.groups, counts.deltas_accepted, counts.failures) == (2, GROUP_MAX + 1, 0)
    assert told[-1] is True


def test_a_batch_that_breaks_our_code_is_refused_alone(tmp_path, expect_log):
    expect_log("a group was not written")
    counts, told = _played(tmp_path, 3, breaking={2})
    (_, written), healthy = told
    assert [type(answer.message) for answer in written.answers] == [Ack, Ack, Nack]
    assert written.answers[-1].message.code == "internal"
    assert (counts.pushes_refused, counts.failures, healthy) == (1, 1, False)
