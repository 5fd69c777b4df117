from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.chain import CHAIN_SIZE, CHAIN_START, chain_next
from tests.support.frames import DOCUMENT, OTHER


def test_the_chain_never_changes_from_release_to_release():
    assert bytes(8) == CHAIN_START
    assert chain_next(CHAIN_START, DOCUMENT, b"body").hex() == "4a4562d5f7698324"


@given(bodies=st.lists(st.binary(max_size=30), min_size=1, max_size=6), at=st.integers(0, 5))
def test_any_difference_in_the_past_shows_in_the_chain(bodies, at):
    at %= len(bodies)
    changed = [*bodies[:at], bodies[at] + b"!", *bodies[at + 1 :]]
    assert _walk(bodies) != _walk(changed)
    assert len(_walk(bodies)) == CHAIN_SIZE


def test_the_same_body_in_another_document_is_another_link():
    assert chain_next(CHAIN_START, DOCUMENT, b"body") != chain_next(CHAIN_START, OTHER, b"body")


def _walk(bodies):
    chain = CHAIN_START
    for body in bodies:
        chain = chain_next(chain, DOCUMENT, body)
    return chain
