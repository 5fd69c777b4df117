from __future__ import annotations

import pytest

from sync.storage.account_store import AccountRow, AccountStore, NewNotebook
from tests.support.postgres import opened_store


@pytest.fixture
def accounts(tmp_path):
    store = opened_store(tmp_path)
    yield AccountStore(store)
    store.close()


def _notebook(name):
    return NewNotebook(name, f"Notebook {name}", [(f"{name}/notes", "notes", 1, "1.0")])


def _add(accounts, name="ann"):
    row = AccountRow(name, f"{name}@b.c", name.title(), "hash", f"p-{name}", 10, 0)
    assert accounts.add_account(row, _notebook(f"p-{name}"))
    return row


def test_an_account_comes_with_its_notebook_streams_and_role(accounts):
    ann = _add(accounts)
    assert accounts.account("ann") == accounts.account_of("ann@b.c") == ann
    assert accounts.memberships("ann") == [("p-ann", "Notebook p-ann", "owner")]
    assert accounts._store.stream("p-ann/notes").collection == "notes"


def test_a_taken_e_mail_makes_nothing(accounts):
    _add(accounts)
    second = AccountRow("other", "ann@b.c", "A", "hash", "p-2", 10, 0)
    assert not accounts.add_account(second, _notebook("p-2"))
    assert accounts.account("other") is None
    assert accounts.notebook("p-2") is None
    assert len(accounts.accounts()) == 1


def test_a_device_is_one_installation_of_one_account(accounts):
    _add(accounts)
    _add(accounts, "bob")
    key = accounts.device("ann", "inst", "linux", "1", 10)
    assert accounts.device("ann", "inst", "linux", "2", 20) == key
    assert accounts.device("bob", "inst", "linux", "1", 10) != key
    assert accounts.devices("ann") == []
    accounts.add_sign_in(b"token", "ann", key, 20, 99)
    (device,) = accounts.devices("ann")
    assert (device.app, device.created_ms, device.seen_ms) == ("2", 10, 20)


def test_a_sign_in_is_found_by_the_hash_of_its_token_and_can_be_moved_and_revoked(accounts):
    _add(accounts)
    device = accounts.device("ann", "inst", "linux", "1", 10)
    key = accounts.add_sign_in(b"token", "ann", device, 10, 50)
    assert accounts.sign_in(b"token") == (key, "ann", device, 10, 50, 0)
    assert accounts.sign_in(b"other") is None
    accounts.extend(key, 80)
    assert accounts.sign_in(b"token").expires_ms == 80
    assert accounts.valid_sign_ins("ann") == [key]
    assert accounts.revoke(device=device, account="ann") == [key]
    assert accounts.revoke(sign_in=key) == []
    assert accounts.sign_in(b"token").revoked == 1
    assert accounts.valid_sign_ins("ann") == []
    (session,) = accounts.sessions()
    assert (session.key, session.email, session.revoked) == (key, "ann@b.c", 1)


def test_revoking_without_saying_whose_is_refused(accounts):
    with pytest.raises(AssertionError):
        accounts.revoke()


def test_a_new_password_ends_every_sign_in(accounts):
    _add(accounts)
    device = accounts.device("ann", "inst", "linux", "1", 10)
    accounts.add_sign_in(b"token", "ann", device, 10, 50)
    accounts.set_password("ann", "new hash")
    assert accounts.account("ann").password == "new hash"
    assert accounts.valid_sign_ins("ann") == []


def test_a_replica_is_bound_once(accounts):
    _add(accounts)
    assert accounts.bind(2**62, "ann", 1)
    assert accounts.bind(2**62, "ann", 1)
    assert not accounts.bind(2**62, "ann", 2)
    assert not accounts.bind(2**62, "bob", 1)
    assert accounts.bound(2**62) == ("ann", 1)
    assert accounts.bound(5) is None


def test_roles_are_given_changed_and_taken(accounts):
    _add(accounts)
    _add(accounts, "bob")
    accounts.add_notebook(_notebook("shared"), "ann", 20)
    accounts.set_role("shared", "bob", "viewer")
    accounts.set_role("shared", "bob", "editor")
    assert accounts.memberships("bob")[-1].role == "editor"
    assert [row[1:3] for row in accounts.members("shared")] == [("ann@b.c", "owner"), ("bob@b.c", "editor")]
    accounts.set_role("shared", "bob", None)
    assert [row.notebook for row in accounts.memberships("bob")] == ["p-bob"]
    assert [row[0] for row in accounts.notebooks()] == ["p-ann", "p-bob", "shared"]


def test_disabling_can_be_undone(accounts):
    _add(accounts)
    accounts.set_disabled("ann", True)
    assert accounts.account("ann").disabled == 1
    accounts.set_disabled("ann", False)
    assert accounts.account("ann").disabled == 0


def test_sign_ins_that_ended_long_ago_are_deleted_and_valid_ones_stay(accounts):
    _add(accounts)
    device = accounts.device("ann", "inst", "linux", "1", 10)
    for token, made, ends in ((b"expired", 10, 50), (b"revoked", 20, 900), (b"valid", 30, 900)):
        key = accounts.add_sign_in(token, "ann", device, made, ends)
        if token == b"revoked":
            accounts.revoke(sign_in=key)
    accounts.prune(20)
    assert all(accounts.sign_in(token) for token in (b"expired", b"revoked", b"valid"))
    accounts.prune(51)
    assert [bool(accounts.sign_in(token)) for token in (b"expired", b"revoked", b"valid")] == [
        False,
        False,
        True,
    ]
