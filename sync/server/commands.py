"""
The server's command line: ``commonplace-server``.

What it is not: what the commands do (admin.py), where they are done (execution.py) or serving (service.py).
Invariants: a password never stands on a command line; with --json stdout holds one
document; exit code 0 done, 1 not done, 2 not understood.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NoReturn

import click

from sync.errors import AuthFailed, SyncError
from sync.limits import CONNECTIONS_PER_ACCOUNT, PASSWORD_SIZE_MAX
from sync.server import auth
from sync.server.execution import execute, fill_database
from sync.server.invite_commands import add_invites
from sync.server.logs import start_logging
from sync.server.migrate_commands import Watcher, add_migrate
from sync.server.settings import Settings

_DASHES: Final = {"ignore_unknown_options": True}
"""An id that somebody else made may begin with a dash."""

DATABASE_VARIABLE: Final = "COMMONPLACE_DATABASE"
"""Where an address with a password does not stand on the command line, which others can read."""

_DATABASE_HELP: Final = f"postgresql://… (or {DATABASE_VARIABLE}); without it, a file in the folder."


def show_version(context: click.Context, _option: click.Parameter, is_asked: bool) -> None:
    """Print the version, the newest data model and the core's build, and end."""
    if is_asked:
        from crdt import BUILD
        from sync import VERSION
        from sync.model.versions import NEWEST

        click.echo(f"commonplace-server {VERSION} (model {NEWEST}, core {BUILD})")
        context.exit()


def read_version(_context: click.Context, _option: click.Parameter, given: str | None) -> str | None:
    """Return the data model that a person means by ``2`` or ``2.0``."""
    if given is None:
        return None
    from sync.model.versions import version_named  # only here: few commands name one

    try:
        return version_named(given)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--data", "folder", type=click.Path(path_type=Path, file_okay=False), help="The server's folder."
)
@click.option("--database", envvar=DATABASE_VARIABLE, help=_DATABASE_HELP)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=show_version, help="Show it."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8765, show_default=True, type=click.IntRange(0, 65535), help="0: any free one."
)
@click.option("--sign-up", type=click.Choice(["open", "invite", "closed"]), default="open", show_default=True)
@click.option("--origin", "origins", multiple=True, help="A web page's origin that may connect. Repeatable.")
@click.option("--tls-cert", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--tls-key", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--connections-per-account", type=click.IntRange(1), default=CONNECTIONS_PER_ACCOUNT, show_default=True
)
@click.option("--data-model", callback=read_version, help="What the data must be of; a new folder gets it.")
def main(**options: Any) -> None:
    """Serve Commonplace notebooks (the default), or administrate them."""
    context = click.get_current_context()
    context.obj = options
    if context.invoked_subcommand is None:
        context.invoke(serve)


def _shared(command: Callable[..., Any]) -> Callable[..., Any]:
    """Let a command take --data, --database and --json behind its name, too."""
    command = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")(command)
    command = click.option("--database", help=_DATABASE_HELP)(command)
    return click.option(
        "--data", "folder", type=click.Path(path_type=Path, file_okay=False), help="The server's folder."
    )(command)


@main.command()
@click.option(
    "--data", "folder", type=click.Path(path_type=Path, file_okay=False), help="The server's folder."
)
@click.option("--database", help=_DATABASE_HELP)
@click.option("--host")
@click.option("--port", type=click.IntRange(0, 65535))
@click.option("--sign-up", type=click.Choice(["open", "invite", "closed"]))
@click.option("--origin", "origins", multiple=True)
@click.option("--tls-cert", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--tls-key", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--connections-per-account", type=click.IntRange(1))
@click.option("--data-model", callback=read_version)
def serve(**options: Any) -> None:
    """Serve until told to stop. The first line of stdout says where."""
    given = {
        **click.get_current_context().obj,
        **{name: value for name, value in options.items() if value not in (None, ())},
    }
    given.pop("as_json", None)
    folder = _folder(given.pop("folder", None))
    if bool(given["tls_cert"]) != bool(given["tls_key"]):
        raise click.UsageError("--tls-cert and --tls-key belong together")
    # Only here: administrating needs no sockets library.
    from sync.server.service import serve_until_stopped

    start_logging()
    try:
        serve_until_stopped(Settings(folder, **given), _say_where)
    except (SyncError, OSError) as error:
        _fail(str(error))


