"""
Documents and deltas that were written once: they are read and written as they were, and no truncation and no
flipped byte of them does harm.
"""

import pytest

from crdt.clock import Stamp
from crdt.delta import Delta
from crdt.document import Document
from crdt.errors import CrdtError
from tests.support.golden_documents import MAKERS, expectation, expected, parts, saved, saved_deltas, whole
from tests.support.golden_texts import plain

GOLDEN = saved()
MASKS = (1, 2, 4, 8, 16, 32, 64, 128, 255)
SMALL = ["empty", "newer", "note"]


def flipped(data, masks=MASKS):
    """Every way in which one byte is another."""
    for place in range(len(data)):
        for mask in masks:
            yield data[:place] + bytes([data[place] ^ mask]) + data[place + 1 :]


def cut(data):
    """Every beginning that is not all of it."""
    return (data[:size] for size in range(len(data)))


def take_or_refuse(data):
    """Decode hostile bytes: they are refused, or what they give holds together and can be worked with."""
    try:
        document = Document.decode(data, 77)
    except CrdtError:
        return False
    document.check()
    document.history()
    document.edit(Stamp((1 << 47) - 1, 0, 77), lambda edit: edit.set(("a",), 1))
    assert Document.decode(document.encode(), 77).to_value() == document.to_value()
    return True


def test_every_document_that_was_to_be_frozen_is():
    assert set(MAKERS) <= set(GOLDEN)


@pytest.mark.parametrize("name", GOLDEN)
def test_a_frozen_document_reads_as_it_did(name):
    seen = expectation(name)
    document = Document.decode(GOLDEN[name], seen["holder"])
    document.check()
    assert plain(expected(document)) == seen


@pytest.mark.parametrize("name", GOLDEN)
def test_a_frozen_document_is_written_as_it_was(name):
    """Compared unpacked: another build of zlib may pack the same bytes in another way."""
    assert parts(Document.decode(GOLDEN[name], 1).encode()) == parts(GOLDEN[name])


@pytest.mark.parametrize("name", GOLDEN)
def test_frozen_deltas_are_written_as_they_were_and_make_the_document(name):
    seen = expectation(name)
    document = Document(seen["holder"])
    for body in saved_deltas(name):
        delta = Delta.decode(body)
        assert delta.encode() == body
        document.apply(delta)
    document.check()
    assert plain(expected(document)) == seen
    assert parts(document.encode()) == parts(GOLDEN[name])


@pytest.mark.parametrize("name", GOLDEN)
def test_every_truncation_and_every_flipped_byte_of_a_frozen_document_does_no_harm(name):
    assert take_or_refuse(GOLDEN[name])
    assert not any(take_or_refuse(data) for data in cut(GOLDEN[name]))
    for data in flipped(GOLDEN[name]):
        take_or_refuse(data)


@pytest.mark.parametrize("name", SMALL)
def test_every_truncation_and_every_flipped_byte_inside_the_packing_does_no_harm(name):
    front, history = parts(GOLDEN[name])
    assert not any(take_or_refuse(whole(data, history)) for data in cut(front))
    assert not any(take_or_refuse(whole(front, data)) for data in cut(history))
    for data in flipped(front, (1, 4, 128, 255)):
        take_or_refuse(whole(data, history))
    for data in flipped(history, (1, 4, 128, 255)):
        take_or_refuse(whole(front, data))


@pytest.mark.parametrize("name", SMALL)
def test_every_truncation_and_every_flipped_byte_of_a_frozen_delta_is_refused_whole_or_applied_whole(name):
    known = Document(77)
    for body in saved_deltas(name):
        before = known.encode()
        for data in [*cut(body), *flipped(body)]:
            try:
                delta = Delta.decode(data)
            except CrdtError:
                continue
            document = Document.decode(before, 77)
            try:
                document.apply(delta)
            except CrdtError:
                assert document.encode() == before
            else:
                document.check()
                assert delta.encode() == data
        known.apply(Delta.decode(body))
