"""
Marks and block attributes as canonical strings: what a QTextFormat carries and the mirror compares.

A key is JSON with sorted keys; no marks (and no attributes) is the empty string. Equal values give equal
keys and a key gives its value back whole, bytes and unknown kinds included; tuples come back as lists. A note
has few different ones, many times each: both ways are cached.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

Marks = dict[str, Any]
"""{kind: value}; what the CRDT calls a Value. An embed is the kind "embed" with its payload."""

EMBED: Final = "embed"
OBJECT: Final = "\ufffc"  # the one character an embed shows as, here and in the CRDT
_SCALARS: Final = frozenset((str, int, bool, type(None)))
_BYTES: Final = "\ue000bytes"  # a private-use key: no payload of ours or of another app's is named so


def _plain(value: object) -> object:
    """Turn what JSON cannot carry into what it can."""
    if isinstance(value, bytes):
        return {_BYTES: value.hex()}
    raise TypeError(f"a mark holds a {type(value).__name__}")


def _rich(found: dict[str, Any]) -> Any:
    """Undo `_plain`."""
    return bytes.fromhex(found[_BYTES]) if len(found) == 1 and _BYTES in found else found


def key_of(values: Mapping[str, Any]) -> str:
    """
    Encode marks or block attributes.

    Raises:
        TypeError: A value is none that an op can carry.
    """
    if not values:
        return ""
    kinds = tuple(map(type, values.values()))
    if _SCALARS.issuperset(kinds):
        return _encoded(tuple(values.items()), kinds)
    return _dumped(values)


def _dumped(values: Mapping[str, Any]) -> str:
    return json.dumps(values, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=_plain)


@lru_cache(maxsize=4096)
def _encoded(items: tuple[tuple[str, Any], ...], _kinds: tuple[type, ...]) -> str:
    """The key of values that hash; their types tell 1 from True, which hash and compare alike."""
    return _dumped(dict(items))


@lru_cache(maxsize=4096)
def _decoded(key: str) -> Marks:
    found = json.loads(key, object_hook=_rich)
    if not isinstance(found, dict):
        raise ValueError("a key is a JSON object")
    return found


def values_of(key: str) -> Marks:
    """
    Decode a key. The dict is shared: copy it before changing it.

    Raises:
        ValueError: The string was not made by `key_of`.
    """
    return _decoded(key) if key else {}
