"""Another account has a profile of its own beside this one, and begins with the question for its password."""

from __future__ import annotations

from app.paths import Profile
from app.separate import SIGN_IN, prepare, separate_profile
from app.settings import Settings


def test_an_account_has_one_profile_beside_this_one(tmp_path):
    here = Profile(tmp_path / "commonplace")
    other = separate_profile(here, "Ben@Example.org")
    assert other == separate_profile(here, "ben@example.org")
    assert other.folder == tmp_path / "commonplace-ben-example-org"
    assert separate_profile(here, "").folder == tmp_path / "commonplace-other"
    assert separate_profile(here, "../../etc/x").folder.parent == tmp_path


def test_its_window_begins_with_the_question_for_the_password(tmp_path):
    other = Profile(tmp_path / "other")
    prepare(other, "wss://s", "ben@s")
    assert Settings(other.folder).get(SIGN_IN) == {"server": "wss://s", "email": "ben@s"}
