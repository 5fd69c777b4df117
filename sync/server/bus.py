"""
How the processes of one server tell each other what happened: that a stream has grown, that roles or sign-ins
of an account have changed (what else, server_schema.TOLD says), where somebody is.

What it is not: the truth. What is told is a hint, and may be lost, come twice or late: heads are compared
every two seconds, and who was deaf looks at everything again (``missed``). ``LocalBus`` is that of a process
alone; ``PostgresBus`` goes through the database that the processes share; another way (Redis, NATS) is
another class. Invariants: nothing is told before the commit that it speaks of; of one stream only the latest
head waits to be told; a process does not hear itself.

Source: README, "Several processes".
"""

from __future__ import annotations

import json
import logging
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from sync.errors import StoreUnavailable

if TYPE_CHECKING:
    from sync.storage.postgres_telling import Listening

AGAIN_S: Final = 0.5
"""How long after a lost connection the next is tried."""

ALIVE_S: Final = 5.0
"""A connection on which nothing was heard for so long is asked for a sign of life."""

HEARING_S: Final = 0.5

HEADS_EACH: Final = 64
"""Of one payload: a stream's name has some 30 letters."""

PAYLOAD_LENGTH_MAX: Final = 7_900
"""PostgreSQL takes fewer than 8000 bytes; ours are ASCII."""

PRESENCE_WAITING_MAX: Final = 1_000

_log = logging.getLogger(__name__)


class Ears(Protocol):
    """Who is told. Called on the thread that ``Bus.start`` was given."""

    def heard_heads(self, heads: Mapping[str, int]) -> None:
        """Streams have grown."""

    def heard_roles(self, account: str) -> None:
        """The notebooks or roles of an account may have changed."""

    def heard_sign_ins(self, account: str) -> None:
        """Sign-ins of an account may have ended."""

    def heard_notebook(self, notebook: str) -> None:
        """A notebook has another name, or other members."""

    def heard_epoch(self, stream: str) -> None:
        """A stream has begun another log."""

    def heard_fact(self, key: str) -> None:
        """A fact about the server itself is another."""

    def heard_presence(self, frame: bytes) -> None:
        """Somebody is somewhere: an encoded message."""

    def missed(self) -> None:
        """Anything may have been told while nobody listened."""


class Bus(Protocol):
    """The way to the other processes."""

    @property
    def hears(self) -> bool:
        """Whether what others tell arrives now."""

    def start(self, ears: Ears, call: Callable[[Callable[[], None]], object]) -> None:
        """Begin to listen; ``call`` takes what is to be done to the thread of ``ears``."""

    def wake(self, heads: Mapping[str, int]) -> None:
        """Tell that streams have grown; after the commit. Never waits, never raises."""

    def present(self, frame: bytes) -> None:
        """Tell where somebody is. Never waits, never raises."""

    def stop(self) -> None:
        """Tell what waits, then end."""


class LocalBus:
    """The bus of a process that has its database to itself: there is nobody to tell."""

    hears: Final = True

    def start(self, ears: Ears, call: Callable[[Callable[[], None]], object]) -> None:
        """There is nobody to hear."""

    def wake(self, heads: Mapping[str, int]) -> None:
        """Who must know is in this process."""

    def present(self, frame: bytes) -> None:
        """Who must know is in this process."""

    def stop(self) -> None:
        """Nothing to end."""


