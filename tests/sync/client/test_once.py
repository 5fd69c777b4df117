"""The driver "once": both sides have everything, then it hangs up; or it gives up soon and says why."""

from tests.support.running_server import run, running_server
from tests.support.seats import EMAIL, PASSWORD


def test_sync_once_drains_catches_up_and_hangs_up(tmp_path, seats):
    async def scene():
        async with running_server(tmp_path / "server") as server:
            a, b = seats("a"), seats("b")
            await a.client.sign_in(server.url, EMAIL, PASSWORD, sign_up_name="Ana")
            notes = [a.new(f"note {number}", "text") for number in range(300)]
            status = await a.client.sync_once(20)
            assert (status.outbox, status.link) == (0, "live")
            assert a.client.status().link == "off"
            await b.client.sign_in(server.url, EMAIL, PASSWORD)
            await b.client.sync_once(20)
            assert {row.id for row in b.desk.store.notes()} == set(notes)
            assert b.desk.store.dirty_count() == 0
            await a.close()
            await b.close()

    run(scene())


def test_sync_once_without_a_server_gives_up_soon_and_says_how_it_stands(tmp_path, seats):
    async def scene():
        a = seats("a")
        assert (await a.client.sync_once(20)).auth == "local_only"
        async with running_server(tmp_path / "server") as server:
            await a.client.sign_in(server.url, EMAIL, PASSWORD, sign_up_name="Ana")
        a.new("unsent")
        status = await a.client.sync_once(20)
        assert status.link == "waiting"
        assert status.outbox == 1
        await a.close()

    run(scene())


def test_attempts_that_failed_before_do_not_count(tmp_path, seats):
    async def scene():
        a = seats("a")
        async with running_server(tmp_path / "server") as server:
            port = server.service.port
            await a.client.sign_in(server.url, EMAIL, PASSWORD, sign_up_name="Ana")
        assert (await a.client.sync_once(20)).link == "waiting"
        async with running_server(tmp_path / "server", port=port):
            assert (await a.client.sync_once(20)).inbound == "up_to_date"
        await a.close()

    run(scene())
