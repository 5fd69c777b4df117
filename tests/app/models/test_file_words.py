"""What is said of an attachment, wherever it stands and however syncing stands."""

from dataclasses import replace

import pytest

from app.models.file_words import AWAY, PASSING, file_line
from sync.client.state import Status
from sync.client.transfers import FileState

LIVE = Status(link="live", auth="ok", server="wss://notes.example.org", account="x1")
OFFLINE = replace(LIVE, link="waiting")
SIGNED_OUT = replace(LIVE, link="off", auth="expired")
LOCAL = Status()
AGAIN = "Try again"
pytestmark = pytest.mark.usefixtures("qt_app")


@pytest.mark.parametrize(
    ("state", "status", "said"),
    [
        (FileState("sent", 100), LIVE, None),
        (FileState("local"), LIVE, None),
        (FileState("waiting"), LOCAL, None),
        (FileState("refused", 0, "quota"), LOCAL, None),
        (FileState("waiting"), OFFLINE, ("Waiting to be sent", "")),
        (FileState("waiting"), SIGNED_OUT, ("Waiting to be sent", "")),
        (FileState("sending", 40), LIVE, ("Sending 40 %", "")),
        (FileState("fetching", 7), LIVE, ("Fetching 7 %", "")),
        (FileState("wanted"), LIVE, ("Not here yet – comes in a moment", "")),
        (FileState("wanted"), OFFLINE, ("Not here yet – comes with the next sync", "")),
        (FileState("missing", 0, "absent"), OFFLINE, ("Not here yet – comes with the next sync", "")),
        (FileState("wanted"), SIGNED_OUT, ("Not here yet – comes after you sign in", "")),
        (FileState("absent"), LOCAL, ("Not on this computer", "")),
        (FileState("missing", 0, "absent"), LIVE, ("Not on the server yet", AGAIN)),
        (
            FileState("missing", 0, "none"),
            LIVE,
            ("Could not be fetched: the server does not let you have it", AGAIN),
        ),
        (FileState("missing", 0, "mismatch"), LIVE, ("Could not be fetched: what came was damaged", AGAIN)),
        (FileState("missing", 0, "busy"), LIVE, ("Could not be fetched: the server is busy", AGAIN)),
        (FileState("missing", 0, "new code"), LIVE, ("Could not be fetched", AGAIN)),
        (FileState("refused", 0, "too_big"), LIVE, ("Not sent: larger than the server takes", AGAIN)),
        (FileState("refused", 0, "quota"), LIVE, ("Not sent: your room on the server is full", AGAIN)),
        (FileState("refused", 0, "new code"), LIVE, ("Not sent: the server does not take it", AGAIN)),
    ],
)
def test_what_is_said(state, status, said):
    line = file_line(state, status)
    assert (line and (line.words, line.again)) == said


def test_room_is_kept_for_the_widest_share():
    line = file_line(FileState("sending", 7), LIVE)
    assert line is not None
    assert line.widest == "Sending 100 %"


def test_every_state_that_passes_by_itself_is_away_or_here():
    assert AWAY | {"waiting", "sending"} >= PASSING
