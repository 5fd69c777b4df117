"""
Clipboard and drag and drop of one bound view: exact deletions and insertions, never Qt's.

Not here: formats of the clipboard (`paste`). Pictures and files go to callbacks of the view, which keep the
bytes and give the embed back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QBuffer, QIODevice, QMimeData, Qt
from PySide6.QtGui import QDropEvent, QImage

from app.editor import paste
from app.editor.commands import Blocks, Commands
from app.editor.keys import EMBED, OBJECT
from app.editor.list_keys import kind_of
from app.editor.looks import look_of
from app.transfer.blocks import reading_text

if TYPE_CHECKING:
    from app.editor.note_edit import NoteEdit


class Exchange:
    """Takes and gives pieces of text."""

    def __init__(self, view: NoteEdit, commands: Commands) -> None:
        """Args: view: Has the selection and the callbacks; commands: Carry out what is taken."""
        self._view: Final = view
        self._commands: Final = commands

    def copy(self) -> QMimeData:
        """Give the selection."""
        return paste.mime_of(self._commands.blocks_between(*self._commands.range()))

    @staticmethod
    def can_take(mime: QMimeData | None) -> bool:
        """Whether there is something for a note in it; an empty clipboard is None."""
        return mime is not None and (
            mime.hasFormat(paste.BLOCKS_TYPE)
            or mime.hasHtml()
            or mime.hasText()
            or mime.hasImage()
            or mime.hasUrls()
        )

    def take(self, mime: QMimeData) -> bool:
        """Put a clipboard's content in place of the selection."""
        start, end = self._commands.range()
        return self.take_at(mime, start, end)

    def take_at(self, mime: QMimeData, start: int, end: int) -> bool:
        """Put a clipboard's content in place of start <= i < end."""
        blocks = self._blocks(mime, start)
        return blocks is not None and self._commands.insert_blocks_at(start, end, blocks)

    def take_plain(self, mime: QMimeData) -> bool:
        """Put the text alone in place of the selection."""
        start, end = self._commands.range()
        return mime.hasText() and self._commands.insert_blocks_at(start, end, self._plain(mime.text(), start))

    def _blocks(self, mime: QMimeData, index: int) -> Blocks | None:
        """What a clipboard holds, in the form that says most."""
        exact = paste.blocks_of_ours(mime)
        if self._in_code(index) and (exact is not None or mime.hasText()):
            return self._plain(reading_text(list(exact)) if exact is not None else mime.text(), index)
        if exact is not None:
            return exact
        pictures = self._pictures(mime)
        if pictures is not None:
            return pictures
        if mime.hasHtml():
            return paste.blocks_of_html(mime.html())
        if mime.hasText():
            text = mime.text()
            if self._view.read_markdown is not None and paste.looks_like_markdown(text):
                return self._view.read_markdown(text)
            return self._plain(text, index)
        return None

    def _in_code(self, index: int) -> bool:
        mirror = self._view.bound.mirror
        return kind_of(mirror.blocks[mirror.locate(index)[0]]) == "code"

    def _plain(self, text: str, index: int) -> Blocks:
        """
        Plain text as blocks of the kind and with the marks of the place; in a heading only the first line.
        """
        binding = self._view.bound
        marks = binding.typing_marks(index)
        attributes = self._commands.attributes_at(index)
        is_heading = (
            look_of(binding.mirror.blocks[binding.mirror.locate(index)[0]].attributes).kind == "heading"
        )
        return [
            ([(line, marks)] if line else [], {} if is_heading and number else attributes)
            for number, line in enumerate(paste.plain_lines(text))
        ]

    def _pictures(self, mime: QMimeData) -> Blocks | None:
        """Pictures and files, kept by the view's callbacks; None if there are none or nobody keeps them."""
        if mime.hasUrls() and self._view.take_files is not None:
            paths = [url.toLocalFile() for url in mime.urls() if url.isLocalFile()]
            payloads = self._view.take_files(paths) if paths else []
            if payloads:
                return [([(OBJECT, {EMBED: dict(payload)}) for payload in payloads], {})]
        if not mime.hasImage() or self._view.take_picture is None or (mime.hasHtml() and mime.hasText()):
            return None
        picture = mime.imageData()
        if not isinstance(picture, QImage) or picture.isNull():
            return None
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        picture.save(buffer, "PNG")  # type: ignore[call-overload]  # a format's name is a str, whatever the stub says
        payload = self._view.take_picture(bytes(buffer.data().data()), "")
        return None if payload is None else [([(OBJECT, {EMBED: dict(payload)})], {})]

    def drop(self, event: QDropEvent) -> bool:
        """
        Put a drop where it fell; within the note a move takes the text away from where it was.

        Returns:
            Whether something was dropped.
        """
        target = self._view.index_of(self._view.cursorForPosition(event.position().toPoint()).position())
        start, end = self._commands.range()
        is_own = event.source() in (self._view, self._view.viewport()) and start != end
        if is_own and event.dropAction() == Qt.DropAction.MoveAction:
            done = self._commands.move(start, end, target)
        elif is_own and start <= target <= end:
            done = False
        else:
            done = self.take_at(event.mimeData(), target, target)
        return done
