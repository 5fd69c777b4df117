"""
What an installation says of itself when it greets a server.

What it is not: what it knows of its data (the store).
"""

from __future__ import annotations

from dataclasses import dataclass

from sync.model.versions import NEWEST
from sync.protocol.messages import PROTOCOL, Hello


@dataclass(frozen=True, slots=True)
class About:
    """What this installation says of itself in hello."""

    app: str
    os: str
    inst: str
    newest: str = NEWEST
    """The newest data model that the program uses; what it says to the server is the store's."""

    def hello(self, rid: int, model: str, token: str | None, t0: int) -> Hello:
        """
        Return how a connection begins.

        Args:
            rid: Of the replica.
            model: Of its store.
            token: Of the sign-in; None for none.
            t0: What this computer believes the time of day to be, in ms.
        """
        return Hello(
            proto=(PROTOCOL, PROTOCOL),
            app=self.app,
            os=self.os,
            rid=rid,
            inst=self.inst,
            model=model,
            token=token,
            t0=t0,
        )
