from __future__ import annotations

import pytest

from sync.limits import PRESENCE_GONE_MS
from sync.protocol.messages import Presence
from sync.protocol.presence import Roster
from tests.support.frames import DOCUMENT, OTHER, STREAM


def test_the_latest_message_of_a_connection_counts():
    roster = Roster()
    assert roster.take(_said(1, DOCUMENT), 0)
    assert roster.take(_said(1, OTHER), 10)
    assert roster.in_document(STREAM, DOCUMENT) == []
    assert roster.in_document(STREAM, OTHER) == [_said(1, OTHER)]


@pytest.mark.covers("limit PRESENCE_GONE_MS")
def test_a_heartbeat_changes_nothing_visible_but_keeps_a_person_here():
    roster = Roster()
    roster.take(_said(1, DOCUMENT), 0)
    assert not roster.take(_said(1, DOCUMENT), PRESENCE_GONE_MS - 1)
    assert roster.fade(PRESENCE_GONE_MS) == []
    assert roster.fade(2 * PRESENCE_GONE_MS - 2) == []
    assert roster.fade(2 * PRESENCE_GONE_MS - 1) == [_said(1, DOCUMENT)]
    assert roster.in_stream(STREAM) == []


def test_goodbye_removes_and_a_second_goodbye_changes_nothing():
    roster = Roster()
    roster.take(_said(1, DOCUMENT), 0)
    assert roster.take(Presence(STREAM, gone=True, conn=1), 1)
    assert not roster.take(Presence(STREAM, gone=True, conn=1), 1)


def test_a_connection_that_left_is_gone_from_every_stream_and_nobody_else_is():
    roster = Roster()
    other_stream = STREAM.replace("notes", "comments")
    roster.take(_said(1, DOCUMENT), 0)
    roster.take(Presence(other_stream, DOCUMENT, conn=1), 0)
    roster.take(_said(2, DOCUMENT), 0)
    assert len(roster.leave(1)) == 2
    assert roster.in_stream(STREAM) == [_said(2, DOCUMENT)]
    assert roster.in_stream(other_stream) == []


def test_clear_forgets_one_stream_or_all():
    roster = Roster()
    roster.take(_said(1, DOCUMENT), 0)
    roster.clear(STREAM)
    assert roster.in_stream(STREAM) == []
    roster.take(_said(1, DOCUMENT), 0)
    roster.clear()
    assert roster.in_stream(STREAM) == []


def _said(conn, document):
    return Presence(STREAM, document, conn=conn, name="Ann")
