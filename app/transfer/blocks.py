"""
Blocks: what every reader here makes and every writer here takes.

A block is `(spans, attributes)`, as `RichText.blocks()` gives them; a span is `(text, marks)`. An embed is
the one character U+FFFC with `marks["embed"]`; a line break inside a block is U+2028, because a newline
ends a block. This module is *not* the CRDT: these are plain lists that anybody may make.

Invariants: `tidy` is idempotent, and two lists of blocks mean the same note exactly when their tidied
forms are equal. Readers return tidied blocks; writers tidy what they are given.
"""

from __future__ import annotations

import base64
import json
from typing import Any, TypeAlias

Marks: TypeAlias = dict[str, Any]
Attributes: TypeAlias = dict[str, Any]
Span: TypeAlias = tuple[str, Marks]
Block: TypeAlias = tuple[list[Span], Attributes]

EMBED = "\ufffc"
"""The character that stands for an embed."""

BREAK = "\u2028"
"""A line break inside one block (Shift+Enter). Qt draws U+2028 so; a newline would end the block."""

LISTS = frozenset({"bullet", "numbered", "check"})
"""Kinds of blocks that are items of a list and have a level from 0."""

JSON_LENGTH_MAX = 65_536
"""Code points of one value read back from an attribute; our own are far shorter, a file's may not be."""


def is_embed(span: Span) -> bool:
    """Whether the span is one embed and not text."""
    return span[0] == EMBED and isinstance(span[1].get("embed"), dict)


def tidy(blocks: list[Block]) -> list[Block]:
    """
    Bring blocks to the one form that stands for what they mean.

    Returns:
        New blocks: equal neighbours merged, empty spans and `None` values gone, embeds one character
        each, attributes complete for their kind and without defaults that mean nothing; at least one.
    """
    return [(tidy_spans(spans), tidy_attributes(attributes)) for spans, attributes in blocks] or [([], {})]


def tidy_spans(spans: list[Span]) -> list[Span]:
    """Merge neighbours with equal marks, drop empty spans, cut runs of one embed into characters."""
    tidied: list[Span] = []
    for text, given in spans:
        marks = {kind: value for kind, value in given.items() if value is not None}
        embed = marks.get("embed")
        if isinstance(embed, dict) and set(text) == {EMBED}:
            marks["embed"] = _tidy_embed(embed)
            tidied.extend((EMBED, dict(marks)) for _ in text)
        elif text and tidied and tidied[-1][1] == marks:
            tidied[-1] = (tidied[-1][0] + text, marks)
        elif text:
            tidied.append((text, marks))
    return tidied


def _tidy_embed(payload: dict[str, Any]) -> dict[str, Any]:
    """A picture always has an `alt`: Markdown cannot tell an empty one from none."""
    return {**payload, "alt": payload.get("alt") or ""} if payload.get("type") == "image" else payload


def tidy_attributes(given: Attributes) -> Attributes:
    """Fill in what a kind always has (a level, a tick), drop what means the same when absent."""
    attributes = {key: value for key, value in given.items() if value is not None}
    kind = attributes.get("kind")
    if kind == "paragraph":
        del attributes["kind"]
        kind = None
    if kind == "heading":
        attributes.setdefault("level", 1)
    elif kind in LISTS:
        attributes.setdefault("level", 0)
        if kind == "check":
            attributes.setdefault("checked", False)
    elif attributes.get("level") == 0:
        del attributes["level"]
    if attributes.get("language") == "":
        del attributes["language"]
    return attributes


def is_plain_picture(payload: Marks) -> bool:
    """Whether an embed is a picture with nothing that an address, words and a name cannot say."""
    return (
        payload.get("type") == "image"
        and {"type", "src", "alt"} <= set(payload) <= {"type", "src", "alt", "name"}
        and all(isinstance(value, str) for value in payload.values())
        and payload["src"] != ""
        and not payload["src"].startswith("note:")
        and payload.get("name") != ""
    )


def code_length(blocks: list[Block], index: int) -> int:
    """How many blocks from `index` on have the same attributes: the lines of one block of code."""
    end = index
    while end < len(blocks) and blocks[end][1] == blocks[index][1]:
        end += 1
    return end - index


def block_text(spans: list[Span]) -> str:
    """The visible text of one block, embeds as U+FFFC."""
    return "".join(text for text, _ in spans)


def reading_text(blocks: list[Block]) -> str:
    """The text for reading and searching: blocks joined by newlines, embeds by what they are called."""
    return "\n".join(
        "".join(_embed_words(span) if is_embed(span) else span[0] for span in spans) for spans, _ in blocks
    )


def _embed_words(span: Span) -> str:
    """What stands for an embed in plain text: the words of a picture, the title of a linked note."""
    embed = span[1]["embed"]
    if embed.get("type") == "divider":
        return "---"
    return str(embed.get("alt") or embed.get("title") or embed.get("name") or "")


def encode_value(value: Any) -> str:
    """
    One value as JSON: sorted keys, letters as they are, bytes as `{"$bytes": base64}`.

    Args:
        value: A CRDT value; tuples become lists.
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_encode_bytes)


def _encode_bytes(value: object) -> dict[str, str]:
    """What JSON has no word for: bytes, and nothing else."""
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode("ascii")}
    raise TypeError(f"not a value: {type(value).__name__}")


def decode_value(text: str) -> Any:
    """
    Read back what `encode_value` wrote, or what a stranger's file claims is that.

    Raises:
        ValueError: not JSON, too long, nested too deeply, or holding NaN or a broken `$bytes`.
    """
    if len(text) > JSON_LENGTH_MAX:
        raise ValueError("value too long")
    try:
        value = json.loads(text, object_hook=_decode_bytes, parse_constant=_refuse_constant)
        if "\\u" in text:
            encode_value(value).encode("utf-8")  # a lone surrogate can be said in JSON and nowhere else
    except RecursionError:
        raise ValueError("value nested too deeply") from None
    return value


def _decode_bytes(value: dict[str, Any]) -> Any:
    """`{"$bytes": …}` back to bytes; every other object as it is."""
    if set(value) == {"$bytes"} and isinstance(value["$bytes"], str):
        return base64.b64decode(value["$bytes"], validate=True)
    return value


def _refuse_constant(name: str) -> float:
    """NaN and the infinities are no values of ours."""
    raise ValueError(f"{name} is not a value")
