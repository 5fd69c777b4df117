"""
Where the memory of long blocks goes when they are not needed any more: back to the system, at once.

glibc begins by mapping each block of 128 KiB and more by itself, and raises that bound to whatever was freed,
up to 32 MiB. From then on the encoded states of long notes lie on the heap among what lives longer, and the
holes they leave are kept: some 30 MB of a server in whose notes somebody pasted a book. What it is not: a
bound on what the server keeps (documents.py, state_pages.py).

Source: man 3 mallopt, "M_MMAP_THRESHOLD".
"""

from __future__ import annotations

import ctypes
import sys
from typing import Final

from sync.limits import FRAME_SIZE_MAX

_MMAP_THRESHOLD: Final = -3
"""glibc's M_MMAP_THRESHOLD; once it is set, it stays as it is."""

LONG_SIZE_MIN: Final = FRAME_SIZE_MAX
"""What is said on a wire is below it and stays quick to get; documents are above."""


def give_long_blocks_back() -> bool:
    """Have freed blocks of ``LONG_SIZE_MIN`` and more leave this process; False: not with this C library."""
    if sys.platform != "linux":
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none, and gives back by itself
    return mallopt is not None and bool(mallopt(_MMAP_THRESHOLD, LONG_SIZE_MIN))
