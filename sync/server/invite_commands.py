"""
The administrator's commands about invites: ``invite create | list | revoke``.

What it is not: doing them (admin_people.py). Invariant: a secret is printed once, when its link is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import click

from sync.limits import INVITE_USES_MAX

DASHES: Final = {"ignore_unknown_options": True}
"""An id that somebody else made may begin with a dash."""


def add_invites(main: click.Group, shared: Callable[..., Any], do: Callable[..., None]) -> None:
    """
    Add the commands.

    Args:
        main: The group of all commands.
        shared: Gives a command the options that all have.
        do: Does a command and prints what came of it.
    """

    @main.group()
    def invite() -> None:
        """Links that let people in."""

    @invite.command("create", context_settings=DASHES)
    @click.option("--notebook", metavar="ID", help="What to share; without it, only an account can be made.")
    @click.option("--role", type=click.Choice(["editor", "commenter", "viewer"]), help="In the notebook.")
    @click.option("--days", type=click.FloatRange(0, 365), help="How long it can be used; 0: for ever.")
    @click.option("--uses", type=click.IntRange(1, INVITE_USES_MAX), help="How often; any number by default.")
    @click.option(
        "--url", default="http://127.0.0.1:8765", show_default=True, help="How others reach the server."
    )
    @shared
    def create(notebook: str | None, role: str | None, **given: Any) -> None:
        """Make a link. Whoever has it may join once, or make an account where that takes an invite."""
        if (notebook is None) != (role is None):
            raise click.UsageError("--notebook and --role belong together")
        arguments = {"notebook": notebook, "role": role}
        arguments.update((name, given.pop(name)) for name in ("days", "uses", "url"))
        do(given, "invite create", arguments, "{link}")

    @invite.command("list", context_settings=DASHES)
    @click.option("--notebook", metavar="ID", help="Only of this one.")
    @shared
    def listed(notebook: str | None, **given: Any) -> None:
        """List the links; their secrets are not kept."""
        do(given, "invite list", {"notebook": notebook}, _invite_line, rows="invites")

    @invite.command("revoke", context_settings=DASHES)
    @click.argument("invite", metavar="ID")
    @shared
    def revoke(invite: str, **given: Any) -> None:
        """End a link at once; who has joined by it stays."""
        do(given, "invite revoke", {"invite": invite}, "{id}: {state}")


def _invite_line(row: Mapping[str, Any]) -> str:
    where = f"{row['notebook']}  {row['role']}" if row["notebook"] else "an account alone"
    times = "any number of times" if row["uses"] is None else f"{row['uses']}"
    return f"{row['id']}  {where}  {row['state']}  used {row['used']} of {times}"
