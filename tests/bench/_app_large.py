"""
A note as long as notes get: 20,000 blocks of every kind, about a megabyte of Markdown.
"""

from __future__ import annotations

import random

LARGE_BLOCKS = 20_000
_WORDS = (
    *("the", "quick", "brown", "fox", "jumps", "over", "a", "lazy", "dog", "while", "rain", "falls"),
    *("on", "old", "stone", "walls", "and", "nobody", "minds", "very", "much", "about", "it"),
)


def large_note(blocks: int = LARGE_BLOCKS, seed: int = 1) -> str:
    """Markdown of so many blocks, the same for the same seed."""
    chance = random.Random(seed)

    def words(count: int) -> str:
        return " ".join(chance.choice(_WORDS) for _ in range(count))

    parts: list[str] = []
    left = blocks
    while left > 0:
        kind = chance.random()
        if kind < 0.05:
            parts.append("#" * chance.randint(1, 3) + " " + words(5))
            left -= 1
        elif kind < 0.3:
            count = min(left, chance.randint(2, 6))
            parts.append("\n".join(f"- {words(9)}" for _ in range(count)))
            left -= count
        elif kind < 0.4:
            parts.append(f"> {words(11)}")
            left -= 1
        elif kind < 0.45:
            count = min(left, 5)
            parts.append("```py\n" + "\n".join(f"value_{n} = compute({n})" for n in range(count)) + "\n```")
            left -= count
        elif kind < 0.7:
            parts.append(
                f"{words(4)} **{words(2)}** and *{words(1)}* [{words(2)}](https://example.org) {words(4)}"
            )
            left -= 1
        else:
            parts.append(words(12))
            left -= 1
    return "\n\n".join(parts) + "\n"
