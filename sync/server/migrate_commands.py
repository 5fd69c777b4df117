"""
The administrator's commands about data models: ``migrate plan | dry-run | run | status | min-push``.

What it is not: doing them (admin_models.py). Invariant: the exit code is 0 only when what was asked for is
done, or would be.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import click

REDRAW_S: Final = 0.2
LINE_S: Final = 5.0
"""Between two words about how far it is: on a terminal, and where lines are kept."""


def add_migrate(main: click.Group, shared: Callable[..., Any], do: Callable[..., Any]) -> None:
    """
    Add the commands.

    Args:
        main: The group of all commands.
        shared: Gives a command the options that all have.
        do: Does a command and prints what came of it: the value as JSON, or what a function makes of it.
    """
    to = click.option("--to", metavar="VERSION", help="A data model, by default the newest.")

    @main.group()
    def migrate() -> None:
        """Bring the data to a newer model, while everybody goes on working."""

    @migrate.command()
    @to
    @shared
    def plan(to: str | None, **given: Any) -> None:
        """Say what `run` would do, and whose programs would be behind."""
        do(given, "migrate plan", {"to": to}, _planned)

    @migrate.command("dry-run")
    @to
    @shared
    def dry_run(to: str | None, **given: Any) -> None:
        """Do it for every note in memory, check it, and write nothing."""
        _end(do(given, "migrate dry-run", {"to": to}, _rehearsed, watcher=Watcher()))

    @migrate.command()
    @to
    @shared
    def run(to: str | None, **given: Any) -> None:
        """Do it, stream by stream. It can be cut off at any point: run it again."""
        _end(do(given, "migrate run", {"to": to}, _migrated, watcher=Watcher()))

    @migrate.command()
    @shared
    def status(**given: Any) -> None:
        """Say of which model the data is, and how far a migration is."""
        do(given, "migrate status", {}, _stands)

    @migrate.command("min-push")
    @click.argument("version")
    @click.option("--yes", is_flag=True, help="Even if devices are cut off.")
    @shared
    def min_push(version: str, yes: bool, **given: Any) -> None:
        """Take no more edits of models older than VERSION. Without --yes it says who would be cut off."""
        value = do(given, "migrate min-push", {"version": version, "yes": yes}, _raised)
        if not value["changed"]:
            click.get_current_context().exit(1)


class Watcher:
    """Tells on stderr how far something is: on one line of a terminal, in few lines of a file."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock``: seconds."""
        self._clock: Final = clock
        self._redraws: Final = sys.stderr.isatty()
        self._last = clock()
        self._drawn = False

    def __call__(self, done: int, total: int) -> None:
        """So many of so many are done."""
        now = self._clock()
        if not total or now - self._last < (REDRAW_S if self._redraws else LINE_S):
            return
        self._last, self._drawn = now, True
        text = f"{done} of {total} documents"
        click.echo(f"\r\x1b[K{text}" if self._redraws else text, err=True, nl=not self._redraws)

    def end(self) -> None:
        """Clear the line, so that what comes next stands alone."""
        if self._redraws and self._drawn:
            click.echo("\r\x1b[K", err=True, nl=False)


def _end(value: Mapping[str, Any]) -> None:
    if not value["ok"]:
        click.get_current_context().exit(1)


def _planned(value: Mapping[str, Any]) -> str:
    if not value["streams"]:
        return f"nothing to do: the data is of model {value['from']}"
    lines = [
        f"from model {value['from']} to {value['to']}: {len(value['streams'])} streams,"
        f" {value['documents']} documents, {value['bytes']} bytes, about {value['seconds']} s"
    ]
    lines += [
        f"  {row['stream']}  {row['documents']} documents" + ("" if row["changes"] else "  (as they are)")
        for row in value["streams"]
    ]
    lines.append(f"devices that can then only send, until they upgrade: {len(value['devices_behind'])}")
    return "\n".join(lines + _devices(value["devices_behind"]))


def _rehearsed(value: Mapping[str, Any]) -> str:
    return "\n".join([f"{value['documents']} documents of {value['streams']} streams: {_failed(value)}"])


def _migrated(value: Mapping[str, Any]) -> str:
    if value["ok"]:
        return f"the data is of model {value['to']}; {value['documents']} documents were migrated"
    return f"not finished, the data stays readable as it is: {_failed(value)}"


def _failed(value: Mapping[str, Any]) -> str:
    if value["ok"]:
        return "all well"
    lines = [f"{value['failed_count']} documents cannot be migrated; nothing was changed for their notebooks"]
    lines += [f"  {row['document']} in {row['stream']}: {row['why']}" for row in value["failed"]]
    return "\n".join(lines)


def _stands(value: Mapping[str, Any]) -> str:
    lines = [f"{value['state']}: model {value['model']}, newest {value['newest']}"]
    if value["state"] != "current":
        lines.append(
            f"to {value['to']}: {value['streams_done']} of {value['streams']} streams,"
            f" {value['documents_done']} of {value['documents']} documents"
        )
    lines.append(f"edits are taken from model {value['min_push']} on")
    if value["last"]:
        lines.append(
            f"what was before is kept until {value['last']['archive_until']}:"
            f" {value['archive_states']} documents, {value['archive_pushes']} later edits"
        )
    return "\n".join(lines)


def _raised(value: Mapping[str, Any]) -> str:
    lost = value["cut_off"]
    if value["changed"]:
        return "\n".join([f"edits are taken from model {value['min_push']} on", *_devices(lost)])
    lines = [f"{len(lost)} devices could not send any more; nothing was changed. Say --yes to do it:"]
    return "\n".join(lines + _devices(lost))


def _devices(devices: list[Mapping[str, Any]]) -> list[str]:
    return [f"  {row['email']}  {row['system']}  {row['program']}  model {row['model']}" for row in devices]
