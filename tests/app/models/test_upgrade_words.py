"""The upgrade window's words: eight steps, every way to stop, and a receipt with the right counts."""

from dataclasses import replace

import pytest

from app.models.upgrade_words import (
    count_words,
    receipt_rows,
    receipt_words,
    step_words,
    update_words,
    whole_percent,
)
from app.wording import UPGRADE
from sync.client.offers import OBSTACLES, STEPS, Offer, Progress, Receipt

RECEIPT = Receipt("1.0", "2.0", 143, 145, 2, 0, 0, "/home/ana/backups/library-model-1.0.sqlite3", 30, 1)
pytestmark = pytest.mark.usefixtures("qt_app")


def test_every_step_and_every_obstacle_has_words_of_its_own():
    assert len({step_words(step) for step in STEPS}) == len(STEPS) == 8
    assert {*OBSTACLES, "cancelled", "no_need", "too_old", "wait"} == {"", *UPGRADE}


def test_progress_never_goes_back_and_ends_at_all_of_it():
    steps = [Progress(step, done, 4) for step in STEPS[:-1] for done in range(5)]
    shown = [whole_percent(one) for one in [*steps, Progress("done")]]
    assert shown == sorted(shown)
    assert (shown[0], shown[-1]) == (0, 100)
    assert count_words(Progress("fetch", 40, 143)) == "40 of 143"
    assert count_words(Progress("backup", 1, 4)) == "25 %"
    assert count_words(Progress("verify")) == ""


def test_the_receipt_counts_what_was_there_and_what_is_new():
    assert receipt_words(RECEIPT) == "143 notes before, 145 after (2 new). The old copy is kept for 30 days."
    assert receipt_rows(RECEIPT) == ["Version 1.0 became 2.0.", "Old copy: library-model-1.0.sqlite3"]


def test_a_build_is_named_only_where_there_is_one():
    offer = Offer("update_app", server_model="3.0")
    assert "No newer one is known" in update_words(offer)
    named = Offer("update_app", server_model="3.0", build="commonplace-9.deb")
    assert update_words(named).endswith("commonplace-9.deb")


def test_one_is_said_as_one():
    one = replace(RECEIPT, notes_before=1, notes_after=1, notes_new=0, kept_days=1)
    assert receipt_words(one) == "1 note before, 1 after. The old copy is kept for 1 day."
