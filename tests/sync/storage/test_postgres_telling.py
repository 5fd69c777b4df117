from __future__ import annotations

import pytest

from sync.errors import StoreUnavailable
from sync.storage.account_store import AccountRow, AccountStore, NewNotebook
from sync.storage.postgres_store import PostgresDatabase
from sync.storage.postgres_telling import Listening, Speaking
from sync.storage.server_store import ServerStore
from sync.storage.sharing_store import SharingStore
from tests.support.postgres import cluster


@pytest.fixture
def address():
    made = cluster().tables()
    PostgresDatabase.open(made, "setup").close()
    yield made
    cluster().give_back(made)


@pytest.fixture
def listening(address):
    made = Listening(address, "ears")
    yield made
    made.close()


def _heard(listening, count):
    found = []
    for _ in range(400):
        found += list(listening.heard(0.05))
        if len(found) >= count:
            return found
    raise AssertionError(found)


def test_what_is_said_is_heard_by_who_uses_the_same_tables_and_nobody_else(address, listening):
    other = cluster().tables(fresh=True)
    apart, speaking = Listening(other, "apart"), Speaking(address, "mouth")
    speaking.say(["one", "two", "x" * 7_999])
    assert _heard(listening, 3) == ["one", "two", "x" * 7_999]
    assert list(apart.heard(0.05)) == []
    for one in (apart, speaking):
        one.close()
    cluster().give_back(other)


def test_roles_and_sign_ins_are_told_by_the_transaction_that_changes_them(address, listening):
    store = ServerStore(PostgresDatabase.open(address, "p1"))
    accounts = AccountStore(store)
    for name in ("ann", "bob"):
        row = AccountRow(name, f"{name}@x", name, "hash", f"{name}-home", 1, 0)
        accounts.add_account(row, NewNotebook(f"{name}-home", "Home", ()))
    made = ["notebook p1 ann-home", "notebook p1 bob-home", "roles p1 ann", "roles p1 bob"]
    assert sorted(_heard(listening, 4)) == made
    accounts.set_role("ann-home", "bob", "viewer")
    accounts.set_role("ann-home", "bob", "editor")
    accounts.set_role("ann-home", "bob", None)
    assert sorted(_heard(listening, 6)) == ["notebook p1 ann-home"] * 3 + ["roles p1 bob"] * 3
    sharing = SharingStore(store, accounts, {})
    accounts.set_role("ann-home", "bob", "viewer")
    sharing.set_overrides("ann-home", "bob", {"comments": "none"})
    sharing.rename("ann-home", "House")
    assert sorted(_heard(listening, 4)) == ["notebook p1 ann-home"] * 2 + ["roles p1 bob"] * 2
    store.set_meta("model", "2.0")
    assert _heard(listening, 1) == ["fact p1 model"]
    device = accounts.device("ann", "inst", "os", "app", 1)
    key = accounts.add_sign_in(b"t", "ann", device, 1, 100)
    accounts.extend(key, 200)
    accounts.revoke(sign_in=key)
    accounts.set_disabled("bob", True)
    assert _heard(listening, 3) == ["sign_ins p1 ann", "sign_ins p1 ann", "sign_ins p1 bob"]
    try:
        with store.db.transaction():
            accounts.set_role("ann-home", "bob", "owner")
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    assert list(listening.heard(0.05)) == []  # what did not happen is not told
    store.close()


def test_whoever_was_cut_off_is_told_so(address, listening):
    listening.check()
    with cluster().connection() as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND application_name = 'commonplace-server'"
        )
    with pytest.raises(StoreUnavailable, match="unreachable"):
        list(listening.heard(5))
    with pytest.raises(StoreUnavailable):
        listening.check()
