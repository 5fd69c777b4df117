from __future__ import annotations

import asyncio
import json
import urllib.request

from sync.protocol import messages as m
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
                server.administer("backup", target=str(tmp_path / "copy")),
            ]
            doing = asyncio.gather(*commands)
            for _ in range(20):
                assert isinstance(await ann.push(ann.notes, ann.author.type(ann.notes, note, "b")), m.Ack)
            compacted, verified, copied = await doing
            assert compacted["deltas_removed"] >= 190
            assert verified["ok"]
            assert copied["verified"]

    run(play())


def test_a_command_that_fails_half_way_says_why(tmp_path):
    async def play():
        async with running_server(tmp_path) as server:
            line = json.dumps({"command": "backup", "arguments": {"target": str(tmp_path)}}).encode()
            assert "exists" in (await server.service.admin.answer(line))["error"]

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
