"""
What a start of the program was for, done in a window: a note shown or begun, files imported, an invitation.

Not here: understanding the words (`errand`), which window does it (`main`).
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from app.bridge import Bridge
from app.dialogs.sharing_flow import SharingFlow
from app.dialogs.transfer_flow import TransferFlow
from app.errand import Errand
from app.widgets.browsing import Browsing
from app.wording import sentence


class Errands(QObject):
    """Runs errands in one window."""

    def __init__(
        self,
        bridge: Bridge,
        browsing: Browsing,
        transfer: TransferFlow,
        sharing: SharingFlow,
        say: Callable[[str], None],
    ) -> None:
        """`say` tells what could not be done."""
        super().__init__(browsing)
        self._bridge = bridge
        self._browsing = browsing
        self._transfer = transfer
        self._sharing = sharing
        self._say = say

    def run(self, errand: Errand) -> None:
        """Do all of it; the library is open."""
        if errand.note:
            self._bridge.call(
                lambda library: library.find(errand.note).id,
                lambda note: self._browsing.open(note, errand.place, write=True),
                lambda error: self._say(sentence(error)),
            )
        if errand.new:
            self._browsing.new_note()
        self._transfer.take(errand.paths)
        if errand.link:
            self._sharing.ask_join(errand.link)
