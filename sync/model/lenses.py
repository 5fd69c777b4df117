"""
Lenses: how documents and deltas of one model version become those of the next.

    Add(path, value)         something new, with a value that every older document gets
    Rename(path, key)        the same under another key, at any depth; "*" stands for every key or item
    Plunge(key, into)        a key of the root goes into an object of the root that the lens makes
    Wrap(key, inner)         what stands at a key of the root becomes the member ``inner`` of an object there
    Hoist(key, inner, to)    a member of an object of the root comes up into the root
    Convert(path, change)    plain values become other plain values; total: any value may come
    Remove(key)              archived: kept byte for byte in the attic, where no reader looks

A ``Lens`` is a few of these for one collection, a ``Chain`` several lenses one after the other. Laws, tested
for every lens on generated histories:

    L1  L(merge(a, b)) == merge(L(a), L(b))
    L2  apply(L(s), T(d, s)) == L(apply(s, d))

They hold because a lens moves and converts single ops and keeps their authors, counters and times
(``crdt.reshape``). What cannot be said so is folded beside: see ``Shadow``.

Invariants: containers that a lens makes have the replica id of the model's major, counters in the order of
the steps, and the time 0, so that everybody makes the same. An old key that has the name of something new is
set aside as ``key~``, so that no unknown content of a newer minor is taken for it.

Source: design of sync, section 6; Litt, van Hardenberg & Henry 2020, "Project Cambria".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from crdt.bursts import Burst
from crdt.clock import Stamp
from crdt.delta import Delta
from crdt.document import Document
from crdt.errors import CrdtError
from crdt.object_ops import KEY_LENGTH_MAX, MAKE, MAP, ROOT, SET, Id, Path
from crdt.patch import Value
from crdt.reshape import Target, reshape, reshape_delta

ANY_KEY: Final = "*"
"""In a path of a lens: every key of a map, every item of an array."""
ASIDE: Final = "~"
"""Behind an old key whose name is another's now."""
RESERVED_RIDS: Final = 1 << 10
"""Replica ids below are nobody's: lenses write under the number of their model."""


def made_by_lens(rid: int, ms: int) -> bool:
    """
    Whether what a replica wrote at a time is of a lens, and so of nobody: no part of what people read of a
    note's past.
    """
    return rid < RESERVED_RIDS and ms == 0


def written_by_people(document: Document) -> list[Burst]:
    """The history of a document, the oldest first, without what lenses made in it."""
    return [burst for burst in document.history() if not made_by_lens(burst.rid, burst.ms)]


