"""What the core is to reach, and the printed table that says whether it does."""

from __future__ import annotations

GROWTH_MAX = 6
"""Times as long for four times as much."""

RATIOS = {
    "local": ("loro", {"interpreted": 2.0, "compiled": 0.5}),
    "local+encode": ("loro", {"interpreted": 0.6, "compiled": 0.2}),
    "remote": ("pycrdt", {"interpreted": 1.0, "compiled": 0.3}),
    "concurrent": ("pycrdt", {"interpreted": 1.0, "compiled": 0.5}),
}
"""Per job the library that ours is compared with, and at most how many times its time each build may take."""

MILLISECONDS = {
    "read": {"interpreted": 3.0, "compiled": 1.5},
    "load": {"interpreted": 60.0, "compiled": 12.0},
    "document at a version": {"interpreted": 300.0, "compiled": 300.0},
    "versions by burst": {"interpreted": 300.0, "compiled": 300.0},
    "authors": {"interpreted": 300.0, "compiled": 300.0},
    "difference": {"interpreted": 300.0, "compiled": 300.0},
}

BYTES = {"local+encode": 20.0, "concurrent": 20.0, "save history": 200_000.0}


class Table:
    """The lines of one trace."""

    def __init__(self, trace: str) -> None:
        self._trace = trace

    def show(self, rows: list[dict]) -> None:
        """A line for each row: its time, what that is to both peers, its memory and bytes, its goals."""
        peers = {(row["job"], row["library"]): row["median_us"] for row in rows if row["library"] != "ours"}
        for row in rows:
            ratios = [
                (library, row["median_us"] / peers[row["job"], library])
                for library in ("loro", "pycrdt")
                if (row["job"], library) in peers
            ]
            size = "" if row["bytes"] is None else f"{row['bytes']:11,.1f} B"
            print(
                f"{self._trace:16} {row['job']:22} {row['library']:7} {row['build']:12} {shown(row)}"
                f"{''.join(f'{ratio:7.2f} × {library}' for library, ratio in ratios):32}"
                f"{row['peak_mb']:6.0f} MB {size:14} {'; '.join(verdicts(row, dict(ratios)))}".rstrip(),
                flush=True,
            )


def shown(row: dict) -> str:
    """A time, per keystroke in microseconds or else in milliseconds."""
    if row["job"] in RATIOS or row["job"] == "remote+changes":
        return f"{row['median_us']:9.2f} µs"
    return f"{row['median_us'] / 1000:9.2f} ms"


def verdicts(row: dict, ratios: dict[str, float]) -> list[str]:
    """Each goal of a row of ours and whether it is met."""
    job, build = row["job"], row["build"]
    if row["library"] != "ours":
        return []
    found = []
    if job in RATIOS:
        peer, most = RATIOS[job]
        if peer in ratios:
            found.append(verdict(ratios[peer], most[build], f"× {peer}"))
    if job in MILLISECONDS:
        found.append(verdict(row["median_us"] / 1000, MILLISECONDS[job][build], "ms"))
    if job in BYTES:
        found.append(verdict(row["bytes"], BYTES[job], "B"))
    return found


def verdict(value: float, most: float, unit: str) -> str:
    """One goal and whether it is met."""
    return f"{'met' if value <= most else 'MISSED'} ≤ {most:,g} {unit}"
