"""
What a person asked for and cannot have: a note that is not there, a folder that is not empty.

Not here: what the world does (`sync.errors`, `OSError`) and the sentences (`wording`).
"""

from __future__ import annotations

from typing import Final

from sync.errors import SyncError

REFUSALS: Final = frozenset(
    {
        "anchors_left",
        "archive_ahead",
        "archive_damaged",
        "archive_future",
        "archive_newer",
        "beyond_text",
        "block_names_left",
        "bundle_does",
        "cancelled",
        "changed_since",
        "comments_shown",
        "empty_file",
        "enex_damaged",
        "empty_query",
        "fields_left",
        "folder_not_empty",
        "html_comments_left",
        "is_window",
        "link_left",
        "name_needed",
        "needs_server",
        "needs_upgrade",
        "nested",
        "no_device",
        "no_invite",
        "no_note",
        "no_notebook",
        "no_person",
        "no_picture",
        "not_encoded",
        "not_note",
        "not_on_server",
        "not_owner",
        "not_picture",
        "not_writable",
        "other_server",
        "outside",
        "personal_notebook",
        "picture_missing",
        "profile_held",
        "same_path",
        "say_yes",
        "several_notebooks",
        "several_notes",
        "shared_notebook",
        "special_file",
        "table_links_left",
        "too_large",
        "too_many_lines",
        "trashed",
        "unknown_version",
        "unsafe_link",
        "unsent",
        "window_gone",
        "wrong_value",
    }
)
"""Every code there is; `wording` has a sentence for each, and a test holds the two together."""


class Refused(SyncError):
    """
    A request that cannot be met; nothing was changed.

    Attributes:
        code: One of REFUSALS.
        facts: What the sentence names: paths, titles, counts. Never the content of a note.
    """

    def __init__(self, code: str, **facts: object) -> None:
        assert code in REFUSALS, code
        super().__init__(code)
        self.code = code
        self.facts = facts
