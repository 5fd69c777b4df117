"""
The log: a few rotating files in the profile.

It names ids, counts, codes and places in the source, never what somebody wrote, an e-mail or a token.
Filling a disk is impossible: FILES_KEPT files of SIZE_MAX bytes.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

SIZE_MAX: Final = 1 << 20
"""Bytes of one file; enough for weeks of use."""
FILES_KEPT: Final = 3

_FORMAT: Final = "%(asctime)s.%(msecs)03d %(levelname)s %(threadName)s %(name)s: %(message)s"


def start_log(path: Path, level: int = logging.INFO) -> logging.Handler | None:
    """
    Send log records to a file from now on.

    Args:
        path: The file; its folder exists.
        level: Records below it are dropped.

    Returns:
        The handler, for `stop_log`; None when the file cannot be written: a log keeps nobody from their
        notes.
    """
    from logging.handlers import RotatingFileHandler

    try:
        handler = RotatingFileHandler(path, maxBytes=SIZE_MAX, backupCount=FILES_KEPT - 1, encoding="utf-8")
    except OSError:
        return None
    handler.setFormatter(logging.Formatter(_FORMAT, "%Y-%m-%d %H:%M:%S"))
    handler.setLevel(level)
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(min(root.level or level, level))
    return handler


def stop_log(handler: logging.Handler) -> None:
    """Send no more records to the handler's file, and close it."""
    logging.getLogger().removeHandler(handler)
    handler.close()
