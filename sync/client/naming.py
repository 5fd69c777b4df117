"""
What this person said of notebooks here, names and which were deleted, told to the server: one call for each.

What it is not: what is said (storage.notebooks), which is shown at once. Invariants:
- What was said offline is told on the next connection; what was said twice is told once.
- What the server refuses for good is given up: the notebook is as the server has it again.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from sync.client.calls import INTERNAL_ID
from sync.client.events import NotebooksChanged
from sync.client.line import Line
from sync.client.moving import LATER
from sync.protocol.messages import Call, Result

NAME_CALL_ID: Final = INTERNAL_ID << 1
"""Ids from here on, and below those of moves, are about notebooks."""


_ARGUMENT: Final = {"rename_notebook": "name", "hide_notebook": "hidden"}
"""Of each call: under what the value is told."""


class _Said(NamedTuple):
    """Something to be told of a notebook."""

    call: str
    notebook: str
    value: str | bool

    @property
    def about(self) -> tuple[str, str]:
        """What it is about: of this only the latest counts."""
        return self.call, self.notebook


class Naming:
    """What is told of notebooks on one connection."""

    def __init__(self, line: Line) -> None:
        """Nothing is told yet."""
        self._line: Final = line
        self._asked: dict[int, _Said] = {}
        self._put_off: set[tuple[str, str]] = set()
        self._calls = NAME_CALL_ID

    def close(self) -> None:
        """The connection is gone: what was told is told again."""
        self._asked.clear()
        self._put_off.clear()

    @property
    def idle(self) -> bool:
        """Whether nothing is left to be told that can be told now."""
        return not self._asked and not self._due()

    def _due(self) -> list[_Said]:
        store = self._line.store
        said = [_Said("rename_notebook", *row) for row in store.notebooks_to_rename()]
        said += [_Said("hide_notebook", *row) for row in store.notebooks_to_hide()]
        busy = {*(one.about for one in self._asked.values()), *self._put_off}
        return [one for one in said if one.about not in busy]

    def pump(self) -> None:
        """Tell what is due."""
        for one in self._due():
            self._calls += 1
            self._asked[self._calls] = one
            args = {"notebook": one.notebook, _ARGUMENT[one.call]: one.value}
            self._line.send(Call(self._calls, one.call, args))

    def answered(self, result: Result) -> None:
        """Take the answer to one of our calls."""
        said = self._asked.pop(result.id, None)
        if said is None:
            return
        if not result.code:
            self._told(said)
        elif result.code in LATER or (said.call, result.code) == ("hide_notebook", "unknown_call"):
            self._put_off.add(said.about)  # an older server: until it knows the call, this device alone does
        else:
            self._line.note(
                "what was said of a notebook was refused",
                call=said.call,
                notebook=said.notebook,
                code=result.code,
            )
            self._give_up(said)
            self._line.add(NotebooksChanged())

    def _told(self, said: _Said) -> None:
        if isinstance(said.value, bool):
            self._line.store.notebook_hidden(said.notebook, said.value)
        else:
            self._line.store.notebook_named(said.notebook, said.value)

    def _give_up(self, said: _Said) -> None:
        if said.call == "hide_notebook":
            self._line.store.keep_server_hidden(said.notebook)
        else:
            self._line.store.keep_server_name(said.notebook)
