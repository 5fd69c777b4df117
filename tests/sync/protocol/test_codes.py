"""Everything that the protocol has is claimed by a test, and every claim is about something that it has."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from sync import limits
from sync.protocol import messages as m
from sync.protocol.codes import CODES
from sync.server import roles
from tests.support.claims import claims, facts, names
from tests.support.frames import EXAMPLES

SYNC = Path(__file__).parents[1]
README = (SYNC.parents[1] / "sync" / "README.md").read_text(encoding="utf-8")
UNITS = {"KIB", "MIB"}


def limit_names() -> set[str]:
    return {name for name, value in vars(limits).items() if type(value) is int} - UNITS


def everything() -> set[str]:
    """All that is to be claimed, out of the tables that the program itself goes by."""
    return {
        *(f"message {kind.__name__}" for kind in m.KINDS.values()),
        *(f"call {name}" for name in roles.CALL_RIGHTS),
        *(f"{kind} {code}" for kind, codes in CODES.items() for code in codes),
        *(f"limit {name}" for name in limit_names()),
    }


def test_every_kind_call_code_and_limit_has_a_test_and_no_test_claims_another():
    claimed = {claim for claim, _, _ in claims(SYNC)}
    assert sorted(everything() - claimed) == [], "nothing tests these"
    assert sorted(claimed - everything()) == [], "there is no such thing"


def test_whoever_claims_a_limit_uses_it():
    idle = [
        f"{path.name} {test}: {claim}"
        for claim, test, path in claims(SYNC)
        if claim.startswith("limit ") and claim.removeprefix("limit ") not in names(path)
    ]
    assert idle == []


def test_the_specification_names_every_code():
    written = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`]*)`", README))))
    missing = sorted(f"{kind} {code}" for kind, codes in CODES.items() for code in codes - written - {""})
    assert missing == []


@pytest.mark.parametrize("kind", m.KINDS.values(), ids=lambda kind: kind.__name__)
def test_the_specification_has_every_kind_with_every_field(kind):
    rows = re.findall(rf"^\| {kind.TYPE} \| [a-z_]+ \| (?:C|S|both) \| (.*) \|$", README, re.MULTILINE)
    assert len(rows) == 1
    for field in dataclasses.fields(kind):
        mark = "" if field.default is dataclasses.MISSING else r"\?"
        assert re.search(rf"`{field.name.rstrip('_')}{mark}[` ]", rows[0]), field.name


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_is_heard_is_what_was_said(name):
    assert f"message {type(EXAMPLES[name]).__name__}" in set(facts(EXAMPLES[name]))
