"""
A sign-in that lapses between any two messages of a session costs nothing: no key, no edit, no caret's place.

One real window and one real server with a relay between them. Round k breaks the connection, types while
somebody else makes a note, and has the token expire exactly before the k-th frame of what follows, until a
whole session passes without meeting one, the credit it returns included.
"""

from __future__ import annotations

from tests.support.relay import relayed
from tests.support.waiting import wait_for
from tests.support.whole_window import served, started, type_text

EMAIL, PASSWORD = "ana@example.org", "correct horse battery"
ROUNDS_MAX = 80
UP_MIN = 5
"""Frames of a whole session that go up: hello, the two of subscribing, the push, and credit for what came."""
OUTBOX = "SELECT key, stream, n, document, model, stamp, chain, body FROM outbox ORDER BY key"


def rows(library):
    """What the outbox holds, as bytes that were written once."""
    with library.store._reading() as connection:
        return connection.execute(OUTBOX).fetchall()


def sign_up(desk, url):
    desk.window.account.ask_sign_in()
    dialog = desk.window.account.dialog
    dialog.server.setText(url)
    dialog.email.setText(EMAIL)
    dialog.password.setText(PASSWORD)
    dialog.sign_up.setChecked(True)
    dialog.name.setText("Ana")
    dialog.go.click()
    wait_for(lambda: desk.status.auth == "ok" and desk.status.inbound == "up_to_date")


def sign_in_again(desk):
    desk.window.account.ask_sign_in()
    dialog = desk.window.account.dialog
    assert dialog.email.text() == EMAIL
    dialog.password.setText(PASSWORD)
    dialog.go.click()
    wait_for(lambda: desk.status.auth == "ok" and not desk.window.account.dialog)


def sent(desk):
    return desk.status.auth == "ok" and desk.status.outbox == 0 and desk.status.inbound == "up_to_date"


class Writer:
    """Types into the middle of a note, and knows what must be there."""

    def __init__(self, desk):
        self.desk, self.expected = desk, "()"
        self.edit = desk.view.edit
        type_text(self.edit, "()")
        cursor = self.edit.textCursor()
        cursor.setPosition(1)
        self.edit.setTextCursor(cursor)
        self.at = 1

    def type(self, text):
        type_text(self.edit, text)
        self.expected = self.expected[: self.at] + text + self.expected[self.at :]
        self.at += len(text)
        self.check()

    def check(self):
        assert self.edit.toPlainText() == self.expected
        assert self.desk.view.note.body.text() == self.expected
        cursor = self.edit.textCursor()
        assert (cursor.position(), cursor.anchor()) == (self.at, self.at)


def one_round(desk, relay, server, writer, at):
    """Whether the session was long enough to have a frame number `at`."""
    relay.cut()
    wait_for(lambda: desk.status.link != "live")
    writer.type(f"{at}a")
    before = wait_for(lambda: (found := desk.call(rows)) and b"a" in found[-1][-1] and found)
    notebook = desk.call(lambda library: library.store.load(desk.view.note.id).stream).partition("/")[0]
    server.administer("note add", notebook=notebook, title=f"round {at}")
    relay.arm(at, lambda: server.administer("session expire", session=EMAIL))
    desk.window.account.sync_now()
    writer.type("b")
    wait_for(lambda: relay.met or (sent(desk) and relay.frames.count("up") >= UP_MIN))
    if not relay.met:
        relay.disarm()
        return False
    writer.type("c")
    wait_for(lambda: desk.status.auth == "expired")
    assert relay.connections <= 2
    relay.disarm()
    writer.type("d,")
    parked = desk.call(rows)
    assert parked[: len(before)] == before
    assert len(parked) > len(before)
    assert desk.status.auth == "expired"
    sign_in_again(desk)
    writer.check()
    wait_for(lambda: sent(desk))
    assert desk.call(rows) == parked
    writer.check()
    return True


def test_expiry_at_every_message_boundary_loses_no_key_no_place_and_no_byte(qt_app, tmp_path):
    with (
        served(tmp_path / "server") as server,
        relayed(server.url) as relay,
        started(qt_app, tmp_path / "a") as desk,
    ):
        sign_up(desk, relay.url)
        writer = Writer(desk)
        wait_for(lambda: sent(desk))
        met = 0
        for at in range(1, ROUNDS_MAX):
            if not one_round(desk, relay, server, writer, at):
                break
            met += 1
        assert 8 <= met < ROUNDS_MAX - 1
        with started(qt_app, tmp_path / "b") as other:
            other.window.account.ask_sign_in()
            dialog = other.window.account.dialog
            dialog.server.setText(server.url)
            dialog.email.setText(EMAIL)
            dialog.password.setText(PASSWORD)
            dialog.go.click()
            wait_for(lambda: sent(other))
            rounds = {f"round {at}" for at in range(1, met + 2)}
            wait_for(lambda: rounds <= set(other.titles()) and rounds <= set(desk.titles()))
            note = desk.view.note
            bodies = other.call(lambda library: library.document(note.id).encode())
            assert bodies == desk.call(lambda library: library.document(note.id).encode())
