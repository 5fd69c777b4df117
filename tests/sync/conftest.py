"""A test that claims to cover a part of the protocol must have heard it said."""

import pytest

from tests.support.claims import MARKER, UNHEARD, Heard


@pytest.fixture(autouse=True)
def heard(request, monkeypatch):
    claimed = {claim for mark in request.node.iter_markers(MARKER) for claim in mark.args}
    said = Heard()
    if claimed:
        said.listen(monkeypatch)
    yield
    unheard = sorted(claim for claim in claimed - said if not claim.startswith(UNHEARD))
    assert not unheard, f"claimed, and never said while the test ran: {', '.join(unheard)}"
