"""
The words of the command line: every command with its options (names to keep, see app/README.md).

Options that every command takes stand before or after its name. Not here: what the commands do.
"""

from __future__ import annotations

import re
from argparse import SUPPRESS, ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence
from typing import Any, Final, NoReturn

from app import VERSION
from app.colour_names import NAMES
from app.paths import DATA_MODELS, model_named

ID_MARK: Final = "\x1f"
"""Put before an id that begins with "-", so that it is not taken for an option; taken off again below."""

_DASHED_ID = re.compile(r"-[A-Za-z0-9_][A-Za-z0-9_-]{20}")
_SECRET = re.compile(r"--(?:password|token|secret)(?:=.*)?", re.DOTALL)
_SECRET_IN_ADDRESS = re.compile(r"(?:--server=)?[a-z]+://[^/@\s]*:[^/@\s]*@", re.IGNORECASE)

ROLES: Final = ("owner", "editor", "commenter", "viewer", "none")

Option = tuple[tuple[str, ...], dict[str, Any]]


def _option(*flags: str, **options: Any) -> Option:
    """One option or argument, as `ArgumentParser.add_argument` takes it."""
    return flags, options


_NOTE: Final = _option("note", metavar="NOTE", help="an id, an unambiguous beginning of one, or a title")
_INTO: Final = _option("--notebook", metavar="NAME", help="the notebook's name or id")

