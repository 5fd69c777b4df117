"""
Two people with a window each and a notebook that both have, through a real server.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtWidgets import QApplication

from app.dialogs.share import ShareDialog
from tests.support.processes import Address
from tests.support.waiting import wait_for
from tests.support.whole_window import Started, served, started, type_text

PASSWORD = "correct horse battery"


def sign_up(desk: Started, server: Address, name: str) -> None:
    """Make an account from the window."""
    desk.window.account.ask_sign_in()
    dialog = desk.window.account.dialog
    dialog.server.setText(server.url)
    dialog.email.setText(f"{name.lower()}@example.org")
    dialog.password.setText(PASSWORD)
    dialog.sign_up.setChecked(True)
    dialog.name.setText(name)
    dialog.go.click()
    wait_for(lambda: desk.window.account.dialog is None)
    wait_for(lambda: desk.status.auth == "ok" and desk.status.outbox == 0)


def sign_in(desk: Started, server: Address, name: str) -> None:
    """Sign in to an account that was made elsewhere, and wait until its notes are here."""
    desk.window.account.ask_sign_in()
    dialog = desk.window.account.dialog
    dialog.server.setText(server.url)
    dialog.email.setText(f"{name.lower()}@example.org")
    dialog.password.setText(PASSWORD)
    dialog.go.click()
    wait_for(lambda: desk.window.account.dialog is None)
    wait_for(lambda: desk.status.auth == "ok" and desk.status.inbound == "up_to_date")


def written(desk: Started, title: str, text: str) -> None:
    """Write the note on screen."""
    type_text(desk.view.title, title)
    type_text(desk.view.edit, text)
    wait_for(lambda: title in desk.titles())


def invite(desk: Started) -> ShareDialog:
    """Share the notebook on screen by a link, from the window; the dialog that shows it."""
    desk.window.actions_.share_notebook.trigger()
    dialog = desk.window.sharing.sharing
    assert dialog is not None
    wait_for(lambda: not dialog.linking.isHidden())
    dialog.make_link.click()
    wait_for(lambda: not dialog.made.isHidden())
    return dialog


def join(desk: Started, link: str) -> None:
    """Follow an invitation from the window."""
    desk.window.actions_.join.trigger()
    dialog = desk.window.sharing.joining
    dialog.link.setText(link)
    dialog.go.click()
    wait_for(lambda: desk.window.sharing.joining is None)


def show(desk: Started, note: str) -> None:
    """Have a note on screen."""
    desk.browsing.open(note)
    wait_for(lambda: desk.view.note is not None and desk.view.note.id == note)


@contextmanager
def two_people(
    app: QApplication, folder: Path, text: str = "beans"
) -> Iterator[tuple[Started, Started, str]]:
    """Ana and Bob, and the id of a note of Ana's that both have on screen."""
    with (
        served(folder / "server") as server,
        started(app, folder / "a") as ana,
        started(app, folder / "b") as bob,
    ):
        written(ana, "Garden", text)
        sign_up(ana, server, "Ana")
        sign_up(bob, server, "Bob")
        dialog = invite(ana)
        join(bob, dialog.link.text())
        dialog.close()
        wait_for(lambda: "Garden" in bob.titles())
        assert ana.browsing.note is not None
        note = ana.browsing.note.id
        show(bob, note)
        yield ana, bob, note
