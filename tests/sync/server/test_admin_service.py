from __future__ import annotations

import asyncio
import json
import threading
import urllib.request

import pytest

from sync.protocol import messages as m
from sync.server import admin
from sync.server.execution import execute
from sync.server.outcome import AdminError, Outcome
from tests.support.running_server import run, running_server


def test_what_takes_long_lets_others_write_meanwhile(tmp_path):
    async def play():
        async with running_server(tmp_path) as server:
            ann = await server.signed_up("ann")
            note, first = ann.author.note(ann.notes)
            await ann.push(ann.notes, first, *[ann.author.type(ann.notes, note, "a") for _ in range(199)])
            commands = [
                server.administer("compact", keep_days=0, keep_deltas=10),
                server.administer("verify"),
                server.administer("note list"),
                server.administer("backup", target=str(tmp_path / "copy")),
            ]
            doing = asyncio.gather(*commands)
            for _ in range(20):
                assert isinstance(await ann.push(ann.notes, ann.author.type(ann.notes, note, "b")), m.Ack)
            compacted, verified, listed, copied = await doing
            assert [row["id"] for row in listed["notes"]] == [note]
            assert compacted["deltas_removed"] >= 190
            assert verified["ok"]
            assert copied["verified"]

    run(play())


def test_a_list_of_notes_is_read_in_steps(tmp_path, monkeypatch):
    monkeypatch.setattr(admin, "NOTES_A_STEP", 3)

    async def play():
        async with running_server(tmp_path) as server:
            ann = await server.signed_up("ann")
            made = dict(ann.author.note(ann.notes) for _ in range(10))
            await ann.push(ann.notes, *made.values())

            def asked():
                return admin.run(server.opened, "note list", {}, 0)

            outcome = await server.in_store(asked)
            steps = 0
            while await server.in_store(lambda: next(outcome.rest, "end")) != "end":
                steps += 1
                assert len(outcome.value["notes"]) == min(10, 3 * steps)
            assert [row["id"] for row in outcome.value["notes"]] == sorted(made)

    run(play())


def test_a_command_that_fails_half_way_says_why(tmp_path):
    async def play():
        async with running_server(tmp_path) as server:
            line = json.dumps({"command": "backup", "arguments": {"target": str(tmp_path)}}).encode()
            assert "exists" in (await server.service.admin.answer(line))["error"]

    run(play())


@pytest.mark.one_database
@pytest.mark.parametrize("bug", [ZeroDivisionError, ValueError])
def test_a_command_that_breaks_is_answered_once_and_logged(tmp_path, monkeypatch, expect_log, bug):
    expect_log("asyncio: Unhandled exception in client_connected_cb")
    begun = []

    def breaks(opened, arguments, now_ms):
        begun.append(1)
        raise bug("in here")

    monkeypatch.setattr(admin, "COMMANDS", {"stats": breaks})

    async def play():
        async with running_server(tmp_path, database=None):
            with pytest.raises(AdminError, match="failed at it"):
                await asyncio.to_thread(execute, tmp_path, "stats", {})
            assert begun == [1]

    run(play())


@pytest.mark.one_database
def test_whoever_gave_a_command_is_told_what_came_of_it_before_the_server_is_gone(tmp_path, monkeypatch):
    begun, go_on, told = threading.Event(), threading.Event(), []

    def slow(opened, arguments, now_ms):
        begun.set()
        assert go_on.wait(20)
        told.append("done")
        return Outcome({"ok": True})

    monkeypatch.setattr(admin, "COMMANDS", {"stats": slow})

    async def play():
        async with running_server(tmp_path, database=None) as server:
            loop = asyncio.get_running_loop()
            asking = loop.run_in_executor(None, execute, tmp_path, "stats", {})
            assert await asyncio.to_thread(begun.wait, 20)
            service = server.service.admin
            service.close()
            waiting = asyncio.ensure_future(service.closed())
            loop.call_soon(go_on.set)
            await waiting
            assert told == ["done"]
            assert await asking == {"ok": True}
            line = json.dumps({"command": "stats", "arguments": {}}).encode()
            assert "stopping" in (await service.answer(line))["error"]
            assert told == ["done"]

    run(play())


def test_metrics_are_told_on_the_port_and_count_what_happened(tmp_path):
    async def play():
        async with running_server(tmp_path) as server:
            ann = await server.signed_up("ann")
            note, first = ann.author.note(ann.notes)
            invalid = ann.author.numbered_bytes(ann.notes, note, b"no delta")
            await ann.push(ann.notes, first, invalid)
            url = server.url.replace("ws:", "http:") + "/metrics"
            said = await asyncio.to_thread(lambda: urllib.request.urlopen(url, timeout=20).read().decode())
            lines = dict(line.rsplit(" ", 1) for line in said.splitlines() if not line.startswith("#"))
            assert float(lines["commonplace_deltas_accepted_total"]) == 1
            assert float(lines["commonplace_deltas_rejected_total"]) == 1
            assert float(lines["commonplace_connected"]) == 1
            assert float(lines["commonplace_healthy"]) == 1
            assert "ann" not in said

    run(play())
