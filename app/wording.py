"""
Words for errors: one sentence each that says what the person can do.

The only place that turns an error into a sentence. Translating is injected (`use_translator`), so that the
command line needs no Qt. A test proves that every class and code has its words. Not here: words of status
and banners (`models/sync_words`).
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Mapping
from typing import Final

from app.refusals import Refused
from crdt.errors import CausalGap, ClockAhead, CrdtError, LimitExceeded, MalformedOp, OutOfRange
from sync.errors import (
    AuthFailed,
    LocalProtocolError,
    RemoteProtocolError,
    StoreUnavailable,
    SyncError,
    UpgradeStopped,
    VersionTooNew,
)

STORE: Final[Mapping[str, str]] = {
    "empty": "{path} is empty, so it is not a library. Restore a backup, or choose another profile.",
    "not_a_store": "{path} is damaged, or no library. Restore a copy from “backups”, or use another profile.",
    "damaged": "{path} is damaged and was left as it is. Restore a copy from “backups” beside it.",
    "locked": "Another program is using {path}. Close it and try again.",
    "read_only": "{path} cannot be written. Check who may write in that folder.",
    "no_space": "The disk is full. Free some space; what is stored so far is safe.",
    "cannot_open": "{path} cannot be opened. Check that the folder exists and may be read.",
    "io": "The disk reported an error for {path}. Check the disk, and make a backup.",
    "newer": "{path} was written by a newer Commonplace and can only be read. Update Commonplace to edit.",
    "unreachable": "The database of {path} cannot be reached. Check that it runs; nothing was lost.",
    "missing": "That is not in the library any more. Look for it in the list again.",
}

AUTH: Final[Mapping[str, str]] = {
    "bad_credentials": "The e-mail or the password is wrong. Try again, or ask the server's owner.",
    "taken": "There is an account with this e-mail already. Sign in instead.",
    "closed": "This server takes new accounts only by invitation, or none. Ask its owner for a link.",
    "weak_password": "The password is too short. Choose one of at least 8 characters.",
    "bad_email": "That is not an e-mail address. Check it and try again.",
    "rate": "Too many attempts. Wait {seconds} s and try again.",
    "disabled": "The account is disabled. Ask the server's owner. Your notes are safe on this computer.",
    "expired": "You were signed out because the sign-in expired. Sign in again; your edits are safe here.",
    "invalid": "The server does not know this sign-in. Sign in again; your edits are safe here.",
    "revoked": "This device was signed out by the account's owner. Sign in again; your edits are safe here.",
    "wrong_account": "This library belongs to another account. Sign in as that one, or use another profile.",
    "local_only": "You are not signed in. Sign in first; your notes are safe on this computer.",
    "offline": "The server cannot be reached. Check the address and the network, then try again.",
    "timeout": "The server did not answer in time. Try again later; your edits are safe here.",
    "wrong_server": "Another server answers at this address. Check the address.",
    "insecure": "That address is not encrypted. Use one that begins with wss:// or https://.",
    "internal": "The server had a problem of its own. Try again later; your edits are safe here.",
    "none": "There is no such notebook, or it is not shared with you. Ask its owner for a link.",
    "forbidden": "Only an owner of the notebook can do that. Ask one of them.",
    "no_account": "Nobody on this server has that e-mail. Check it, or send a link instead.",
    "no_member": "That person is not a member of the notebook any more. Look at the list again.",
    "maker": "Whoever made a notebook stays its owner. Move the notes to another notebook instead.",
    "limit": "There are too many of them already. Remove one that is not needed any more, then try again.",
    "bad_args": "The server does not understand that. Check what you gave, or update Commonplace.",
    "bad_link": "That is not a link to an invitation. Copy the whole address and try again.",
    "invite_none": "The server does not know this invitation. Check that you have the whole link.",
    "invite_expired": "This invitation is over. Ask whoever sent it for a new link.",
    "invite_used": "This invitation was used up by others. Ask whoever sent it for a new link.",
    "invite_revoked": "This invitation was taken back. Ask whoever sent it for a new link.",
    "invite_spent": "You were taken out of this notebook. Ask its owner to let you in again.",
}

PROTOCOL: Final[Mapping[str, str]] = {
    "bad_frame": "The server's answer makes no sense. Check the address, and update Commonplace.",
    "unknown_kind": "The server speaks a newer language. Update Commonplace.",
    "unexpected": "The server answered out of turn. Try again; if it stays, tell the server's owner.",
    "too_big": "The server's answer is larger than allowed. Try again; if it stays, tell the server's owner.",
}

LOCAL: Final[Mapping[str, str]] = {
    "too_big": "That is too large to be sent in one piece. Split it into several notes.",
    "unsayable": "That holds a value which cannot be sent. Leave it out and try again.",
}

UPGRADE: Final[Mapping[str, str]] = {
    "cancelled": "Stopped. Your notes are as they were.",
    "no_need": "There is nothing to upgrade: your notes have the version that is in use.",
    "too_old": "Update Commonplace first: it does not know the newer version of your notes yet.",
    "wait": "The server has not been upgraded yet. Your edits are kept here; try again when it has been.",
    "offline": "The server cannot be reached. Try again when you are online; your notes are as they were.",
    "signed_out": "You are signed out. Sign in, then upgrade; your notes are as they were.",
    "disk": "There is too little room on the disk. Free some, then upgrade; your notes are as they were.",
    "read_only": "This library can only be read. Update Commonplace first.",
    "busy": "An upgrade is under way already. Wait until it is done.",
}

CRDT: Final[Mapping[type[CrdtError], str]] = {
    CrdtError: "That cannot be done to this note. Nothing was changed; try it another way.",
    MalformedOp: "That is damaged; nothing was changed. Get it again from where it came.",
    CausalGap: "An earlier edit has not arrived yet. Wait: it will be shown when it comes.",
    ClockAhead: "An edit claims to come from the future. Check this computer's date and time.",
    LimitExceeded: "That is too large for one note. Split it into several.",
    OutOfRange: "The place lies outside of the note's text. Look at the note again and choose another.",
}

REFUSED: Final[Mapping[str, str]] = {
    "anchors_left": "Links to places that are no headings ({count}) lead to whole notes. Look there by hand.",
    "archive_ahead": "The archive is ahead of this library, which wrote it. Import it into a new profile.",
    "archive_damaged": "It is damaged or no archive of Commonplace. Get it again from where it came.",
    "archive_future": "Its edits come from the future. Check this computer's date and time, and try again.",
    "archive_newer": "A newer Commonplace wrote this archive. Update Commonplace, then import it again.",
    "beyond_text": "The text has no place {index}. Choose one from 0 to {length}.",
    "block_names_left": "Names of blocks (^name, {count}) were left out. Link to the note instead.",
    "bundle_does": "On macOS the application bundle says which links it opens. Install Commonplace as one.",
    "say_yes": "Nothing was done. To begin, say “commonplace upgrade --yes”.",
    "empty_query": "There is nothing to search for. Give at least one word.",
    "changed_since": "The note has changed since, so this cannot be done again. Do it by hand, or export it.",
    "comments_shown": "Comments between %% ({count}) are text here. Delete what nobody else is to see.",
    "html_comments_left": "Comments of HTML ({count}) were left out. Copy by hand what they say.",
    "cancelled": "Stopped. What was done so far stays; run it again to go on.",
    "enex_damaged": "The file ends in its middle or is damaged. Export it again; what came before is here.",
    "empty_file": "It is empty. Write something into it and import it again.",
    "fields_left": "Its front matter has fields that notes here do not have: {fields}. Copy them by hand.",
    "folder_not_empty": "{path} is not empty. Choose an empty or a new folder: nothing is overwritten.",
    "is_window": "The window is open and does that itself. Use it there, or close it first.",
    "link_left": "It links to {address}, which was not imported. Attach that file by hand.",
    "name_needed": "A notebook needs a name. Type at least one letter.",
    "nested": "Its lists or quotes are nested more than {levels} deep. Flatten them and import it again.",
    "no_device": "There is no device {name} that is signed in. See them with “commonplace devices”.",
    "no_invite": "This notebook has no link {name}. See them with “commonplace share NOTEBOOK --list”.",
    "no_notebook": "There is no notebook “{name}”. See the list of them with “commonplace notebooks”.",
    "no_note": "There is no note “{name}”. See the list of them with “commonplace list”.",
    "not_encoded": "Its letters are not in UTF-8 or UTF-16. Save it as UTF-8 and import it again.",
    "not_note": "It is not a kind of file that can be imported. Markdown, HTML, text, archives and ENEX can.",
    "not_picture": "{address} is no picture, so only its description was kept. Attach the file by hand.",
    "not_on_server": "“{name}” is on this computer only. Sign in and sync first, then share it.",
    "needs_server": "The server has the notes in an older version without this. Ask its owner to upgrade it.",
    "needs_upgrade": "The notes here have an older version without this. Say “commonplace upgrade” first.",
    "not_owner": "“{name}” belongs to others. Ask its owner, or leave it: its notes stay on this computer.",
    "not_writable": "You may read this notebook but not change it. Ask its owner to make you an editor.",
    "outside": "It leads out of the imported folder and was left alone. Copy what it leads to inside.",
    "no_person": "{name} is no member. See who is one with “commonplace share NOTEBOOK --list”.",
    "no_picture": "The picture {address} is not on this computer. Sync first, then export again.",
    "personal_notebook": "New notes go to “{name}”, so it stays. Delete its notes, or give it another name.",
    "picture_missing": "The file {address} is not there. Put it back and import the note again.",
    "profile_held": "Another command is using this library. Wait until it is done and try again.",
    "same_path": "{path} is named twice. Name each file or folder once.",
    "several_notebooks": "{count} notebooks are called “{name}”. Use the id of one: {ids}.",
    "several_notes": "{count} notes answer to “{name}”. Use the id of one: {ids}.",
    "shared_notebook": "Others ({count}) are in “{name}”. Take them out first, then delete it.",
    "special_file": "It is not an ordinary file. Copy its content into one and import that.",
    "table_links_left": "Links in tables ({count}) are text here. Make links again below them by hand.",
    "too_large": "It has {size_bytes} bytes and at most {size_bytes_max} can be imported. Split it.",
    "too_many_lines": "It has more than {lines} lines. Split it and import the parts.",
    "other_server": "The link is to {address}; you are signed in elsewhere. Use another profile for it.",
    "trashed": "The note is in the trash. Take it out with “commonplace trash NOTE --undo” first.",
    "unsafe_link": "A link to {address} was left out, because only web, mail and note links are safe.",
    "unknown_version": "The note has no version {version}. See its versions with “commonplace history”.",
    "unsent": "Edits and files are not on the server and in no export: {count}. Sync or export them first.",
    "window_gone": "The window closed before it answered. Run the command again.",
    "wrong_value": "{option} cannot be “{value}”. {instead}",
}

SYSTEM: Final[Mapping[int, str]] = {
    errno.ENOSPC: "The disk is full. Free some space and try again.",
    errno.EDQUOT: "Your share of the disk is full. Free some space and try again.",
    errno.EACCES: "You may not do that with {path}. Check its permissions.",
    errno.EPERM: "You may not do that with {path}. Check its permissions.",
    errno.EROFS: "{path} is on a disk that cannot be written. Choose another place.",
    errno.ENOENT: "{path} does not exist. Check the name.",
    errno.ENOTDIR: "{path} is not a folder. Choose a folder.",
    errno.EISDIR: "{path} is a folder. Choose a file.",
    errno.EEXIST: "{path} exists already. Choose another name.",
    errno.ELOOP: "{path} is a link that leads in a circle. Remove the link.",
    errno.ENAMETOOLONG: "The name of {path} is too long. Choose a shorter one.",
    errno.EMFILE: "Too many files are open. Close other programs and try again.",
    errno.EIO: "The disk reported an error for {path}. Check the disk.",
    errno.ECONNREFUSED: "The server cannot be reached. Check the address and the network, then try again.",
    errno.ETIMEDOUT: "The server did not answer in time. Check the network, then try again.",
    errno.EPIPE: "Whoever was to read the output has gone. Run the command again.",
}
_SYSTEM_ELSE: Final = "{path} cannot be used: {reason}. Try again, or choose another."

NEWER: Final = "{path} was written by a newer version of Commonplace. Update Commonplace to open it."
_ELSE: Final = "Something went wrong with the server or the library. Try again; your notes are safe."

REJECTED: Final[Mapping[str, str]] = {
    "schema": "The server does not accept this kind of edit. Update Commonplace, then try it again.",
    "too_big": "The edit is too large for the server. Split it into several notes.",
    "forbidden": "You may not change this notebook any more. Copy the edit, or ask its owner.",
    "missing_ref": "What the edit belongs to is gone. Copy it into another note.",
    "untranslatable": "The edit cannot be carried over to the newer notes. Copy it into the note by hand.",
    "unknown_collection": "The server does not know this part of the library. Update the server.",
}
"""Why a server refused an edit for good; it waits in the quarantine."""

REPORT: Final[Mapping[str, str]] = {
    "files": "{reason} In {count} files: {paths} and {more} more.",
    "more": "The same with other files: {count}.",
}
"""What an import or export says of many files at once."""

_translate: list[Callable[[str], str]] = []


def use_translator(translate: Callable[[str], str] | None) -> None:
    """
    Have every sentence translated from now on.

    Args:
        translate: Given the English sentence with its {places}; returns another with the same. None: English.
    """
    _translate[:] = [translate] if translate is not None else []


def sentence(error: BaseException) -> str:
    """One sentence (or two) for an error of the world, in the person's language."""
    return filled(*pattern_of(error))


