"""
What a person feels: how fast the window starts, finds and switches, how soon a key is on screen and safe.

    python3 packaging/dev.py bench app --corpus DIR [--json FILE] [--keys N]

DIR is a folder of Markdown notes, or holds an archive (.tar.gz) of one. Real processes throughout: the
command line imports, windows and a server run beside each other, keys are key events, and where there is a C
compiler the core is compiled as in an installation. Times are milliseconds, as p50, p95 and p99 where there
are several. Some six minutes on two cores.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.bench._app_large import LARGE_BLOCKS, large_note
from tests.support import processes as child
from tests.support.processes import ROOT, Server, Window, commonplace, processes, sign_in, until

STARTS = 5
SWITCHES = 60
QUERIES = ("network", "list all files", "git comm", "ファイル", "archive", "docker container")
TYPING_PAUSE_MS = 60
LARGE_KEYS = 150

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


def use_compiled_core() -> str:
    """Have the processes use the core as it is installed; says which they use."""
    print("Compiling the core (once; a minute or two).", file=sys.stderr, flush=True)
    compiler = [sys.executable, str(ROOT / "packaging" / "compiled.py")]
    done = subprocess.run(compiler, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"The core stays plain Python. {done.stderr}", file=sys.stderr)
        return "plain"
    child.BEFORE_ROOT[:] = [done.stdout.strip()]
    return "compiled"


@contextmanager
def notes_of(corpus: Path) -> Iterator[Path]:
    """The folder of notes that DIR is, or the largest that an archive in it holds."""
    archives = (
        [corpus] if corpus.is_file() else sorted(corpus.glob("*.tar.gz"), key=lambda p: p.stat().st_size)
    )
    if not archives:
        if not any(corpus.rglob("*.md")):
            raise SystemExit(f"{corpus} holds neither Markdown notes nor a .tar.gz of some.")
        yield corpus
        return
    with tempfile.TemporaryDirectory(prefix="commonplace-corpus-") as name:
        with tarfile.open(archives[-1]) as archive:
            archive.extractall(name, filter="data")
        yield Path(name)


def import_corpus(profile: Path, corpus: Path) -> dict:
    """Import the notes by the command line."""
    began = time.monotonic()
    report = json.loads(commonplace(profile, "import", str(corpus), "--json"))
    seconds = time.monotonic() - began
    return {"import_s": round(seconds, 1), "imported": report["imported"], "refused": len(report["refused"])}


def command_times(profile: Path) -> dict:
    """How long the command line takes to list and to search, the start of the interpreter included."""
    found = {}
    for name, arguments in (("cli_list_ms", ["list"]), ("cli_search_ms", ["search", "network"])):
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


def switch(window: Window, note: str) -> float:
    """Milliseconds from the click on a note to its text on screen."""
    window("switch", note=note)
    return until(lambda: window("switched")["ms"], "the note is painted")


def browse(profile: Path, notes: list[str]) -> dict:
    """Type queries key by key, scroll, and go from note to note, in a window over the whole library."""
    chance = random.Random(1)
    with processes() as running:
        window = Window(profile)
        running.append(window)
        window.open(notes[0])
        time.sleep(2)
        searches = []
        for query in QUERIES:
            for length in range(1, len(query) + 1):
                typed = query[:length]
                if typed != typed.strip():
                    continue
                window("search", text=typed)
                searches.append(until(lambda typed=typed: window("answer", text=typed)["ms"], "an answer"))
        window("search", text="")
        frames = window("scroll", steps=300, by_px=120)["frames"]
        switches = [switch(window, chance.choice(notes)) for _ in range(SWITCHES)]
        window.close()
    return {"search_ms": spread(searches), "scroll_ms": spread(frames), "switch_ms": spread(switches)}


def write_in_large_note(folder: Path) -> dict:
    """A note of a megabyte: to its first paint, and keys at its top while another person types in it."""
    first, second = folder / "large-1", folder / "large-2"
    source = folder / "Large note.md"
    source.write_text(large_note())
    with processes() as running:
        server = Server(folder / "large-server")
        running.append(server)
        sign_in(first, server, "ana@example.org", "Ana")
        commonplace(first, "import", str(source))
        commonplace(first, "new", "--title", "Small", "--text", "small")
        commonplace(first, "sync", "--once", "--timeout", "120")
        sign_in(second, server, "ana@example.org")
        commonplace(second, "sync", "--once", "--timeout", "120")
        ids = {row["title"]: row["id"] for row in json.loads(commonplace(first, "list", "--json"))}
        large, small = ids["Large note"], ids["Small"]
        opens = []
        for _ in range(STARTS):
            window = Window(first)
            running.append(window)
            window.open(small)
            opens.append(switch(window, large))
            window.open(small)  # or the next start would have the large one open from its beginning
            window.close()
        one, other = Window(first), Window(second)
        running.extend((one, other))
        for window, place in ((one, 10), (other, 2_000)):
            window.open(large)
            window("select", start=place)
        time.sleep(3)
        other("type", text="y" * LARGE_KEYS, pause_ms=TYPING_PAUSE_MS, at_once=False)
        one("key_frames", text="x" * LARGE_KEYS, pause_ms=TYPING_PAUSE_MS)
        frames = until(lambda: keys_done(one), "the keys are on screen", 120)
        return {
            "large_blocks": LARGE_BLOCKS,
            "open_large_ms": spread(opens),
            "key_to_frame_ms": spread(frames),
        }


def keys_done(window: Window) -> list[float] | None:
    frames: list[float] = window("frames")["frames"]
    return frames if len(frames) == LARGE_KEYS else None


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
    found: dict = {"core": use_compiled_core()}
    with tempfile.TemporaryDirectory(prefix="commonplace-bench-") as name, notes_of(options.corpus) as corpus:
        folder = Path(name)
        profile = folder / "first"
        found |= import_corpus(profile, corpus)
        found |= command_times(profile)
        notes = [row["id"] for row in json.loads(commonplace(profile, "list", "--json"))]
        for part in (
            lambda: cold_starts(profile, notes[0]),
            lambda: browse(profile, notes),
            lambda: write_in_large_note(folder),
            lambda: two_windows(folder, profile, options.keys),
        ):
            found |= part()
            if options.json:  # what was measured stays, whatever comes of the rest
                options.json.write_text(json.dumps(found, indent=1))
    for key, value in found.items():
        several = value.items() if isinstance(value, dict) else [("", value)]
        print(f"{key:18}", *[f"{name} {number}".strip() for name, number in several])


if __name__ == "__main__":
    main()
