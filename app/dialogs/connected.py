"""
A connection for as long as a dialog is open that asks the server, whatever drives syncing.

Not here: what is asked, and when the connection is made and ended (`sync.client.attending`).
"""

from __future__ import annotations

from PySide6.QtWidgets import QDialog

from app.bridge import Bridge
from app.engine_room import client_of


def keep_connected(bridge: Bridge, dialog: QDialog) -> None:
    """Have a connection from now on, where it can be had, until the dialog is closed."""
    bridge.call(lambda library: client_of(library).hold())
    dialog.finished.connect(lambda _: bridge.call(lambda library: client_of(library).release()))
