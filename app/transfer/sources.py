"""
Sources: the files that an import finds, and their text.

Walks folders without ever following a link out of them, opens nothing but ordinary files, decodes under
limits. Every problem is of one file: it is refused with a reason and the walk goes on.
"""

from __future__ import annotations

import codecs
import os
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from app.refusals import Refused

SIZE_MAX: Final = 16 << 20
"""Bytes of one file: the largest state that a document may have."""
LINES_MAX: Final = 200_000
"""Lines of one file. Each becomes a paragraph or so; an editor shows no more at a bearable speed."""

MARKDOWN: Final = frozenset({".md", ".markdown", ".mdown", ".mkd", ".mkdn"})
HTML: Final = frozenset({".html", ".htm", ".xhtml"})
TEXT: Final = frozenset({".txt", ".text"})
NOTES: Final = MARKDOWN | HTML | TEXT
ARCHIVE: Final = ".commonplace"
ENEX: Final = ".enex"

_SYSTEM_FILES: Final = frozenset({"thumbs.db", "desktop.ini"})
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, ""),
    (codecs.BOM_UTF32_BE, ""),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte order marks, the longer first; "" is an encoding that nobody uses for notes."""

HEAD_SIZE: Final = 4096
_CHARSET: Final = re.compile(
    rb"<meta\b[^>]{0,200}\bcharset\s*=\s*[\"']?"
    rb"(iso-8859-\d+|windows-\d+|shift_jis|euc-jp|euc-kr|gb2312|gbk|gb18030|big5|koi8-[ru])\b",
    re.IGNORECASE,
)
"""The encodings that pages are written in besides UTF-8; browsers take the first for `windows-1252`."""

Refuse = Callable[[Path, Exception], None]


class Source(NamedTuple):
    """One file that may become a note."""

    path: Path
    root: Path
    """The folder that was named, or the folder of the file that was; nothing outside of it is read."""
    folders: tuple[str, ...]
    """Names of the folders between the root and the file."""

    @property
    def kind(self) -> str:
        """The name's ending, in lower case."""
        return self.path.suffix.lower()


def find_sources(paths: list[Path], refuse: Refuse) -> Iterator[Source]:
    """
    The files below some paths, in the order of their names.

    Args:
        paths: Files and folders that a person named.
        refuse: Told of what cannot be entered or opened, and of files that are no notes.

    Yields:
        Every ordinary file that is not private to some program; the caller decides by `kind`.
    """
    seen: set[tuple[int, int]] = set()
    for path in paths:
        try:
            facts = path.stat()
        except OSError as error:
            refuse(path, error)
            continue
        if (facts.st_dev, facts.st_ino) in seen:
            refuse(path, Refused("same_path", path=str(path)))
            continue
        seen.add((facts.st_dev, facts.st_ino))
        if stat.S_ISDIR(facts.st_mode):
            yield from _walk(path, refuse)
        elif stat.S_ISREG(facts.st_mode):
            yield Source(path, path.parent, ())
        else:
            refuse(path, Refused("special_file"))


def _walk(root: Path, refuse: Refuse) -> Iterator[Source]:
    """The files below a folder, those of a folder before its folders'."""
    real_root = os.path.realpath(root)
    waiting: list[tuple[Path, tuple[str, ...]]] = [(root, ())]
    while waiting:
        folder, names = waiting.pop()
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            refuse(folder, error)
            continue
        inner: list[tuple[Path, tuple[str, ...]]] = []
        for entry in entries:
            path = Path(entry.path)
            try:
                if entry.is_dir(follow_symlinks=False):
                    if not entry.name.startswith("."):
                        inner.append((path, (*names, entry.name)))
                    continue
                if _is_private(path):
                    continue
                check_ordinary(path, real_root)
            except (OSError, Refused) as error:
                refuse(path, error)
                continue
            yield Source(path, root, names)
        waiting.extend(reversed(inner))


def _is_private(path: Path) -> bool:
    """Whether a file belongs to a system or a program: hidden and no note, or of a known name."""
    name = path.name.lower()
    hidden = name.startswith("._") or (name.startswith(".") and path.suffix.lower() not in NOTES)
    return hidden or name in _SYSTEM_FILES


def check_ordinary(path: Path, real_root: str) -> int:
    """
    Make sure that a path is an ordinary file inside a folder, links resolved.

    Returns:
        Its size in bytes.

    Raises:
        OSError: it cannot be looked at, or is a link in a circle.
        Refused: it is a device, a pipe, a link to a folder, or leads out of the folder.
    """
    facts = path.stat()
    if not stat.S_ISREG(facts.st_mode):
        raise Refused("special_file")
    real = os.path.realpath(path)
    if os.path.commonpath([real, real_root]) != real_root:
        raise Refused("outside")
    return facts.st_size


def read_source(path: Path) -> str:
    """
    The text of a file.

    Returns:
        Its text with line ends as "\\n", without a byte order mark.

    Raises:
        OSError: it cannot be read, or is gone by now.
        Refused: it is empty, too large, or not text.
    """
    with path.open("rb") as file:
        body = file.read(SIZE_MAX + 1)
        if len(body) > SIZE_MAX:
            size = max(os.fstat(file.fileno()).st_size, len(body))
            raise Refused("too_large", size_bytes=size, size_bytes_max=SIZE_MAX)
    text = decode(body, path.suffix.lower()).replace("\r\n", "\n").replace("\r", "\n")
    if not text:
        raise Refused("empty_file")
    if text.count("\n") - text.endswith("\n") >= LINES_MAX:
        raise Refused("too_many_lines", lines=LINES_MAX)
    return text


def decode(body: bytes, kind: str = "") -> str:
    """
    Bytes as text: by their byte order mark, else UTF-8, else (of `kind` HTML) as the page says.

    Raises:
        Refused: they are neither, or hold zero bytes, as no text does.
    """
    mark, encoding = next(((mark, name) for mark, name in _MARKS if body.startswith(mark)), (b"", "utf-8"))
    if not encoding:
        raise Refused("not_encoded")
    try:
        text = body[len(mark) :].decode(encoding)
    except UnicodeDecodeError:
        text = _decode_as_said(body) if kind in HTML else ""
        if not text:
            raise Refused("not_encoded") from None
    if "\x00" in text:
        raise Refused("not_encoded")
    return text


def _decode_as_said(body: bytes) -> str:
    """A page by the encoding that its head names; "" when there is none, or it is wrong."""
    said = _CHARSET.search(body, 0, HEAD_SIZE)
    name = said[1].decode("ascii").lower() if said else ""
    try:
        return body.decode("windows-1252" if name == "iso-8859-1" else name) if name else ""
    except (UnicodeDecodeError, LookupError):
        return ""
