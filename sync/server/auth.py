"""
Accounts at the door: what an e-mail and a password must be, how passwords and tokens are kept, how often one
may try.

What it is not: storage (account_store.py) or threads: hashing a password takes tens of milliseconds, so
whoever calls ``Passwords`` does it in a pool, never on the loop. Invariants: no password and no token is
stored, logged or repeated; an unknown e-mail, a wrong password and a password never set cost the same and are
told the same.

Source: RFC 9106 (Argon2); OWASP password storage (19 MiB, 2 passes, 1 lane); RFC 8265 (normalisation).
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from typing import Final, Protocol

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from sync.errors import AuthFailed
from sync.limits import EMAIL_LENGTH_MAX, NAME_LENGTH_MAX, PASSWORD_SIZE_MAX, PASSWORD_SIZE_MIN
from sync.server.limiter import Limiter, Pace

TOKEN_LIFE_MS: Final = 90 * 24 * 3600 * 1000
"""A sign-in ends when its device was away for so long; being used moves the end."""

TOKEN_EXTEND_MS: Final = 24 * 3600 * 1000
"""The end is moved at most once in this time, so that using a token is not a write each time."""

TOKEN_EXPIRING_MS: Final = 5 * 60 * 1000
"""So long before the end of a sign-in the client is told."""

ATTEMPTS_EACH: Final = Pace(burst=10, per_second=1 / 6)
"""Sign-ins for one e-mail from one address. Another address has its own: nobody can lock a person out."""

ATTEMPTS_ALL: Final = Pace(burst=200, per_second=20)
"""Sign-ins and sign-ups together, of everybody: what two cores can hash."""

SIGN_UPS_EACH: Final = Pace(burst=100, per_second=1)
"""Sign-ups from one address; a school behind one address gets in."""

LOOK_ALIKE: Final = frozenset({"LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "COPTIC", "CHEROKEE"})
"""Scripts that share shapes: whoever mixes two of them in one part of an address wants to be mistaken."""

_UNSEEN: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
"""What is drawn as nothing and counts as a letter or mark all the same."""


def normal_email(email: object) -> str:
    """
    Return the form of an e-mail address under which an account is found: one for all ways of writing it.

    Raises:
        AuthFailed: ``bad_email``: no text, too long, not of the form name@place, or made to be mistaken.
    """
    if not isinstance(email, str) or len(email) > EMAIL_LENGTH_MAX:
        raise AuthFailed("bad_email")
    name, at, place = _folded(email).strip().rpartition("@")
    try:
        # One place has one form, whichever dots it has, and whether it is written as punycode or not.
        normal = f"{name}@{_folded(place.encode('idna').decode('idna')).removesuffix('.')}"
    except UnicodeError as error:
        raise AuthFailed("bad_email") from error
    if not name or not at or normal.endswith("@") or "@" in name or len(normal) > EMAIL_LENGTH_MAX:
        raise AuthFailed("bad_email")
    if _is_deceptive(f"{name}@{place}") or _is_deceptive(normal):
        raise AuthFailed("bad_email")
    return normal


def _is_deceptive(email: str) -> bool:
    """Whether an address has what is not seen, or mixes scripts to be taken for another one."""
    # Cs, Cc, Cf: surrogates, controls, invisible and direction marks. Z: spaces.
    if _UNSEEN.search(email) or any(unicodedata.category(letter)[0] in "CZ" for letter in email):
        return True
    return any(len(_scripts(part) & LOOK_ALIKE) > 1 for part in re.split(r"[@.]", email))


def _folded(text: str) -> str:
    """
    Return a text without differences that people and keyboards do not mean: capitals, widths, ligatures, and
    the dot of i, which Turkish keyboards leave out or add.
    """
    folded = unicodedata.normalize("NFKC", text).casefold().replace("i\u0307", "i").replace("ı", "i")
    return folded if folded == text else _folded(folded)


def _scripts(text: str) -> set[str]:
    return {unicodedata.name(letter, "").partition(" ")[0] for letter in text if letter.isalpha()}


def normal_name(name: object, fallback: str) -> str:
    """
    Return a person's or notebook's name without controls and outer spaces; the fallback when nothing is left.
    """
    if not isinstance(name, str):
        return fallback
    kept = "".join(letter for letter in name if unicodedata.category(letter)[0] != "C")
    return kept.strip()[:NAME_LENGTH_MAX] or fallback


def normal_password(password: object, *, fresh: bool) -> str:
    """
    Return the form of a password that is hashed.

    Args:
        password: As it came.
        fresh: Whether it is being chosen, and must be long enough.

    Raises:
        AuthFailed: ``weak_password`` when fresh, ``bad_credentials`` otherwise: no text, too short or too
            long.
    """
    code = "weak_password" if fresh else "bad_credentials"
    if not isinstance(password, str):
        raise AuthFailed(code)
    try:
        size = len(password.encode())
    except UnicodeEncodeError as error:
        raise AuthFailed(code) from error
    if size > PASSWORD_SIZE_MAX or (fresh and size < PASSWORD_SIZE_MIN):
        raise AuthFailed(code)
    return unicodedata.normalize("NFC", password)


def new_token() -> str:
    """Return a token of 256 random bits."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """Return what is stored of a token. It is random, so a fast hash is enough."""
    return hashlib.sha256(token.encode(errors="replace")).digest()


def new_id() -> str:
    """Return a fresh id of an account, notebook or note: 22 letters for 16 random bytes, no dash in front."""
    while (made := secrets.token_urlsafe(16)).startswith("-"):  # on a command line it would be an option
        pass
    return made


def new_rid() -> int:
    """Return a fresh replica id: 63 random bits, not 0."""
    return secrets.randbits(63) or 1


def new_epoch() -> int:
    """Return a fresh epoch of a stream: not 0, which stands for "never had it"."""
    return secrets.randbits(31) or 1


class Passwords:
    """Hash and check passwords with Argon2id. Thread-safe; each call takes about 30 ms and 19 MiB."""

    def __init__(self, *, memory_kib: int = 19 * 1024, passes: int = 2) -> None:
        """Prepare the hash that stands in for accounts that do not exist."""
        self._hasher: Final = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        self._nobody: Final = self._hasher.hash(secrets.token_hex(16))

    def hash(self, password: str) -> str:
        """Return what is stored of a password."""
        return self._hasher.hash(password)

    def check(self, stored: str | None, password: str) -> bool:
        """
        Whether a password is the stored one.

        Without a stored one the answer is no, after the same work.
        """
        try:
            self._hasher.verify(stored if stored is not None else self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None


class Paces(Protocol):
    """Buckets that several processes share; see storage.pace_store.PaceStore."""

    def take(self, key: str, burst: float, per_second: float, now_ms: int) -> int:
        """Take one out of a bucket; 0, or the milliseconds until there is one."""

    def give_back(self, key: str, burst: float, per_second: float, now_ms: int) -> None:
        """Return one."""


class SharedDoor:
    """Counts attempts to sign in and up at all processes of a server. On the store's thread."""

    def __init__(self, paces: Paces) -> None:
        """Count in a database."""
        self._paces: Final = paces

    def knock(self, email: str, address: str, now_ms: int, *, up: bool) -> None:
        """Count one attempt, as ``Door.knock``. Raises AuthFailed: ``rate``, with ``after_ms``."""
        origin = address_prefix(address)
        wait_ms = self._paces.take("door all", *ATTEMPTS_ALL, now_ms)
        if not wait_ms and up:
            wait_ms = self._paces.take(f"door up {origin}", *SIGN_UPS_EACH, now_ms)
        elif not wait_ms:
            wait_ms = self._paces.take(f"door {origin} {email}", *ATTEMPTS_EACH, now_ms)
        if wait_ms:
            raise AuthFailed("rate", after_ms=wait_ms)

    def welcome(self, email: str, address: str, now_ms: int) -> None:
        """Give an attempt back: it was the right password."""
        self._paces.give_back(f"door {address_prefix(address)} {email}", *ATTEMPTS_EACH, now_ms)


