"""
Commands for the program's place on this system, which need no library: integrate.
"""

from __future__ import annotations

from argparse import Namespace

from app.commands.context import DONE, Streams, give
from app.integration import integrate as take_links
from app.integration import separate
from app.paths import Profile


def integrate(profile: Profile, arguments: Namespace, streams: Streams) -> int:
    """
    `integrate`: links from other programs open here; with `--remove`, no longer.

    Raises:
        Refused: this system asks something else.
        OSError: something cannot be written.
    """
    done = separate() if arguments.remove else take_links(profile)
    value = {"integrated": not arguments.remove, "places": list(done.places), "absent": list(done.absent)}
    if arguments.remove:
        words = "Links to notes open here no longer."
    else:
        words = "\n".join(("Links to notes open here now. Written:", *done.places))
    for tool in done.absent:
        streams.err.write(f"{tool} could not be run: the desktop may notice only after the next sign-in.\n")
    give(streams, value, None if arguments.json else words)
    return DONE
