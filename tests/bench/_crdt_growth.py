"""The jobs of the growth table: what each does at a size, set-up apart from what is timed."""

from __future__ import annotations

from collections.abc import Callable


def growth_job(name: str, size: int) -> Callable[[], object]:
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
        sent = [text.insert(0, "x") for _ in range(size)]  # each refers to the one before
        return lambda: deliver_reversed(sent)
    if name == "fragments of one character":
        return lambda: [text.insert(number // 2, "x") for number in range(size)]
    if name == "back and forth over one burst":
        text.insert(0, "word")
        return lambda: [text.undo() and text.redo() for _ in range(size)]
    assert name == "undo"
    for _ in range(size):
        text.new_group()
        text.insert(len(text), "x")
    return lambda: [text.undo() for _ in range(size)]


def deliver_reversed(sent: list) -> None:
    """Hand a fresh replica all ops, the last first; what is early waits."""
    from crdt import CausalGap, RichText

    text, waiting = RichText(2), []
    for ops in reversed(sent):
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
    "delete all and type again": 400_000,
    "delivery in reverse": 5_000,
    "fragments of one character": 5_000,
    "undo": 25_000,
    "back and forth over one burst": 5_000,
}
