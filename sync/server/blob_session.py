"""
One connection of ``/v1/blobs``: what it may say now, and what is done about it. Decisions only.

``receive`` takes a frame and returns effects, to be done in order before the next frame is taken. What it is
not: a socket (blob_service.py), rights (blobs.py) or bytes (blob_files.py). Invariants: nothing is taken that
was not offered on this very connection; whoever loses a role or a sign-in while a blob is under way gets and
gives nothing more within CHECK_EVERY_MS.

Source: README, "Attachments on the wire".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from sync import limits
from sync.errors import AuthFailed, Fault, RemoteProtocolError
from sync.protocol import blobs as b
from sync.protocol import messages as m
from sync.protocol import wire
from sync.protocol.codes import Retry
from sync.server import roles
from sync.server.blobs import Asked, BlobRefused
from sync.server.limiter import Limiter, Pace
from sync.server.people import Device, Identity
from sync.server.realm import Realm
from sync.server.session import Close

CHECK_EVERY_MS: Final = 500
"""How often the right to what is under way is looked up again."""

FRAMES_PACE: Final = Pace(burst=4_000, per_second=2_000)
"""Frames of one connection: 128 MiB a second."""

UPLOADS_MAX: Final = 64
WATCHED_MAX: Final = 4_096
"""What a connection may have offered, and may wait for, at a time."""

DONE_SHOWN: Final = ("full", "send_only")
"""Modes in which attachments travel: they are the same in every data model."""


@dataclass(frozen=True, slots=True)
class Say:
    """Send a message, and go on when the socket has taken it."""

    message: m.Message


@dataclass(frozen=True, slots=True)
class Work:
    """Do something elsewhere ("store" or "files"), then go on with what came of it."""

    where: str
    call: Callable[[], Any]
    then: Callable[[Any], list[Effect]]


Effect = Say | Work | Close


@dataclass(slots=True)
class _Upload:
    """What was offered and may be put."""

    asked: Asked
    size: int
    offset: int
    checked_ms: int


class BlobSession:
    """One connection for attachments."""

    def __init__(
        self,
        realm: Realm,
        address: str,
        now_ms: int,
        arrived: Callable[[str, str], None],
    ) -> None:
        """
        Start before hello.

        Args:
            realm: What all connections share.
            address: Where the connection comes from.
            now_ms: The time.
            arrived: Told (hash, notebook) of what is stored now, for those who wait for it.
        """
        self._realm: Final = realm
        self._blobs: Final = realm.blobs
        self._address: Final = address
        self._arrived: Final = arrived
        self._began_ms: Final = now_ms
        self._heard_ms = now_ms
        self._hello: m.Hello | None = None
        self._token: str | None = None
        self._identity: Identity | None = None
        self._frames: Final = Limiter(FRAMES_PACE)
        self._uploads: Final[dict[bytes, _Upload]] = {}
        self.watched: Final[set[tuple[str, str]]] = set()
        """(hash, notebook) of what was asked for and is not there yet."""

    @property
    def account(self) -> str:
        """Whose connection it is; "" before the sign-in."""
        return self._identity.account if self._identity is not None else ""

    def pace(self, now_ms: int) -> int:
        """Count one more frame; return how many milliseconds to wait before it is taken."""
        return self._frames.take("", now_ms)

    def silent(self, now_ms: int) -> bool:
        """Whether the connection never said hello in time, or has been silent for too long."""
        if self._hello is None:
            return now_ms - self._began_ms >= limits.HELLO_WAIT_MS
        return now_ms - self._heard_ms >= 2 * limits.SILENCE_MS_MAX

    def receive(self, frame: bytes | str, now_ms: int) -> list[Effect]:
        """Take one frame."""
        self._heard_ms = now_ms
        if isinstance(frame, str):
            return _closing("bad_frame", "a text frame")
        size_max = limits.FRAME_SIZE_MAX if self._hello is not None else limits.HELLO_SIZE_MAX
        try:
            message = wire.decode(frame, size_max)
        except RemoteProtocolError as error:
            closing = _closing(error.code, str(error)[:200], about=error.about)
            return closing[:1] if error.code == "unknown_kind" and self._hello else closing
        if isinstance(message, m.Ignored):
            return []
        first = isinstance(message, m.Hello)
        if type(message) not in roles.BLOB_SOCKET or first != (self._hello is None):
            return _closing("unexpected", f"{type(message).__name__} here", about=message.TYPE)
        return self._take(message, now_ms)

    def _take(self, message: Any, now_ms: int) -> list[Effect]:
        match message:
            case m.Hello():
                return self._greet(message, now_ms)
            case m.Auth():
                return self._sign_in(message, now_ms)
            case m.Ping():
                return [Say(m.Pong(message.t0, self._realm.now_ms()))]
            case m.Bye():
                return [Close(1000, "bye")]
            case m.Error() | m.Pong():
                return []
        if self._identity is None:
            return [Say(m.Error("auth", "sign in first", "auth", message.TYPE))]
        assert self._hello is not None, "nothing else comes first"
        if self._realm.model.mode_of(self._hello.model) not in DONE_SHOWN:
            return [Say(m.Error("upgrade", "another data model", "upgrade", message.TYPE))]
        match message:
            case b.BlobOffer():
                return self._offer(message, now_ms)
            case b.BlobPut():
                return self._put(message, now_ms)
            case b.BlobDone():
                return self._done(message, now_ms)
        return self._get(message, now_ms)

    # --- hello and signing in ----------------------------------------------------------------------

    def _greet(self, hello: m.Hello, now_ms: int) -> list[Effect]:
        low, high = hello.proto
        if not low <= m.PROTOCOL <= high:
            return _closing("protocol", f"this server speaks protocol {m.PROTOCOL}", "upgrade", hello.TYPE)
        self._hello = hello
        if hello.token is None:
            return self._welcome(hello, "")
        return [self._identifying(hello.token, partial(self._welcome, hello), now_ms)]

    def _welcome(self, hello: m.Hello, state: str) -> list[Effect]:
        realm = self._realm
        said = m.Welcome(
            m.PROTOCOL,
            (realm.server_id, realm.generation),
            realm.now_ms(),
            0,
            realm.model.said(hello.model),
            m.AuthSaid(state),
            {**limits.LIMITS_SAID, "blob": self._blobs.size_max, "blob_quota": self._blobs.quota},
            limits.PING_EVERY_MS,
            self._identity.said() if self._identity is not None else None,
            hello.t0,
        )
        return [Say(said)]

    def _sign_in(self, message: m.Auth, now_ms: int) -> list[Effect]:
        self._uploads.clear()
        self.watched.clear()
        if message.token is None:
            self._identity = None
            return [Say(m.AuthState(""))]
        return [self._identifying(message.token, lambda state: [Say(m.AuthState(state))], now_ms)]

    def _identifying(self, token: str, then: Callable[[str], list[Effect]], now_ms: int) -> Work:
        self._token = token

        def found(came: Identity | str) -> list[Effect]:
            self._identity = None if isinstance(came, str) else came
            return then(came if isinstance(came, str) else "ok")

        return Work("store", partial(self._who, token, now_ms), found)

    def _who(self, token: str, now_ms: int) -> Identity | str:
        """Whom a token stands for, or what is wrong with it. On the store's thread."""
        assert self._hello is not None
        hello = self._hello
        device = Device(hello.inst, hello.os, hello.app, hello.rid, self._address, hello.model)
        try:
            return self._realm.people.identify(token, device, now_ms)
        except AuthFailed as error:
            return error.code

    # --- taking ------------------------------------------------------------------------------------

    def _offer(self, offer: b.BlobOffer, now_ms: int) -> list[Effect]:
        asked = Asked(offer.hash.hex(), offer.stream, offer.document)
        if len(self._uploads) >= UPLOADS_MAX and offer.hash not in self._uploads:
            return [Say(b.BlobError(offer.hash, "busy", "too many at once"))]

        def decide() -> bool:
            return self._blobs.offered(self.account, asked, offer.size, now_ms)

        def decided(known: bool | BlobRefused) -> list[Effect]:
            if isinstance(known, BlobRefused):
                return _refused(offer.hash, known)
            if known:
                return [Say(b.BlobHave(offer.hash, offer.size, True))]
            return [Work("files", partial(self._begun, asked, offer.size), begun)]

        def begun(offset: int) -> list[Effect]:
            self._uploads[offer.hash] = _Upload(asked, offer.size, offset, now_ms)
            return [Say(b.BlobHave(offer.hash, offset))]

        return [Work("store", _caught(decide), decided)]

    def _begun(self, asked: Asked, size: int) -> int:
        """How many bytes of an upload are here; more than there can be are none. On a thread for files."""
        begun = self._blobs.files.begun(asked.sha256, self.account)
        if begun > size:
            self._blobs.files.drop(asked.sha256, self.account)
            return 0
        return begun

    def _put(self, put: b.BlobPut, now_ms: int) -> list[Effect]:
        upload = self._uploads.get(put.hash)
        if upload is None:
            return [Say(b.BlobError(put.hash, "offset", "offer it first"))]
        if put.offset != upload.offset:  # of a stretch that broke off: it hears where to go on
            return [Say(b.BlobHave(put.hash, upload.offset))]
        if put.offset + len(put.chunk) > upload.size:
            return self._wrong(put.hash, upload)
        append = partial(self._blobs.files.append, upload.asked.sha256, self.account, put.offset, put.chunk)

        def appended(offset: int) -> list[Effect]:
            upload.offset = offset
            return [Say(b.BlobHave(put.hash, offset))]

        return self._while_right(put.hash, upload, now_ms, lambda: [Work("files", append, appended)])

    def _done(self, done: b.BlobDone, now_ms: int) -> list[Effect]:
        upload = self._uploads.get(done.hash)
        if upload is None:
            return [Say(b.BlobError(done.hash, "offset", "offer it first"))]
        if upload.offset != upload.size:
            return [Say(b.BlobHave(done.hash, upload.offset))]
        asked = upload.asked

        def finished(right: bool) -> list[Effect]:
            if not right:
                return self._wrong(done.hash, upload)
            came = partial(self._blobs.came, self.account, asked, upload.size, now_ms)
            return [Work("store", _caught(came), stored)]

        def stored(came: BlobRefused | None) -> list[Effect]:
            del self._uploads[done.hash]
            if came is not None:
                return _refused(done.hash, came)
            self._arrived(asked.sha256, asked.notebook)
            return [Say(b.BlobHave(done.hash, upload.size, True))]

        return [Work("files", partial(self._blobs.files.finish, asked.sha256, self.account), finished)]

    def _wrong(self, hash: bytes, upload: _Upload) -> list[Effect]:
        """Drop an upload whose bytes are not what its hash says."""
        self._uploads.pop(hash, None)
        sha256 = upload.asked.sha256
        said = b.BlobError(hash, "mismatch", "these are other bytes")
        return [
            Work("files", partial(self._blobs.files.drop, sha256, self.account), lambda _: []),
            Work("store", partial(self._blobs.failed, self.account, sha256), lambda _: [Say(said)]),
        ]

    def _while_right(
        self, hash: bytes, upload: _Upload, now_ms: int, then: Callable[[], list[Effect]]
    ) -> list[Effect]:
        """Go on with an upload if the right to it still stands; it is looked up now and then."""
        if now_ms - upload.checked_ms < CHECK_EVERY_MS:
            return then()
        upload.checked_ms = now_ms

        def checked(came: BlobRefused | None) -> list[Effect]:
            if came is None:
                return then()
            self._uploads.pop(hash, None)
            return _refused(hash, came)

        return [Work("store", _caught(partial(self._check, upload.asked, True, now_ms)), checked)]

    def _check(self, asked: Asked, write: bool, now_ms: int) -> None:
        """Check sign-in and right. Raises BlobRefused. On the store's thread."""
        if self._token is None or isinstance(self._who(self._token, now_ms), str):
            raise BlobRefused("none", "the sign-in has ended")
        self._blobs.check(self.account, asked, write=write)

    # --- giving ------------------------------------------------------------------------------------

    def _get(self, get: b.BlobGet, now_ms: int) -> list[Effect]:
        asked = Asked(get.hash.hex(), get.stream, get.document)

        def decide() -> int:
            self._check(asked, False, now_ms)
            return self._blobs.wanted(self.account, asked)

        def decided(came: int | BlobRefused) -> list[Effect]:
            if isinstance(came, BlobRefused):
                if came.code == "absent" and len(self.watched) < WATCHED_MAX:
                    self.watched.add((asked.sha256, asked.notebook))
                return _refused(get.hash, came)
            if get.offset >= came:
                return [Say(b.BlobError(get.hash, "offset", f"it has {came} bytes"))]
            return self._next_chunk(get.hash, asked, get.offset, came, self._realm.now_ms())

        return [Work("store", _caught(decide), decided)]

    def _next_chunk(self, hash: bytes, asked: Asked, offset: int, size: int, checked_ms: int) -> list[Effect]:
        """Read a chunk, send it, and go on with the next."""
        now_ms = self._realm.now_ms()
        if now_ms - checked_ms >= CHECK_EVERY_MS:

            def checked(came: BlobRefused | None) -> list[Effect]:
                if came is not None:
                    return _refused(hash, came)
                return self._next_chunk(hash, asked, offset, size, now_ms)

            return [Work("store", _caught(partial(self._check, asked, False, now_ms)), checked)]

        def read(chunk: bytes) -> list[Effect]:
            if not chunk:
                return [Say(b.BlobError(hash, "absent", "its bytes are not here"))]
            said: list[Effect] = [Say(b.BlobChunk(hash, offset, size, chunk))]
            after = offset + len(chunk)
            return said + (self._next_chunk(hash, asked, after, size, checked_ms) if after < size else [])

        part = partial(self._blobs.files.read, asked.sha256, offset, limits.BLOB_CHUNK_SIZE_MAX)
        return [Work("files", part, read)]


def _caught(call: Callable[[], Any]) -> Callable[[], Any]:
    """A call that returns a refusal instead of raising it."""

    def caught() -> Any:
        try:
            return call()
        except BlobRefused as refused:
            return refused

    return caught


def _refused(hash: bytes, refused: BlobRefused) -> list[Effect]:
    return [Say(b.BlobError(hash, refused.code, str(refused)[:200]))]


def _closing(code: Fault, message: str, retry: Retry = "never", about: int = 0) -> list[Effect]:
    return [Say(m.Error(code, message, retry, about)), Close(1002, code)]
