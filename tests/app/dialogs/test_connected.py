"""A dialog that asks the server has a connection as long as it is open, whatever drives syncing."""

from sync.client.driver import MANUAL
from tests.support.two_people import sign_up, written
from tests.support.waiting import wait_for
from tests.support.whole_window import served, started


def at_rest(desk):
    return desk.status.driver == "manual" and desk.status.link == "off" and desk.status.visit == "done"


def test_dialogs_of_sharing_and_devices_connect_and_let_go(qt_app, tmp_path):
    with served(tmp_path / "server") as server, started(qt_app, tmp_path / "a") as ana:
        written(ana, "Garden", "beans")
        sign_up(ana, server, "Ana")
        ana.call(lambda library: library.client.drive(MANUAL))
        wait_for(lambda: at_rest(ana))
        sharing = ana.window.sharing
        ana.window.actions_.share_notebook.trigger()
        wait_for(lambda: not sharing.sharing.linking.isHidden())
        assert ana.status.link == "live"
        sharing.sharing.make_link.click()
        wait_for(lambda: not sharing.sharing.made.isHidden())
        assert ana.status.link == "live"
        sharing.sharing.close()
        wait_for(lambda: at_rest(ana))
        ana.window.actions_.share_note.trigger()
        wait_for(lambda: not sharing.sharing.linking.isHidden())
        sharing.sharing.close()
        wait_for(lambda: at_rest(ana))
        ana.window.actions_.devices.trigger()
        wait_for(lambda: sharing.devices.devices.layout().count())
        assert ana.status.link == "live"
        sharing.devices.close()
        wait_for(lambda: at_rest(ana))


def test_a_server_that_is_away_is_said_in_the_dialog(qt_app, tmp_path):
    with started(qt_app, tmp_path / "a") as ana:
        with served(tmp_path / "server") as server:
            written(ana, "Garden", "beans")
            sign_up(ana, server, "Ana")
            ana.call(lambda library: library.client.drive(MANUAL))
            wait_for(lambda: at_rest(ana))
        ana.window.actions_.devices.trigger()
        dialog = ana.window.sharing.devices
        wait_for(lambda: not dialog.problem.isHidden())
        assert "cannot be reached" in dialog.problem.text()
        dialog.close()
        wait_for(lambda: ana.status.link == "off")