class Untranslatable(CrdtError):
    """A delta of an older model has no counterpart in the newer one; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Add:
    """Something new at a path of the new shape; None: absent until somebody sets it."""

    path: Path
    value: Value = None


@dataclass(frozen=True, slots=True)
class Rename:
    """What stands at ``path`` (of the old shape) stands beside it as ``key``."""

    path: Path
    key: str


@dataclass(frozen=True, slots=True)
class Plunge:
    """A key of the root becomes a member of the object ``into``, under the same name."""

    key: str
    into: str


@dataclass(frozen=True, slots=True)
class Wrap:
    """What stands at a key of the root becomes the member ``inner`` of an object at that key."""

    key: str
    inner: str


@dataclass(frozen=True, slots=True)
class Hoist:
    """A member of the object ``key`` comes up into the root as ``to``; the object goes to the attic."""

    key: str
    inner: str
    to: str


@dataclass(frozen=True, slots=True)
class Convert:
    """Plain values at ``path`` (of the old shape) become ``change(value, when it was written in ms)``."""

    path: Path
    change: Callable[[Value, int], Value]


@dataclass(frozen=True, slots=True)
class Remove:
    """A key of the root goes to the attic."""

    key: str


Step = Add | Rename | Plunge | Wrap | Hoist | Convert | Remove


class Lens:
    """The way from one model version to the next for the documents of a collection: a ``crdt.Shape``."""

    def __init__(self, major: int, steps: Sequence[Step]) -> None:
        """
        Compile the steps.

        Args:
            major: Of the model that it leads to; 1 < major < RESERVED_RIDS.
            steps: Paths to what is there name the old shape, paths of what is added the new one.
        """
        self.major: Final = major
        self._moves: dict[Path, dict[str, Target]] = {}
        """Old place, with ANY_KEY in it -> old key -> where it goes."""
        self._origins: dict[tuple[str, ...], Path] = {}
        """New path of what moved within the root -> old path."""
        self._taken: dict[Path, set[str]] = {}
        self._conversions: list[Convert] = []
        self._objects: dict[str, Id] = {}
        self._ops: list[list[object]] = []
        for step in steps:
            self._compile(step)
        self._depth: Final = max((len(place) for place in self._moves), default=0)
        stamp = Stamp(0, 0, major)
        self.genesis: Final[Delta | None] = (
            Delta(major, 0, len(self._ops), stamp, self._ops) if self._ops else None
        )

    # --- what a Shape answers ------------------------------------------------------------------------

    def target(self, place: Path, key: str) -> Target:
        """Where the slot ``key`` of the map at the old ``place`` goes."""
        if len(place) > self._depth:
            return Target(None, key)
        for pattern, moves in self._moves.items():
            if _fits(pattern, place):
                found = moves.get(key)
                if found is not None:
                    return found
                if key.rstrip(ASIDE) in self._taken.get(pattern, ()) and len(key) < KEY_LENGTH_MAX:
                    return Target(None, key + ASIDE)
        return Target(None, key)

    def convert(self, path: Path, value: Value, time_ms: int) -> Value:
        """What a plain value at an old path becomes."""
        for conversion in self._conversions:
            if _fits(conversion.path, path):
                value = conversion.change(value, time_ms)
        return value

    def origin(self, place: Path) -> Path:
        """Where a container was in the old shape; what the lens made itself is where nothing was."""
        old: Path = ()
        rest = list(place)
        for length in (2, 1):
            moved = self._origins.get(tuple(rest[:length]))
            if moved is not None and len(rest) >= length:
                old, rest = moved, rest[length:]
                break
        for key in rest:
            old = (*old, self._old_key(old, key))
        return old

    def place_of(self, container: Id) -> Path:
        """Where a container that the lens moves slots into stands in the new shape."""
        if container == ROOT:
            return ()
        return next((key,) for key, made in self._objects.items() if made == container)

    # --- states and deltas ---------------------------------------------------------------------------

    def state(self, document: Document) -> Document:
        """L: a document in the new shape. It is given away and comes back."""
        return reshape(document, self)

    def delta(self, document: Document, delta: Delta) -> Delta:
        """
        T: a delta in the new shape.

        Args:
            document: What it is to be applied to, in the new shape already.
        """
        return reshape_delta(document, delta, self)

    # --- inside ----------------------------------------------------------------------------------------

    def _compile(self, step: Step) -> None:
        if isinstance(step, Add):
            if len(step.path) == 1:
                self._take((), step.path[0])
            home = ROOT if len(step.path) == 1 else self._object(step.path[0])
            if step.value is not None:
                self._make([SET, home, step.path[-1], step.value])
        elif isinstance(step, Rename):
            self._move(step.path[:-1], step.path[-1], Target(None, step.key))
            if len(step.path) == 1:
                self._origins[(step.key,)] = step.path
        elif isinstance(step, Plunge):
            self._into(step.key, step.into, step.key)
        elif isinstance(step, Wrap):
            self._into(step.key, step.key, step.inner)
        elif isinstance(step, Remove):
            self._into(step.key, self.attic, step.key)
        elif isinstance(step, Hoist):
            self._into(step.key, self.attic, step.key)
            self._move((step.key,), step.inner, Target(ROOT, step.to))
            self._take((), step.to)
            self._origins[(step.to,)] = (step.key, step.inner)
        else:
            self._conversions.append(step)

    @property
    def attic(self) -> str:
        """The key of the object that keeps what was removed."""
        return f"{ASIDE}{self.major}"

    def _into(self, key: str, into: str, inner: str) -> None:
        """Move a key of the root into an object that the lens makes."""
        self._move((), key, Target(self._object(into), inner))
        self._origins[(into, inner)] = (key,)

    def _move(self, place: Path, key: str, target: Target) -> None:
        self._moves.setdefault(place, {})[key] = target
        if target.container is None:
            self._take(place, target.key)

    def _take(self, place: Path, key: str) -> None:
        """Have an old key of this name set aside."""
        self._moves.setdefault(place, {})
        self._taken.setdefault(place, set()).add(key)

    def _object(self, key: str) -> Id:
        """The object of the root that the lens makes at a key."""
        if key not in self._objects:
            self._objects[key] = (self.major, len(self._ops))
            self._make([MAKE, ROOT, key, MAP])
            self._take((), key)
        return self._objects[key]

    def _make(self, fields: list[object]) -> None:
        """Put an op into the genesis."""
        kind, container, key, value = fields
        assert isinstance(container, tuple), "our own"
        self._ops.append([kind, self.major, len(self._ops), 0, *container, key, value])

    def _old_key(self, place: Path, key: str) -> str:
        """The old name of a key that stayed in its container."""
        for pattern, moves in self._moves.items():
            if _fits(pattern, place):
                for old, target in moves.items():
                    if target == (None, key):
                        return old
                if key.endswith(ASIDE) and key.rstrip(ASIDE) in self._taken.get(pattern, ()):
                    return key[: -len(ASIDE)]
        return key


class Chain:
    """Lenses one after the other: from one model version to a later one."""

    def __init__(self, lenses: Sequence[Lens]) -> None:
        """Take the lenses in the order in which versions followed each other."""
        self.lenses: Final = tuple(lenses)

    @property
    def is_empty(self) -> bool:
        """Whether nothing changes: documents and deltas stay the same bytes."""
        return not self.lenses

    @property
    def genesis(self) -> None:
        """Only single lenses make something; what a whole way makes is in ``beginnings``."""
        return None

    @cached_property
    def beginnings(self) -> tuple[Delta, ...]:
        """What a document of the last shape begins with, in order, as deltas of that shape."""
        found: list[Delta] = []
        for lens in self.lenses:
            scratch = lens.state(_with(found))
            # What a later lens makes stands in the root or in itself; what earlier ones made may move there.
            made = [lens.genesis] if lens.genesis is not None else []
            found = made + [lens.delta(scratch, delta) for delta in found]
        return tuple(found)

    def state(self, document: Document) -> Document:
        """L of the whole way; the document is given away."""
        for lens in self.lenses:
            document = lens.state(document)
        return document

    def delta(self, document: Document, delta: Delta) -> Delta:
        """
        T of the whole way.

        Args:
            document: In the last shape. Between two lenses the places are worked out backwards.
        """
        return reshape_delta(document, delta, self) if self.lenses else delta

    # --- a chain is a shape, too: all its steps at once -------------------------------------------------

    def target(self, place: Path, key: str) -> Target:
        """Where a slot goes at the end of the way."""
        container: Id | None = None
        for lens in self.lenses:
            target = lens.target(place, key)
            place, key = self._next_place(lens, place, target), target.key
            container = target.container if target.container is not None else container
        return Target(container, key)

    def convert(self, path: Path, value: Value, time_ms: int) -> Value:
        """What a value becomes on the whole way."""
        for lens in self.lenses:
            value = None if value is None else lens.convert(path, value, time_ms)
            path = next_path(lens, path)
        return value

    def origin(self, place: Path) -> Path:
        """Where a container was at the beginning of the way."""
        for lens in reversed(self.lenses):
            place = lens.origin(place)
        return place

    def _next_place(self, lens: Lens, place: Path, target: Target) -> Path:
        if target.container is None:
            return next_path(lens, place)
        return lens.place_of(target.container)


def _with(deltas: Sequence[Delta]) -> Document:
    """A document that has seen these deltas and nothing else."""
    document = Document(RESERVED_RIDS)
    for delta in deltas:
        document.apply(delta)
    return document


def next_path(lens: Lens, path: Path) -> Path:
    """Where what was at a path of the old shape is in the new one."""
    new: Path = ()
    for depth, key in enumerate(path):
        target = lens.target(path[:depth], key)
        new = (*(new if target.container is None else lens.place_of(target.container)), target.key)
    return new


class Shadow:
    """
    A document that a delta cannot be translated for, kept beside in its old shape.

    For a chain of which some step cannot say what becomes of a single delta: the old document stays, takes
    the delta as it is, and its new state is merged. Law L2 then says that the merged state is L of the old
    one.
    """

    def __init__(self, old: Document, chain: Chain) -> None:
        """Keep ``old``, which is given away, and show it through ``chain``."""
        self._old: Final = old
        self._chain: Final = chain

    @property
    def old(self) -> Document:
        """The document in its old shape."""
        return self._old

    def fold(self, document: Document, delta: Delta) -> Document:
        """
        Take in a delta of the old shape.

        Args:
            document: In the new shape; changed.

        Returns:
            It, with what the delta brought.

        Raises: What ``Document.apply`` raises; nothing is changed then.

        Cost: O(document): for deltas that are rare.
        """
        self._old.apply(delta)
        document.merge(self._chain.state(Document.decode(self._old.encode(), document.rid)))
        return document


def _fits(pattern: Path, place: Path) -> bool:
    if len(pattern) != len(place):
        return False
    return all(one in (ANY_KEY, key) for one, key in zip(pattern, place, strict=True))
