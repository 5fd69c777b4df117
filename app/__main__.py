"""
Where the program begins: a command word goes to the command line, anything else opens the window.

Nothing of Qt, asyncio or SQLite is imported here: `commonplace list` has half a second for everything.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Run the program.

    Args:
        arguments: Without the program's name; those of the process by default.

    Returns:
        The exit code: 0 done, 1 refused or failed, 2 wrong usage, 3 signed out, 4 version behind.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    profile, rest = split_window_words(words)
    if rest is None:
        # Looking for cycles among what is imported and listed costs a fifth of the half second; commands that
        # live longer switch it on again.
        gc.disable()
        from app.cli import run_process

        return run_process(words)
    from app.main import run_window
    from app.paths import profile_at

    return run_window(profile_at(profile), rest)


def split_window_words(words: list[str]) -> tuple[str | None, list[str] | None]:
    """
    What to open the window with.

    Returns:
        The profile's folder, if one is named, and what is for Qt (after "--"); None in place of the latter
        when the words are for the command line.
    """
    profile: str | None = None
    index = 0
    while index < len(words):
        word = words[index]
        if word == "--":
            return profile, words[index + 1 :]
        if word == "--profile" and index + 1 < len(words):
            profile = words[index + 1]
            index += 2
        elif word.startswith("--profile="):
            profile = word.partition("=")[2]
            index += 1
        else:
            return profile, None
    return profile, []


if __name__ == "__main__":
    sys.exit(main())
