from __future__ import annotations

import pytest

from crdt import Delta, Document
from sync.protocol.chain import CHAIN_START, chain_next
from sync.storage import checking
from sync.storage.rows import RemoteDelta
from tests.support.library import FOREIGN, NOTES, Desk, foreign_note, named


@pytest.fixture
def desk(tmp_path):
    made = Desk(tmp_path / "library.sqlite3")
    yield made
    made.close()


def _received(desk, count=2):
    """Take so many deltas of a foreign note; the note."""
    note, bodies = foreign_note()
    rows = [RemoteDelta(FOREIGN, body, seq) for seq, body in enumerate(bodies[:count], 1)]
    desk.store.append_remote(NOTES, rows, count)
    return note


def test_a_digest_is_that_of_the_confirmed_state_whatever_its_form(desk):
    note = _received(desk)
    wanted = [(FOREIGN, chain_next(CHAIN_START, FOREIGN, note.encode()))]
    assert desk.store.digests(NOTES, "", count=9) == wanted
    desk.store.snapshot(FOREIGN, note.encode())
    assert desk.store.digests(NOTES, "", count=9) == wanted


def test_what_is_unsent_does_not_count_until_it_is_acked(desk):
    note = _received(desk)
    before = desk.store.digests(NOTES, "", count=9)
    delta = desk.type(FOREIGN, "mine")
    assert desk.store.digests(NOTES, "", count=9) == before
    desk.store.acknowledge(NOTES, 1, [], 1)
    note.apply(delta)
    assert desk.store.digests(NOTES, "", count=9) == [
        (FOREIGN, chain_next(CHAIN_START, FOREIGN, note.encode()))
    ]


def test_a_document_of_which_nothing_is_confirmed_is_named_without_a_digest(desk):
    fresh = desk.new_note("new")
    assert desk.store.digests(NOTES, "", count=9) == [(fresh, b"")]


def test_pages_go_on_behind_a_document(desk):
    names = sorted(desk.new_notes(5))
    assert [name for name, _ in desk.store.digests(NOTES, "", count=3)] == names[:3]
    assert [name for name, _ in desk.store.digests(NOTES, names[2], count=3)] == names[3:]


def test_a_page_of_large_documents_is_short(desk, monkeypatch):
    monkeypatch.setattr(checking, "PAGE_SIZE_MAX", 10)
    _, bodies = foreign_note()
    rows = [RemoteDelta(named(number, "x"), bodies[0], number) for number in range(1, 4)]
    desk.store.append_remote(NOTES, rows, 3)
    assert len(desk.store.digests(NOTES, "", count=9)) == 1


def test_what_a_state_lacks_makes_it_whole_and_a_part_of_it_is_no_hindrance(desk):
    early = _received(desk, 1)
    assert early is not None
    stale, bodies = Document(7), foreign_note()[1]
    stale.apply(Delta.decode(bodies[0]))
    state = stale.encode()
    desk.store.append_remote(NOTES, [RemoteDelta(FOREIGN, bodies[1], 2)], 2)
    desk.type(FOREIGN, "unsent")
    for known in (state, None):
        made = Document(7) if known is None else Document.decode(known, 7)
        for body in desk.store.lacking(NOTES, FOREIGN, known):
            made.apply(Delta.decode(body))
        assert made.value(("body",)) == "from elsewhere"


def test_nothing_is_lacking_of_what_is_not_here_or_not_of_this_stream(desk):
    assert desk.store.lacking(NOTES, named(5), None) == []
    _received(desk)
    assert desk.store.lacking(f"{desk.notebook}/folders", FOREIGN, None) == []