# --- people --------------------------------------------------------------------------------------------


@main.group()
def user() -> None:
    """Accounts."""


@user.command("add")
@click.argument("email")
@click.option("--name", default="", help="What others see.")
@click.option("--password-stdin", is_flag=True, help="Read the password from stdin.")
@_shared
def user_add(email: str, name: str, password_stdin: bool, **shared: Any) -> None:
    """Make an account with its personal notebook."""
    arguments = {"email": email, "name": name, "password_hash": _password_hash(password_stdin)}
    _do(shared, "user add", arguments, "made {email}, id {id}, personal notebook {personal}")


@user.command("list")
@_shared
def user_list(**shared: Any) -> None:
    """List the accounts."""
    _do(shared, "user list", {}, _user_line, rows="users")


@user.command("disable")
@click.argument("email")
@click.option("--undo", is_flag=True, help="Enable it again.")
@_shared
def user_disable(email: str, undo: bool, **shared: Any) -> None:
    """Keep an account out, open windows included."""
    _do(shared, "user disable", {"email": email, "disabled": not undo}, "{email}: done")


@user.command("enable")
@click.argument("email")
@_shared
def user_enable(email: str, **shared: Any) -> None:
    """Let a disabled account in again."""
    _do(shared, "user disable", {"email": email, "disabled": False}, "{email}: done")


@user.command("password")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from stdin.")
@_shared
def user_password(email: str, password_stdin: bool, **shared: Any) -> None:
    """Set a password; every device of the account must sign in again."""
    arguments = {"email": email, "password_hash": _password_hash(password_stdin)}
    _do(shared, "user password", arguments, "{email}: {signed_out} signed out")


@main.group()
def session() -> None:
    """Sign-ins of devices."""


@session.command("list")
@click.argument("email", required=False)
@_shared
def session_list(email: str | None, **shared: Any) -> None:
    """List the sign-ins, of one account or of all."""
    _do(
        shared,
        "session list",
        {"email": email},
        "{id}  {email}  {system}  {program}  {state}",
        rows="sessions",
    )


@session.command("revoke")
@click.argument("session", metavar="ID|EMAIL")
@_shared
def session_revoke(session: str, **shared: Any) -> None:
    """End sign-ins at once."""
    _do(shared, "session revoke", {"session": session}, "revoked: {revoked}")


@session.command("expire")
@click.argument("session", metavar="ID|EMAIL")
@_shared
def session_expire(session: str, **shared: Any) -> None:
    """Let sign-ins expire at once."""
    _do(shared, "session expire", {"session": session}, "expired: {expired}")


@main.group()
def role() -> None:
    """Who may do what in a notebook."""


@role.command("set", context_settings=_DASHES)
@click.argument("notebook")
@click.argument("email")
@click.argument("role", metavar="owner|editor|commenter|viewer|none")
@click.option("--collection", metavar="notes|folders|comments", help="Only there, beside another role.")
@_shared
def role_set(notebook: str, email: str, role: str, collection: str | None, **shared: Any) -> None:
    """Give somebody a role, or take it away; open windows hear of it at once."""
    arguments = {"notebook": notebook, "email": email, "role": role, "collection": collection}
    where = "{notebook}" if collection is None else "{collection} of {notebook}"
    _do(shared, "role set", arguments, "{email}: {role} in " + where)


@main.group()
def notebook() -> None:
    """Notebooks."""


@notebook.command("list")
@_shared
def notebook_list(**shared: Any) -> None:
    """List all notebooks with their members."""
    _do(shared, "notebook list", {}, _notebook_line, rows="notebooks")


