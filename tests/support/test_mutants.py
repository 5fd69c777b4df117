"""The planted bugs are well listed, and the harness tells a noticed bug from an unnoticed one."""

import pytest

from tests.support import mutants
from tests.support.mutants import KILLED, ROOT, STALE, SURVIVED, Mutant, applied, attempt

README = ROOT / "crdt" / "README.md"
OF_NO_CONSEQUENCE = Mutant(
    "another word in a message", "crdt/errors.py", "Do not retry.", "Do not try this again."
)


def test_every_planted_bug_has_a_name_of_its_own_and_changes_a_file_of_ours():
    planted = mutants.mutants()
    assert len(planted) >= 60
    assert len({mutant.name for mutant in planted}) == len(planted)
    for mutant in planted:
        assert (ROOT / mutant.file).exists()
        assert mutant.old != mutant.new


def test_planted_bugs_still_find_their_lines_and_leave_python_behind():
    planted = mutants.mutants()
    stale = [mutant.name for mutant in planted if applied(mutant) is None]
    assert len(stale) <= len(planted) // 20, stale
    for mutant in planted:
        if mutant.name not in stale:
            compile(applied(mutant) or "", mutant.file, "exec")


def test_every_promise_of_the_readme_has_a_test_and_a_planted_bug_that_are_there():
    rows = mutants.promises()
    planted = {mutant.name for mutant in mutants.mutants()}
    assert len(rows) >= 70
    for named, bug in rows:
        file, test = named.split("::")
        assert f"def {test}(" in (ROOT / file).read_text("utf-8"), test
        assert bug in planted, bug


def test_every_property_that_was_promised_is_in_the_table():
    table = README.read_text("utf-8").partition("| promise | test | planted bug |")[2].partition("\n\n")[0]
    wanted = {"H": 7, "N": 3, "U": 8, "K": 3, "M": 4, "L": 6, "G": 7, "C": 3}
    promised = {f"{letter}{number}" for letter, most in wanted.items() for number in range(1, most + 1)}
    promised |= {"V1", "B1", "L8", "G9", "T1", *(f"case {number} " for number in range(1, 13))}
    assert {name for name in promised if name not in table} == set()


def test_a_canary_is_killed_and_a_change_of_no_consequence_survives(monkeypatch):
    monkeypatch.setattr(mutants, "ALWAYS", ())
    canary = Mutant(
        "no CausalGap", "crdt/errors.py", "class CausalGap(CrdtError):", "class CausalGap(Exception):"
    )
    dead = attempt(canary, 60)
    assert (dead.fate, dead.noticed_by.split("[")[0]) == (
        KILLED,
        "test_every_error_of_ours_is_a_crdt_error_and_a_value_error",
    )
    assert attempt(OF_NO_CONSEQUENCE, 60).fate == SURVIVED
    assert attempt(canary._replace(old="no such line"), 60).fate == STALE


def test_a_change_that_python_cannot_read_is_not_taken_for_a_noticed_bug(monkeypatch):
    monkeypatch.setattr(mutants, "ALWAYS", ())
    with pytest.raises(RuntimeError):
        attempt(OF_NO_CONSEQUENCE._replace(new='"""'), 60)
