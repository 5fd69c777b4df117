"""
Where the program begins: words for the window open it, anything else goes to the command line.

Nothing of Qt, asyncio or SQLite is imported here: `commonplace list` has half a second for everything.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from app.errand import understood

COLLECT_AFTER: Final = (50_000, 20, 50)
"""
Among how many new objects Python looks for cycles. A long note is hundreds of thousands of small objects and
hardly a cycle: as often as Python looks by itself takes 0.2 s of opening one, stops the typing now and then,
and takes a fifth of the half second that `commonplace list` has.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Run the program.

    Args:
        arguments: Without the program's name; those of the process by default.

    Returns:
        The exit code: 0 done, 1 refused or failed, 2 wrong usage, 3 signed out, 4 version behind.
    """
    gc.set_threshold(*COLLECT_AFTER)
    words = list(sys.argv[1:] if arguments is None else arguments)
    start = understood(words, Path.cwd())
    if start is None:
        from app.cli import run_process

        return run_process(words)
    from app.main import run_window
    from app.paths import model_named, profile_at

    try:
        chosen = profile_at(start.profile, model_named(start.data_model) if start.data_model else None)
    except ValueError as error:
        print(f"commonplace: {error}", file=sys.stderr)
        return 2
    return run_window(chosen, start.for_qt, start.errand)


if __name__ == "__main__":
    sys.exit(main())
