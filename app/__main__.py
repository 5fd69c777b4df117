"""
Where the program begins: a command word goes to the command line, anything else opens the window.

Nothing of Qt, asyncio or SQLite is imported here: `commonplace list` has half a second for everything.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

WINDOW_OPTIONS = ("--profile", "--data-model")
"""What may stand without a command."""


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Run the program.

    Args:
        arguments: Without the program's name; those of the process by default.

    Returns:
        The exit code: 0 done, 1 refused or failed, 2 wrong usage, 3 signed out, 4 version behind.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    (profile, data_model), rest = split_window_words(words)
    if rest is None:
        # Looking for cycles among what is imported and listed costs a fifth of the half second; commands that
        # live longer switch it on again.
        gc.disable()
        from app.cli import run_process

        return run_process(words)
    from app.main import run_window
    from app.paths import model_named, profile_at

    try:
        chosen = profile_at(profile, model_named(data_model) if data_model else None)
    except ValueError as error:
        print(f"commonplace: {error}", file=sys.stderr)
        return 2
    return run_window(chosen, rest)


def split_window_words(
    words: list[str],
) -> tuple[tuple[str | None, str | None], list[str] | None]:
    """
    What to open the window with.

    Returns:
        The profile's folder and the data model, if they are named, and what is for Qt (after "--"); None in
        place of the latter when the words are for the command line.
    """
    found: dict[str, str] = {}
    index = 0
    rest: list[str] | None = []
    while index < len(words):
        name, equals, value = words[index].partition("=")
        if name == "--" and not equals:
            rest = words[index + 1 :]
            break
        if name not in WINDOW_OPTIONS or not (equals or index + 1 < len(words)):
            rest = None
            break
        found[name] = value if equals else words[index + 1]
        index += 1 if equals else 2
    return (found.get(WINDOW_OPTIONS[0]), found.get(WINDOW_OPTIONS[1])), rest


if __name__ == "__main__":
    sys.exit(main())
