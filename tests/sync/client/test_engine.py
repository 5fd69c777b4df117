"""The link: when a connection is wanted, what is said on it, when it is given up and tried again."""

from dataclasses import replace

import pytest

from sync.client import events as e
from sync.errors import StoreUnavailable
from sync.protocol import messages as m
from sync.protocol.rows import LoggedDelta
from tests.support.engine_bench import ACCOUNT, NOTES, PERSONAL, URL, Bench


def test_without_a_token_nothing_is_connected(tmp_path):
    bench = Bench(tmp_path / "library.sqlite3", token=None)
    bench.feed(e.Started())
    assert bench.did(e.Connect) == []
    assert (bench.engine.status.link, bench.engine.status.auth) == ("off", "local_only")
    bench.desk.crash()


def test_hello_says_who_we_are_and_shows_the_token(bench):
    hello = bench.connect()
    assert (hello.rid, hello.token, hello.inst, hello.model) == (bench.store.rid, "token", "inst", "1.0")
    assert bench.engine.status.link == "greeting"


def test_a_network_error_is_never_a_sign_in_problem(bench):
    bench.live()
    bench.feed(e.Lost("reset by peer"))
    assert (bench.engine.status.link, bench.engine.status.auth) == ("waiting", "ok")


def test_attempts_are_spread_and_grow_and_a_nudge_tries_at_once(bench):
    bench.connect()
    delays = []
    for _ in range(9):
        bench.feed(e.Lost("no network"))
        delays.append(bench.engine.wake_ms - bench.now)
        bench.now = bench.engine.wake_ms
        bench.feed(e.Ticked())
        assert bench.did(e.Connect)
    assert delays == [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]
    bench.feed(e.Lost("no network"))
    bench.feed(e.Nudged())
    assert bench.did(e.Connect) == [e.Connect(URL)]


def test_silence_ends_a_connection_and_a_ping_keeps_it(bench):
    bench.live()
    bench.sent()
    bench.wait(16_000)
    assert bench.sent(m.Ping)
    bench.hear(m.Pong(0, 0))
    bench.wait(40_000)
    assert bench.engine.status.link == "live"
    bench.wait(50_000)
    assert bench.did(e.Close)
    assert bench.engine.status.link != "live"


def test_a_server_that_never_welcomes_is_given_up(bench):
    bench.connect()
    bench.wait(25_000)
    assert bench.did(e.Close)


def test_stopping_hangs_up_and_starting_goes_on(bench):
    bench.live()
    bench.feed(e.Stopped())
    assert bench.did(e.Close)
    assert bench.engine.status.link == "off"
    bench.feed(e.Started())
    assert bench.did(e.Connect)


@pytest.mark.parametrize("state", ["expired", "invalid", "revoked", "disabled", "wrong_account"])
def test_a_bad_sign_in_parks_without_looping_and_a_new_token_resumes(bench, state):
    note = bench.desk.new_note("kept")
    bench.connect()
    bench.hear(bench.welcome(state))
    assert bench.engine.status.auth == state
    bench.feed(e.Lost("closed"))
    bench.wait(3_600_000)
    assert bench.did(e.Connect) == []
    assert bench.engine.status.outbox == 1
    assert bench.store.has(note)
    bench.feed(e.TokenSet(URL, "another"))
    bench.now += 60_000
    bench.feed(e.Ticked())
    assert bench.did(e.Connect)


def test_whether_a_disabled_account_is_enabled_again_is_asked_once_each_time_somebody_comes_back(bench):
    bench.connect()
    bench.hear(bench.welcome("disabled"))
    bench.feed(e.Lost("closed"))
    for asked in (False, True):
        bench.feed(e.Nudged(asked=asked))
        assert len(bench.did(e.Connect)) == 1
        assert not bench.engine.parked
        bench.feed(e.Lost("no network"))
        bench.wait(3_600_000)
        assert bench.did(e.Connect) == []
        assert (bench.engine.status.link, bench.engine.status.auth) == ("off", "disabled")
        assert bench.engine.parked
    bench.feed(e.Nudged())
    bench.feed(e.Opened())
    bench.hear(bench.welcome("disabled"))
    assert (bench.engine.status.link, bench.engine.parked) == ("live", True)
    bench.sent()
    bench.feed(e.Nudged())
    assert bench.sent(m.Auth) == [m.Auth("token")]
    bench.feed(e.Lost("closed"))  # before it answered
    bench.now = bench.engine.wake_ms
    bench.feed(e.Ticked())
    bench.feed(e.Opened())
    bench.hear(bench.welcome(), bench.notice())
    assert (bench.engine.status.auth, bench.engine.status.signed_out_ms) == ("ok", None)


