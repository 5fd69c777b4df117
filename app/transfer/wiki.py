"""
What a vault of linked notes means beyond Markdown: `[[names]]`, inline #tags, call-outs, names of blocks.

Obsidian, Logseq, Foam and others write links by name. `Names` finds the file that a name means; `as_ours`
takes from the blocks of a note of a vault what notes here keep elsewhere. Not here: parsing (the rule `wiki`
of `markdown_rules`) and reading files (`pictures`). Invariant: a name only ever means a file of the folder
that is imported.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

from app.transfer.blocks import BREAK, Block, Span, is_embed
from app.transfer.front_matter import TAG_LENGTH_MAX, TAGS_MAX
from app.transfer.sources import NOTES, Source

VAULT: Final = ".obsidian"
"""The folder that makes its parent a vault."""

_TAG: Final = re.compile(r"(?:(?<=\s)|^)#([\w/-]*[^\W\d][\w/-]*)")
"""A tag has a letter: "#1" is a number."""
_CALLOUT: Final = re.compile(rf"\[!([\w-]+)\][+-]?[ \t]*([^{BREAK}]*)(?:{BREAK}|\Z)")
_BLOCK_NAME: Final = re.compile(r"(?:^|\s+)\^[A-Za-z0-9-]+$")


def is_vault(source: Source) -> bool:
    """Whether a file lies in a vault, as far up as the folder that was named."""
    root = source.root
    return any(
        Path(root, *source.folders[:depth], VAULT).is_dir() for depth in range(len(source.folders) + 1)
    )


class Names:
    """The files of an import by what a link may call them."""

    def __init__(self, sources: Iterable[Source]) -> None:
        """`sources`: everything that was found; notes are meant before other files of one name."""
        self._by_name: dict[str, list[str]] = {}
        for source in sources:
            path = os.path.abspath(source.path)
            self._by_name.setdefault(_key(source.path.name), []).append(path)
            if source.kind in NOTES:
                self._by_name.setdefault(_key(source.path.stem), []).append(path)

    def find(self, name: str, folder: str) -> str | None:
        """
        The absolute path of the file that a name means; None where none does.

        Of several the one in the same folder is meant, then the one with the shortest path, as in Obsidian.

        Args:
            name: As between the brackets, without heading and words: "Roses", "Daily/2024-05-01", "a.png".
            folder: Where the link stands.
        """
        parts = [part for part in name.strip().replace("\\", "/").split("/") if part not in ("", ".")]
        if not parts or ".." in parts:
            return None
        paths = self._by_name.get(_key(parts[-1]), [])
        wanted = [_key(part) for part in parts[:-1]]
        fitting = [path for path in paths if _folders(path, len(wanted)) == wanted]
        return min(fitting, key=lambda path: (os.path.dirname(path) != folder, len(path), path), default=None)


def _key(name: str) -> str:
    return name.casefold()


def _folders(path: str, count: int) -> list[str]:
    """The names of the innermost folders that a path lies in."""
    return [_key(part) for part in Path(path).parts[:-1][-count:]] if count else []


class Kept(NamedTuple):
    """A note of a vault as ours: its blocks, and the tags that stood in its text."""

    blocks: list[Block]
    tags: list[str]


def as_ours(blocks: list[Block]) -> Kept:
    """
    Take in what a vault writes into its text.

    Tags stay where they are and are the note's as well; a call-out is a quote with a bold title; a block's
    name, which only links of that program use, goes.
    """
    made: list[Block] = []
    tags: dict[str, None] = {}
    for spans, attributes in blocks:
        kind = attributes.get("kind")
        if kind == "code":
            made.append((spans, attributes))
            continue
        tags.update(dict.fromkeys(_tags(spans)))
        bare = _without_name(spans)
        made.extend(_callout(bare, attributes) if kind == "quote" else [(bare, attributes)])
    return Kept(made, list(tags)[:TAGS_MAX])


def _tags(spans: list[Span]) -> list[str]:
    """The tags in the text of a block, code and links left out."""
    found: list[str] = []
    for span in spans:
        if not is_embed(span) and not span[1].get("code") and "link" not in span[1]:
            found += [tag.strip("/")[:TAG_LENGTH_MAX] for tag in _TAG.findall(span[0])]
    return [tag for tag in found if tag]


def _without_name(spans: list[Span]) -> list[Span]:
    """A block without the name at its end."""
    if not spans or is_embed(spans[-1]) or spans[-1][1]:
        return spans
    text = _BLOCK_NAME.sub("", spans[-1][0])
    return [*spans[:-1], (text, spans[-1][1])] if text else spans[:-1]


def _callout(spans: list[Span], attributes: dict[str, object]) -> list[Block]:
    """A quote that begins as a call-out: its title in bold, then the rest."""
    found = _CALLOUT.match(spans[0][0]) if spans and not spans[0][1] else None
    if found is None:
        return [(spans, attributes)]
    title = found[2].strip() or found[1].replace("-", " ").capitalize()
    rest = [(spans[0][0][found.end() :], spans[0][1]), *spans[1:]]
    if not rest[0][0]:
        rest = rest[1:]
    head: Block = ([(title, {"bold": True})], attributes)
    return [head, (rest, attributes)] if rest else [head]
