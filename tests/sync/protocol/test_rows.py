from __future__ import annotations

import re

import pytest

from sync.protocol import rows
from sync.protocol.fields import Malformed
from tests.support.frames import CHAIN, DOCUMENT, STREAM


@pytest.mark.parametrize(
    ("stream", "is_one"),
    [
        (STREAM, True),
        (STREAM + "\n", False),
        ("notes", False),
        ("A" * 22 + "/", False),
        ("A" * 22 + "/Notes", False),
        ("A" * 22 + "/../x", False),
        ("A" * 22 + "/" + "x" * 32, True),
        ("A" * 22 + "/" + "x" * 33, False),
    ],
)
def test_a_stream_is_a_notebook_and_a_collection(stream, is_one):
    assert (re.fullmatch(rows.STREAM_PATTERN, stream) is not None) is is_one
    if is_one:
        assert rows.check_stream(stream) == stream
    else:
        with pytest.raises(Malformed):
            rows.check_stream(stream)


def test_a_short_subscription_has_no_transfer_to_resume():
    wanted = rows.check_wanted([STREAM, "content", 1, 2, 3, CHAIN])
    assert (wanted.after, wanted.to) == ("", 0)
    assert rows.check_wanted([STREAM, "content", 1, 2, 3, CHAIN, DOCUMENT, 9]).to == 9


def test_a_short_rejection_says_nothing_of_the_document():
    assert rows.check_rejected([1, "schema", ""]) == rows.Rejected(1, "schema", "")


def test_places_at_the_edges_of_a_text_are_anchors_too():
    assert rows.check_anchor([-2, 0, "after"]) == (-2, 0, "after")
    with pytest.raises(Malformed):
        rows.check_anchor([-2, 0, "beside"])


@pytest.mark.parametrize("field", ["stream", "seq", "document", "n", "code", "id", "to", "cursor", "head"])
def test_rows_name_their_elements(field):
    made = [rows.Wanted, rows.Granted, rows.Rejected, rows.LoggedDelta, rows.StateEnd, rows.Cursor, rows.Head]
    assert any(field in row._fields for row in [*made, rows.NotebookRow])