# --- notes ---------------------------------------------------------------------------------------------


@main.group()
def note() -> None:
    """Notes as the server has them. Edits appear in open windows at once."""


@note.command("list")
@click.option("--notebook", help="Only of this one.")
@click.option("--purged", is_flag=True, help="Those that have left the trash.")
@_shared
def note_list(notebook: str | None, purged: bool, **shared: Any) -> None:
    """List notes."""
    arguments = {"notebook": notebook, "purged": purged}
    _do(shared, "note list", arguments, "{id}  {notebook}  {title}", rows="notes")


@note.command("show", context_settings=_DASHES)
@click.argument("note")
@_shared
def note_show(note: str, **shared: Any) -> None:
    """Print the text of a note."""
    _do(shared, "note show", {"note": note}, "{text}")


@note.command("add", context_settings=_DASHES)
@click.argument("notebook")
@click.option("--title", default="")
@click.argument("text", required=False)
@_shared
def note_add(notebook: str, title: str, text: str | None, **shared: Any) -> None:
    """Make a note in a notebook. TEXT - is read from stdin."""
    arguments = {"notebook": notebook, "title": title, "text": _text(text or "")}
    _do(shared, "note add", arguments, "{id}")


@note.command("set", context_settings=_DASHES)
@click.argument("note")
@click.argument("text")
@_shared
def note_set(note: str, text: str, **shared: Any) -> None:
    """Replace the text of a note. TEXT - is read from stdin."""
    _do(shared, "note set", {"note": note, "text": _text(text)}, "{id}")


@note.command("append", context_settings=_DASHES)
@click.argument("note")
@click.argument("text")
@_shared
def note_append(note: str, text: str, **shared: Any) -> None:
    """Write at the end of a note. TEXT - is read from stdin."""
    _do(shared, "note append", {"note": note, "text": _text(text)}, "{id}")


@note.command("recover", context_settings=_DASHES)
@click.argument("note")
@_shared
def note_recover(note: str, **shared: Any) -> None:
    """Bring a note back that has left the trash, up to half a year ago: into the trash, for a month."""
    _do(shared, "note recover", {"note": note}, "{id} is in the trash of {notebook}")


# --- the server ----------------------------------------------------------------------------------------


@main.command()
@_shared
def stats(**shared: Any) -> None:
    """Count what the server has."""
    _do(shared, "stats", {}, None)


@main.command()
@_shared
def verify(**shared: Any) -> None:
    """Check the store, and that every note equals its history."""
    _do(shared, "verify", {}, "ok, {documents} documents")


@main.command()
@click.option("--keep-days", type=click.FloatRange(0), help="Deltas younger than this stay.  [default: 30]")
@click.option(
    "--keep-deltas", type=click.IntRange(0), help="So many of each stream stay in any case.  [default: 10000]"
)
@_shared
def compact(keep_days: float | None, keep_deltas: int | None, **shared: Any) -> None:
    """
    Let go of what has had its time: notes that were in the trash for a month, old history whose outcome the
    notes hold, attachments that no note has named for long.
    """
    given = {"keep_days": keep_days, "keep_deltas": keep_deltas}
    arguments = {name: value for name, value in given.items() if value is not None}
    done = "{notes_purged} notes, {deltas_removed} deltas and {blobs_removed} attachments removed"
    _do(shared, "compact", arguments, done)


@main.command()
@click.argument("target", required=False, type=click.Path(path_type=Path))
@_shared
def backup(target: Path | None, **shared: Any) -> None:
    """
    Copy everything to a new folder TARGET (or the database alone to a new file that ends in .sqlite3, with
    --database in .gz), while the server runs, and check the copy. To restore it, stop the server and put the
    copy in place of its data; server.sql.gz is read into an empty database:
    zcat server.sql.gz | psql -1 -v ON_ERROR_STOP=1 URL
    """
    arguments = {"target": str(target.absolute()) if target is not None else None}
    _do(shared, "backup", arguments, "{path}: {documents} documents, {blobs} attachments, verified")


