"""Only explicit words of our own server change who is signed in."""

import pytest

from sync.client.line import Line
from sync.client.signing import Signing
from sync.client.state import AUTHS_PARKED
from tests.support.engine_bench import ACCOUNT, URL


@pytest.fixture
def signing(bench):
    return Signing(Line(bench.store, bench.desk.ticker))


def test_it_starts_local_and_remembers_the_server_and_the_address(signing, bench):
    assert (signing.state, signing.server) == ("local_only", URL)
    signing.set_token(URL, "t", "ana@example.org")
    assert (signing.state, signing.confirmed) == ("unknown", False)
    again = Signing(Line(bench.store, bench.desk.ticker))
    assert (again.server, again.email) == (URL, "ana@example.org")


def test_what_the_server_says_is_what_is(signing):
    signing.set_token(URL, "t", None)
    signing.said("ok", ACCOUNT)
    assert (signing.state, signing.confirmed, signing.email) == ("ok", True, ACCOUNT.email)
    signing.said("expiring", None)
    assert (signing.state, signing.confirmed) == ("expiring", True)
    signing.lost()
    assert (signing.state, signing.confirmed) == ("expiring", False)


@pytest.mark.parametrize("state", [*sorted(AUTHS_PARKED), "a state of the future"])
def test_bad_states_park(signing, state):
    signing.set_token(URL, "t", None)
    signing.said(state, None)
    assert signing.parked
    assert not signing.confirmed


def test_the_account_is_the_identity_and_the_address_a_hint(signing, bench):
    bench.store.set_meta("account", ACCOUNT.id)
    signing.set_token(URL, "t", None)
    moved = ACCOUNT.__class__(ACCOUNT.id, "new@example.org")
    signing.said("ok", moved)
    assert (signing.state, signing.email) == ("ok", "new@example.org")
    signing.said("ok", ACCOUNT.__class__("E" * 22, ACCOUNT.email))
    assert signing.state == "wrong_account"
    assert signing.is_other_account("E" * 22)
    assert not signing.is_other_account(ACCOUNT.id)