class PostgresBus:
    """The bus over a PostgreSQL database: one thread listens and one speaks, each on its own connection."""

    def __init__(self, address: str, process: str) -> None:
        """
        Prepare; nothing is connected yet.

        Args:
            address: Of the database.
            process: What this process calls itself; no other has the same.
        """
        self._address: Final = address
        self._process: Final = process
        self._hears = False
        self._heads: dict[str, int] = {}
        self._frames: list[bytes] = []
        self._waiting: Final = threading.Condition()
        self._stopping = False
        self._speaker: Final = threading.Thread(target=self._speak, name="bus-speaks", daemon=True)
        self._listener: threading.Thread | None = None

    @property
    def hears(self) -> bool:
        """Whether the listening connection is up."""
        return self._hears

    def start(self, ears: Ears, call: Callable[[Callable[[], None]], object]) -> None:
        """Begin to listen and to speak."""
        self._listener = threading.Thread(
            target=self._listen, args=(ears, call), name="bus-listens", daemon=True
        )
        self._listener.start()
        self._speaker.start()

    def wake(self, heads: Mapping[str, int]) -> None:
        """Tell that streams have grown."""
        with self._waiting:
            for stream, head in heads.items():
                self._heads[stream] = max(head, self._heads.get(stream, 0))
            self._waiting.notify()

    def present(self, frame: bytes) -> None:
        """Tell where somebody is; what nobody can be told in time is dropped."""
        with self._waiting:
            if len(self._frames) < PRESENCE_WAITING_MAX:
                self._frames.append(frame)
                self._waiting.notify()

    def stop(self) -> None:
        """Tell what waits, then end both threads."""
        with self._waiting:
            self._stopping = True
            self._waiting.notify()
        for thread in (self._speaker, self._listener):
            if thread is not None and thread.ident is not None:
                thread.join(2 * AGAIN_S + 2 * HEARING_S)

    # --- speaking ----------------------------------------------------------------------------------

    def _speak(self) -> None:
        """Tell what waits, all of it at once, again and again."""
        # Only here: the driver is no requirement of a server on SQLite.
        from sync.storage.postgres_telling import Speaking

        speaking: Speaking | None = None
        with suppress(StoreUnavailable):  # before there is something to say, so that it is said at once
            speaking = Speaking(self._address, self._process)
        while True:
            with self._waiting:
                while not self._heads and not self._frames and not self._stopping:
                    self._waiting.wait()
                if self._stopping and not self._heads:
                    break
                heads, self._heads = self._heads, {}
                frames, self._frames = self._frames, []
            try:
                speaking = speaking or Speaking(self._address, self._process)
                speaking.say([*heads_said(self._process, heads), *_frames_said(self._process, frames)])
            except StoreUnavailable as error:
                _log.warning("other processes were not told: %s", error)
                if speaking is not None:
                    speaking.close()
                    speaking = None
                if self._stopping:
                    break
                self.wake(heads)  # a head is as good later; where somebody was is not
                time.sleep(AGAIN_S)
        if speaking is not None:
            with suppress(StoreUnavailable):
                speaking.say([f"end {self._process}"])  # our own listener need not wait any longer
            speaking.close()

    # --- listening ---------------------------------------------------------------------------------

    def _listen(self, ears: Ears, call: Callable[[Callable[[], None]], object]) -> None:
        """Hear what is told, on one connection after the other."""
        from sync.storage.postgres_telling import Listening

        told = False
        while not self._stopping:
            try:
                listening = Listening(self._address, self._process)
            except StoreUnavailable as error:
                if not told:  # once; it may be out of reach for long
                    _log.warning("other processes cannot be heard: %s", error)
                told = True
                time.sleep(AGAIN_S)
                continue
            told = False
            try:
                self._hears = True
                call(ears.missed)
                self._hear(listening, ears, call)
            except StoreUnavailable as error:
                _log.warning("other processes are heard no more: %s", error)
            finally:
                self._hears = False
                listening.close()

    def _hear(self, listening: Listening, ears: Ears, call: Callable[[Callable[[], None]], object]) -> None:
        """Hear until the end. Raises StoreUnavailable when the connection is lost."""
        heard_s = time.monotonic()
        while not self._stopping:
            for payload in listening.heard(HEARING_S):
                if self._stopping:
                    return
                heard_s = time.monotonic()
                told = understood(payload, self._process, ears)
                if told is not None:
                    call(told)
            if time.monotonic() - heard_s > ALIVE_S:
                listening.check()
                heard_s = time.monotonic()


def announce(address: str, process: str, heads: Mapping[str, int]) -> None:
    """Tell every server process that streams have grown, as a program that does one thing and ends."""
    from sync.storage.postgres_telling import Speaking

    if heads:
        speaking = Speaking(address, process)
        try:
            speaking.say(heads_said(process, heads))
        finally:
            speaking.close()


def heads_said(process: str, heads: Mapping[str, int]) -> list[str]:
    """Return the payloads that tell heads, each short enough."""
    rows = list(heads.items())
    return [
        f"heads {process} {json.dumps(dict(rows[at : at + HEADS_EACH]), separators=(',', ':'))}"
        for at in range(0, len(rows), HEADS_EACH)
    ]


def _heard_all(ears: Ears, frames: list[bytes]) -> None:
    for frame in frames:
        ears.heard_presence(frame)


def _frames_said(process: str, frames: list[bytes]) -> list[str]:
    """Return the payloads that tell where people are, several in each."""
    said: list[str] = []
    for frame in frames:
        one = b64encode(frame).decode()
        if said and len(said[-1]) + len(one) < PAYLOAD_LENGTH_MAX:
            said[-1] += "," + one
        else:
            said.append(f"presence {process} {one}")
    return said


def understood(payload: str, process: str, ears: Ears) -> Callable[[], None] | None:
    """Return what a payload asks to be done; None when it is our own, or makes no sense to us."""
    kind, _, rest = payload.partition(" ")
    who, _, what = rest.partition(" ")
    if who == process:
        return None
    try:
        if kind == "heads":
            heads = {str(stream): int(head) for stream, head in json.loads(what).items()}
            return lambda: ears.heard_heads(heads)
        if kind == "presence":
            frames = [b64decode(one, validate=True) for one in what.split(",")]
            return partial(_heard_all, ears, frames)
    except (ValueError, AttributeError, TypeError):  # of a newer version, or a stranger's
        return None
    hears = {
        "roles": ears.heard_roles,
        "sign_ins": ears.heard_sign_ins,
        "notebook": ears.heard_notebook,
        "epoch": ears.heard_epoch,
        "fact": ears.heard_fact,
    }.get(kind)
    return None if hears is None else partial(hears, what)
