"""A certificate that was named by its fingerprint, over a real socket."""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from contextlib import suppress

import pytest
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

from sync.client import events as e
from sync.client.address import address_of
from sync.client.pinning import check_pin
from sync.client.runner import Runner
from sync.protocol import messages as m
from sync.protocol import wire
from tests.support.certificates import self_signed
from tests.support.running_server import run


class Wanting:
    """An engine that wants one connection, and notes what it hears of it."""

    wake_ms = 1 << 62

    def __init__(self, url):
        self.url, self.seen = url, []

    def handle(self, event, now_ms):
        self.seen.append(event)
        if isinstance(event, e.Started):
            return [e.Connect(self.url)]
        return [e.Send(m.Ping(1))] if isinstance(event, e.Opened) else []

    def heard(self, kind):
        return [event for event in self.seen if isinstance(event, kind)]


async def connected(tmp_path, pin, *, tls=None, made=True):
    """Connect to a server with a certificate of its own; the engine, and what the server was told."""
    certificate, key = self_signed(tmp_path) if made else (tmp_path / "cert.pem", tmp_path / "key.pem")
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(certificate, key)
    told = []

    async def listen(socket):
        with suppress(ConnectionClosed):
            async for frame in socket:
                told.append(wire.decode(frame))
                await socket.send(wire.encode(m.Pong(1)))

    async with serve(listen, "127.0.0.1", 0, compression=None, ssl=served) as server:
        port = server.sockets[0].getsockname()[1]
        wanting = Wanting(address_of(f"wss://127.0.0.1:{port}{pin(certificate)}"))
        runner = Runner(wanting, lambda effect: None, tls=tls)
        runner.begin()
        runner.feed(e.Started())
        try:
            async with asyncio.timeout(20):
                while not wanting.heard(e.Lost) and not wanting.heard(e.Heard):
                    await asyncio.sleep(0.005)
        finally:
            await runner.end()
    return wanting, told


def fingerprint(certificate):
    shown = ssl.PEM_cert_to_DER_cert(certificate.read_text())
    return f"#sha256={hashlib.sha256(shown).hexdigest()}"


def test_the_certificate_that_was_named_is_the_right_one(tmp_path):
    async def play():
        wanting, told = await connected(tmp_path, fingerprint)
        assert told == [m.Ping(1)]
        assert wanting.heard(e.Heard)

    run(play())


def test_a_certificate_that_the_system_trusts_needs_no_pin(tmp_path):
    async def play():
        certificate, _ = self_signed(tmp_path)
        trusted = ssl.create_default_context(cafile=certificate)
        wanting, told = await connected(tmp_path, lambda _: "", tls=trusted, made=False)
        assert told == [m.Ping(1)]
        assert wanting.heard(e.Heard)

    run(play())


@pytest.mark.parametrize("pin", [lambda _: "#sha256=" + "0" * 64, lambda _: ""])
def test_to_any_other_nothing_is_said(tmp_path, pin):
    async def play():
        wanting, told = await connected(tmp_path, pin)
        assert told == []
        assert not wanting.heard(e.Opened)
        (lost, *_) = wanting.heard(e.Lost)
        assert "SSL" in lost.fault or "certificate" in lost.fault.lower()

    run(play())


def test_without_encryption_no_pin_holds():
    with pytest.raises(ssl.SSLError):
        check_pin(None, bytes(32))
