from __future__ import annotations

import pytest

from sync import limits
from sync.protocol import messages as m
from sync.protocol import wire
from sync.server import roles
from sync.server.blob_session import BlobSession, Say
from sync.server.session import Close
from tests.support.frames import EXAMPLES
from tests.support.session_world import SessionWorld

HELLO = m.Hello((1, 1), "tests", "any", 5, "i5", "1.0")


@pytest.fixture
def session(tmp_path):
    world = SessionWorld(tmp_path)
    yield BlobSession(world.realm, "", 0, lambda sha256, notebook: None)
    world.opened.close()


def said(effects):
    return [effect.message for effect in effects if isinstance(effect, Say)]


@pytest.mark.covers("limit BLOB_QUOTA", "limit BLOB_SIZE_MAX")
def test_hello_comes_first_and_is_answered_with_the_limits(session):
    (welcome,) = said(session.receive(wire.encode(HELLO), 0))
    assert welcome.limits["blob"] == limits.BLOB_SIZE_MAX
    assert welcome.limits["blob_quota"] == limits.BLOB_QUOTA
    assert welcome.limits["blob_chunk"] == limits.BLOB_CHUNK_SIZE_MAX


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_every_kind_has_its_place_or_ends_the_connection(session, name):
    message = EXAMPLES[name]
    session.receive(wire.encode(HELLO), 0)
    effects = session.receive(wire.encode(message), 0)
    closed = any(isinstance(effect, Close) for effect in effects)
    belongs = type(message) in roles.BLOB_SOCKET - {m.Hello, m.Bye}
    assert closed is not belongs


def test_before_hello_nothing_else_is_heard(session):
    (error,) = said(session.receive(wire.encode(m.Ping(1)), 0))
    assert error.code == "unexpected"


def test_text_garbage_and_unknown_kinds_are_told_apart(session):
    assert said(session.receive("text", 0))[0].code == "bad_frame"
    session.receive(wire.encode(HELLO), 0)
    assert said(session.receive(b"\x00\xc1", 0))[0].code == "bad_frame"
    unknown = session.receive(b"\x00" + bytes([0x92, 77, 0x80]), 0)
    assert (said(unknown)[0].code, said(unknown)[0].about) == ("unknown_kind", 77)
    assert not any(isinstance(effect, Close) for effect in unknown)


def test_silence_ends_it(session):
    assert not session.silent(limits.HELLO_WAIT_MS - 1)
    assert session.silent(limits.HELLO_WAIT_MS)
    session.receive(wire.encode(HELLO), 1)
    assert not session.silent(limits.HELLO_WAIT_MS)
    assert session.silent(1 + 2 * limits.SILENCE_MS_MAX)
