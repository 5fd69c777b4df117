"""
The server under load, beside the one that a Python team would otherwise choose, in one run.

    python3 packaging/dev.py bench sync [--clients N --typing M --seconds S] [--database URL] [--json FILE]
        [--figures | --only-figures | --two-processes]

A server and its clients are processes of their own. People share notebooks by tens; keys are due at fixed
times, and latencies count from then, so that a server that falls behind is seen. Then as many edits as the
server takes; a letter by itself on the wire; a new device; one that was away for 10,000 edits; and how the
costs grow from n to 4n. The peer is pycrdt-websocket with its defaults: it keeps documents in memory, has no
acks, no accounts, no roles, and writes nothing to disk; ours acks what is on disk. On two quiet cores, five
minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

REQUIRES = ["pycrdt-websocket==0.16.*", "pycrdt==0.14.*"]

ROOT = Path(__file__).resolve().parents[2]
PEER = "pycrdt-websocket"
NOTES = 11_024
AWAY_EDITS = 10_000
AWAY_NOTES = 200
LETTERS = 100
SATURATED_ROOMS = 10
SATURATED_S = 6.0
TYPING_RATE = 2.0
RUN = secrets.token_hex(3)
"""In the names of accounts: the same database may be measured again."""
GROWTH_MAX = 6.0
"""The cost at 4n is to be less than this many times that at n."""


@contextmanager
def running(command: list[str], log: Path) -> Iterator[tuple[str, int]]:
    """A server in a process of its own: its address and its process."""
    with log.open("w") as err:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", *command],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=err,
            text=True,
        )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line.startswith("listening on "):
            raise SystemExit(f"The server did not start: {log.read_text()[-500:]}")
        yield line.removeprefix("listening on ").strip(), process.pid
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stdout is not None
        process.stdout.close()


class Side:
    """One of the two, and where its server is."""

    def __init__(self, module: str, url: str, pid: int) -> None:
        self._module, self._url, self._pid = module, url, pid
        self._number = 0

    def step(self, name: str, /, **given: Any) -> dict[str, Any]:
        """Run a step of the clients in a process of its own; what it found."""
        self._number += 1
        told = {"url": self._url, "pid": self._pid, "name": f"{name}x{self._number}x", **given}
        told["name"] += RUN
        print(f"  {self._module.rsplit('_', 1)[1]}: {name} …", file=sys.stderr, flush=True)
        done = subprocess.run(
            [sys.executable, "-P", "-m", self._module, name, json.dumps(told)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{self._module} {name} failed:\n{done.stderr[-3000:]}")
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        print(f"    {found}", file=sys.stderr, flush=True)
        return found


def common(side: Side, args: argparse.Namespace) -> dict[str, Any]:
    """What is asked of both."""
    typing = {"rate": TYPING_RATE, "seconds": args.seconds}
    found = side.step("type", clients=args.clients, typists=args.typing, **typing)
    few = {"clients": max(1, args.clients // 4), "typists": max(1, args.typing // 4)}
    quarter = side.step("type", **few, rate=TYPING_RATE, seconds=min(args.seconds, 8.0))
    poured = side.step("saturate", rooms=SATURATED_ROOMS, each=args.pour, seconds=SATURATED_S, batch=20)
    found["edits_per_second"] = poured["edits_per_second"]
    found["saturated_cores"] = poured["cores"]
    found.update(side.step("bytes", count=LETTERS))
    found["growth"] = {"clients_cpu": growth(quarter["server_cpu"], found["server_cpu"])}
    return found


def growth(small: float, large: float) -> dict[str, float]:
    """The cost at n and at 4n."""
    return {"n": small, "4n": large, "times": round(large / small, 1) if small else 0.0}


def ours(args: argparse.Namespace, scratch: Path) -> dict[str, Any]:
    """Our side."""
    command = ["sync.server", "--data", str(scratch / "server"), "--port", "0"]
    if args.database:
        command += ["--database", args.database]
    with running(command, scratch / "server.log") as (url, pid):
        side = Side("tests.bench._sync_ours", url, pid)
        found = common(side, args)
        singles = side.step("saturate", rooms=SATURATED_ROOMS, each=args.pour // 2, seconds=4.0, batch=1)
        found["single_edits_per_second"] = singles["edits_per_second"]
        count, quarter = args.notes, max(1, args.notes // 4)
        few = {"name": "few", "notes": quarter}
        side.step("upload", profile=str(scratch / "few"), **few)
        small = side.step("catch_up", profile=str(scratch / "fewer"), **few)
        many = {"name": "many", "notes": count}
        uploaded = side.step("upload", profile=str(scratch / "many"), **many)
        fresh = side.step("catch_up", profile=str(scratch / "device"), **many)
        found["upload_s"], found["new_device_s"] = uploaded["upload_s"], fresh["seconds"]
        found["first_note_s"] = fresh["first_s"]
        found["growth"]["notes_new_device_s"] = growth(small["seconds"], fresh["seconds"])
        missed, device = AWAY_EDITS // 4, str(scratch / "device")
        side.step("edit", name="many", documents=AWAY_NOTES, edits=missed)
        short = side.step("catch_up", profile=device, name="many", notes=count + AWAY_NOTES)
        backlog = side.step("edit", name="many", documents=AWAY_NOTES, edits=AWAY_EDITS)
        back = side.step("catch_up", profile=device, name="many", notes=count + 2 * AWAY_NOTES)
        found["away_s"], found["backlog_s"] = back["seconds"], backlog["backlog_s"]
        found["growth"]["history_away_s"] = growth(short["seconds"], back["seconds"])
    return found


def peer(args: argparse.Namespace, scratch: Path) -> dict[str, Any]:
    """The other side."""
    with running(["tests.bench._sync_peer", "serve"], scratch / "peer.log") as (url, pid):
        side = Side("tests.bench._sync_peer", url, pid)
        found = common(side, args)
        uploaded = side.step("upload", name="many", notes=args.notes)
        few = min(AWAY_NOTES, args.notes)
        came = side.step("catch_up", name="many", notes=args.notes, edits=AWAY_EDITS, documents=few)
        found["upload_s"], found["new_device_s"] = uploaded["upload_s"], came["seconds"]
        found["away_s"] = came["away_s"]
    found["has_not"] = ["acks", "accounts", "roles", "durability"]
    return found


def figures(args: argparse.Namespace, scratch: Path) -> dict[str, Any]:
    """What else our server is held to, one by one."""
    command = ["sync.server", "--data", str(scratch / "figures"), "--port", "0"]
    command += ["--connections-per-account", "2000"]
    if args.database:
        command += ["--database", args.database]
    with running(command, scratch / "figures.log") as (url, pid):
        side = Side("tests.bench._sync_figures", url, pid)
        crowd = side.step("crowd", readers=100, stalled=50)
        idle = side.step("idle", clients=1_000)
        back = side.step("come_back", clients=1_000)
        state = side.step("by_state", documents=200, edits=100_000)
        log = side.step("by_state", documents=5_000, edits=5_000)
        told = side.step("administered", edits=100, socket=str(scratch / "figures" / "admin.sock"))
        paste = side.step("paste", size=5_000_000)
        typing = Side("tests.bench._sync_ours", url, pid)
        many = typing.step("type", clients=500, typists=100, rate=TYPING_RATE, seconds=10.0)
    return {
        "500 connected, 100 typing: edit → peer, ms": (many["edit_to_peer_ms"], "p99 ≤ 300"),
        "  server, MB": (many["server_mb"], "≤ 400"),
        "  disconnects": (many["disconnects"], "0"),
        "one types, 100 read: edit → reader, ms": (crowd["commit_to_reader_ms"], "p99 ≤ 50"),
        "  with 50 more that do not read, ms": (crowd["with_stalled_ms"], "p99 ≤ 1.1 ×"),
        "  memory for those, MB": (crowd["stalled_mb"], "≤ 10"),
        "1,000 idle: cores": (idle["idle_cpu"], "≤ 0.03"),
        "  memory, MB": (idle["mb"], "≤ 150"),
        "1,000 come at once: all live, s": (back["all_live_s"], "≤ 15"),
        f"100,000 deltas on 200 documents by {state['via']}, s": (state["seconds"], "≤ 0.5"),
        f"10,000 deltas by {log['via']}, s": (log["seconds"], "≤ 1.5"),
        "an administrator appends: at a reader, ms": (told["admin_to_reader_ms"], "usually ≤ 80"),
        "5 MB pasted: at the other client, s": (paste["seconds"], "≤ 1"),
    }


def two_processes(args: argparse.Namespace, scratch: Path) -> dict[str, Any]:
    """A second process beside the first, on the same database: what is typed at one, seen at the other."""
    command = ["sync.server", "--data", str(scratch / "two"), "--port", "0", "--database", args.database]
    with (
        running(command, scratch / "one.log") as (url, pid),
        running(command, scratch / "other.log") as (other, _),
    ):
        side = Side("tests.bench._sync_across", url, pid)
        found = side.step("across", other=other, pairs=10, rate=TYPING_RATE, seconds=args.seconds)
    assert found["arrivals"], "nothing arrived"
    return {
        "two processes: edit at one → seen at the other, ms": (found["across_to_peer_ms"], "p99 ≤ 100"),
        "  edit → ack, ms": (found["across_to_ack_ms"], ""),
        "  wakes that only the sweep found": (found["swept"], "0"),
    }


LINES = (
    ("edit → ack, ms (p50, p99)", "edit_to_ack_ms"),
    ("edit → peer, ms (p50, p99)", "edit_to_peer_ms"),
    ("edits/s at saturation", "edits_per_second"),
    ("edits/s, each in a batch of its own", "single_edits_per_second"),
    ("disconnects", "disconnects"),
    ("server while typing, cores", "server_cpu"),
    ("server memory, MB", "server_mb"),
    ("bytes on the wire for a letter", "bytes_per_char"),
    ("first upload of the library, s", "upload_s"),
    ("a new device, s", "new_device_s"),
    ("  its first note, s", "first_note_s"),
    ("back after 10,000 edits, s", "away_s"),
    ("those 10,000 pushed, s", "backlog_s"),
)


def shown(value: Any) -> str:
    """A figure for people."""
    if isinstance(value, dict):
        return " / ".join("–" if one is None else str(one) for one in value.values())
    return "–" if value is None else str(value)


def report(found: dict[str, dict[str, Any]], args: argparse.Namespace) -> None:
    """Print what was found."""
    print(f"{args.clients} connected in rooms of ten, {args.typing} typing {TYPING_RATE:g} times a second,")
    print(f"{args.seconds:g} s; a library of {args.notes:,} notes\n")
    print(f"{'':38}{'ours':>22}{PEER:>22}")
    for words, key in LINES:
        print(f"{words:38}{shown(found['ours'].get(key)):>22}{shown(found[PEER].get(key)):>22}")
    print(f"\n{PEER} has no {', '.join(found[PEER]['has_not'])}: what it took is in memory only.")
    print(f"\nGrowth from n to 4n (at most {GROWTH_MAX:g} times):")
    for name, one in found["ours"]["growth"].items():
        verdict = "" if one["times"] < GROWTH_MAX else "   TOO MUCH"
        print(f"  {name:24}{one['n']:>10} → {one['4n']:>10}   × {one['times']}{verdict}")


def main() -> None:
    """Measure, print, and write the file if one is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--typing", type=int, help="of them; 100, or all")
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--notes", type=int, default=NOTES, help="of the library")
    parser.add_argument("--pour", type=int, default=3_000, help="edits of each at saturation, at most")
    parser.add_argument("--figures", action="store_true", help="the other figures, too: some minutes more")
    parser.add_argument("--only-figures", action="store_true", help="those alone")
    parser.add_argument("--database", help="a PostgreSQL URL, instead of SQLite")
    parser.add_argument(
        "--two-processes", action="store_true", help="with --database: two servers on it, only"
    )
    parser.add_argument("--json", type=Path, help="write the figures to this file, too")
    args = parser.parse_args()
    args.typing = min(100, args.clients) if args.typing is None else args.typing
    if not 0 < args.typing <= args.clients:
        parser.error("as many may type as are connected, and at least one")
    if args.two_processes and not args.database:
        parser.error("several processes need --database")
    compared = not args.only_figures and not args.two_processes
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        found: dict[str, dict[str, Any]] = {"ours": {}}
        if compared:
            found = {"ours": ours(args, Path(scratch)), PEER: peer(args, Path(scratch))}
        more = figures(args, Path(scratch)) if args.figures or args.only_figures else {}
        if args.two_processes or (more and args.database):
            more |= two_processes(args, Path(scratch))
    if compared:
        report(found, args)
    for words, (value, goal) in more.items():
        print(f"{words:50}{shown(value):>20}   {goal}")
        found["ours"].setdefault("figures", {})[words.strip()] = value
    if args.json is not None:
        args.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
