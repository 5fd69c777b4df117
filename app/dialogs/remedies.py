"""
What a banner's buttons lead to: each `Act` that is not about signing in, taken to whoever does it.

Not here: when a banner is due (`models.notices`), what its buttons say (`models.notice_words`).
"""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.dialogs.account_flow import AccountFlow
from app.dialogs.transfer_flow import TransferFlow, Wanted
from app.dialogs.upgrade import UpgradeFlow
from app.models.notices import Act, Topic
from app.models.sync_words import server_name
from app.models.upgrade_words import update_words
from app.widgets.banner import BannerRoom, Choice, Message
from sync.client.offers import offer_of
from sync.client.state import Status


class Remedies(QObject):
    """Knows whom to ask. GUI thread only."""

    def __init__(
        self, account: AccountFlow, transfer: TransferFlow, upgrade: UpgradeFlow, banners: BannerRoom
    ) -> None:
        """Bring them together; the window connects the banners."""
        super().__init__(account)
        self._account = account
        self._transfer = transfer
        self._upgrade = upgrade
        self._banners = banners
        self._status = Status()
        account.export_asked.connect(self.export_everything)
        transfer.exported.connect(account.look_what_is_only_here)

    def take_status(self, status: Status) -> None:
        """Follow the engine."""
        self._status = status

    def act(self, act: Act) -> None:
        """Do what a button stands for."""
        if act is Act.SEPARATE_PROFILE:
            self._account.keep_separate()
        elif act is Act.EXPORT:
            self.export_everything()
        elif act is Act.UPGRADE:
            self.ask_upgrade()
        elif act is Act.UPDATE_APP:
            self._say(update_words(offer_of(self._status)))

    def ask_upgrade(self) -> None:
        """Offer to bring the library to the newest version."""
        self._upgrade.ask(server_name(self._status.server) if self._status.server else "")

    def _say(self, text: str) -> None:
        close = Choice(self.tr("OK"), lambda: self._banners.unsay(Topic.NOTICE))
        self._banners.say(Topic.NOTICE, Message(text, (close,), tone="notice", icon="info"))

    def export_everything(self) -> None:
        """Export all notes, those in the trash too, so that nothing is only here."""
        self._transfer.export(Wanted(with_trash=True))
