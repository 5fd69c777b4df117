"""
A disk that remembers: every write, sync and truncation that SQLite makes, so that afterwards the power can be
cut between any two of them.

A VFS registered in the very SQLite that Python uses, as its default: the code under test runs unchanged on
real files. `Disk.after(k, …)` lays out the files as they are after the first k events: as a killed process
leaves them (everything written is there), or as a power cut may (what was synced is there; of the rest
nothing, or some, in any order, torn at sectors). The order of renames and new files is the file system's
business and not modelled: a recording starts with the files there and synced.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

SECTOR: Final = 512
OK: Final = 0

_P: Final = ctypes.c_void_p
_I: Final = ctypes.c_int
_L: Final = ctypes.c_int64

_OPEN: Final = ctypes.CFUNCTYPE(_I, _P, _P, _P, _I, _P)
_WRITE: Final = ctypes.CFUNCTYPE(_I, _P, _P, _I, _L)
_TRUNCATE: Final = ctypes.CFUNCTYPE(_I, _P, _L)
_SYNC: Final = ctypes.CFUNCTYPE(_I, _P, _I)
_CLOSE: Final = ctypes.CFUNCTYPE(_I, _P)


class _Methods(ctypes.Structure):
    """sqlite3_io_methods, version 3."""

    _fields_ = [
        ("version", _I),
        *[(name, _P) for name in ("close", "read", "write", "truncate", "sync", "size", "lock", "unlock")],
        *[(name, _P) for name in ("reserved", "control", "sector", "device")],
        *[(name, _P) for name in ("shm_map", "shm_lock", "shm_barrier", "shm_unmap", "fetch", "unfetch")],
    ]


class _Vfs(ctypes.Structure):
    """sqlite3_vfs, version 3."""

    _fields_ = [
        *[(name, _I) for name in ("version", "file_size", "path_max")],
        *[(name, _P) for name in ("next", "name", "data", "open", "delete", "access", "full_path")],
        *[(name, _P) for name in ("dl_open", "dl_error", "dl_sym", "dl_close", "randomness", "sleep")],
        *[(name, _P) for name in ("time", "error", "time64", "set_call", "get_call", "next_call")],
    ]


@dataclass(frozen=True)
class Event:
    """Something that happened to a file, or a mark of the test's own."""

    kind: str  # write, truncate, sync, mark
    path: str = ""
    offset: int = 0
    data: bytes = b""
    mark: Any = None


@dataclass
class _File:
    """A file as the disk may have it."""

    synced: bytearray = field(default_factory=bytearray)
    pending: list[Event] = field(default_factory=list)


