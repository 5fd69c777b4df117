"""
Which data models there are, which of them a store has, and the way from an older one to a newer.

A version is ``major.minor``. A minor only adds, and what is added is kept by those who do not know it; a
major is another shape, and there is a lens for each collection. Not here: what the models say (``v1``,
``v2``), how lenses work (``lenses``), when a store is brought to a newer one (``sync.client.upgrade``, the
server's ``migration``).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final, Protocol

from crdt import Delta, Document, Stamp, Value
from crdt.edit import Edit
from crdt.schema import Kind
from sync.model import v1, v2
from sync.model.lenses import Chain, Lens
from sync.model.v1 import NoteSummary


class Model(Protocol):
    """What every model says, whatever its shape: the modules ``v1``, ``v2``."""

    @property
    def MODEL(self) -> str:  # noqa: N802  # a constant of the module
        """Its version."""

    @property
    def FEATURES(self) -> frozenset[str]:  # noqa: N802  # a constant of the module
        """What notes have beyond those of model 1: archive, icon, tag_colours."""

    @property
    def SCHEMAS(self) -> dict[str, Kind]:  # noqa: N802  # a constant of the module
        """What each collection's documents may hold."""

    def new_note(
        self, rid: int, stamp: Stamp, *, title: str = "", created_ms: int, folder: str | None = None
    ) -> tuple[Document, Delta]:
        """Make a note."""

    def set_pinned(self, edit: Edit, pinned: bool) -> None:
        """Pin a note, or let it go."""

    def set_trashed(self, edit: Edit, trashed_ms: int | None) -> None:
        """Put a note into the trash, or take it out."""

    def set_folder(self, edit: Edit, folder: str | None) -> None:
        """Put a note into a folder."""

    def add_tag(self, edit: Edit, tag: str, now_ms: int, colour: str = "") -> None:
        """Give a note a tag."""

    def remove_tag(self, edit: Edit, tag: str) -> None:
        """Take a tag away."""

    def note_summary(self, document: Document) -> NoteSummary:
        """What lists and the search show of a note."""

    def encoded_note_summary(self, state: bytes) -> NoteSummary:
        """The same for an encoded document."""

    def summarise(self, note: Mapping[str, Value]) -> NoteSummary:
        """The same for plain values."""


MODELS: Final[tuple[Model, ...]] = (v1, v2)
"""Oldest first; place i is major i + 1."""

OLDEST: Final = v1.MODEL
NEWEST: Final = v2.MODEL
DEFAULT: Final = v2.MODEL
"""What new stores, and new servers, are made with unless they are told otherwise."""

VERSIONS: Final = tuple(model.MODEL for model in MODELS)

_LENSES: Final[dict[int, Mapping[str, Lens]]] = {2: v2.LENSES}
"""By the major that they lead to, then by collection."""


def major_of(version: str) -> int:
    """The major of ``major.minor``."""
    return int(version.partition(".")[0])


def parsed(version: str) -> tuple[int, int]:
    """The major and the minor of ``major.minor``, in the order of which versions followed each other."""
    major, _, minor = version.partition(".")
    return int(major), int(minor)


def is_known(version: str) -> bool:
    """Whether this program can work with a store of the version: it knows the major."""
    return 1 <= major_of(version) <= len(MODELS)


def model_of(version: str) -> Model:
    """The model of a store whose version ``is_known``."""
    assert is_known(version), f"nobody opens a store of model {version} here"
    return MODELS[major_of(version) - 1]


def reader_of(version: str) -> Model:
    """The model to read a store of a version with: its own, or the newest for what is newer still."""
    return model_of(version) if is_known(version) else MODELS[-1]


def version_named(text: str) -> str:
    """
    The version that a person means by ``2`` or ``2.0``.

    Raises:
        ValueError: It is none that this program knows.
    """
    for version in VERSIONS:
        if text in (version, version.partition(".")[0]):
            return version
    raise ValueError(f"{text} is no data model; there are {', '.join(VERSIONS)}")


@cache
def chain(collection: str, old: str, new: str) -> Chain:
    """
    The way from an older model to a newer one for the documents of a collection.

    Args:
        old, new: Versions whose majors are known, old <= new.
    """
    steps = [_LENSES[major].get(collection) for major in range(major_of(old) + 1, major_of(new) + 1)]
    return Chain([lens for lens in steps if lens is not None])
