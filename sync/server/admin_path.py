"""
Where the administrator's socket of a running server is: in its folder, for the folder's owner only.

What it is not: what is said over it (service.py listens, commands.py asks). The path of a local socket may
have some hundred bytes at most, so that a deep folder is reached over a short link beside it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

SOCKET_NAME: Final = "admin.sock"

PATH_BYTES_MAX: Final = 100
"""Linux takes 107, macOS 103."""

ANSWER_SIZE_MAX: Final = 64 * 1024 * 1024
"""One line each way; a note's text may be long."""


@contextmanager
def reachable(folder: Path) -> Iterator[str]:
    """Yield a path of the folder's socket that is short enough to bind or connect to, while inside."""
    path = str(folder.resolve() / SOCKET_NAME)
    if len(os.fsencode(path)) <= PATH_BYTES_MAX:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="cps-") as beside:
        link = Path(beside) / "d"
        link.symlink_to(folder.resolve(), target_is_directory=True)
        yield str(link / SOCKET_NAME)
