"""Portions of a delta are the delta, each small enough for a frame."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.portions import PIECE_LENGTH, portions
from crdt import Clock, Delta, Document
from sync.limits import DELTA_SIZE_MAX
from sync.model.v1 import new_note

BODY = ("body",)


def note():
    clock = Clock(7)
    document, _ = new_note(7, clock.tick(1), title="", created_ms=1)
    return clock, document


def cut_and_applied(intent):
    """What another replica makes of the portions of one edit, and of the edit itself."""
    clock, document = note()
    document.edit(clock.tick(2), lambda edit: edit.text(BODY).insert(0, "start "))
    whole, cut = (Document.decode(document.encode(), rid) for rid in (8, 9))
    delta = document.edit(clock.tick(3), intent)
    parts = portions(delta)
    whole.apply(delta)
    for part in parts:
        part.check()
        body = part.encode()
        assert len(body) <= DELTA_SIZE_MAX
        cut.apply(Delta.decode(body))
    assert cut.encode() == whole.encode()
    assert cut.version() == document.version()
    return parts


def test_a_small_delta_comes_back_as_it_is():
    clock, document = note()
    delta = document.edit(clock.tick(2), lambda edit: edit.text(BODY).insert(0, "hello"))
    assert portions(delta)[0] is delta


@pytest.mark.parametrize("letter", ["a", "é", "漢", "🙂", "\n"])
def test_a_book_is_cut_into_portions_that_fit(letter):
    parts = cut_and_applied(lambda edit: edit.text(BODY).insert(3, letter * 300_000))
    assert len(parts) > 10


def test_many_small_ops_are_cut_between_them():
    def intent(edit):
        body = edit.text(BODY)
        for number in range(2_000):
            body.insert(len(body), f"line {number}\n", {"bold": True} if number % 2 else {})
            body.set_block(len(body) - 1, {"kind": "bullet", "level": 0})

    assert len(cut_and_applied(intent)) > 5


@settings(max_examples=20)
@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(1, 3 * PIECE_LENGTH), st.sampled_from("aé🙂\n")), max_size=6
    )
)
def test_any_mixture_is_the_same_cut_or_whole(insertions):
    def intent(edit):
        for at, count, letter in insertions:
            edit.text(BODY).insert(min(at, len(edit.text(BODY))), letter * count)
            edit.text(BODY).format(0, len(edit.text(BODY)), "italic", True)
        edit.set(("pinned",), True)

    cut_and_applied(intent)


def test_typing_on_after_a_paste_builds_on_its_last_portion():
    clock, document = note()
    other = Document.decode(document.encode(), 9)
    paste = document.edit(clock.tick(2), lambda edit: edit.text(BODY).insert(0, "x" * 50_000))
    typed = document.edit(clock.tick(3), lambda edit: edit.text(BODY).insert(50_000, "y"))
    for part in [*portions(paste), *portions(typed)]:
        other.apply(part)
    document.undo(clock.tick(4))
    assert other.text(BODY).text() == "x" * 50_000 + "y"
