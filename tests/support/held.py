"""How many bytes somebody keeps from being freed: a count of objects, which no allocator blurs."""

from __future__ import annotations

import gc
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

_SHARED = (type, ModuleType, FunctionType, BuiltinFunctionType, MethodType)


def bytes_held(*roots: Any) -> int:
    """The lengths of all bytes, strings and the like that can be reached from these, each object once."""
    seen: set[int] = set()
    waiting: list[Any] = list(roots)
    size = 0
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, _SHARED):
            continue
        seen.add(id(one))
        if isinstance(one, (bytes, bytearray, str)):
            size += len(one)
        else:
            waiting += gc.get_referents(one)
    return size
