"""
What the server answers to plain GETs on its port, and how many connections one address may have.

What it is not: sockets (service.py). Invariant: nothing here tells more than anybody may know.
"""

from __future__ import annotations

import ipaddress
import json
from collections import Counter
from contextlib import suppress
from http import HTTPStatus
from typing import Final, NamedTuple, Protocol

from sync import VERSION
from sync.protocol.messages import PROTOCOL
from sync.server.metrics import CONTENT_TYPE

SYNC_PATH: Final = "/v1/sync"
BLOBS_PATH: Final = "/v1/blobs"
"""Attachments have a socket of their own, so that an upload never delays a keystroke."""
METRICS_PATH: Final = "/metrics"


INVITE_PATH: Final = "/i/"
INVITED: Final = """\
This is an invitation to notes in Commonplace.

In the program: File, Join by link, and paste the whole address.
On the command line: commonplace join ADDRESS

This server has not seen the part behind the # and does not say whether the invitation is good.
"""
"""What whoever opens an invite in a browser is told; the secret never comes here."""


class Answer(NamedTuple):
    """One plain answer."""

    status: HTTPStatus
    body: str
    kind: str = "text/plain; charset=utf-8"

    @property
    def content(self) -> bytes:
        """The body as bytes."""
        return self.body.encode()

    @property
    def headers(self) -> dict[str, str]:
        """What to say beside it."""
        return {
            "Content-Type": self.kind,
            "Content-Length": str(len(self.content)),
            "X-Content-Type-Options": "nosniff",
        }


def metrics(body: str) -> Answer:
    """Return the answer to a GET of the metrics."""
    return Answer(HTTPStatus.OK, body, CONTENT_TYPE)


class Crowd:
    """Counts the connections of each address; those of this very machine are not counted."""

    def __init__(self, most: int) -> None:
        """Allow so many of one address."""
        self._most: Final = most
        self._there: Final[Counter[str]] = Counter()

    def is_full(self, address: str) -> bool:
        """Whether an address has as many connections as it may."""
        with suppress(ValueError):
            if ipaddress.ip_address(address).is_loopback:
                return False
        return self._there[address] >= self._most

    def enter(self, address: str) -> None:
        """Count one more."""
        self._there[address] += 1

    def leave(self, address: str) -> None:
        """Count one less."""
        self._there[address] -= 1
        if self._there[address] <= 0:
            del self._there[address]


class Request(Protocol):
    """What is looked at of a request."""

    path: str


def is_for_blobs(request: Request | None) -> bool:
    """Whether a connection is one for attachments."""
    return request is not None and request.path.partition("?")[0] == BLOBS_PATH


def answer(
    path: str, *, ready: bool, stopping: bool, crowded: bool, model: str, server: str
) -> Answer | None:
    """
    Return the answer to a GET, or None to let a WebSocket through.

    Args:
        path: Without the query.
        ready: Whether the store takes writes.
        stopping: Whether the server is going down.
        crowded: Whether the address has too many connections.
        model: The data model's version.
        server: The server's id.
    """
    if path in (SYNC_PATH, BLOBS_PATH):
        if stopping:
            return Answer(HTTPStatus.SERVICE_UNAVAILABLE, "stopping\n")
        return Answer(HTTPStatus.TOO_MANY_REQUESTS, "too many connections\n") if crowded else None
    if path == "/livez":
        return Answer(HTTPStatus.OK, "ok\n")
    if path == "/readyz":
        if ready and not stopping:
            return Answer(HTTPStatus.OK, "ok\n")
        return Answer(HTTPStatus.SERVICE_UNAVAILABLE, "not ready\n")
    if path == "/version":
        said = {"version": VERSION, "protocol": PROTOCOL, "model": model, "server": server}
        return Answer(HTTPStatus.OK, json.dumps(said) + "\n", "application/json")
    if path.startswith(INVITE_PATH):
        return Answer(HTTPStatus.OK, INVITED)
    return Answer(HTTPStatus.NOT_FOUND, "not found\n")
