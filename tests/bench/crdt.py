"""
The core against the Rust libraries that a Python program would otherwise use, in one run.

    python3 packaging/dev.py bench crdt --traces DIR [--json FILE] [--rounds N] [--only NAME]

Replays every editing trace in DIR on ours (interpreted, and compiled where a C compiler is), loro and pycrdt,
each measurement in a process of its own, in turn, and prints medians and ratios; then how each job grows from
n to 4n. Every final text is compared with the trace's. The file holds rows of ``trace job library build
median_us bytes peak_mb`` and grows as they are found; rows of the growth table have ``growth:NAME`` as their
job and n as their trace. All of it takes some twenty minutes.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median

from tests.bench._crdt_traces import GROWTH, load_trace

REQUIRES = ["loro==1.17.*", "pycrdt==0.14.*"]

ROOT = Path(__file__).resolve().parents[2]
SEQUENTIAL = ("local", "local+encode", "remote", "remote+changes", "history", "read", "load")
CONCURRENT = ("concurrent",)


@cache
def builds() -> dict[tuple[str, str], list[str]]:
    """Each (library, build) with the folders its process looks for modules in; compiles the core first."""
    found = {("ours", "interpreted"): [str(ROOT)]}
    print("Compiling the core (once; a minute or two).", file=sys.stderr, flush=True)
    compiler = [sys.executable, str(ROOT / "packaging" / "compiled.py")]
    done = subprocess.run(compiler, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"The compiled build is left out. {done.stderr}", file=sys.stderr)
    else:
        found["ours", "compiled"] = [done.stdout.strip(), str(ROOT)]
    found["loro", "release"] = found["pycrdt", "release"] = [str(ROOT)]
    return found


def our_builds() -> list[tuple[str, list[str]]]:
    """Each build of the core with its folders."""
    return [(build, path) for (library, build), path in builds().items() if library == "ours"]


def measure(path: list[str], library: str, job: str, subject: str) -> dict:
    """One measurement in a process of its own."""
    code = f"import sys; sys.path[:0] = {path!r}; from tests.bench._crdt_worker import main; main()"
    command = [sys.executable, "-P", "-c", code, library, job, subject]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{library} {job} {subject} failed:\n{done.stderr}")
    return json.loads(done.stdout)


def rows_of(trace: str, job: str, rounds: int) -> list[dict]:
    """The rows of one job on one trace: all builds in turn, then again, and the medians."""
    found: dict[tuple[str, str], list[dict]] = {}
    name = load_trace(trace).name
    for _ in range(rounds):
        for (library, build), path in builds().items():
            found.setdefault((library, build), []).append(measure(path, library, job, trace))
    return [
        {
            "trace": name,
            "job": job,
            "library": library,
            "build": build,
            "median_us": median(one["median_us"] for one in all_rounds),
            "bytes": all_rounds[0]["bytes"],
            "peak_mb": median(one["peak_mb"] for one in all_rounds),
        }
        for (library, build), all_rounds in found.items()
    ]


def show(rows: list[dict]) -> None:
    """A line for each build, with its ratio to both peers."""
    by = {row["library"]: row for row in rows}
    for row in rows:
        loro, pycrdt = (row["median_us"] / by[peer]["median_us"] for peer in ("loro", "pycrdt"))
        size = "" if row["bytes"] is None else f"{row['bytes']:12,.1f} B"
        print(
            f"{row['trace']:16} {row['job']:14} {row['library']:7} {row['build']:12} "
            f"{row['median_us']:12,.2f} µs {loro:7.2f} × loro {pycrdt:7.2f} × pycrdt "
            f"{row['peak_mb']:7.0f} MB {size}",
            flush=True,
        )


def growth_rows() -> Iterator[list[dict]]:
    """Each job of the growth table at n and 4n on our builds, the rows of one at a time."""
    for build, path in our_builds():
        for name, size in GROWTH.items():
            yield [growth_row(path, build, f"growth:{name}", n) for n in (size, 4 * size)]


def growth_row(path: list[str], build: str, job: str, size: int) -> dict:
    """The median of three measurements of a job at one size."""
    found = [measure(path, "ours", job, str(size)) for _ in range(3)]
    return {
        "trace": str(size),
        "job": job,
        "library": "ours",
        "build": build,
        "median_us": median(one["median_us"] for one in found),
        "bytes": None,
        "peak_mb": median(one["peak_mb"] for one in found),
    }


def show_growth(small: dict, large: dict) -> None:
    """How a job at 4n compares with itself at n; linear is 4."""
    name = small["job"].removeprefix("growth:")
    print(
        f"{name:34} {small['build']:12} n = {small['trace']:>6} {small['median_us'] / 1000:9.1f} ms  "
        f"× {large['median_us'] / small['median_us']:5.2f}",
        flush=True,
    )


def main() -> None:
    """Run the bench."""
    parser = argparse.ArgumentParser(
        prog="dev.py bench crdt", description="Compare the core with loro and pycrdt."
    )
    parser.add_argument("--traces", type=Path, required=True, metavar="DIR")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    parser.add_argument("--only", metavar="NAME", help="only the trace whose name begins with this")
    options = parser.parse_args()
    rows: list[dict] = []

    def keep(found: list[dict]) -> None:
        rows.extend(found)
        if options.json:
            options.json.write_text(json.dumps(rows, indent=1))

    traces = sorted(path for path in options.traces.iterdir() if ".json" in path.name)
    if not traces:
        raise SystemExit(f"There are no traces in {options.traces}.")
    for path in traces:
        if options.only and not path.name.startswith(options.only):
            continue
        jobs = CONCURRENT if load_trace(str(path)).is_concurrent else SEQUENTIAL
        for job in jobs:
            found = rows_of(str(path), job, options.rounds)
            show(found)
            keep(found)
        if jobs is CONCURRENT:
            for build, folders in our_builds():
                measure(folders, "ours", "orders", str(path))
                print(f"{path.name}: the same text and bytes in six orders of delivery, {build}", flush=True)
    print("\nGrowth from n to 4n (below 6 is the goal)")
    for found in growth_rows():
        show_growth(*found)
        keep(found)


if __name__ == "__main__":
    main()
