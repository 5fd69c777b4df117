"""
What can be wrong with the input of the core. Every class blames the input, never our own state: a broken
invariant of ours is an ``AssertionError``. An operation that raises one of these has changed nothing.
"""


class CrdtError(ValueError):
    """The input cannot be used; the object it was given to is unchanged."""


class MalformedOp(CrdtError):
    """An op, delta or encoded state that no replica of ours can have written. Do not retry."""


class CausalGap(CrdtError):
    """Something this input builds on has not arrived yet. Keep it and apply it again later."""


class ClockAhead(CrdtError):
    """A stamp lies further in the future than any honest clock may be."""


class LimitExceeded(CrdtError):
    """The input is larger than the documented bound. Split it."""


class OutOfRange(CrdtError, IndexError):
    """An index outside the visible text, or a range that ends before it starts."""
