"""
What a person feels: how fast the window starts, how soon a key is safe, how soon another window shows it.

    python3 packaging/dev.py bench app --corpus DIR [--json FILE] [--keys N]

DIR holds a folder of Markdown notes. Real processes throughout: the command line imports, two windows and a
server run beside each other, keys are key events. Times are milliseconds, as p50, p95 and p99 where there are
several.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from functools import partial
from pathlib import Path

from tests.support.processes import Server, Window, commonplace, processes, sign_in, until

STARTS = 5

SETTLE_SECONDS = 20
"""
After ten thousand notes went through server and disk at once: the disk is then busy with them, not with keys.
"""


def spread(values: list[float]) -> dict[str, float]:
    """The percentiles of some milliseconds."""
    ordered = sorted(values)

    def at(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)

    return {"p50": at(0.50), "p95": at(0.95), "p99": at(0.99)}


def import_corpus(profile: Path, corpus: Path) -> dict:
    """Import the notes by the command line."""
    began = time.monotonic()
    report = json.loads(commonplace(profile, "import", str(corpus), "--json"))
    seconds = time.monotonic() - began
    return {"import_s": round(seconds, 1), "imported": report["imported"], "refused": len(report["refused"])}


def command_times(profile: Path) -> dict:
    """How long the command line takes to list and to search, the start of the interpreter included."""
    found = {}
    for name, arguments in (("list_ms", ["list"]), ("search_ms", ["search", "network"])):
        times = []
        for _ in range(3):
            began = time.monotonic()
            commonplace(profile, *arguments, "--json")
            times.append((time.monotonic() - began) * 1000)
        found[name] = round(sorted(times)[1], 1)
    return found


def cold_starts(profile: Path, note: str) -> dict:
    """From starting the program to a note on screen that takes keys, and the memory it has by then."""
    times, memory = [], 0.0
    with processes() as running:
        first = Window(profile)
        running.append(first)
        first.open(note)
        first.close()
        for _ in range(STARTS):
            window = Window(profile)
            running.append(window)
            state = until(partial(ready, window), "the note is on screen")
            times.append((state["ready_at"] - window.began) * 1000)
            status = Path(f"/proc/{window.process.pid}/status").read_text()
            memory = int(status.split("VmRSS:")[1].split()[0]) / 1024
            window.close()
    return {"cold_start_ms": spread(times), "memory_mb": round(memory, 1)}


def ready(window: Window) -> dict | None:
    state = window("state")
    return state if state["ready_at"] else None


def two_windows(folder: Path, first: Path, keys: int) -> dict:
    """Type in one window at a brisk pace; when each key was stored, and when the other window showed it."""
    with processes() as running:
        server = Server(folder / "server")
        running.append(server)
        second = folder / "second"
        sign_in(first, server, "ana@example.org", "Ana")
        note = json.loads(commonplace(first, "new", "--title", "Typed", "--text", ".", "--json"))["id"]
        commonplace(first, "sync", "--once", "--timeout", "120")
        sign_in(second, server, "ana@example.org")
        commonplace(second, "sync", "--once", "--timeout", "120")
        windows = [Window(first), Window(second)]
        running.extend(windows)
        for window in windows:
            window.open(note)
        one, other = windows
        time.sleep(SETTLE_SECONDS)
        length = len(one("state")["shown"])
        other("times")
        one("type", text="x" * keys, pause_ms=40, at_once=False)
        other.until_text(lambda text: len(text) == length + keys, 40 + keys * 0.1)
        commits = one("times")["commits"]
        seen = other("times")["seen"]
        pressed = [began for began, _ in commits]
        shown = [next(at for at, size in seen if size > length + number + 1) for number in range(keys)]
        return {
            "key_to_commit_ms": spread([(done - began) * 1000 for began, done in commits]),
            "key_to_peer_ms": spread([(at - began) * 1000 for began, at in zip(pressed, shown, strict=True)]),
        }


def main() -> None:
    """Run the bench."""
    parser = argparse.ArgumentParser(prog="dev.py bench app")
    parser.add_argument("--corpus", type=Path, required=True, metavar="DIR")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--keys", type=int, default=300, metavar="N")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="commonplace-bench-") as name:
        folder = Path(name)
        profile = folder / "first"
        found = import_corpus(profile, options.corpus)
        found |= command_times(profile)
        note = json.loads(commonplace(profile, "list", "--json"))[0]["id"]
        found |= cold_starts(profile, note)
        found |= two_windows(folder, profile, options.keys)
    for key, value in found.items():
        several = value.items() if isinstance(value, dict) else [("", value)]
        print(f"{key:18}", *[f"{name} {number}".strip() for name, number in several])
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
