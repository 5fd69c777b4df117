"""
The languages a code block may be said to be in, and the menu to choose one.

A language is a word that export writes behind the fence; nothing here knows more of it than its name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

if TYPE_CHECKING:
    from app.editor.note_edit import NoteEdit

LANGUAGES: Final = {
    "": "Plain Text",
    "bash": "Bash",
    "c": "C",
    "cpp": "C++",
    "csharp": "C#",
    "css": "CSS",
    "diff": "Diff",
    "go": "Go",
    "html": "HTML",
    "java": "Java",
    "javascript": "JavaScript",
    "json": "JSON",
    "kotlin": "Kotlin",
    "latex": "LaTeX",
    "lua": "Lua",
    "markdown": "Markdown",
    "php": "PHP",
    "python": "Python",
    "ruby": "Ruby",
    "rust": "Rust",
    "sql": "SQL",
    "swift": "Swift",
    "toml": "TOML",
    "typescript": "TypeScript",
    "xml": "XML",
    "yaml": "YAML",
}
_FIRST_WORD: Final = re.compile(r"[^\s,{]+")
_SHORT: Final = {
    "sh": "bash",
    "shell": "bash",
    "c++": "cpp",
    "cs": "csharp",
    "js": "javascript",
    "md": "markdown",
    "py": "python",
    "rb": "ruby",
    "rs": "rust",
    "ts": "typescript",
    "yml": "yaml",
}


def name_of(language: str) -> str:
    """
    Give the name of a language as people write it; one that is not known here is its own name.

    Other programs write more behind the fence, as in "rust,ignore": the first word is the language.
    """
    word = _FIRST_WORD.match(language.lower())
    first = word[0] if word is not None else language
    known = LANGUAGES.get(_SHORT.get(first, first))
    return language if known is None else known


def language_menu(view: NoteEdit, number: int) -> QMenu:
    """Make the menu of the code block around a block; the caller shows it."""
    menu = QMenu(QCoreApplication.translate("languages", "Language"), view)
    group = QActionGroup(menu)
    current = view.commands.language_of(number)
    listed = dict(LANGUAGES) if _SHORT.get(current, current) in LANGUAGES else {current: current, **LANGUAGES}
    for language, name in listed.items():
        label = name if language else QCoreApplication.translate("languages", name)
        action = menu.addAction(label)
        action.setCheckable(True)
        action.setChecked(language == _SHORT.get(current, current))
        action.triggered.connect(lambda _=False, chosen=language: view.commands.set_language(number, chosen))
        group.addAction(action)
    return menu
