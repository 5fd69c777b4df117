"""What is offered when the two sides differ."""

import pytest

from sync.client.offers import STEPS, Progress, offer_of
from sync.client.state import Status


def status(**axes) -> Status:
    known = {"link": "live", "auth": "ok", "server": "ws://here", "server_model": "2.0", "model": "1.0"}
    return Status(**{**known, **axes})


@pytest.mark.parametrize(
    ("axes", "kind", "obstacle"),
    [
        ({"mode": "send_only"}, "upgrade", ""),
        ({"mode": "blocked"}, "upgrade", ""),
        ({"mode": "send_only", "link": "waiting"}, "upgrade", "offline"),
        ({"mode": "send_only", "auth": "expired"}, "upgrade", "signed_out"),
        ({"mode": "send_only", "server_model": "9.0"}, "update_app", ""),
        ({"mode": "send_only", "model": "2.0", "server_model": "9.0"}, "update_app", ""),
        ({"mode": "ahead", "model": "2.0", "server_model": "1.0"}, "wait", ""),
        ({"mode": "full", "server_model": "1.4"}, "none", ""),
        ({"mode": "full", "model": "2.0"}, "none", ""),
        ({"server": None, "auth": "local_only", "server_model": None}, "upgrade_here", ""),
        ({"server": None, "auth": "local_only", "server_model": None, "model": "2.0"}, "none", ""),
        ({"link": "off", "server_model": None}, "none", ""),
    ],
)
def test_an_offer_follows_from_the_status(axes, kind, obstacle) -> None:
    offer = offer_of(status(**axes))
    assert (offer.kind, offer.obstacle) == (kind, obstacle)
    assert offer.build is None


def test_a_store_that_is_too_new_asks_for_another_program_only() -> None:
    assert offer_of(status(model="9.0"), read_only=True).kind == "update_app"


def test_an_upgrade_can_be_cancelled_until_it_swaps() -> None:
    assert [step for step in STEPS if Progress(step).cancellable] == list(STEPS[:6])
    assert Progress("done").number == 8
