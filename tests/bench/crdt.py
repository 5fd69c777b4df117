"""
The core against the Rust libraries that a Python program would otherwise use, in one run.

    python3 packaging/dev.py bench crdt --traces DIR [--json FILE] [--rounds N] [--only NAME]

Replays every editing trace in DIR on ours, interpreted and compiled, and on loro and pycrdt, each step in a
process of its own, in turn, and prints medians, ratios and which of our goals they meet; then what a long
history answers, and how each job grows from n to 4n. Every final text is compared with the trace's: one that
differs is named, and the exit code is 1. The file holds rows of ``trace job library build median_us bytes
peak_mb`` and grows as they are found; rows of the growth table have ``growth:NAME`` as their job and n as
their trace. On two quiet cores, seven minutes for a megabyte of traces.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from statistics import median

from tests.bench._crdt_goals import GROWTH_MAX, Table
from tests.bench._crdt_growth import GROWTH
from tests.bench._crdt_traces import load_trace

REQUIRES = ["loro==1.17.*", "pycrdt==0.14.*"]

ROOT = Path(__file__).resolve().parents[2]
SEQUENTIAL = ("write", "send", "remote", "watched", "read", "load")
CONCURRENT = ("concurrent",)
OURS_ALONE = {"sequential": "questions", "concurrent": "orders"}


class Failure(Exception):
    """A step did not end well; the message is what it printed."""


@cache
def builds() -> dict[tuple[str, str], list[str]]:
    """Each (library, build) with the folders its process looks for modules in; compiles the core first."""
    print("Compiling the core, unless that is done (a minute or two).", file=sys.stderr, flush=True)
    compiler = [sys.executable, str(ROOT / "packaging" / "compiled.py")]
    done = subprocess.run(compiler, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"There is no compiled build to measure. {done.stderr}")
    return {
        ("ours", "interpreted"): [str(ROOT)],
        ("ours", "compiled"): [done.stdout.strip(), str(ROOT)],
        ("loro", "release"): [str(ROOT)],
        ("pycrdt", "release"): [str(ROOT)],
    }


def our_builds() -> list[tuple[str, str]]:
    """Both builds of the core."""
    return [one for one in builds() if one[0] == "ours"]


class Bench:
    """A run: the rows found so far, where they are kept, and what went wrong."""

    def __init__(self, file: Path | None, rounds: int, scratch: Path) -> None:
        self.rows: list[dict] = []
        self.failures: list[str] = []
        self._file, self._rounds, self._scratch = file, rounds, scratch

    def step(self, who: list[tuple[str, str]], step: str, subject: str, name: str) -> list[dict]:
        """One step by each library and build in turn, then again; the medians as rows, which are kept."""
        found: dict[tuple[str, str, str], list[dict]] = {}
        for _ in range(self._rounds):
            for library, build in who:
                try:
                    measured = self._measure(library, build, step, subject, name)
                except Failure as failure:
                    message = f"{name}: {step} with {library} {build}: {failure}"
                    if message not in self.failures:
                        self.failures.append(message)
                        print(message, file=sys.stderr, flush=True)
                    continue
                for one in measured:
                    found.setdefault((one["job"], library, build), []).append(one)
        fresh = [
            {
                "trace": name,
                "job": job,
                "library": library,
                "build": build,
                "median_us": round(median(one["median_us"] for one in rounds), 3),
                "bytes": rounds[0]["bytes"],
                "peak_mb": median(one["peak_mb"] for one in rounds),
            }
            for (job, library, build), rounds in found.items()
        ]
        self.rows.extend(fresh)
        if self._file is not None:
            self._file.write_text(json.dumps(self.rows, indent=1))
        return fresh

    def _measure(self, library: str, build: str, step: str, subject: str, name: str) -> list[dict]:
        """One step in a process of its own."""
        scratch = self._scratch / f"{name}-{library}-{build}"
        scratch.mkdir(exist_ok=True)
        path = builds()[library, build]
        code = f"import sys; sys.path[:0] = {path!r}; from tests.bench._crdt_worker import main; main()"
        command = [sys.executable, "-P", "-c", code, library, step, subject, str(scratch)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Failure(done.stderr.strip() or f"exit code {done.returncode}")
        return json.loads(done.stdout)

    def replay(self, path: Path) -> None:
        """All steps of one trace, their rows printed as they come."""
        trace = load_trace(str(path))
        table = Table(trace.name)
        for step in CONCURRENT if trace.is_concurrent else SEQUENTIAL:
            table.show(self.step(list(builds()), step, str(path), trace.name))
        kind = "concurrent" if trace.is_concurrent else "sequential"
        failed = len(self.failures)
        table.show(self.step(our_builds(), OURS_ALONE[kind], str(path), trace.name))
        if trace.is_concurrent and len(self.failures) == failed:
            print(f"{trace.name}: the same text and the same bytes in six orders of delivery, both builds")

    def grow(self) -> None:
        """The growth table of both builds: each job at n and 4n; linear is 4."""
        print(f"\nGrowth from n to 4n (below {GROWTH_MAX} is the goal)")
        for name, size in GROWTH.items():
            rows = [self.step(our_builds(), f"growth:{name}", str(n), str(n)) for n in (size, 4 * size)]
            for small, large in zip(*rows, strict=True):
                begun, ratio = small["median_us"] / 1000, large["median_us"] / small["median_us"]
                print(
                    f"{name:34} {small['build']:12} n = {small['trace']:>6} {begun:9.1f} ms"
                    f"  × {ratio:5.2f}  {'' if ratio < GROWTH_MAX else 'MISSED'}".rstrip(),
                    flush=True,
                )


def main() -> int:
    """Run the bench; 1 when a text was not what its trace ends in, or a step failed."""
    parser = argparse.ArgumentParser(
        prog="dev.py bench crdt", description="Compare the core with loro and pycrdt."
    )
    parser.add_argument("--traces", type=Path, required=True, metavar="DIR")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    parser.add_argument("--only", default="", metavar="NAME", help="traces whose names begin with this")
    options = parser.parse_args()
    if not options.traces.is_dir():
        parser.error(f"{options.traces} is no folder")
    traces = sorted(
        path
        for path in options.traces.iterdir()
        if path.name.endswith((".json", ".json.gz")) and path.name.startswith(options.only)
    )
    if not traces:
        parser.error(f"there are no traces in {options.traces}")
    with tempfile.TemporaryDirectory(prefix="commonplace-bench-") as scratch:
        bench = Bench(options.json, options.rounds, Path(scratch))
        for path in traces:
            bench.replay(path)
        bench.grow()
    for failure in bench.failures:
        print(f"FAILED {failure}", file=sys.stderr)
    return 1 if bench.failures else 0


if __name__ == "__main__":
    sys.exit(main())
