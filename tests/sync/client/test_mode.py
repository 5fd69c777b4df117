"""What a welcome said of the versions is known again after a start, as long as it can be true."""

from sync.client import events as e
from sync.client.line import Line
from sync.client.mode import KEPT, Mode
from sync.protocol.messages import ModelSaid


def again(bench):
    return Mode(Line(bench.store, bench.desk.ticker))


def test_a_mode_is_known_again_before_the_next_connection(bench):
    bench.connect()
    bench.hear(bench.welcome(mode="send_only"))
    bench.feed(e.Lost("no network"))
    bench.make()
    status = bench.engine.status
    assert (status.link, status.mode, status.server_model) == ("off", "send_only", "1.0")


def test_only_a_welcome_of_the_librarys_own_server_is_kept(bench):
    bench.live()
    bench.feed(e.Renewed())
    bench.feed(e.Ticked())
    bench.feed(e.Opened())
    bench.hear(bench.welcome(mode="blocked", server="another"))
    assert again(bench).name == "full"


def test_a_welcome_says_whether_the_mode_is_another(bench):
    mode = again(bench)
    assert (mode.name, mode.server_model) == ("full", None)
    assert mode.said(ModelSaid("2.0", "1.0", "send_only"))
    assert not mode.said(ModelSaid("3.0", "1.0", "send_only"))
    mode.keep()
    assert (again(bench).name, again(bench).server_model) == ("send_only", "3.0")
    assert mode.said(ModelSaid("3.0", "1.0", "full"))
    mode.keep()
    assert again(bench).name == "full"


def test_what_was_said_of_another_version_of_the_library_or_is_no_mode_is_forgotten(bench):
    for kept in ("send_only 2.0 0.9", "sideways 2.0 1.0", "send_only"):
        bench.store.set_meta(KEPT, kept)
        assert (again(bench).name, again(bench).server_model) == ("full", None)