class Door:
    """Counts attempts to sign in and up at this process."""

    def __init__(self) -> None:
        """Start with nobody having tried."""
        self._each: Final = Limiter(ATTEMPTS_EACH)
        self._all: Final = Limiter(ATTEMPTS_ALL)
        self._ups: Final = Limiter(SIGN_UPS_EACH)

    def knock(self, email: str, address: str, now_ms: int, *, up: bool) -> None:
        """
        Count one attempt.

        Args:
            email: Normalised.
            address: Where it comes from; of IPv6 the first 64 bits count.
            now_ms: The time.
            up: Whether it is a sign-up.

        Raises:
            AuthFailed: ``rate``, with ``after_ms``.
        """
        origin = address_prefix(address)
        wait_ms = self._all.take("", now_ms)
        if not wait_ms:
            wait_ms = self._ups.take(origin, now_ms) if up else self._each.take(f"{email}\0{origin}", now_ms)
        if wait_ms:
            raise AuthFailed("rate", after_ms=wait_ms)

    def welcome(self, email: str, address: str, now_ms: int) -> None:
        """Give an attempt back: it was the right password."""
        self._each.give_back(f"{email}\0{address_prefix(address)}", now_ms)


def address_prefix(address: str) -> str:
    """Return the part of an address that one subscriber has: all of IPv4, the first 64 bits of IPv6."""
    if ":" not in address:
        return address
    head = address.split("%")[0].split("::")[0].split(":")
    return ":".join(head[:4])
