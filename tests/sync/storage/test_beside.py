"""The library beside: made for one purpose, gone on with for the same one, removed without a trace."""

import pytest

from sync.storage.beside import beside_path, open_beside, remove_beside
from sync.storage.rows import RemoteDelta
from tests.support.library import FOREIGN, NOTEBOOK, NOTES, foreign_note


@pytest.fixture
def owned(desk):
    """A library of an account."""
    desk.store.inherit({"account": "a1", "server_id": "s1", "server_url": "ws://x", "email": "a@b"})
    return desk


def filled(store):
    """A library beside with a stream that came from a server."""
    store.set_account_notebooks([(NOTEBOOK, "Personal", "owner")])
    theirs, bodies = foreign_note()
    store.append_remote(NOTES, [RemoteDelta(FOREIGN, body, n) for n, body in enumerate(bodies, 1)], 2)
    return theirs


def test_it_is_another_replica_of_the_same_account_in_the_newer_model(owned):
    beside = open_beside(owned.store, "2.0")
    assert beside.path == beside_path(owned.path)
    assert beside.rid != owned.store.rid
    assert (beside.model, beside.meta("account"), beside.meta("server_url")) == ("2.0", "a1", "ws://x")
    beside.close()


def test_what_was_fetched_is_there_again_for_the_same_purpose_alone(owned):
    beside = open_beside(owned.store, "2.0")
    rid, theirs = beside.rid, filled(beside)
    beside.close()
    beside = open_beside(owned.store, "2.0")
    assert beside.rid == rid
    (stream,) = beside.fetched()
    assert (stream.id, stream.cursor, [one.id for one in stream.documents]) == (NOTES, 2, [FOREIGN])
    assert beside.document_count() == 1
    assert beside.seen(FOREIGN) == theirs.version()
    assert beside.seen("?" * 22) is None
    beside.close()
    owned.store.set_meta("account", "a2")
    beside = open_beside(owned.store, "2.0")
    assert beside.rid != rid
    assert beside.document_count() == 0
    beside.close()


def test_one_that_is_damaged_is_made_anew(owned):
    beside_path(owned.path).write_bytes(b"\xee" * 5000)
    beside = open_beside(owned.store, "2.0")
    assert beside.model == "2.0"
    beside.close()


def test_it_is_removed_with_all_its_files(owned):
    beside = open_beside(owned.store, "2.0")
    beside._db.close()
    remove_beside(owned.path)
    remove_beside(owned.path)
    assert [path.name for path in owned.path.parent.iterdir() if "upgrade" in path.name] == []