class Disk:
    """What happened to the files of a folder since the recording began."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.events: list[Event] = []
        self.start = {
            path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and not _is_lost(path)
        }

    def mark(self, what: Any) -> None:
        """Note what the world outside was told by now."""
        self.events.append(Event("mark", mark=what))

    def marks(self, upto: int) -> list[Any]:
        """What the world had been told after so many events."""
        return [event.mark for event in self.events[:upto] if event.kind == "mark"]

    @property
    def boundaries(self) -> list[int]:
        """The places between events that change files."""
        return [place for place, event in enumerate(self.events, 1) if event.kind != "mark"]

    def after(self, upto: int, target: Path, lost: str, seed: int = 0) -> None:
        """
        Lay out the files as they are after so many events.

        Args:
            lost: Of what was not synced: ``nothing`` (the process was killed), ``all``, or ``some``.
        """
        dice = random.Random(f"{seed}:{upto}")
        files = {name: _File(bytearray(content)) for name, content in self.start.items()}
        for event in self.events[:upto]:
            if event.kind == "mark":
                continue
            file = files.setdefault(event.path, _File())
            if event.kind == "sync":
                for one in file.pending:
                    _apply(file.synced, one)
                file.pending.clear()
            else:
                file.pending.append(event)
        target.mkdir(parents=True, exist_ok=True)
        for name, file in files.items():
            survives = file.pending if lost == "nothing" else []
            if lost == "some":
                survives = [one for one in file.pending if dice.random() < 0.5]
                dice.shuffle(survives)
            for number, one in enumerate(survives):
                torn = lost == "some" and number == len(survives) - 1 and len(one.data) > SECTOR
                _apply(file.synced, one, SECTOR * dice.randint(0, len(one.data) // SECTOR) if torn else None)
            (target / name).write_bytes(file.synced)


def _is_lost(path: Path) -> bool:
    """Whether a file is of the running process alone: shared memory, locks, sockets."""
    return path.name.endswith("-shm") or path.name == "lock"


def _apply(content: bytearray, event: Event, length: int | None = None) -> None:
    if event.kind == "truncate":
        del content[event.offset :]
        content.extend(bytes(max(0, event.offset - len(content))))
        return
    data = event.data if length is None else event.data[:length]
    if len(content) < event.offset:
        content.extend(bytes(event.offset - len(content)))
    content[event.offset : event.offset + len(data)] = data


class _Recorder:
    """The VFS. One for the process; never taken away again, because connections may outlive a test."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self.disk: Disk | None = None
        self._paths: dict[int, str] = {}
        self._methods: dict[int, tuple[_Methods, Any]] = {}
        library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
        self._real = library.sqlite3_vfs_find(None)
        self._vfs = _Vfs.from_buffer_copy(self._real.contents)
        self._name = ctypes.create_string_buffer(b"recorded")
        self._vfs.name = ctypes.addressof(self._name)
        self._opener = _OPEN(self._open)
        self._real_open = _OPEN(self._real.contents.open)
        self._vfs.open = ctypes.cast(self._opener, _P).value
        self._library = library

    def register(self, *, default: bool) -> None:
        """Be the way to files, or let the usual one be it again."""
        if default:
            self._library.sqlite3_vfs_register(ctypes.byref(self._vfs), 1)
        else:
            self._library.sqlite3_vfs_register(self._real, 1)

    def _open(self, vfs: int, name: int, file: int, flags: int, out: int) -> int:
        code = int(self._real_open(ctypes.addressof(self._real.contents), name, file, flags, out))
        methods = ctypes.cast(file, ctypes.POINTER(_P)).contents
        if code == OK and methods.value and name:
            self._paths[file] = os.fsdecode(ctypes.string_at(name))
            methods.value = ctypes.addressof(self._wrapped(methods.value)[0])
        return code

    def _wrapped(self, real: int) -> tuple[_Methods, Any]:
        """The methods of a file, those that change it being recorded."""
        found = self._methods.get(real)
        if found is not None:
            return found
        methods = _Methods.from_buffer_copy(_Methods.from_address(real))
        write, truncate = _WRITE(methods.write), _TRUNCATE(methods.truncate)
        sync = _SYNC(methods.sync)

        def on_write(file: int, data: int, size: int, offset: int) -> int:
            self._note(file, "write", offset, ctypes.string_at(data, size))
            return int(write(file, data, size, offset))

        def on_truncate(file: int, size: int) -> int:
            self._note(file, "truncate", size)
            return int(truncate(file, size))

        def on_sync(file: int, flags: int) -> int:
            code = int(sync(file, flags))
            self._note(file, "sync")
            return code

        kept = (_WRITE(on_write), _TRUNCATE(on_truncate), _SYNC(on_sync))
        for field_name, function in zip(("write", "truncate", "sync"), kept, strict=True):
            setattr(methods, field_name, ctypes.cast(function, _P).value)
        self._methods[real] = found = (methods, kept)
        return found

    def _note(self, file: int, kind: str, offset: int = 0, data: bytes = b"") -> None:
        path = Path(self._paths.get(file, ""))
        if self.disk is not None and path.parent == self.disk.folder and not _is_lost(path):
            self.disk.events.append(Event(kind, path.name, offset, data))


_RECORDERS: list[_Recorder] = []


def _recorder() -> _Recorder:
    if not _RECORDERS:
        name = ctypes.util.find_library("sqlite3")
        assert name is not None, "Python's SQLite is no library of the system"
        _RECORDERS.append(_Recorder(ctypes.CDLL(name)))
    return _RECORDERS[0]


@contextmanager
def recorded(folder: Path) -> Iterator[Disk]:
    """
    Record what happens to the files of a folder. They are opened inside the block, and must be closed there.
    """
    recorder = _recorder()
    recorder.register(default=True)
    recorder.disk = disk = Disk(folder.resolve())
    try:
        yield disk
    finally:
        recorder.disk = None
        recorder.register(default=False)
