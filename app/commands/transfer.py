"""
Commands that carry notes in and out: import, export. Ctrl-C ends them after the file in hand.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from app.commands.context import DONE, INTERRUPTED, REFUSED, Context, counted

if TYPE_CHECKING:
    from app.transfer.report import Report


async def import_files(context: Context) -> int:
    """`import`: files and folders into a notebook, which is made when there is none of that name."""
    from app.transfer.importing import import_paths

    paths = [context.path(text) for text in context.arguments.paths]
    name = context.arguments.notebook
    notebook = None
    if name:
        found = context.library.find_notebook(name)
        notebook = found.id if found is not None else context.library.new_notebook(name)
    with _interruptible(context) as cancelled:
        report = await import_paths(
            context.library,
            paths,
            notebook=notebook,
            progress=context.progress,
            cancelled=cancelled,
            away=context.away,
            batch=context.batch,
        )
    return _told(context, report, "imported", "Imported")


async def export(context: Context) -> int:
    """`export`: every note into a folder."""
    from app.refusals import Refused
    from app.transfer.exporting import export_notes

    wanted = context.arguments
    if wanted.wiki_links and wanted.format != "md":
        raise Refused(
            "wrong_value", option="--format", value=wanted.format, instead="Only md has wiki links."
        )
    folder: Path = context.path(wanted.folder)
    with _interruptible(context) as cancelled:
        report = await export_notes(
            context.library,
            folder,
            wanted.format,
            progress=context.progress,
            cancelled=cancelled,
            away=context.away,
            with_trash=wanted.trash,
            by_name=wanted.wiki_links,
        )
    return _told(context, report, "exported", "Exported")


@contextmanager
def _interruptible(context: Context) -> Iterator[Callable[[], bool]]:
    """Take Ctrl-C as the wish to stop after the file in hand; a second one stops at once."""
    if context.cancelled is not None:  # a window runs the command, and Ctrl-C is not its business
        yield context.cancelled
        return
    asked: list[bool] = []

    def ask(_number: int, _frame: FrameType | None) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(True)

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: bool(asked)
    finally:
        signal.signal(signal.SIGINT, before)


def _told(context: Context, report: Report, key: str, verb: str) -> int:
    """Tell what was done, and choose the exit code: 1 when nothing came through and something was refused."""
    from app.refusals import Refused
    from app.transfer.report import told
    from app.wording import sentence

    for kind, remarks in (("warning", report.warnings), ("refused", report.refused)):
        for line in told(remarks):
            context.say(f"{kind}: {line}")
    if report.cancelled:
        context.say(sentence(Refused("cancelled")))
    context.give(report.plain(key), f"{verb} {counted(report.done, 'note')}.")
    if report.cancelled:
        return INTERRUPTED
    return REFUSED if report.refused and not report.done else DONE


COMMANDS = {"import": import_files, "export": export}
