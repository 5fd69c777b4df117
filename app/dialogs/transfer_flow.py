"""
Import and export from the menu: choose a folder, work off the GUI thread, show how far it is, and report.

The work is `app.transfer`, on the engine thread, between whose steps edits are stored as ever; files are read
and parsed on a thread of their own. One job at a time. Not here: what the files mean.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QCoreApplication, QObject, Signal, SignalInstance
from PySide6.QtWidgets import QFileDialog, QWidget

from app.bridge import Bridge
from app.dialogs.printing import PAGE
from app.dialogs.progress import ProgressDialog
from app.settings import Settings
from app.transfer.sources import ARCHIVE, ENEX, NOTES
from app.wording import sentence

if TYPE_CHECKING:
    from app.dialogs.export import ExportDialog
    from app.library import Library
    from app.transfer.exporting import Paper
    from app.transfer.report import Report

# Notes in one commit while a window is open: a key typed meanwhile waits for at most one such commit.
BATCH_NOTES = 20

# Between two reports of progress: more often than this nobody can read.
PROGRESS_SECONDS = 0.05

Progress = Callable[[int, int, str], None]
Cancelled = Callable[[], bool]
Job = Callable[["Library", Progress, Cancelled], Awaitable["Report"]]
Choose = Callable[[QWidget, str], str]


PAPER_FORMATS = ("pdf", "odt")


class Wanted(NamedTuple):
    """What is to be exported, and how."""

    format: str = "md"
    """One of `transfer.exporting.FORMATS` or PAPER_FORMATS."""
    only: tuple[str, ...] | None = None
    """Ids of notes; None for all."""
    with_trash: bool = False
    by_name: bool = False
    """Links and embeds as `[[names]]`, in Markdown."""


class TransferFlow(QObject):
    """Runs one import or export at a time. GUI thread only."""

    exported = Signal()
    """An export has come to its end."""

    def __init__(
        self,
        bridge: Bridge,
        window: QWidget,
        notebook: Callable[[], str | None],
        settings: Settings,
        choose: Choose = QFileDialog.getExistingDirectory,
    ) -> None:
        """
        Wait for a command.

        Args:
            bridge: Where the library is.
            window: The parent of the dialogs.
            notebook: Where imported notes go; None for the personal notebook.
            settings: Where the page setup is kept.
            choose: Asks the person for a folder; "" when they think better of it.
        """
        super().__init__(window)
        self._bridge = bridge
        self._window = window
        self._notebook = notebook
        self._settings = settings
        self._cancel = False
        self._folder = ""
        self.choose = choose
        self.choose_files = _chosen_files
        self.question: ExportDialog | None = None
        self.dialog: ProgressDialog | None = None

    def ask_import(self) -> None:
        """Import a folder of notes: Markdown, HTML and text, a vault, an archive."""
        if self._is_busy():
            return
        folder = self.choose(self._window, self.tr("Import a folder of notes"))
        if folder:
            self.take([folder])

    def ask_import_files(self) -> None:
        """Import single files: notes, or an archive."""
        if not self._is_busy():
            self.take(self.choose_files(self._window, self.tr("Import files")))

    def take(self, paths: Sequence[str]) -> None:
        """Import files and folders."""
        if paths and not self._is_busy():
            job = partial(import_files, [Path(path) for path in paths], self._notebook())
            self._run(self.tr("Import"), ", ".join(paths), job, self.tr("Imported"))

    def ask_export(self, note: str | None = None) -> None:
        """Ask what to export and how; `note` is the one that is shown."""
        if self._is_busy():
            return
        from app.dialogs.export import ExportDialog

        if self.question is None:
            self.question = ExportDialog(self._window, note)
            self.question.chosen.connect(self.export)
            self.question.destroyed.connect(self._question_gone)
        self.question.show()
        self.question.raise_()

    def export(self, wanted: Wanted) -> None:
        """Ask for a folder and write into it what is wanted."""
        if self._is_busy():
            return
        folder = self.choose(self._window, self.tr("Export into an empty folder"))
        if folder:
            paper = _paper(wanted.format, self._settings.get(PAGE))
            job = partial(export_folder, Path(folder), wanted, paper)
            self._run(self.tr("Export"), folder, job, self.tr("Exported"), self.exported)

    def _question_gone(self) -> None:
        self.question = None

    def _is_busy(self) -> bool:
        if self.dialog is None:
            return False
        self.dialog.raise_()
        self.dialog.activateWindow()
        return True

    def _run(self, title: str, folder: str, job: Job, done: str, ended: SignalInstance | None = None) -> None:
        self._folder = f"{folder.rstrip(os.sep)}{os.sep}"
        dialog = ProgressDialog(self._window, title, folder)
        dialog.cancelled.connect(self._stop)
        dialog.destroyed.connect(self._dialog_gone)
        self.dialog = dialog
        self._cancel = False
        dialog.show()
        progress = Steady(lambda *step: self._bridge.post(lambda: self._show_progress(*step)))
        self._bridge.call(
            lambda library: job(library, progress, lambda: self._cancel),
            lambda report: self._finished(report, done, ended),
            self._failed,
        )

    def _stop(self) -> None:
        self._cancel = True

    def _dialog_gone(self) -> None:
        self.dialog = None
        self._cancel = True

    def _show_progress(self, done: int, total: int, name: str) -> None:
        if self.dialog is not None:
            self.dialog.show_progress(done, total, self._short(name))

    def _finished(self, report: Report, done: str, ended: SignalInstance | None) -> None:
        from app.transfer.report import told

        if ended is not None:
            ended.emit()
        if self.dialog is None:
            return
        count = self.tr("1 note") if report.done == 1 else self.tr("{n} notes").format(n=f"{report.done:n}")
        summary = f"{done}: {count}."
        if report.cancelled:
            summary += " " + self.tr("Stopped before the end; what is done stays.")
        lines: list[str] = []
        for remarks, heading in (
            (report.refused, self.tr("Left out: {n}.")),
            (report.warnings, self.tr("With a remark: {n}.")),
        ):
            if remarks:
                said = heading.format(n=f"{len(remarks):n}")
                summary += " " + said
                lines += [*([""] if lines else []), said]
                lines += told(remarks, self._short)
        self.dialog.show_end(summary, lines)

    def _short(self, path: str) -> str:
        """A file as it is called in the folder that was chosen, which the dialog names."""
        return path.removeprefix(self._folder)

    def _failed(self, error: Exception) -> None:
        if self.dialog is not None:
            self.dialog.show_end("", problem=sentence(error))


def _chosen_files(window: QWidget, title: str) -> list[str]:
    """Ask for files; none when the person thinks better of it."""
    kinds = QCoreApplication.translate("TransferFlow", "Notes and archives")
    endings = " ".join(f"*{ending}" for ending in sorted(NOTES | {ARCHIVE, ENEX}))
    return QFileDialog.getOpenFileNames(window, title, "", f"{kinds} ({endings})")[0]


class Steady:
    """Passes progress on at a pace that can be read; the first and the last step always. Engine thread."""

    def __init__(self, show: Progress, seconds: float = PROGRESS_SECONDS) -> None:
        """Pass steps to `show`, at least `seconds` apart."""
        self._show = show
        self._seconds = seconds
        self._next = 0.0

    def __call__(self, done: int, total: int, name: str) -> None:
        """One step."""
        now = time.monotonic()
        if now >= self._next or done == total:
            self._next = now + self._seconds
            self._show(done, total, name)


async def import_files(
    paths: list[Path], notebook: str | None, library: Library, progress: Progress, cancelled: Cancelled
) -> Report:
    """Import files and folders in steps that leave the engine thread to others. Engine thread."""
    from app.transfer.importing import import_paths

    return await import_paths(
        library,
        paths,
        notebook=notebook,
        progress=progress,
        cancelled=cancelled,
        away=asyncio.to_thread,
        batch=BATCH_NOTES,
    )


async def export_folder(
    folder: Path,
    wanted: Wanted,
    paper: Paper | None,
    library: Library,
    progress: Progress,
    cancelled: Cancelled,
) -> Report:
    """Export notes in steps that leave the engine thread to others. Engine thread."""
    from app.transfer.exporting import export_notes

    return await export_notes(
        library,
        folder,
        wanted.format,
        progress=progress,
        cancelled=cancelled,
        away=asyncio.to_thread,
        with_trash=wanted.with_trash,
        by_name=wanted.by_name,
        only=wanted.only,
        paper=paper,
    )


def _paper(format: str, page: object) -> Paper | None:
    """Who makes the files of a format that is for paper, `page` as it is set up; None for any other."""
    if format not in PAPER_FORMATS:
        return None
    from app.editor import paper
    from app.editor.pages import setup_of

    return partial(paper.pdf, setup=setup_of(page)) if format == "pdf" else paper.odt
