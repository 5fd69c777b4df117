"""Editing traces in the formats of github.com/josephg/editing-traces: read, replayed, delivered."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

Patch = tuple[int, int, str]


class BrokenPromise(Exception):
    """A library did not do what the trace says; the message names both."""


class Trace:
    """
    One trace; sequential ones have ``patches``, concurrent ones ``transactions`` that name their parents.

    Patches that change nothing are left out.
    """

    def __init__(self, path: Path) -> None:
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt", encoding="utf-8") as file:
            found = json.load(file)
        self.name = path.name.split(".")[0]
        self.end: str = found["endContent"]
        self.transactions: list[dict] = found["txns"]
        self.is_concurrent = any("parents" in txn for txn in self.transactions)
        start = found.get("startContent") or ""
        if self.is_concurrent:
            self._begin_with(start)
        else:
            self.transactions = [{"patches": [[0, 0, start]]}, *self.transactions]
        for txn in self.transactions:
            txn["patches"] = [tuple(patch) for patch in txn["patches"] if patch[1] or patch[2]]
        self.patches: list[Patch] = [patch for txn in self.transactions for patch in txn["patches"]]

    def _begin_with(self, start: str) -> None:
        """Make what a concurrent trace starts with a transaction that all others have seen."""
        if start:
            for txn in self.transactions:
                txn["parents"] = [parent + 1 for parent in txn["parents"]] or [0]
            self.transactions.insert(0, {"parents": [], "agent": 0, "patches": [[0, 0, start]]})

    def check(self, text: str) -> None:
        """Refuse a text that is not what the trace ends in."""
        if text != self.end:
            raise BrokenPromise(f"{self.name}: the text is not the trace's endContent")

    def in_bytes(self) -> list[Patch]:
        """The patches of a sequential trace with positions and lengths in bytes of UTF-8."""
        text, found = "", []
        for patch in self.patches:
            found.append(in_bytes(text, patch))
            position, deleted, inserted = patch
            text = text[:position] + inserted + text[position + deleted :]
        return found

    def play_concurrently(self, make: Callable[..., Any], counts_bytes: bool) -> list[tuple[bytes, int]]:
        """
        What each patch sent and which writer sent it, in the order of the log: writers edit what their agents
        had seen then. An agent that writes on two branches at once is two writers.
        """
        writers: list[_Writer] = []
        sent: list[tuple[bytes, int]] = []
        spans: list[tuple[int, int]] = []
        is_ascii = all(patch[2].isascii() for patch in self.patches)
        for number, txn in enumerate(self.transactions):
            past = _Past(self.transactions, number)
            mine = (one for one in writers if one.agent == txn["agent"] and past.has(one.last))
            writer = next(mine, None)
            if writer is None:
                writer = _Writer(txn["agent"], make(len(writers) + 1), len(writers))
                writers.append(writer)
            for missing in past.beyond(writer.seen):
                for place in range(*spans[missing]):
                    writer.library.apply(sent[place][0])
            begun = len(sent)
            for patch in txn["patches"]:
                if counts_bytes and not is_ascii:
                    patch = in_bytes(writer.library.content(), patch)
                sent.append((writer.library.edit_and_encode(*patch), writer.number))
            spans.append((begun, len(sent)))
            writer.seen.add(number)
            writer.last = number
        return sent


class _Writer:
    """One replica: an agent on one branch, what it has seen, and its last transaction (-1: none yet)."""

    def __init__(self, agent: int, library: Any, number: int) -> None:
        self.agent, self.library, self.number = agent, library, number
        self.seen: set[int] = set()
        self.last = -1


class _Past:
    """What happened before a transaction. A transaction stands behind its parents in the log."""

    def __init__(self, transactions: list[dict], number: int) -> None:
        self._transactions = transactions
        self._parents: list[int] = transactions[number]["parents"]

    def has(self, wanted: int) -> bool:
        """Whether a transaction is among them; so then is all that its writer had seen."""
        stack, met = list(self._parents), set()
        while stack:
            number = stack.pop()
            if number == wanted:
                return True
            if number > wanted and number not in met:
                met.add(number)
                stack.extend(self._transactions[number]["parents"])
        return wanted < 0

    def beyond(self, seen: set[int]) -> list[int]:
        """Those that are not in ``seen``, which ends up with them, in the order of the log."""
        missing, stack = [], list(self._parents)
        while stack:
            number = stack.pop()
            if number not in seen:
                seen.add(number)
                missing.append(number)
                stack.extend(self._transactions[number]["parents"])
        return sorted(missing)


def in_bytes(text: str, patch: Patch) -> Patch:
    """A patch of a text with its position and length in bytes of UTF-8."""
    position, deleted, inserted = patch
    if text.isascii():
        return patch
    return len(text[:position].encode()), len(text[position : position + deleted].encode()), inserted


def deliver(library: Any, sent: list[tuple[bytes, int]], random: Random | None) -> None:
    """
    Hand everything to a replica of ours in another order: each writer's in turn, as far as it does not wait.

    Without a ``random`` the writers come in ascending order, one until it waits for another; with one, in
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
                    library.apply(queue[-1])
                except CausalGap:
                    break
                queue.pop()
                if not queue:
                    del queues[author]
                    break
        if sum(map(len, queues.values())) == before:
            raise BrokenPromise("everybody's ops wait for somebody else's")


def load_trace(path: str) -> Trace:
    """The trace in a file."""
    return Trace(Path(path))
