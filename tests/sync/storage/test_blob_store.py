from __future__ import annotations

import pytest

from sync.storage.account_store import AccountRow, AccountStore, NewNotebook
from sync.storage.blob_store import BlobRow, BlobStore
from tests.support.postgres import opened_store

ANN = "P" * 21 + "A"
HERE, THERE = "N" * 21 + "A", "N" * 21 + "B"
SHA = "a" * 64


@pytest.fixture
def blobs(tmp_path):
    store = opened_store(tmp_path)
    accounts = AccountStore(store)
    accounts.add_account(AccountRow(ANN, "ann@x", "Ann", "", HERE, 1, 0), NewNotebook(HERE, "Personal", ()))
    accounts.add_notebook(NewNotebook(THERE, "Other", ()), ANN, 1)
    yield BlobStore(store)
    store.close()


def test_a_blob_belongs_to_the_notebook_it_was_sent_for(blobs):
    row = BlobRow(SHA, HERE, 10, ANN, 5, 0)
    blobs.add(row)
    assert blobs.blob(SHA, HERE) == row
    assert blobs.blob(SHA, THERE) is None
    assert blobs.blobs() == [row]


def test_what_is_under_way_counts_until_it_ends(blobs):
    blobs.begin(ANN, SHA, 100, 1)
    assert blobs.used(ANN, but="") == 100
    assert blobs.used(ANN, but=SHA) == 0
    blobs.add(BlobRow(SHA, HERE, 100, ANN, 5, 0))
    assert blobs.used(ANN, but=SHA) == 100
    blobs.begin(ANN, "b" * 64, 7, 1)
    blobs.end(ANN, "b" * 64)
    assert blobs.used(ANN, but="") == 100


def test_the_last_notebook_that_loses_it_says_so(blobs):
    blobs.add(BlobRow(SHA, HERE, 10, ANN, 5, 0))
    blobs.add(BlobRow(SHA, THERE, 10, ANN, 5, 0))
    assert not blobs.remove(SHA, HERE)
    assert blobs.remove(SHA, THERE)


def test_adding_again_takes_it_into_use_again(blobs):
    blobs.add(BlobRow(SHA, HERE, 10, ANN, 5, 0))
    blobs.mark(SHA, HERE, 99)
    assert blobs.blob(SHA, HERE).unused_ms == 99
    blobs.add(BlobRow(SHA, HERE, 10, ANN, 6, 0))
    assert blobs.blob(SHA, HERE).unused_ms == 0


def test_old_uploads_are_forgotten(blobs):
    blobs.begin(ANN, SHA, 100, 1)
    blobs.forget_old(2)
    assert blobs.used(ANN, but="") == 0