@main.command()
@_shared
def restored(**shared: Any) -> None:
    """
    Say that the data are an older copy that `backup` did not make: at the next start, clients send again what
    it lacks.
    """
    _do(shared, "restored", {}, "noted; restart the server if it is running")


@main.command("to-postgresql")
@_shared
def to_postgresql(**shared: Any) -> None:
    """Copy what a stopped server has in its file to an empty database on PostgreSQL; the file stays."""
    given = click.get_current_context().find_root().obj
    folder = _folder(shared["folder"] or given["folder"])
    database = shared["database"] or given["database"]
    if database is None:
        raise click.UsageError("--database names where to")
    try:
        counts = fill_database(folder, database)
    except SyncError as error:
        _fail(str(error))
    if shared["as_json"] or given["as_json"]:
        click.echo(json.dumps(counts))
    else:
        click.echo(f"{counts['accounts']} accounts, {counts['documents']} documents, {counts['log']} deltas")


# --- doing it ------------------------------------------------------------------------------------------


def _do(
    shared: Mapping[str, Any],
    command: str,
    arguments: Mapping[str, Any],
    line: str | Callable[[Mapping[str, Any]], str] | None,
    *,
    rows: str | None = None,
    watcher: Watcher | None = None,
) -> Any:
    """
    Do a command, print what came of it, ``line`` for each row or for the whole, and return it.

    Args:
        watcher: Told how far it is, where it takes long.
    """
    given = click.get_current_context().find_root().obj
    folder = _folder(shared["folder"] or given["folder"])
    database = shared["database"] or given["database"]
    try:
        value = execute(folder, command, arguments, given["data_model"], database, watcher)
    except SyncError as error:
        _fail(str(error))
    finally:
        if watcher is not None:
            watcher.end()
    if shared["as_json"] or given["as_json"]:
        click.echo(json.dumps(value, ensure_ascii=False))
        return value
    for row in value[rows] if rows else [value]:
        click.echo(line(row) if callable(line) else _line(line, row))
    return value


def _folder(folder: Path | None) -> Path:
    if folder is None:
        raise click.UsageError("--data names the server's folder")
    return folder


def _password_hash(from_stdin: bool) -> str:
    """Read a password from stdin and return what is stored of it."""
    if not from_stdin:
        raise click.UsageError("the password is read from stdin: give --password-stdin")
    given = sys.stdin.buffer.readline(PASSWORD_SIZE_MAX + 3).rstrip(b"\r\n")
    try:
        password = auth.normal_password(given.decode(), fresh=True)
    except (AuthFailed, UnicodeDecodeError):
        _fail("a password has 8 to 1024 bytes of UTF-8")
    return auth.Passwords().hash(password)


def _text(text: str) -> str:
    if text != "-":
        return text
    try:
        return sys.stdin.read()
    except UnicodeDecodeError:
        _fail("what stdin gives is not in UTF-8")


def _user_line(row: Mapping[str, Any]) -> str:
    return _line("{email}  {name}  {id}" + ("  disabled" if row["disabled"] else ""), row)


def _notebook_line(row: Mapping[str, Any]) -> str:
    members = ", ".join(f"{member['email']} {member['role']}" for member in row["members"])
    return _printable(f"{row['id']}  {row['name']}  {members}")


def _line(line: str | None, row: Mapping[str, Any]) -> str:
    if line is None:
        return "\n".join(f"{name}: {value}" for name, value in row.items())
    return line.format_map(
        {name: _printable(value) if isinstance(value, str) else value for name, value in row.items()}
    )


def _printable(text: str) -> str:
    """Return what somebody wrote for an administrator's terminal, which obeys control characters."""
    return re.sub(r"[^\n\t -~\u00a0-\U0010ffff]", "\ufffd", text)


add_invites(main, _shared, _do)
add_migrate(main, _shared, _do)


def _say_where(url: str) -> None:
    click.echo(f"listening on {url}")
    sys.stdout.flush()


def _fail(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(1)
