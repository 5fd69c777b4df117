"""The attachments of a client, as the window asks for them; how they travel is in test_transfers."""

import pytest

from sync.client.transfers import FileState
from tests.support.running_server import run, running_server
from tests.support.seats import Seat, until
from tests.sync.client.test_transfers import SMALL, attach, signed_in


@pytest.fixture
def seat(tmp_path):
    made = Seat(tmp_path / "a", 1)
    yield made
    made.desk.crash()


def test_without_a_connection_a_file_waits_and_nothing_is_tried(seat):
    async def scene():
        name = attach(seat, seat.new("With a picture"), SMALL)
        await seat.client.start()
        seat.client._files.look()
        assert await seat.client._files.settled(5), "waiting longer cannot help"
        assert seat.client.file_state(name) == FileState("waiting")
        assert seat.client._files.counts.waiting == 1
        await seat.client.stop()

    run(scene())


def test_what_the_server_refused_is_tried_again_when_somebody_asks(tmp_path, seat):
    async def scene():
        async with running_server(tmp_path / "server") as server:
            await signed_in(seat, server.url, up=True)
            name = attach(seat, seat.new("With a picture"), SMALL)
            await until(lambda: seat.client.file_state(name).state == "sent")
            notebook = seat.desk.store.personal()
            seat.desk.store.attachment_placed(name, notebook, "refused", "quota")
            seat.client._files.look()
            assert seat.client.file_state(name) == FileState("refused", 0, "quota")
            assert seat.client._files.counts.refused == 1
            seat.client.retry_files()
            await until(lambda: seat.client.file_state(name).state == "sent")
            await seat.client.stop()

    run(scene())