COMMANDS: Final[dict[str, tuple[str, tuple[Option, ...]]]] = {
    "import": (
        "Import files and folders of Markdown (vaults of other programs too), HTML, text, and our archives.",
        (_option("paths", metavar="PATH", nargs="+", help="a file or folder"), _INTO),
    ),
    "export": (
        "Export every note into a folder.",
        (
            _option("folder", metavar="DIR", help="an empty or new folder"),
            _option(
                "--format", choices=("md", "html", "json", "archive"), default="md", help="md by default"
            ),
            _option("--trash", action="store_true", help="the trash too; an archive always has it"),
            _option(
                "--wiki-links",
                action="store_true",
                help="in Markdown, links and pictures as [[names]], as programs for vaults have them",
            ),
        ),
    ),
    "list": (
        "List the notes, the pinned and the latest first.",
        (
            _INTO,
            _option("--tag", metavar="TAG", help="only notes with this tag"),
            _option("--trashed", action="store_true", help="the trash instead"),
            _option("--archived", action="store_true", help="the archive instead"),
        ),
    ),
    "show": (
        "Show one note.",
        (
            _NOTE,
            _option("--format", choices=("md", "html", "json", "text"), help="md by default"),
            _option(
                "--version", dest="of_version", metavar="V", help="its text as it was then; from history"
            ),
        ),
    ),
    "new": (
        "Make a note.",
        (
            _option("--title", metavar="T", required=True, help="its title"),
            _option("--text", metavar="T", help="its text"),
            _option("--file", metavar="F", help="a file with its text; - for standard input"),
            _INTO,
        ),
    ),
    "append": (
        "Add text at the end of a note, in a line of its own.",
        (_NOTE, _option("--text", metavar="T", required=True, help="what to add")),
    ),
    "edit": (
        "Delete and insert at a place of a note's text.",
        (
            _NOTE,
            _option("--at", metavar="INDEX", type=int, required=True, help="code points from the start"),
            _option("--delete", metavar="N", type=int, default=0, help="how many code points to delete"),
            _option("--insert", metavar="T", default="", help="what to insert"),
        ),
    ),
    "format": (
        "Mark a stretch of a note's text, or set the kind of a block.",
        (
            _NOTE,
            _option("--start", metavar="I", type=int, help="where the stretch begins, counted from 0"),
            _option("--end", metavar="J", type=int, help="where it ends, exclusive"),
            _option("--mark", metavar="KIND[=VALUE]", help="bold, link=https://…; KIND=none removes"),
            _option("--block", metavar="INDEX", type=int, help="a place in the block"),
            _option("--kind", metavar="K", help="paragraph heading bullet numbered check quote code"),
            _option("--level", metavar="N", type=int, help="of a heading, or how deep a list is indented"),
            _option("--checked", choices=("true", "false"), help="of a check list"),
            _option("--language", metavar="L", help="of a code block"),
        ),
    ),
    "search": (
        "Search all notes.",
        (
            _option(
                "query",
                metavar="QUERY",
                nargs="+",
                help='words, "phrases", tag:T in:PLACE by:NAME|me has:image|file|link|task|code|table '
                "is:open|done|pinned|trashed|unsent before:DAY after:DAY; after -- a minus excludes",
            ),
            _option(
                "--limit", metavar="N", type=int, default=50, help="at most so many notes; 50 by default"
            ),
        ),
    ),
    "history": ("List the versions of a note: who wrote when, the oldest first.", (_NOTE,)),
    "restore": (
        "Bring a note back to a version, as an edit that can be undone.",
        (_NOTE, _option("--version", dest="to_version", metavar="V", required=True, help="from history")),
    ),
    "trash": (
        "Put a note into the trash.",
        (_NOTE, _option("--undo", action="store_true", help="take it out again")),
    ),
    "archive": (
        "Put a note into the archive, out of the lists.",
        (_NOTE, _option("--undo", action="store_true", help="take it out again")),
    ),
    "icon": (
        "Give a note a picture before its title.",
        (_NOTE, _option("icon", metavar="ICON", help="🙂, or any other; none takes it away")),
    ),
    "tag": (
        "Give a note a tag.",
        (
            _NOTE,
            _option("tag", metavar="TAG", help="without #"),
            _option("--colour", metavar="C", help=f"{' '.join(NAMES)}, #rrggbb, or none"),
            _option("--undo", action="store_true", help="take the tag away"),
        ),
    ),
    "move": (
        "Move a note to another notebook.",
        (_NOTE, _option("notebook", metavar="NOTEBOOK", help="its name or id")),
    ),
    "notebooks": (
        "List the notebooks, or make, rename or delete one.",
        (
            _option("--make", metavar="NAME", help="make one"),
            _option("--rename", nargs=2, metavar=("NOTEBOOK", "NAME"), help="give one of yours another name"),
            _option("--delete", metavar="NOTEBOOK", help="delete one; its notes go to the trash"),
        ),
    ),
    "login": (
        "Sign in to a server, or sign up.",
        (
            _option("--server", metavar="URL", required=True, help="https://… as its owner names it"),
            _option("--email", metavar="E", required=True, help="of the account"),
            _option(
                "--password-stdin", action="store_true", required=True, help="read it from standard input"
            ),
            _option("--sign-up", action="store_true", help="make an account"),
            _option("--name", metavar="N", help="your name, for --sign-up"),
            _option("--invite", metavar="LINK", help="for --sign-up where it takes an invitation"),
        ),
    ),
    "logout": (
        "Sign out. Notes stay on this computer.",
        (_option("--remove", action="store_true", help="remove the library from this computer"),),
    ),
    "share": (
        "Share a notebook: a link for whoever gets it, or a role for one person.",
        (
            _option("notebook", metavar="NOTEBOOK", help="its name or id; with --note, a note"),
            _option("--note", action="store_true", help="NOTEBOOK is a note, which is shared by itself"),
            _option(
                "--role", choices=("owner", "editor", "commenter", "viewer", "none"), help="none: no more"
            ),
            _option("--email", metavar="E", help="give the role to this account instead of making a link"),
            _option("--days", metavar="N", type=float, help="how long the link can be used; 7 by default"),
            _option("--uses", metavar="N", type=int, help="how often; any number of times by default"),
            _option("--list", action="store_true", help="members and links instead"),
            _option("--revoke", metavar="ID", help="end a link instead"),
        ),
    ),
    "join": ("Join a notebook by a link.", (_option("link", metavar="LINK", help="as it was sent to you"),)),
    "leave": (
        "Leave a notebook that others share with you. Its notes stay on this computer.",
        (_option("notebook", metavar="NOTEBOOK", help="its name or id"),),
    ),
    "devices": (
        "List the devices that are signed in to the account.",
        (_option("--revoke", metavar="KEY", type=int, help="sign one out"),),
    ),
    "sync": (
        "Send and fetch until both sides have everything.",
        (
            _option("--once", action="store_true", help="end when that is done; the default"),
            _option("--timeout", metavar="S", type=float, default=60.0, help="give up after so many seconds"),
        ),
    ),
    "status": ("Say how syncing stands.", ()),
    "upgrade": (
        "Bring the notes to a newer data model.",
        (_option("--yes", action="store_true", help="do it without asking"),),
    ),
    "doctor": ("Check the library.", ()),
    "backup": ("Copy the library into its backups.", ()),
    "integrate": (
        "Have links to notes (commonplace:…) from other programs open here.",
        (_option("--remove", action="store_true", help="no longer"),),
    ),
}
"""Every command: what it does in a sentence, and its options."""


