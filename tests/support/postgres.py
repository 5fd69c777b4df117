"""
A real PostgreSQL for tests: a cluster of their own, started once for each process that runs tests.

Where there is none, tests that need it are skipped; never in CI. Each test gets tables of its own, in a
schema of the one database; what a test leaves behind is emptied for the next, which is quicker than making it
anew.
"""

from __future__ import annotations

import atexit
import glob
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from sync.storage.postgres_store import PostgresDatabase
from sync.storage.server_store import FILE_NAME, ServerStore

START_S = 60.0
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "max_connections": "200",
    "shared_buffers": "32MB",
    "jit": "off",
    "autovacuum": "off",
    "log_min_messages": "fatal",
}


def binaries() -> Path | None:
    """The folder of initdb and postgres; None where PostgreSQL is not installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    places = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda p: float(p.split("/")[4]))
    return Path(places[-1]).parent if places else None


class Cluster:
    """One running PostgreSQL, reached over a socket in its own folder."""

    def __init__(self, programs: Path, *, fsync: bool = False) -> None:
        self._programs = programs
        self._settings = {**SETTINGS, "fsync": "on" if fsync else "off"}
        self.folder = Path(tempfile.mkdtemp(prefix="cp-pg-", dir="/tmp"))
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = count(1)
        self._free: list[str] = []
        if os.geteuid() == 0:  # it refuses to run as root
            who = pwd.getpwnam("postgres")
            os.chown(self.folder, who.pw_uid, who.pw_gid)
            self._as: dict[str, object] = {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}
        else:
            self._as = {}
        self._run(
            *("initdb", "--pgdata", str(self.folder / "data"), "--username", "postgres", "--auth", "trust"),
            *("--encoding", "UTF8", "--no-locale", "--no-sync"),
        )
        self.start()
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            # Not in bytewise order by itself, as an operator's database may be.
            connection.execute("CREATE DATABASE commonplace TEMPLATE template0 LOCALE 'C.UTF-8'")

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._programs / program), *arguments],
            cwd=self.folder, capture_output=True, text=True, check=False, **self._as,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        """Start it and wait until it answers."""
        arguments = ["-D", str(self.folder / "data"), "-k", str(self.folder)]
        arguments += [f"--{name}={value}" for name, value in self._settings.items()]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._programs / "postgres"), *arguments],
                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **self._as,
            )  # fmt: skip
        deadline = time.monotonic() + START_S
        while True:
            try:
                psycopg.connect(self.address("postgres")).close()
                return
            except psycopg.OperationalError:
                assert self._process.poll() is None, (self.folder / "log").read_text()
                assert time.monotonic() < deadline, "it does not start"
                time.sleep(0.02)

    def stop(self, how: int = signal.SIGINT) -> None:
        """End it: SIGINT cuts connections, SIGQUIT is a crash."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(START_S)
            self._process = None

    def remove(self) -> None:
        """End it and delete it."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def address(self, database: str, schema: str = "") -> str:
        """The address of a database, or of one schema of it."""
        options = f"&options={quote(f'-c search_path={schema}')}" if schema else ""
        return f"postgresql://postgres@/{database}?host={quote(str(self.folder))}{options}"

    def tables(self, *, fresh: bool = False) -> str:
        """The address of tables that nobody uses; empty, or (fresh) not made yet."""
        if self._free and not fresh:
            schema = self._free.pop()
        else:
            schema = f"s{next(self._numbers)}"
            with self.connection() as connection:
                connection.execute(f"CREATE SCHEMA {schema}".encode())
        return self.address("commonplace", schema)

    def give_back(self, address: str) -> None:
        """Empty tables for whoever comes next."""
        schema = address.rpartition("%3D")[2]
        with self.connection() as connection:
            connection.execute("SET session_replication_role = replica")  # no triggers, no foreign keys
            query = "SELECT tablename FROM pg_tables WHERE schemaname = %s AND tablename <> 'schema_version'"
            names = [row[0] for row in connection.execute(query, (schema,))]
            connection.execute("; ".join(f"DELETE FROM {schema}.{name}" for name in names).encode())
        self._free.append(schema)

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection]:
        """A connection of the superuser, outside of every schema."""
        with psycopg.connect(self.address("commonplace"), autocommit=True) as connection:
            yield connection


@cache
def _cluster() -> Cluster | None:
    programs = binaries()
    if programs is None:
        return None
    made = Cluster(programs)
    atexit.register(made.remove)
    return made


def cluster() -> Cluster:
    """The cluster of this process, started when it is first asked for; skips the test where there is none."""
    found = _cluster()
    if found is None:
        message = "PostgreSQL is not installed: apt-get install postgresql"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


class Databases:
    """Which database the server of a folder has, for the tests of the moment: one of its own for each."""

    def __init__(self) -> None:
        self.kind = "sqlite"
        self._of: dict[Path, str] = {}

    def of(self, folder: Path) -> str | None:
        """The address of the database of a folder; None: a file in it."""
        if self.kind == "sqlite":
            return None
        if folder not in self._of:
            self._of[folder] = cluster().tables()
        return self._of[folder]

    def end(self) -> None:
        """Give everything back."""
        for address in self._of.values():
            cluster().give_back(address)
        self._of.clear()
        self.kind = "sqlite"


DATABASES = Databases()
"""One for the process, as tests run one after the other in it."""


def on_both(metafunc: pytest.Metafunc) -> None:
    """For pytest_generate_tests: run what has a server's store once on each database."""
    has_store = {"CoreWorld", "SessionWorld", "running_server", "opened_store"} & set(vars(metafunc.module))
    if has_store and metafunc.definition.get_closest_marker("one_database") is None:
        metafunc.fixturenames.insert(0, "database")
        metafunc.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """Choose the database of the servers in a test."""
    if request.param == "postgresql":
        cluster()
    DATABASES.kind = request.param
    yield request.param
    DATABASES.end()


def opened_store(folder: Path) -> ServerStore:
    """The store of a server's folder, on the database of the moment."""
    address = DATABASES.of(folder)
    if address is None:
        return ServerStore.open(folder / FILE_NAME)
    return ServerStore(PostgresDatabase.open(address, "test"))
