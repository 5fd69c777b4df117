"""The past is read aside, one question at a time, and the last one counts."""

import pytest

from app.models.history import History
from app.models.past import version_at
from tests.support.two_writers import ANA, NOTE, holiday
from tests.support.waiting import wait_for
from tests.support.whole_window import started


@pytest.fixture
def history(qt_app, tmp_path):
    with started(qt_app, holiday(tmp_path / "p")) as desk:
        made = History(desk.program.bridge, desk.window)
        made.timelines, made.pasts = [], []
        made.read.connect(made.timelines.append)
        made.shown.connect(made.pasts.append)
        yield made


def test_who_wrote_when_is_read_with_their_names(history):
    history.open(NOTE)
    timeline = wait_for(lambda: history.timelines)[0]
    assert [timeline.people[one.rid].name for one in timeline.sittings] == ["", "", "Ana Ruiz", "Ana Ruiz"]
    assert timeline.people[ANA].initials == "AR"


def test_of_questions_asked_at_once_the_last_is_answered(history):
    history.open(NOTE)
    bursts = wait_for(lambda: history.timelines)[0].bursts
    versions = [version_at(bursts, count) for count in range(len(bursts) + 1)]
    for version in versions:
        history.ask_authors(version)
    wait_for(lambda: history.pasts and text(history.pasts[-1]) == "We fly on the 12th of May")
    assert len(history.pasts) < len(versions)
    history.ask_changes(versions[-3], versions[-2])
    wait_for(lambda: history.pasts[-1].removed == 3)
    blocks = []
    history.ask_blocks(versions[-3], blocks.append)
    wait_for(lambda: blocks)
    assert blocks[0] == [([("We fly on the 3rd", {})], {})]


def test_a_note_that_is_gone_has_no_history_and_the_next_one_has(history):
    history.open("no such note")
    history.open(NOTE)
    wait_for(lambda: history.timelines)
    history.open(None)
    assert len(history.timelines) == 1


def text(past):
    return "\n".join("".join(piece for piece, _ in spans) for spans, _ in past.blocks)