class WrongUsage(Exception):
    """The words make no command; the message says why, `usage` what would have been right."""

    def __init__(self, message: str, usage: str = "") -> None:
        super().__init__(message)
        self.usage = usage


class AskedForHelp(Exception):
    """Somebody asked for help or the version: the text that answers."""


class _Parser(ArgumentParser):
    """A parser that raises where argparse would print and end the process."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, add_help=False, **options)

    def error(self, message: str) -> NoReturn:
        """Raises WrongUsage."""
        raise WrongUsage(message, self.format_usage())


def parse(words: Sequence[str]) -> Namespace:
    """
    Understand a command line.

    Args:
        words: Without the program's name.

    Returns:
        A namespace with `command`, `profile`, `json` and the command's own options.

    Raises:
        WrongUsage: it makes no command, or carries a secret.
        AskedForHelp: with the answer.
    """
    for word in words:
        if _SECRET.fullmatch(word) or _SECRET_IN_ADDRESS.match(word):
            raise WrongUsage(
                "a password or token on the command line can be read by others on this computer; "
                "give it on standard input, with --password-stdin"
            )
    name = command_of(words)
    _answer_help(words, name)
    parser = _top_parser()
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Parser)
    # Only the parser that is needed: building all of them would take 10 ms.
    for known in [name] if name in COMMANDS else COMMANDS:
        _fill(commands.add_parser(known, prog=f"commonplace {known}"), known)
    found = parser.parse_args([ID_MARK + word if _DASHED_ID.fullmatch(word) else word for word in words])
    for option, value in vars(found).items():
        if isinstance(value, str):
            setattr(found, option, value.removeprefix(ID_MARK))
    _check_together(found)
    return found


def command_of(words: Sequence[str]) -> str:
    """The first word that is neither an option nor the value of one; "" when there is none."""
    rest = iter(words)
    for word in rest:
        if word in ("--profile", "--data-model"):
            next(rest, None)
        elif not word.startswith("-"):
            return word
    return ""


def _answer_help(words: Sequence[str], name: str) -> None:
    """Answer `--version` and `--help`, which need nothing else to be right."""
    if "--version" in words and name not in COMMANDS:
        from crdt import BUILD  # only here: the words of a command need no core

        raise AskedForHelp(f"commonplace {VERSION} (model {DATA_MODELS[-1]}, core {BUILD})\n")
    if not {"-h", "--help"} & set(words):
        return
    if name in COMMANDS:
        own = _Parser(prog=f"commonplace {name}", description=COMMANDS[name][0])
        _fill(own, name)
        raise AskedForHelp(own.format_help())
    lines = "".join(f"  {known:<10} {text}\n" for known, (text, _) in COMMANDS.items())
    raise AskedForHelp(f"{_top_parser().format_help()}\ncommands:\n{lines}")


def _top_parser() -> _Parser:
    """The parser of what stands before the command."""
    parser = _Parser(
        prog="commonplace",
        usage="commonplace [--profile DIR] [--json] COMMAND …\n"
        "       commonplace [--profile DIR] [--new] [--open NOTE] [FILE | LINK …]",
        description="Notes that people write together. Without a command: the window. It shows a note"
        " (--open, or a link to one), begins one (--new), imports files, or joins by an invitation; where it"
        " is open already, there.",
        epilog="NOTE is an id, an unambiguous beginning of one, or a title.",
    )
    parser.add_argument("--profile", metavar="DIR", default=None, help="the folder of the library")
    parser.add_argument("--json", action="store_true", default=False, help="one JSON document on stdout")
    parser.add_argument("--data-model", type=_model, default=None, help=SUPPRESS)
    return parser


def _model(text: str) -> str:
    """The data model that a word names."""
    try:
        return model_named(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error


def _fill(parser: ArgumentParser, name: str) -> None:
    """Add what every command takes, then its own."""
    parser.add_argument("--profile", metavar="DIR", default=SUPPRESS, help="the folder of the library")
    parser.add_argument("--json", action="store_true", default=SUPPRESS, help="one JSON document on stdout")
    parser.add_argument("--data-model", type=_model, default=SUPPRESS, help=SUPPRESS)
    for flags, options in COMMANDS[name][1]:
        parser.add_argument(*flags, **options)


def _check_together(found: Namespace) -> None:
    """Options that only make sense together, or never do."""
    command = found.command
    if command == "new" and found.text is not None and found.file is not None:
        raise WrongUsage("--text and --file exclude each other")
    if command == "login" and found.sign_up and not (found.name or "").strip():
        raise WrongUsage("--sign-up needs --name")
    if command == "login" and found.invite is not None and not found.sign_up:
        raise WrongUsage("--invite is for --sign-up; use “commonplace join LINK” when you are signed in")
    if command == "share":
        _check_share(found)
    if command == "notebooks" and [found.make, found.rename, found.delete].count(None) < 2:
        raise WrongUsage("one of --make, --rename and --delete")
    if command == "format":
        stretch = (found.start, found.end, found.mark)
        if found.block is None and None in stretch:
            raise WrongUsage("either --start, --end and --mark, or --block and --kind")
        if found.block is not None and (found.kind is None or any(part is not None for part in stretch)):
            raise WrongUsage("either --start, --end and --mark, or --block and --kind")
    if command == "edit" and (found.at < 0 or found.delete < 0):
        raise WrongUsage("--at and --delete are counted from 0")
    if command == "search" and found.limit < 1:
        raise WrongUsage("--limit is at least 1")
    if command == "tag" and found.undo and found.colour is not None:
        raise WrongUsage("--colour and --undo exclude each other")
    if command == "sync" and found.timeout <= 0:
        raise WrongUsage("--timeout is more than 0 seconds")


def _check_share(found: Namespace) -> None:
    """What `share` is to do must be one thing, and said wholly."""
    instead = [found.list, found.revoke is not None, found.role is not None]
    if instead.count(True) != 1:
        raise WrongUsage("one of --role, --list and --revoke")
    by_link = found.role is not None and found.email is None
    if by_link and found.role in ("owner", "none"):
        raise WrongUsage("a link gives the role editor, commenter or viewer; --email names a person")
    if not by_link and (found.days is not None or found.uses is not None):
        raise WrongUsage("--days and --uses are about a link")
    if found.email is not None and found.role is None:
        raise WrongUsage("--email belongs to --role")
    if found.days is not None and not 0 <= found.days <= 365:
        raise WrongUsage("--days is from 0, for ever, to 365")
    if found.uses is not None and not 1 <= found.uses <= 1_000:
        raise WrongUsage("--uses is from 1 to 1000")
