"""
How one field of a message is checked and read: small functions that messages.py attaches to its types.

A ``Check`` takes a plain value as unpacked and returns what the message shall hold, or raises ``Malformed``.
Not here: which message has which field. Invariants: a check never returns a part of its input that it has not
looked at; trailing elements of rows and unknown keys of maps are ignored, because newer programs may add
them.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from typing import Any, Final, get_type_hints

from sync.protocol.pack import Value

Check = Callable[[Value], Any]

INT_MAX: Final = (1 << 63) - 1


class Malformed(ValueError):
    """A field is not what the protocol says; decode turns it into ``bad_frame``."""


def integer(low: int = 0, high: int = INT_MAX) -> Check:
    """Check for an integer, low <= value <= high; True and False are none."""

    def check(value: Value) -> int:
        if type(value) is not int or not low <= value <= high:
            raise Malformed(f"not an integer of {low} to {high}")
        return value

    return check


def boolean(value: Value) -> bool:
    """Check for true or false."""
    if type(value) is not bool:
        raise Malformed("not a boolean")
    return value


def text(length_max: int, pattern: str | None = None) -> Check:
    """Check for a string of at most length_max code points that matches the whole pattern."""
    matches = re.compile(pattern).fullmatch if pattern is not None else None

    def check(value: Value) -> str:
        if type(value) is not str or len(value) > length_max:
            raise Malformed(f"not a text of at most {length_max}")
        if matches is not None and matches(value) is None:
            raise Malformed("a text of the wrong form")
        return value

    return check


def binary(size_max: int, size_min: int = 0) -> Check:
    """Check for bytes, size_min <= len <= size_max."""

    def check(value: Value) -> bytes:
        if type(value) is not bytes or not size_min <= len(value) <= size_max:
            raise Malformed(f"not {size_min} to {size_max} bytes")
        return value

    return check


def plain(value: Value) -> Value:
    """Accept any plain value; pack.unpack has bounded it."""
    return value


def mapping(value: Value) -> dict[str, Value]:
    """Check for a map with string keys and any plain values."""
    if type(value) is not dict:
        raise Malformed("not a map")
    return value


def optional(check: Check) -> Check:
    """Accept nil besides what ``check`` accepts."""

    def checked(value: Value) -> Any:
        return None if value is None else check(value)

    return checked


def listed(check: Check, length_max: int) -> Check:
    """Check for a list of at most length_max values that each pass; the message holds a tuple."""

    def checked(value: Value) -> tuple[Any, ...]:
        if type(value) is not list or len(value) > length_max:
            raise Malformed(f"not a list of at most {length_max}")
        return tuple([check(item) for item in value])

    return checked


def row(make: Callable[..., Any], *checks: Check, required: int | None = None) -> Check:
    """
    Check for a positional list: element i passes checks[i]; the message holds ``make(*elements)``.

    Args:
        make: Called with the checked elements.
        checks: One for each element that we know; elements beyond are ignored.
        required: How many must be there, all if None; ``make`` has defaults for the rest.
    """
    least = len(checks) if required is None else required

    def checked(value: Value) -> Any:
        if type(value) is not list or len(value) < least:
            raise Malformed(f"not a row of at least {least}")
        return make(*[check(item) for check, item in zip(checks, value, strict=False)])

    return checked


def pair(*elements: Any) -> tuple[Any, ...]:
    """Return its arguments: the ``make`` of rows that are plain tuples."""
    return elements


class Body:
    """
    The codec of one dataclass whose annotations are ``Annotated[type, check]``: to a map of plain values and
    back.

    A field whose value equals its default is not sent; an absent key takes the default, and is an error
    without one.
    """

    def __init__(self, made: type[Any]) -> None:
        """Read the fields of ``made`` once, when the program starts."""
        self._made: Final = made
        hints = get_type_hints(made, include_extras=True)
        self._fields: Final = [
            (field.name, hints[field.name].__metadata__[0], field.default)
            for field in dataclasses.fields(made)
        ]

    def decode(self, value: Value) -> Any:
        """Return the dataclass that the map stands for. Raises Malformed."""
        if type(value) is not dict:
            raise Malformed("a body that is not a map")
        known: dict[str, Any] = {}
        for name, check, default in self._fields:
            if name in value:
                known[name] = check(value[name])
            elif default is dataclasses.MISSING:
                raise Malformed(f"{name} is missing")
        return self._made(**known)

    def encode(self, message: Any) -> dict[str, Value]:
        """Return the map that ``decode`` reads."""
        encoded: dict[str, Value] = {}
        for name, _, default in self._fields:
            value = getattr(message, name)
            if default is dataclasses.MISSING or value != default:
                encoded[name] = (
                    Body.of(type(value)).encode(value) if dataclasses.is_dataclass(value) else value
                )
        return encoded

    _known: dict[type[Any], Body] = {}  # noqa: RUF012 - a cache, filled when the program starts

    @classmethod
    def of(cls, made: type[Any]) -> Body:
        """Return the one codec of a dataclass."""
        found = cls._known.get(made)
        if found is None:
            found = cls._known[made] = cls(made)
        return found


def struct(made: type[Any]) -> Check:
    """Check for a map that is a dataclass of its own inside a message."""
    return Body.of(made).decode
