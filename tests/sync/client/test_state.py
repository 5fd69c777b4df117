"""The status is one value of independent axes."""

from sync.client.state import AUTHS, AUTHS_PARKED, INBOUNDS, LINKS, MODES, Status


def test_a_fresh_status_is_that_of_a_library_without_a_server():
    status = Status()
    assert (status.link, status.auth, status.mode, status.inbound) == ("off", "local_only", "full", "unknown")
    assert status.link in LINKS
    assert status.auth in AUTHS
    assert status.mode in MODES
    assert status.inbound in INBOUNDS
    assert set(AUTHS) > AUTHS_PARKED


def test_the_axes_come_out_as_plain_values():
    plain = Status(outbox=3).plain()
    assert plain["outbox"] == 3
    axes = {"link", "auth", "mode", "outbox", "quarantine", "inbound", "server", "account", "model"}
    assert axes | {"last_ack_ms"} <= set(plain)