@pytest.mark.parametrize("state", ["expired", "invalid", "revoked", "wrong_account"])
def test_no_other_bad_sign_in_is_asked_about_again(bench, state):
    bench.connect()
    bench.hear(bench.welcome(state))
    bench.feed(e.Lost("closed"))
    bench.feed(e.Nudged(asked=True))
    bench.wait(3_600_000)
    assert bench.did(e.Connect) == []


def signed_in(bench, number, account):
    """Ask for a sign-in on a connection of its own, and have it answered for an account."""
    bench.feed(e.Asked(number, "sign_in", {}, server=URL))
    bench.feed(e.Opened())
    bench.hear(bench.welcome(""))
    value = {"token": "new", "account": {"id": account, "email": "who@example.org"}, "personal": PERSONAL}
    bench.hear(m.Result(number, value=value))
    (answer,) = bench.did(e.Answered)
    return answer.result


def test_nobody_else_can_sign_in_between_an_answer_and_the_accounts_notice(tmp_path):
    bench = Bench(tmp_path / "library.sqlite3", token=None)
    bench.feed(e.Started())
    assert signed_in(bench, 1, ACCOUNT.id).code == ""
    bench.feed(e.TokenSet(URL, "new", "who@example.org", shown=True))
    bench.feed(e.Lost("closed"))
    bench.desk.new_note("Ana's")
    bench.feed(e.TokenSet(None, None))
    assert signed_in(bench, 2, "E" * 22).code == "wrong_account"
    assert bench.store.meta("account") == ACCOUNT.id
    assert signed_in(bench, 3, ACCOUNT.id).code == ""
    bench.desk.crash()


def test_a_sign_in_of_another_account_that_was_taken_all_the_same_is_ended_there(bench):
    bench.live()
    bench.feed(e.Lost("closed"))
    bench.feed(e.TokenSet(None, None))
    bench.sent()
    assert signed_in(bench, 2, "E" * 22).code == "wrong_account"
    assert [call.name for call in bench.sent(m.Call)] == ["sign_in", "sign_out"]


def test_a_token_that_is_in_use_is_shown_again_before_it_expires(bench):
    bench.live()
    bench.sent()
    for _ in range(2):
        bench.hear(m.AuthState("expiring", 300, ACCOUNT), m.AuthState("expiring", 299, ACCOUNT))
        assert bench.sent(m.Auth) == [m.Auth("token")]
        assert bench.engine.status.auth == "expiring"
        bench.hear(m.AuthState("ok", 7_000_000, ACCOUNT), bench.notice())
        assert (bench.engine.status.auth, bench.engine.status.link) == ("ok", "live")
    bench.desk.new_note("goes on")
    bench.feed(e.Written(now=True))
    assert len(bench.sent(m.Push)) == 1


def test_a_token_that_lapses_on_an_open_connection_parks_its_streams_there(bench):
    bench.live()
    bench.desk.new_note("written while expired")
    bench.sent()
    bench.hear(m.AuthState("expired"))
    bench.feed(e.Written(now=True))
    assert bench.sent(m.Push) == []
    assert (bench.engine.status.link, bench.engine.status.auth) == ("live", "expired")
    bench.feed(e.TokenSet(URL, "another"))
    assert bench.sent(m.Auth) == [m.Auth("another")]
    bench.hear(m.AuthState("ok", 100, ACCOUNT), bench.notice())
    bench.grant()
    assert len(bench.sent(m.Push)) == 1


def test_another_server_at_the_address_gets_nothing(bench):
    bench.live()
    bench.feed(e.Lost(""))
    bench.now = bench.engine.wake_ms
    bench.feed(e.Ticked())
    bench.feed(e.Opened())
    bench.sent()
    bench.hear(bench.welcome(server="another"))
    assert bench.sent() == []
    assert bench.engine.status.auth == "wrong_account"
    assert bench.engine.status.link == "off"


