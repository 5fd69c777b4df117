"""
Text on its way from an input method.

Qt keeps a preedit in the layout of the block the caret is in; it is no part of the text and moves with
nothing. So while there is one, others' edits wait (`binding`), and a commit goes in three steps: the preedit
is taken away, what waited is shown, and the committed text is typed as one exact command.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QTextBlock, QTextCursor

from app.editor.binding import Binding
from app.editor.commands import Commands
from app.editor.surface import Surface


class Composition:
    """What is being composed in one bound view."""

    def __init__(
        self, binding: Binding, commands: Commands, show: Callable[[QInputMethodEvent], None]
    ) -> None:
        """
        Start with nothing composed.

        Args:
            binding: Is told when what waited may be shown.
            commands: Type what is committed.
            show: QTextEdit's own way to show a preedit.
        """
        self._binding: Final = binding
        self._commands: Final = commands
        self._display: Final = show
        self._shown: tuple[Surface, QTextBlock] | None = None
        self.preedit: str = ""

    def take(self, event: QInputMethodEvent) -> None:
        """Do what an input method asks for."""
        committed, replaced = event.commitString(), event.replacementLength()
        preedit = event.preeditString()
        if committed or replaced:
            self._clear()
            self._commit(committed, event.replacementStart(), replaced)
            if preedit:
                self._compose(QInputMethodEvent(preedit, event.attributes()))
        elif preedit:
            if not self.preedit:
                start, end = self._commands.range()
                if start != end:
                    self._commands.delete_range(start, end)
            self._compose(event)
        else:
            was_composing = bool(self.preedit)
            self._show(event)
            self.preedit = ""
            if was_composing:
                self._binding.release()

    def end(self) -> None:
        """Commit what is being composed, as the input method would."""
        if not self.preedit:
            return
        method = QGuiApplication.inputMethod()
        method.commit()
        if self.preedit:  # the platform's input method did not answer at once
            text = self.preedit
            method.reset()
            self._clear()
            self._commit(text, 0, 0)

    def stand_at_caret(self) -> None:
        """Show the preedit where the caret is: a foreign hand's edit before it moves the caret alone."""
        if not self.preedit:
            return
        caret = self._binding.view.textCursor()
        here, place = caret.block(), caret.positionInBlock()
        shown = here.layout()
        if (shown.preeditAreaText(), shown.preeditAreaPosition()) != (self.preedit, place):
            self._take_away(here)
            _set_preedit(here, place, self.preedit)
            self._shown = (self._binding.surface, here)

    def _show(self, event: QInputMethodEvent) -> None:
        """Have Qt show a preedit; it takes one away from the caret's block alone, wherever it was shown."""
        self._display(event)
        here = self._binding.view.textCursor().block()
        self._take_away(here if event.preeditString() else None)
        self._shown = (self._binding.surface, here) if event.preeditString() else None

    def _take_away(self, kept: QTextBlock | None) -> None:
        """Take the preedit from the block it was shown in, if that is not the one where it is kept."""
        if self._shown is not None and self._shown[0] is self._binding.surface and self._shown[1].isValid():
            before = self._shown[1]
            if before.layout().preeditAreaText() and before != kept:
                _set_preedit(before, -1, "")

    def _compose(self, event: QInputMethodEvent) -> None:
        self.preedit = event.preeditString()
        self._show(event)

    def _clear(self) -> None:
        if self.preedit:
            self.preedit = ""
            self._show(QInputMethodEvent("", []))
            self._binding.release()

    def _commit(self, text: str, start_u16: int, length_u16: int) -> None:
        """Type text, in place of a stretch that is given in UTF-16 units from the caret."""
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        self._binding.settle()
        if length_u16:
            at = self._binding.view.textCursor().position() + start_u16
            start, end = self._binding.surface.index(at), self._binding.surface.index(at + length_u16)
            self._binding.standing.select(start, end)
            if not text:
                self._commands.delete_range(start, end)
        if text:
            self._commands.type(text)


def _set_preedit(block: QTextBlock, place_u16: int, text: str) -> None:
    editing = QTextCursor(block)
    editing.beginEditBlock()
    block.layout().setPreeditArea(place_u16, text)
    block.layout().clearFormats()
    editing.endEditBlock()
