"""
The I/O: frames in order, one connection at a time, and nothing left behind, whatever the other side does.
"""

import asyncio
import sys
from contextlib import suppress

import pytest
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

from sync.client import events as e
from sync.client.runner import Runner
from sync.protocol import messages as m
from sync.protocol import wire
from tests.support.running_server import run


class Script:
    """An engine that does what the test wrote down."""

    def __init__(self, url):
        self.url = url
        self.seen = []
        self.wake_ms = 1 << 62
        self.replies = {}

    def handle(self, event, now_ms):
        self.seen.append(event)
        return self.replies.pop(type(event), [])

    def kinds(self):
        return [type(event) for event in self.seen]


async def until(condition, seconds=60.0):
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


async def with_server(answer, scene):
    async with serve(answer, "127.0.0.1", 0, compression=None) as server:
        port = server.sockets[0].getsockname()[1]
        script = Script(f"ws://127.0.0.1:{port}/v1/sync")
        performed = []
        runner = Runner(script, performed.append)
        runner.begin()
        script.replies[e.Started] = [e.Connect(script.url)]
        runner.feed(e.Started())
        try:
            await scene(script, runner, performed)
        finally:
            await runner.end()


def test_messages_leave_in_the_order_in_which_they_were_decided_on():
    got = []

    async def answer(socket):
        async for frame in socket:
            got.append(wire.decode(frame).t0)

    async def scene(script, runner, performed):
        script.replies[e.Opened] = [e.Send(m.Ping(number)) for number in range(50)]
        await until(lambda: len(got) == 50)
        assert got == list(range(50))
        # closing lets go out what was decided on before
        script.replies[e.Nudged] = [e.Send(m.Ping(99)), e.Close()]
        runner.feed(e.Nudged())
        await until(lambda: got[-1] == 99)

    run(with_server(answer, scene))


@pytest.mark.parametrize("frame", [b"", b"\x07rubbish", "text", b"\x00" + b"x" * 300_000])
def test_what_makes_no_sense_ends_the_connection_and_is_told(frame):
    async def answer(socket):
        await socket.send(frame)
        await socket.wait_closed()

    async def scene(script, runner, performed):
        await until(lambda: e.Lost in script.kinds())

    run(with_server(answer, scene))


def test_a_message_of_an_unknown_kind_is_left_out_and_the_next_is_heard():
    async def answer(socket):
        from sync.protocol.pack import pack

        await socket.send(b"\x00" + pack([77, {}]))
        await socket.send(wire.encode(m.Pong(1, 2)))
        await socket.wait_closed()

    async def scene(script, runner, performed):
        await until(lambda: e.Heard in script.kinds())
        assert [event.message for event in script.seen if isinstance(event, e.Heard)] == [m.Pong(1, 2)]

    run(with_server(answer, scene))


def test_a_connection_that_was_closed_is_not_heard_any_more():
    sockets = []

    async def answer(socket):
        sockets.append(socket)
        with suppress(ConnectionClosed):
            async for _ in socket:
                await socket.send(wire.encode(m.Pong(len(sockets), 0)))

    async def scene(script, runner, performed):
        script.replies[e.Opened] = [e.Send(m.Ping(1)), e.Close(), e.Connect(script.url)]
        await until(lambda: script.kinds().count(e.Opened) == 2)
        script.replies[e.Nudged] = [e.Send(m.Ping(2))]
        runner.feed(e.Nudged())
        await until(lambda: e.Heard in script.kinds())
        assert [event.message.t0 for event in script.seen if isinstance(event, e.Heard)] == [2]
        assert e.Lost not in script.kinds()

    run(with_server(answer, scene))


def test_nobody_there_is_told_as_lost():
    async def scene():
        script = Script("ws://127.0.0.1:1/v1/sync")
        runner = Runner(script, lambda effect: None)
        runner.begin()
        script.replies[e.Started] = [e.Connect(script.url)]
        runner.feed(e.Started())
        await until(lambda: e.Lost in script.kinds())
        await runner.end()

    run(scene())


def test_a_bug_of_ours_is_logged_and_ends_the_connection_only(expect_log):
    expect_log("the engine failed")

    async def answer(socket):
        await socket.send(wire.encode(m.Pong(1, 2)))
        await socket.wait_closed()

    async def scene(script, runner, performed):
        class Broken(list):
            def __iter__(self):
                raise ZeroDivisionError

        script.replies[e.Heard] = Broken()
        await until(lambda: e.Lost in script.kinds())
        assert script.seen[-1] == e.Lost("our own")

    run(with_server(answer, scene))


def test_the_timer_wakes_the_engine_when_it_asked_to_be():
    async def scene():
        script = Script("")
        runner = Runner(script, lambda effect: None)
        runner.begin()
        script.wake_ms = 0
        script.replies[e.Ticked] = []
        runner.feed(e.Nudged())
        await until(lambda: e.Ticked in script.kinds())
        script.wake_ms = 1 << 62
        await runner.end()

    run(scene())


def test_websockets_is_not_imported_before_the_first_connection():
    import subprocess

    code = (
        "import sys, sync.client.session, sync.storage.client_store;"
        "sys.exit(any(name.split('.')[0] in ('websockets', 'PySide6', 'keyring') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_is_seen_through_ends_by_itself_or_is_broken_off_and_a_bug_in_it_is_told():
    async def scene():
        loop, bugs, ended = asyncio.get_running_loop(), [], []
        loop.set_exception_handler(lambda _, context: bugs.append(context["exception"]))
        runner = Runner(Script(""), lambda effect: None)

        async def work(for_ever=False, error=None):
            try:
                if for_ever:
                    await Runner.forever()
                if error is not None:
                    raise error
            finally:
                ended.append(for_ever)

        runner.see_through(work())
        runner.see_through(work(for_ever=True))
        runner.see_through(work(error=KeyError("bug")))
        await until(lambda: len(ended) == 2)
        await runner.break_off()
        assert ended == [False, False, True]
        assert [type(bug) for bug in bugs] == [KeyError]
        await runner.break_off()

    run(scene())
