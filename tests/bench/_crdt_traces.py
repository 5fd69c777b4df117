"""Editing traces in the format of github.com/josephg/editing-traces, and the jobs of the growth table."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

Patch = tuple[int, int, str]


class Trace:
    """
    One trace; sequential ones have ``patches``, concurrent ones ``transactions`` that name their parents.
    """

    def __init__(self, path: Path) -> None:
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt", encoding="utf-8") as file:
            found = json.load(file)
        self.name = path.name.split(".")[0]
        self.end = found["endContent"]
        self.is_concurrent = found.get("numAgents", 1) > 1
        self.transactions = found["txns"]
        self.patches: list[Patch] = []
        if not self.is_concurrent:
            start = found.get("startContent") or ""
            self.patches = [(0, 0, start)] if start else []
            self.patches += [tuple(patch) for txn in self.transactions for patch in txn["patches"]]

    def check(self, text: str) -> None:
        """Fail unless a text is what the trace ends in."""
        if text != self.end:
            raise SystemExit(f"{self.name}: the text is not the trace's endContent")

    def in_bytes(self) -> list[Patch]:
        """The patches with positions and lengths in bytes of UTF-8."""
        text, found = "", []
        for position, deleted, inserted in self.patches:
            if text.isascii():
                found.append((position, deleted, inserted))
            else:
                gone = len(text[position : position + deleted].encode())
                found.append((len(text[:position].encode()), gone, inserted))
            text = text[:position] + inserted + text[position + deleted :]
        return found

    def play_concurrently(self, make: Callable[..., Any]) -> list[tuple[bytes, int]]:
        """
        What each transaction sent, and who, in the order of the log: agents edit what they had seen then.
        """
        agents: dict[int, Any] = {}
        seen: dict[int, set[int]] = {}
        sent: list[tuple[bytes, int]] = []
        origin: list[list[int]] = []
        for number, txn in enumerate(self.transactions):
            agent = txn["agent"]
            writer = agents.setdefault(agent, make(agent + 1))
            have = seen.setdefault(agent, set())
            missing, stack = [], list(txn["parents"])
            while stack:
                parent = stack.pop()
                if parent not in have:
                    have.add(parent)
                    missing.append(parent)
                    stack.extend(self.transactions[parent]["parents"])
            for parent in sorted(missing):
                for place in origin[parent]:
                    writer.apply(*sent[place])
            origin.append([])
            for patch in txn["patches"]:
                origin[number].append(len(sent))
                sent.append((writer.edit_and_encode(*patch), writer.rid))
            have.add(number)
        return sent


def deliver(library: Any, sent: list[tuple[bytes, int]], random: Random | None) -> None:
    """
    Hand everything to a replica in another order: each author's ops in turn, as far as they do not wait.

    Without a ``random`` the authors come in ascending order, one until it waits for another; with one, in
    random order and for a random while.
    """
    from crdt import CausalGap

    queues: dict[int, list[bytes]] = {}
    for one, author in reversed(sent):
        queues.setdefault(author, []).append(one)
    while queues:
        authors = sorted(queues)
        if random is not None:
            random.shuffle(authors)
        before = sum(map(len, queues.values()))
        for author in authors:
            queue = queues[author]
            for _ in range(random.randint(1, 200) if random is not None else len(queue)):
                try:
                    library.apply(queue[-1], author)
                except CausalGap:
                    break
                queue.pop()
                if not queue:
                    del queues[author]
                    break
        assert sum(map(len, queues.values())) < before, "somebody's ops wait for nobody"


def load_trace(path: str) -> Trace:
    """The trace in a file."""
    return Trace(Path(path))


def growth_patches(make: Callable[..., object], name: str, size: int) -> Callable[[], object]:
    """The act that a row of the growth table times, with its set-up done."""
    from crdt import RichText

    text = RichText(1)
    if name == "concurrent inserts at one place":
        base = text.insert(0, "()")
        batches = []
        for rid in range(2, size + 2):
            other = RichText(rid)
            other.apply(base)
            batches.append(other.insert(1, "x"))
        return lambda: [text.apply(ops) for ops in batches]
    if name == "alternating marks":
        text.insert(0, "word " * (size + 10))
        spans = [(number * 7 % size * 5, number % 3) for number in range(size)]
        kinds = ("bold", "italic", "link")
        return lambda: [text.format(at, at + 50, kinds[kind], at) for at, kind in spans]
    if name == "delete all and type again":

        def act() -> None:
            for _ in range(size // 100):
                text.insert(0, "x" * 100)
                text.delete(0, 100)

        return act
    if name == "delivery in reverse":
        sent = [text.insert(0, "x") for _ in range(size)]
        return lambda: deliver_reversed(sent)
    if name == "fragments of one character":
        return lambda: [text.insert(number // 2, "x") for number in range(size)]
    assert name == "undo"
    for _ in range(size):
        text.new_group()
        text.insert(len(text), "x")
    return lambda: [text.undo() for _ in range(size)]


def deliver_reversed(sent: list) -> None:
    """Hand a fresh replica all ops, the last first, in blocks of 50; what is early waits."""
    from crdt import CausalGap, RichText

    text, waiting = RichText(2), []
    for begin in range(0, len(sent), 50):
        for ops in reversed(sent[begin : begin + 50]):
            waiting.append(ops)
            while waiting:
                try:
                    text.apply(waiting[-1])
                except CausalGap:
                    break
                waiting.pop()
    assert not waiting


GROWTH = {
    "concurrent inserts at one place": 400,
    "alternating marks": 400,
    "delete all and type again": 10_000,
    "delivery in reverse": 5_000,
    "fragments of one character": 5_000,
    "undo": 5_000,
}
