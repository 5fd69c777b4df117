"""
What the two builds of the core answer to arguments of a wrong type, which only a programmer can pass.

The interpreted one checks them itself. In the compiled one a parameter that is an integer refuses anything
else before the function begins, and takes True for 1; what comes out of bytes is checked by both alike.
"""

from collections.abc import Iterable

from crdt import BUILD, MalformedOp

IS_COMPILED = BUILD == "compiled"
REFUSED = (MalformedOp, TypeError) if IS_COMPILED else MalformedOp


def wrong_integers(values: Iterable[object]) -> list[object]:
    """Those of the values that this build refuses where an integer is asked for."""
    return [value for value in values if not (IS_COMPILED and isinstance(value, bool))]
