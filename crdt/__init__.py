"""
The core of Commonplace: a hybrid logical clock, a rich-text CRDT and a nested-object CRDT.

It cannot do I/O: time and ids are arguments. The names below are its public face; see README.md.
"""

from crdt.clock import Clock, Stamp
from crdt.errors import CausalGap, ClockAhead, CrdtError, LimitExceeded, MalformedOp, OutOfRange
from crdt.patch import BlockSet, Deleted, Formatted, Inserted, Marks, Patch, Value, ValueSet
from crdt.text import RichText
from crdt.version import Version

__all__ = [
    "BlockSet",
    "CausalGap",
    "Clock",
    "ClockAhead",
    "CrdtError",
    "Deleted",
    "Formatted",
    "Inserted",
    "LimitExceeded",
    "MalformedOp",
    "Marks",
    "OutOfRange",
    "Patch",
    "RichText",
    "Stamp",
    "Value",
    "ValueSet",
    "Version",
]
