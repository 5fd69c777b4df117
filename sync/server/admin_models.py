"""
What an administrator does about data models: ``migrate plan | dry-run | run | status | min-push``.

What it is not: the migration (migration.py) or the command line (migrate_commands.py). Invariants: only
``run`` and a confirmed ``min-push`` change anything; who would be cut off is named before anybody is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

from sync.model.versions import NEWEST, chain, major_of, parsed, version_named
from sync.server.migration import LAST, UNDER_WAY, Progress, migrate, rehearse
from sync.server.opening import Opened
from sync.server.outcome import AdminError, Arguments, Outcome
from sync.storage.model_store import ARCHIVE_KEPT_MS, ModelStore

DOCUMENTS_A_SECOND: Final = 2_000
"""What a plan reckons with."""

FAILED_SHOWN: Final = 20


def _plan(opened: Opened, arguments: Arguments, now_ms: int) -> Outcome:
    """Say what ``run`` would do, and whose programs are behind then. Cost: O(documents)."""
    model, models = _target(opened, arguments), ModelStore(opened.store)
    counts = models.counts(model)
    streams: list[dict[str, Any]] = []
    for row in models.behind(model):
        count = counts.get(row.key)
        streams.append(
            {
                "stream": row.id,
                "notebook": row.notebook,
                "collection": row.collection,
                "model": row.model,
                "changes": not chain(row.collection, row.model, model).is_empty,
                "documents": count.documents if count else 0,
                "documents_done": count.prepared if count else 0,
                "bytes": count.size_bytes if count else 0,
            }
        )
    left = sum([stream["documents"] - stream["documents_done"] for stream in streams])
    value = {
        "from": opened.model.version,
        "to": model,
        "streams": streams,
        "documents": sum([stream["documents"] for stream in streams]),
        "bytes": sum([stream["bytes"] for stream in streams]),
        "seconds": -(-left // DOCUMENTS_A_SECOND),
        "devices_behind": _devices(opened, now_ms, lambda device: major_of(device) < major_of(model)),
    }
    return Outcome(value)


def _dry_run(opened: Opened, arguments: Arguments, now_ms: int) -> Outcome:
    """Migrate every document in memory, check it, and write nothing."""
    model, progress = _target(opened, arguments), Progress()
    value: dict[str, Any] = {"from": opened.model.version, "to": model}

    def steps() -> Iterator[None]:
        progress.total = _to_do(opened, model)
        yield from rehearse(opened, model, progress)
        value.update(_done(progress))

    return Outcome(value, rest=steps(), progress=progress.counted)


def _run(opened: Opened, arguments: Arguments, now_ms: int) -> Outcome:
    """Migrate, stream by stream; a run that was cut off goes on where it was."""
    if opened.model.migrating:
        raise AdminError("a migration is under way already; migrate status says how far it is")
    model, progress = _target(opened, arguments), Progress()
    value: dict[str, Any] = {"from": opened.model.version, "to": model}
    outcome = Outcome(value, progress=progress.counted)

    def steps() -> Iterator[None]:
        progress.total = _to_do(opened, model)
        opened.model.migrating = True
        try:
            yield from migrate(opened, model, now_ms, progress, outcome)
        finally:
            opened.model.migrating = False
        value.update(_done(progress))

    outcome.rest = steps()
    return outcome


def _status(opened: Opened, arguments: Arguments, now_ms: int) -> Outcome:
    """Say of which model everything is, and how far a migration is. Cost: O(documents)."""
    under_way = json.loads(opened.store.meta(UNDER_WAY) or "null")
    model = under_way["to"] if under_way else NEWEST
    models, streams = ModelStore(opened.store), opened.store.streams()
    done = {stream.key for stream in streams if stream.model == model}
    counts = models.counts(model)
    documents = sum([count.documents for count in counts.values()])
    if opened.model.migrating:
        state = "running"
    elif under_way is not None:
        state = "interrupted"
    else:
        state = "current" if len(done) == len(streams) and opened.model.version == model else "available"
    kept, originals = models.archive_counts()
    value = {
        "state": state,
        "model": opened.model.version,
        "to": model,
        "newest": NEWEST,
        "min_push": opened.model.min_push,
        "streams": len(streams),
        "streams_done": len(done),
        "documents": documents,
        "documents_done": sum(
            [count.documents if key in done else count.prepared for key, count in counts.items()]
        ),
        "archive_states": kept,
        "archive_pushes": originals,
        "last": _last(opened),
    }
    return Outcome(value)


def _min_push(opened: Opened, arguments: Arguments, now_ms: int) -> Outcome:
    """Set the oldest model of which edits are taken, after saying who would be cut off."""
    version = _min_push_wanted(opened, arguments)
    lost = _devices(
        opened, now_ms, lambda device: parsed(opened.model.min_push) <= parsed(device) < parsed(version)
    )
    sure = not lost or bool(arguments.get("yes")) or parsed(version) <= parsed(opened.model.min_push)
    if sure and version != opened.model.min_push:
        opened.store.set_meta("min_push", version)
        opened.model.min_push = version
    value = {"min_push": opened.model.min_push, "wanted": version, "cut_off": lost, "changed": sure}
    return Outcome(value, remodelled=sure)


MODELS: Final[Mapping[str, Callable[[Opened, Arguments, int], Outcome]]] = {
    "migrate plan": _plan,
    "migrate dry-run": _dry_run,
    "migrate run": _run,
    "migrate status": _status,
    "migrate min-push": _min_push,
}


def _to_do(opened: Opened, model: str) -> int:
    """How many documents are to be brought to a model. Cost: O(documents)."""
    models = ModelStore(opened.store)
    counts = models.counts(model)
    return sum([counts[row.key].documents for row in models.behind(model) if row.key in counts])


def _target(opened: Opened, arguments: Arguments) -> str:
    """Return to which model, by default the newest. Raises AdminError when it is none to go to."""
    wanted = arguments.get("to")
    try:
        model = NEWEST if wanted is None else version_named(str(wanted))
    except ValueError as error:
        raise AdminError(str(error)) from error
    if major_of(model) < major_of(opened.model.version):
        raise AdminError(f"the data is of model {opened.model.version}; there is no way back")
    return model


def _min_push_wanted(opened: Opened, arguments: Arguments) -> str:
    text = str(arguments.get("version"))
    major, dot, minor = text.partition(".")
    if not (major.isascii() and major.isdigit() and (not dot or (minor.isascii() and minor.isdigit()))):
        raise AdminError(f"{text} is no version of a data model; they are written like 2 or 2.0")
    version = f"{int(major)}.{int(minor or 0)}"
    if parsed(version) > parsed(opened.model.version) or int(major) < 1:
        raise AdminError(
            f"the server is of model {opened.model.version}; nobody could be let in with {version}"
        )
    return version


def _devices(opened: Opened, now_ms: int, chosen: Callable[[str], bool]) -> list[dict[str, Any]]:
    """Return the signed-in devices whose model is chosen, for people."""
    return [
        {
            "email": device.email,
            "device": device.key,
            "system": device.os,
            "program": device.app,
            "model": device.model,
            "seen_ms": device.seen_ms,
        }
        for device in ModelStore(opened.store).devices(now_ms)
        if chosen(device.model)
    ]


def _done(progress: Progress) -> dict[str, Any]:
    return {
        "streams": progress.streams,
        "documents": progress.documents,
        "ok": not progress.failed,
        "failed": [asdict(failure) for failure in progress.failed[:FAILED_SHOWN]],
        "failed_count": len(progress.failed),
    }


def _last(opened: Opened) -> dict[str, Any] | None:
    """Return the last migration, with until when what was before is kept."""
    last: dict[str, Any] | None = json.loads(opened.store.meta(LAST) or "null")
    if last is not None:
        until = datetime.fromtimestamp((last["done_ms"] + ARCHIVE_KEPT_MS) / 1000, UTC)
        last["archive_until"] = until.isoformat(timespec="seconds")
    return last
