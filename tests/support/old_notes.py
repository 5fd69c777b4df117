"""Random edits of notes of the first data model, for tests of what newer ones make of them."""

from __future__ import annotations

import time
from random import Random
from typing import Any

from sync.model import v1
from sync.protocol.rows import PushedDelta
from tests.support.peer import Author

TAGS = ("work", "home", "a/b")


def edited(author: Author, stream: str, note: str, chance: Random) -> list[PushedDelta]:
    """What an author of the first model pushes for a few things done at once with a note; or nothing."""
    stamp = author.clock.tick(time.time_ns() // 1_000_000)
    delta = author.documents[note].edit(stamp, lambda edit: _edit(edit, chance))
    return [] if delta.empty else [author.numbered(stream, note, delta)]


def _edit(edit: Any, chance: Random) -> None:
    for _ in range(chance.randrange(1, 4)):
        what = chance.randrange(8)
        if what == 0:
            v1.set_pinned(edit, chance.random() < 0.5)
        elif what == 1:
            v1.set_trashed(edit, chance.choice([None, chance.randrange(10**12)]))
        elif what == 2:
            v1.add_tag(edit, chance.choice(TAGS), 1)
        elif what == 3:
            v1.remove_tag(edit, chance.choice(TAGS))
        elif what == 4:
            edit.set(("created_ms",), chance.randrange(10**12))
        elif what == 5:
            edit.set(("attachments", "0" * 64), {"name": "x", "mime": "y", "size_bytes": chance.randrange(9)})
        else:
            text = edit.text((chance.choice(("title", "body")),))
            if len(text) and chance.random() < 0.3:
                text.delete(chance.randrange(len(text)), 1)
            else:
                text.insert(chance.randint(0, len(text)), chance.choice(("a", "bc ", "déf")))
