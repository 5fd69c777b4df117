from __future__ import annotations

import pytest

from sync.protocol.messages import KINDS
from sync.server import roles
from sync.server.calls import CALLS


def test_every_kind_of_message_and_every_call_has_a_row():
    roles.check_tables(set(CALLS))
    assert set(roles.MESSAGE_RIGHTS) == set(KINDS.values())


def test_a_kind_without_a_row_stops_the_start(monkeypatch):
    fewer = dict(roles.MESSAGE_RIGHTS)
    fewer.popitem()
    monkeypatch.setattr(roles, "MESSAGE_RIGHTS", fewer)
    with pytest.raises(AssertionError, match="no right is given for"):
        roles.check_tables(set(CALLS))


def test_a_call_without_a_row_stops_the_start():
    with pytest.raises(AssertionError, match="brand_new"):
        roles.check_tables({*CALLS, "brand_new"})


def test_stronger_roles_may_all_that_weaker_ones_may():
    for weaker, stronger in zip(roles.ROLES, roles.ROLES[1:], strict=False):
        assert roles.at_least(stronger, weaker)
        assert not roles.at_least(weaker, stronger)


@pytest.mark.parametrize("role", [None, "", "admin", "Owner"])
def test_no_role_and_unknown_roles_may_nothing(role):
    assert not roles.may_read(role)
    assert not any(roles.may_write(role, collection) for collection in roles.WRITE_ROLE)


def test_a_collection_without_a_row_is_closed_to_all():
    assert not any(roles.may_write(role, "secrets") for role in roles.ROLES)


@pytest.mark.parametrize(("text", "is_one"), [("A" * 22, True), ("A" * 21, False), ("A" * 21 + "/", False)])
def test_ids_have_one_form(text, is_one):
    assert roles.is_id(text) is is_one
