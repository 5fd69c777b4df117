"""Deltas that nobody has seen mean under another replica id what they meant under the old one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crdt import Delta, Document, MalformedOp, Stamp
from sync.model import v1
from sync.storage.renaming import Renaming, text_paths

OLD, NEW, OTHER = 11, 22, 33


class Pair:
    """A note in two places: here, under the old id, and as others have seen it."""

    def __init__(self) -> None:
        self.ms = 1000
        self.here, first = v1.new_note(OLD, self.stamp(OLD), title="t", created_ms=1)
        self.there = Document(OTHER)
        self.there.apply(first)
        self.pending: list[Delta] = []

    def stamp(self, rid: int) -> Stamp:
        self.ms += 10
        return Stamp(self.ms, 0, rid)

    def write(self, intent, *, seen: bool) -> None:
        delta = self.here.edit(self.stamp(OLD), intent)
        self.send(delta, seen=seen)

    def send(self, delta: Delta, *, seen: bool) -> None:
        if delta.empty:
            return
        if seen:
            self.there.apply(delta)
        else:
            self.pending.append(delta)

    def other_writes(self, intent) -> None:
        self.here.apply(self.there.edit(self.stamp(OTHER), intent))

    def renamed(self) -> Document:
        made = Document.decode(self.there.encode(), OTHER)
        if self.pending:
            renaming = Renaming(OLD, NEW, self.pending[0].start)
            for delta in self.pending:
                again = Delta.decode(renaming.renamed(delta, self.there).encode())
                again.check()
                made.apply(again)
        return made


def look(document: Document) -> tuple:
    """Everything a person sees of a note."""
    return document.to_value(), document.text(("body",)).spans(), document.text(("body",)).blocks()


words = st.text(alphabet="abc\n", min_size=1, max_size=4)
positions = st.integers(0, 30)


@st.composite
def intents(draw):
    kind = draw(
        st.sampled_from(
            [
                "insert",
                "insert",
                "type",
                "type",
                "delete",
                "format",
                "block",
                "embed",
                "set",
                "map",
                "array",
                "undo",
                "redo",
            ]
        )
    )
    return kind, draw(positions), draw(st.integers(1, 6)), draw(words)


def perform(pair: Pair, step: tuple, *, seen: bool) -> None:
    kind, at, count, word = step
    body = pair.here.text(("body",))
    size = len(body)
    place, stop = min(at, size), min(at + count, size)

    def change(edit):
        text = edit.text(("body",))
        if kind == "insert":
            text.insert(place, word)
        elif kind == "type":
            text.insert(size, word[0])
        elif kind == "delete" and stop > place:
            text.delete(place, stop - place)
        elif kind == "format" and stop > place:
            text.format(place, stop, "bold", count % 2 == 0 or None)
        elif kind == "block":
            text.set_block(place, {"kind": "heading", "level": count})
        elif kind == "embed":
            text.insert_embed(place, {"type": "divider"})
        elif kind == "set":
            edit.set(("pinned",), count % 2 == 0)
        elif kind == "map":
            edit.set(("tags", word[0]), True)
        elif kind == "array":
            if not pair.here.has(("list",)):
                edit.make(("list",), "array")
            item = edit.append(("list",), word)
            if count % 2:
                edit.move_item(("list",), item, 0)
            if count % 3 == 0:
                edit.remove_item(("list",), item)

    if kind == "undo":
        pair.send(pair.here.undo(pair.stamp(OLD)), seen=seen)
    elif kind == "redo":
        pair.send(pair.here.redo(pair.stamp(OLD)), seen=seen)
    else:
        pair.write(change, seen=seen)
    if at % 5 == 0:
        pair.here.new_group()


@settings(max_examples=300)
@given(st.lists(intents(), max_size=8), st.lists(st.tuples(intents(), st.booleans()), max_size=10))
def test_renamed_deltas_show_the_same_note(before, after):
    pair = Pair()
    for step in before:
        perform(pair, step, seen=True)
    for step, disturbed in after:
        perform(pair, step, seen=False)
        if disturbed:
            pair.other_writes(lambda e: e.text(("body",)).insert(0, "Z"))
    assert look(pair.renamed()) == look(pair.here)
    pair.renamed().check()


def test_typing_on_behind_what_others_have_seen_stays_behind_it():
    pair = Pair()
    pair.write(lambda e: e.text(("body",)).insert(0, "hello"), seen=True)
    pair.write(lambda e: e.text(("body",)).insert(5, "!"), seen=False)
    pair.write(lambda e: e.text(("body",)).insert(6, "?"), seen=False)
    assert pair.renamed().text(("body",)).text() == "hello!?"
    assert pair.renamed().version().end(NEW) == 2


def test_a_deletion_over_both_sides_becomes_two():
    pair = Pair()
    pair.write(lambda e: e.text(("body",)).insert(0, "hello"), seen=True)
    pair.write(lambda e: e.text(("body",)).insert(5, " world"), seen=False)
    pair.write(lambda e: e.text(("body",)).delete(3, 5), seen=False)
    pair.write(lambda e: e.text(("body",)).insert(3, "p "), seen=False)
    assert pair.here.text(("body",)).text() == "help rld"
    assert look(pair.renamed()) == look(pair.here)


def test_an_undo_of_a_group_over_both_sides_undoes_both():
    pair = Pair()
    pair.write(lambda e: e.text(("body",)).insert(0, "seen"), seen=True)
    pair.write(lambda e: e.text(("body",)).insert(4, " unseen"), seen=False)
    pair.send(pair.here.undo(pair.stamp(OLD)), seen=False)
    assert pair.here.text(("body",)).text() == ""
    assert look(pair.renamed()) == look(pair.here)


def test_an_undo_here_of_what_others_have_seen_is_passed_on():
    pair = Pair()
    pair.write(lambda e: e.text(("body",)).insert(0, "seen"), seen=True)
    pair.send(pair.here.undo(pair.stamp(OLD)), seen=False)
    assert look(pair.renamed()) == look(pair.here)


def test_a_delta_that_others_have_seen_is_not_renamed():
    pair = Pair()
    pair.write(lambda e: e.text(("body",)).insert(0, "x"), seen=False)
    with pytest.raises(MalformedOp):
        Renaming(OLD, NEW, 1000).renamed(pair.pending[0], pair.there)
    with pytest.raises(MalformedOp):
        Renaming(OTHER, NEW, 0).renamed(pair.pending[0], pair.there)


def test_every_text_of_a_document_is_found():
    thread, _ = v1.new_comment(OLD, Stamp(1, 0, OLD), note="n", start=None, end=None, quote="")
    thread.edit(Stamp(2, 0, OLD), lambda e: v1.add_reply(e, author="a", created_ms=1, text="hello"))
    item = thread.items(("replies",))[0][0]
    assert list(text_paths(thread)) == [("replies", item, "body")]