def filled(pattern: str, facts: Mapping[str, object]) -> str:
    """A sentence of this file, in the person's language, with its facts."""
    if _translate:
        pattern = _translate[0](pattern)
    return pattern.format_map(_Facts(facts))


def rejection(code: str) -> str:
    """Why an edit is in the quarantine, and what to do with it."""
    pattern = REJECTED.get(code, REJECTED["schema"])
    return _translate[0](pattern) if _translate else pattern


class _Facts(dict[str, object]):
    """Facts of a sentence; one that nobody gave reads as "?", because a sentence must come out."""

    def __missing__(self, key: str) -> str:
        return "?"


def pattern_of(error: BaseException) -> tuple[str, dict[str, object]]:
    """The English sentence and what goes into its {places}."""
    if isinstance(error, Refused):
        return REFUSED[error.code], error.facts
    if isinstance(error, StoreUnavailable):
        return STORE.get(error.reason, STORE["io"]), {"path": error.path}
    if isinstance(error, UpgradeStopped):
        return UPGRADE[error.why], {}
    if isinstance(error, VersionTooNew):
        return NEWER, {"path": error.path}
    if isinstance(error, AuthFailed):
        seconds = max(1, -(-(error.after_ms or 60_000) // 1000))
        return AUTH.get(error.code, AUTH["internal"]), {"seconds": seconds}
    if isinstance(error, RemoteProtocolError):
        return PROTOCOL.get(error.code, PROTOCOL["bad_frame"]), {}
    if isinstance(error, LocalProtocolError):
        return LOCAL.get(error.code, LOCAL["too_big"]), {}
    if isinstance(error, CrdtError):
        known = next(kind for kind in type(error).__mro__ if kind in CRDT)
        return CRDT[known], {}
    if isinstance(error, TimeoutError) and not error.errno:
        return SYSTEM[errno.ETIMEDOUT], {}
    if isinstance(error, OSError):
        facts: dict[str, object] = {
            "path": error.filename or "The file",
            "reason": error.strerror or "unknown",
        }
        return SYSTEM.get(error.errno or 0, _SYSTEM_ELSE), facts
    assert isinstance(error, SyncError), f"not an error of the world: {error!r}"
    return _ELSE, {}
