"""
What a banner's buttons lead to: each `Act` that is not about signing in, taken to whoever does it.

Not here: when a banner is due (`models.notices`), what its buttons say (`models.notice_words`).
"""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.dialogs.account_flow import AccountFlow
from app.dialogs.transfer_flow import TransferFlow
from app.models.notices import Act


class Remedies(QObject):
    """Knows whom to ask. GUI thread only."""

    def __init__(self, account: AccountFlow, transfer: TransferFlow, parent: QObject) -> None:
        """Connect nothing; the window connects the signals."""
        super().__init__(parent)
        self._account = account
        self._transfer = transfer
        account.export_asked.connect(self.export_everything)
        transfer.exported.connect(account.look_what_is_only_here)

    def act(self, act: Act) -> None:
        """Do what a button stands for."""
        if act is Act.SEPARATE_PROFILE:
            self._account.keep_separate()
        elif act is Act.EXPORT:
            self.export_everything()

    def export_everything(self) -> None:
        """Export all notes, those in the trash too, so that nothing is only here."""
        self._transfer.ask_export(with_trash=True)
