"""
What a vault of linked notes means beyond Markdown: `[[names]]`, call-outs, names of blocks.

Obsidian, Logseq, Foam and others write links by name. `Names` finds the file that a name means; `as_ours`
takes from the blocks of a note of a vault what notes here say in another way. Not here: parsing
(`vault_rules`, and the rule `wiki` of `markdown_rules`) and reading files (`pictures`). Invariant: a name
only ever means a file of the folder that is imported.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

from app.transfer.blocks import BREAK, Block, Span, block_text, is_embed
from app.transfer.sources import NOTES, Source

VAULT: Final = ".obsidian"
"""The folder that makes its parent a vault."""

LOOKED_AT_SIZE: Final = 1 << 20
"""Bytes of a file that are looked through for a link by name."""

_NAMED: Final = re.compile(r"\[\[([^\[\]|#\n]{1,400})[\]|#]")
_CALLOUT: Final = re.compile(r"\[!([\w-]+)(?:\|[^\]]*)?\][+-]?[ \t]*")
_PLAIN_CALLOUTS: Final = frozenset({"note", "quote", "cite"})
"""Kinds of call-outs that say nothing that a quote with a title does not."""
_COMMENT: Final = "%%"
"""Stands at both ends of one."""
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
        self._roots: dict[str, str] = {}
        for source in sources:
            path = os.path.abspath(source.path)
            self._roots[path] = os.path.abspath(source.root)
            self._by_name.setdefault(_key(source.path.name), []).append(path)
            if source.kind in NOTES:
                self._by_name.setdefault(_key(source.path.stem), []).append(path)

    def find(self, name: str, folder: str) -> str | None:
        """
        The absolute path of the file that a name means; None where none does.

        Of several the one in the same folder is meant, then one below the same folder that was named for the
        import, then the one with the shortest path, as in Obsidian. A name with a way up is a path from
        the folder.

        Args:
            name: As between the brackets, without heading and words: "Roses", "Daily/2024-05-01", "a.png".
            folder: Where the link stands.
        """
        parts = [part for part in name.strip().replace("\\", "/").split("/") if part not in ("", ".")]
        if not parts:
            return None
        paths = self._by_name.get(_key(parts[-1]), [])
        if ".." in parts:
            place = _key(os.path.normpath(os.path.join(folder, *parts)))
            return next(
                (path for path in paths if place in (_key(path), _key(os.path.splitext(path)[0]))), None
            )
        wanted = [_key(part) for part in parts[:-1]]
        fitting = [path for path in paths if _folders(path, len(wanted)) == wanted]

        def distance(path: str) -> tuple[bool, bool, int, str]:
            is_apart = not Path(folder).is_relative_to(self._roots[path])
            return os.path.dirname(path) != folder, is_apart, len(path), path

        return min(fitting, key=distance, default=None)


def _key(name: str) -> str:
    """A name by which another finds it: case means nothing, nor whether accents are letters of their own."""
    return unicodedata.normalize("NFC", name).casefold()


def _folders(path: str, count: int) -> list[str]:
    """The names of the innermost folders that a path lies in."""
    return [_key(part) for part in Path(path).parts[:-1][-count:]] if count else []


def are_linked(sources: Iterable[Source], names: Names) -> bool:
    """
    Whether one of some notes links to a file of the import by name, as only programs for vaults do.

    Cost: reads the beginning of every file until there is such a link.
    """
    for source in sources:
        try:
            with source.path.open("rb") as file:
                body = file.read(LOOKED_AT_SIZE)
        except OSError:
            continue  # its own turn says why
        if b"[[" not in body:
            continue
        text = body.decode("utf-8", "replace")
        folder = os.path.abspath(source.path.parent)
        if any(names.find(found[1], folder) for found in _NAMED.finditer(text)):
            return True
    return False


class Kept(NamedTuple):
    """The blocks of a note of a vault as ours, and what of it has no place here."""

    blocks: list[Block]
    names: int
    """Names of blocks that were left out."""
    comments: int
    """Comments, which only that program hides."""


def as_ours(blocks: list[Block]) -> Kept:
    """
    Take in what a vault writes into its text.

    A call-out is a quote with a bold title that says its kind; a block's name, which only links of that
    program use, goes; comments are text.
    """
    made: list[Block] = []
    names = signs = 0
    for spans, attributes in blocks:
        kind = attributes.get("kind")
        if kind == "code":
            made.append((spans, attributes))
            continue
        bare = _without_name(spans)
        names += bare != spans
        signs += sum(text.count(_COMMENT) for text, marks in bare if not marks.get("code"))
        made.extend(_callout(bare, attributes) if kind == "quote" else [(bare, attributes)])
    return Kept(made, names, signs // 2)


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
    title, rest = _first_line([(spans[0][0][found.end() :], {}), *spans[1:]])
    kind = found[1].replace("-", " ").capitalize()
    words = block_text(title).strip()
    if not words:
        title = [(kind, {})]
    elif found[1].lower() not in _PLAIN_CALLOUTS and not words.casefold().startswith(kind.casefold()):
        title = [(f"{kind}: ", {}), *title]
    head: Block = ([(text, {**marks, "bold": True}) for text, marks in title], attributes)
    return [head, (rest, attributes)] if rest else [head]


def _first_line(spans: list[Span]) -> tuple[list[Span], list[Span]]:
    """The spans up to the first line break, and those behind it; nothing that is empty."""
    head: list[Span] = []
    rest: list[Span] = []
    for number, (text, marks) in enumerate(spans):
        before, sign, behind = text.partition(BREAK)
        head.append((before, marks))
        if sign:
            rest = [(behind, marks), *spans[number + 1 :]]
            break
    return [span for span in head if span[0]], [span for span in rest if span[0]]
