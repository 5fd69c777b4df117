"""
A client's dealings with the place where its token lives: with a time limit, for it may wait for a person.

What it is not: such a place (tokens), or signing in (session). Invariant: where no place takes a token, it is
used all the same, and the status says that it will be gone with the program.
"""

from __future__ import annotations

import logging
from typing import Final

from sync.client.engine import Engine
from sync.client.events import TokenSet
from sync.client.runner import Runner
from sync.client.tokens import TokenStore

TOKEN_S: Final = 6.0
"""How long a keyring may take; it may be waiting for somebody to unlock it."""

_log = logging.getLogger(__name__)


class TokenCare:
    """Used on the client's thread."""

    def __init__(self, tokens: TokenStore, engine: Engine, runner: Runner) -> None:
        """`runner` carries the engine out, and has the worker threads."""
        self._tokens: Final = tokens
        self._engine: Final = engine
        self._runner: Final = runner

    async def load(self) -> None:
        """Sign in with what was kept, if anything was."""
        kept = await self._runner.threaded(self._tokens.load, TOKEN_S)
        server = self._engine.status.server
        if kept is not None and server is not None:
            self._engine.token_kept(kept[1])
            self._runner.feed(TokenSet(server, kept[0]))

    async def return_to(self, server: str | None) -> None:
        """A sign-in elsewhere came to nothing: be signed in as before."""
        kept = await self._runner.threaded(self._tokens.load, TOKEN_S)
        self._runner.feed(TokenSet(server, kept[0] if kept is not None else None))

    async def keep(self, token: str) -> None:
        """Keep a token; where no place takes it, in memory, which the status says."""
        try:
            where = await self._runner.threaded(lambda: self._tokens.save(token), TOKEN_S)
        except OSError as error:
            _log.warning("the token cannot be kept: %s", error)
            where = None
        self._engine.token_kept(where or "memory")

    async def forget(self) -> None:
        """Keep none any more, and be signed in nowhere."""
        await self._runner.threaded(self._tokens.forget, TOKEN_S)
        self._engine.token_kept(None)
        self._runner.feed(TokenSet(None, None))
