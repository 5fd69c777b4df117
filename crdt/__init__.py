"""
The core of Commonplace: a hybrid logical clock, a rich-text CRDT and a nested-object CRDT.

It cannot do I/O: time and ids are arguments. The names below are its public face; see README.md.
"""

from typing import Final

from crdt.bursts import Burst
from crdt.clock import Clock, Stamp
from crdt.delta import Delta
from crdt.document import Document, Loser
from crdt.document_codec import Glance, read_glance, read_texts, read_version, read_visible
from crdt.edit import Edit, TextEdit
from crdt.errors import CausalGap, ClockAhead, CrdtError, LimitExceeded, MalformedOp, OutOfRange
from crdt.object_ops import Path
from crdt.object_tree import PathPatch
from crdt.ops_codec import decode_ops, encode_ops
from crdt.patch import (
    BlockSet,
    Deleted,
    Formatted,
    Inserted,
    ItemPlaced,
    ItemRemoved,
    Marks,
    Patch,
    Value,
    ValueSet,
)
from crdt.text import RichText
from crdt.version import Version

BUILD: Final = "interpreted" if __file__.endswith(".py") else "compiled"
"""Which build of the core is running."""

__all__ = [
    "BUILD",
    "BlockSet",
    "Burst",
    "CausalGap",
    "Clock",
    "ClockAhead",
    "CrdtError",
    "Deleted",
    "Delta",
    "Document",
    "Edit",
    "Formatted",
    "Glance",
    "Inserted",
    "ItemPlaced",
    "ItemRemoved",
    "LimitExceeded",
    "Loser",
    "MalformedOp",
    "Marks",
    "OutOfRange",
    "Patch",
    "Path",
    "PathPatch",
    "RichText",
    "Stamp",
    "TextEdit",
    "Value",
    "ValueSet",
    "Version",
    "decode_ops",
    "encode_ops",
    "read_glance",
    "read_texts",
    "read_version",
    "read_visible",
]
