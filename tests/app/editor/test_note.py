"""What the editor asks of a note, and who can answer."""

from __future__ import annotations

import inspect

import pytest

from app.editor.note import Note
from app.open_note import OpenNote
from tests.support.editor_world import LoopNote

ASKED = [name for name in vars(Note) if not name.startswith("_")]


@pytest.mark.parametrize("kind", [OpenNote, LoopNote])
def test_a_note_has_all_the_editor_asks_for(kind):
    source = "\n".join(
        inspect.getsource(parent)
        for parent in kind.__mro__
        if parent.__module__.split(".")[0] in ("app", "tests")
    )
    missing = [name for name in ASKED if not hasattr(kind, name) and f"self.{name} =" not in source]
    assert not missing
