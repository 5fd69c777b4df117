"""
How a server is run: what the command line says, in one value.

What it is not: stored anywhere, or shown: the address of a database may have a password in it.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

from sync.limits import CONNECTIONS_PER_ACCOUNT, CONNECTIONS_PER_ADDRESS


@dataclass(frozen=True, slots=True)
class Settings:
    """One server's settings."""

    folder: Path
    database: str | None = None  # the address of one on PostgreSQL; None: a file in the folder
    host: str = "127.0.0.1"
    port: int = 8765  # 0: any free one
    sign_up: str = "open"  # open, invite or closed
    origins: tuple[str, ...] = ()  # web pages that may connect; programs send no Origin and always may
    tls_cert: Path | None = None
    tls_key: Path | None = None
    connections_per_account: int = CONNECTIONS_PER_ACCOUNT
    connections_per_address: int = CONNECTIONS_PER_ADDRESS  # not counted for this very machine
    data_model: str | None = None  # what the data must be of; None: whatever it is, and the default when new

    def tls(self) -> ssl.SSLContext | None:
        """
        Return the context to serve TLS with; None without a certificate.

        Raises:
            OSError: The certificate or key cannot be read, or they do not fit.
        """
        if self.tls_cert is None:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        try:
            context.load_cert_chain(self.tls_cert, self.tls_key)
        except OSError as error:  # OpenSSL's own words name no file
            files = f"the certificate in {self.tls_cert} with the key in {self.tls_key}"
            raise OSError(f"{files} cannot be used: {error.strerror or error}") from error
        return context

    def url(self, port: int) -> str:
        """Return the address to connect to, given the port that is listened on."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'wss' if self.tls_cert else 'ws'}://{host}:{port}"
