from __future__ import annotations

import asyncio

from sync.server.turns import FRAMES_A_TURN, Turns


def test_after_so_many_frames_others_have_their_turn():
    async def play():
        said = []

        async def take(name):
            turns = Turns()
            for _ in range(3 * FRAMES_A_TURN):
                await turns.take(0)
                said.append(name)

        await asyncio.gather(take("one"), take("other"))
        return said

    said = asyncio.run(play())
    first = FRAMES_A_TURN - 1
    assert said[:first] == ["one"] * first
    assert said[first : 2 * first] == ["other"] * first
    assert said[2 * first : 2 * first + FRAMES_A_TURN] == ["one"] * FRAMES_A_TURN


def test_what_the_pace_says_is_waited_for(monkeypatch):
    waited = []

    async def sleep(seconds):
        waited.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    turns = Turns()
    for wait_ms in (0, 250, 0):
        asyncio.run(turns.take(wait_ms))
    assert waited == [0.25]