def test_another_account_gets_nothing(bench):
    bench.live()
    bench.desk.new_note("Ana's")
    bench.sent()
    bench.hear(m.AuthState("ok", 100, m.AccountSaid("E" * 22, "eve@example.org")))
    bench.feed(e.Written(now=True))
    assert bench.sent(m.Push) == []
    assert bench.engine.status.auth == "wrong_account"
    assert bench.engine.status.outbox == 1


def test_the_clock_follows_the_server(bench):
    bench.connect()
    welcome = bench.welcome()
    bench.hear(replace(welcome, now=welcome.now + 90_000))
    assert bench.engine.status.clock == 90_000
    assert bench.desk.ticker.now_ms() == bench.desk.wall.ms + 90_000


@pytest.mark.parametrize(("mode", "pushes"), [("full", 1), ("send_only", 1), ("blocked", 0), ("ahead", 0)])
def test_only_the_welcome_sets_the_mode_and_the_mode_says_what_may_be_sent(bench, mode, pushes):
    bench.desk.new_note("note")
    bench.connect()
    bench.hear(bench.welcome(mode=mode), bench.notice())
    bench.grant()
    assert len(bench.sent(m.Push)) == pushes
    assert bench.engine.status.mode == mode
    bench.feed(e.Lost("gone"))
    assert bench.engine.status.mode == mode


@pytest.mark.parametrize("mode", ["blocked", "ahead"])
def test_nothing_is_over_before_the_library_is_the_accounts(bench, mode):
    bench.desk.new_note("note")
    bench.connect()
    bench.hear(bench.welcome(mode=mode))
    assert not bench.engine.drained
    bench.hear(bench.notice())
    assert bench.engine.drained
    assert bench.store.meta("account") is not None


def test_a_store_that_cannot_be_written_drops_the_message_and_tries_again(bench, monkeypatch):
    bench.live()

    def full(*_):
        raise StoreUnavailable(bench.store.path, "no_space", "")

    monkeypatch.setattr(bench.store, "append_remote", full)
    row = LoggedDelta(1, "x" * 22, b"body")
    bench.hear(m.Deltas(NOTES, 0, 1, "1.0", (row,)))
    assert bench.engine.status.store == "no_space"
    assert bench.engine.status.link == "waiting"
    assert bench.store.stream(NOTES).cursor == 0


def test_a_goodbye_says_when_to_come_back(bench):
    bench.live()
    bench.hear(m.Bye("stopping", after_ms=2_500))
    assert bench.engine.status.link == "waiting"
    assert bench.engine.wake_ms >= bench.now + 2_500


def test_unknown_messages_from_newer_servers_change_nothing(bench):
    bench.live()
    bench.feed(e.Heard(m.Ignored(200), 10))
    bench.hear(m.Notice("weather", message="sunny"), m.Error("odd", "what"))
    assert bench.engine.status.link == "live"


def test_while_behind_nobody_is_said_to_be_here_and_this_person_says_nothing(bench):
    bench.live()
    note = bench.desk.new_note("a")
    bench.hear(m.Presence(NOTES, note, conn=4, account="b" * 22, name="Ben"))
    assert [len(one.present) for one in bench.did(e.PresenceChanged)] == [1]
    bench.hear(bench.welcome(mode="send_only"))
    assert [len(one.present) for one in bench.did(e.PresenceChanged)] == [0]
    bench.feed(e.Moved(NOTES, note))
    bench.wait(1_000)
    assert bench.sent(m.Presence) == []
    bench.hear(bench.welcome())
    assert [one.document for one in bench.sent(m.Presence)] == [note]


@pytest.mark.parametrize("mode", ["blocked", "ahead"])
@pytest.mark.parametrize("then", ["send_only", "full"])
def test_what_had_to_wait_is_pushed_as_soon_as_it_is_taken_again(bench, mode, then):
    bench.live()
    bench.hear(bench.welcome(mode=mode))
    bench.grant()
    bench.desk.new_note("held")
    bench.feed(e.Written(now=True))
    assert bench.sent(m.Push) == []
    bench.hear(bench.welcome(mode=then))
    bench.grant()
    assert len(bench.sent(m.Push)) == 1
