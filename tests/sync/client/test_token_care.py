"""The token's place: what it holds is used, what it refuses is used all the same, and may take its time."""

import threading

import pytest

from sync.client import token_care
from tests.support.running_server import run, running_server
from tests.support.seats import EMAIL, PASSWORD, Seat


class Place:
    """A keyring that does what the test says."""

    def __init__(self, token=None, error=None):
        self.token = token
        self.error = error

    def load(self):
        return None if self.token is None else (self.token, "keyring")

    def save(self, token):
        if self.error is not None:
            raise self.error
        self.token = token
        return "keyring"

    def forget(self):
        self.token = None


@pytest.fixture
def seat(tmp_path):
    made = Seat(tmp_path / "a", 1)
    yield made
    made.desk.crash()


def with_place(seat, place):
    seat.client._token._tokens = place
    return seat.client


def test_a_token_is_kept_used_at_the_next_start_and_forgotten_when_signing_out(tmp_path, seat):
    async def scene():
        async with running_server(tmp_path / "server") as server:
            place = Place()
            await with_place(seat, place).sign_in(server.url, EMAIL, PASSWORD, sign_up_name="Ana")
            assert place.token is not None
            assert seat.client.status().token_kept == "keyring"
            await seat.client.stop()
            again = seat.client = seat.made_client()
            await with_place(seat, place).start()
            assert await again.drained(20)
            await again.sign_out()
            assert (place.token, again.status().token_kept, again.status().auth) == (None, None, "local_only")
            await again.stop()

    run(scene())


def test_a_place_that_refuses_a_token_is_told_of_and_keeps_nobody_from_signing_in(tmp_path, seat, expect_log):
    expect_log("the token cannot be kept")

    async def scene():
        async with running_server(tmp_path / "server") as server:
            client = with_place(seat, Place(error=OSError("locked")))
            await client.start()
            await client.sign_in(server.url, EMAIL, PASSWORD, sign_up_name="Ana")
            assert await client.drained(20)
            assert client.status().token_kept == "memory"
            await client.stop()

    run(scene())


def test_a_place_that_waits_for_a_person_does_not_hold_the_start_up(seat, monkeypatch):
    monkeypatch.setattr(token_care, "TOKEN_S", 0.01)

    unlocked = threading.Event()

    class Locked(Place):
        def load(self):
            assert unlocked.wait(20)
            return ("token", "keyring")

    async def scene():
        try:
            await with_place(seat, Locked()).start()
            assert seat.client.status().auth == "local_only"
        finally:
            unlocked.set()
        await seat.client.stop()

    run(scene())
