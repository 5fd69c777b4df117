"""
Every role against everything that can be said about a notebook, in process and over sockets; and every kind
of message and call in a table.

The table says what each role is answered; a kind of message or a call that is in no table fails.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from sync.protocol import blobs as b
from sync.protocol import messages as m
from sync.protocol.rows import Wanted
from sync.server import roles
from tests.support.peer import Author, new_id
from tests.support.running_server import run, running_server
from tests.support.session_world import SessionWorld

ROLES = (None, "viewer", "commenter", "editor", "owner")

MATRIX = {
    #                       nobody            viewer       commenter    editor       owner
    "subscribe notes":    ("none",           "ok",        "ok",        "ok",        "ok"),
    "subscribe comments": ("none",           "ok",        "ok",        "ok",        "ok"),
    "subscribe letters":  ("none",           "none",      "none",      "none",      "none"),
    "pull":               ("not_subscribed", "ok",        "ok",        "ok",        "ok"),
    "presence":           ("ok",             "ok",        "ok",        "ok",        "ok"),
    "unsubscribe":        ("ok",             "ok",        "ok",        "ok",        "ok"),
    "push new":           ("not_subscribed", "forbidden", "forbidden", "ok",        "ok"),
    "push there":         ("not_subscribed", "forbidden", "forbidden", "ok",        "ok"),
    "push trashed":       ("not_subscribed", "forbidden", "forbidden", "ok",        "ok"),
    "push foreign":       ("not_subscribed", "forbidden", "forbidden", "forbidden", "forbidden"),
    "push moved":         ("not_subscribed", "forbidden", "forbidden", "forbidden", "forbidden"),
    "push comment":       ("not_subscribed", "forbidden", "ok",        "ok",        "ok"),
    "members":            ("none",           "ok",        "ok",        "ok",        "ok"),
    "authors":            ("none",           "ok",        "ok",        "ok",        "ok"),
    "move":               ("none",           "forbidden", "forbidden", "ok",        "ok"),
    "rename_notebook":    ("none",           "forbidden", "forbidden", "forbidden", "ok"),
    "hide_notebook":      ("none",           "forbidden", "forbidden", "forbidden", "ok"),
    "share":              ("none",           "forbidden", "forbidden", "forbidden", "ok"),
    "set_role":           ("none",           "forbidden", "forbidden", "forbidden", "ok"),
    "create_invite":      ("none",           "forbidden", "forbidden", "forbidden", "ok"),
    "invites":            ("none",           "forbidden", "forbidden", "forbidden", "ok"),
    "revoke_invite":      ("none",           "forbidden", "forbidden", "forbidden", "ok"),
    "leave":              ("none",           "ok",        "ok",        "ok",        "ok"),
}  # fmt: skip

ELSEWHERE = {
    "sign_up", "sign_in", "sign_out", "devices", "create_notebook", "change_password", "redeem", "check",
    "give_back",
}  # fmt: skip
"""Calls that are about no role in a notebook, or about a stream; each has tests of its own."""

SAID = {
    m.Subscribe, m.Unsubscribe, m.Push, m.Pull, m.Presence, m.Call,  # above
    m.Hello, m.Auth, m.Received, m.Error, m.Bye, m.Ping, m.Pong,  # of a connection, whatever the role
    b.BlobOffer, b.BlobPut, b.BlobDone, b.BlobGet,  # on a connection of their own
}  # fmt: skip


def test_every_kind_of_message_and_every_call_is_in_a_table():
    said = {kind for kind, right in roles.MESSAGE_RIGHTS.items() if right != roles.NEVER}
    assert said == SAID, "a kind of message without a place in the matrix"
    assert set(m.KINDS.values()) == set(roles.MESSAGE_RIGHTS)
    assert set(roles.CALL_RIGHTS) == ELSEWHERE | (set(MATRIX) & set(roles.CALL_RIGHTS))
    assert (None, *roles.ROLES) == ROLES, "a role without a column"
    assert {len(row) for row in MATRIX.values()} == {len(ROLES)}


class InProcess:
    """People of a SessionWorld."""

    def __init__(self, world: SessionWorld) -> None:
        self.world = world

    async def signed_up(self, name: str) -> Any:
        return self.world.signed_up(name)

    async def say(self, talk: Any, message: m.Message) -> list[m.Message]:
        self.world.realm.asking._left.clear()
        return list(talk.say(message))


class OverSockets:
    """People of a running server."""

    def __init__(self, server: Any) -> None:
        self.server = server

    async def signed_up(self, name: str) -> Any:
        return await self.server.signed_up(name)

    async def say(self, peer: Any, message: m.Message) -> list[m.Message]:
        self.server.service._realm.asking._left.clear()
        await peer.say(message)
        if isinstance(message, m.Push):
            answer = await peer.wait((m.Ack, m.Nack), lambda said: said.batch == message.batch)
            return [answer]
        if isinstance(message, m.Call):
            return [await peer.wait(m.Result, lambda said: said.id == message.id)]
        if isinstance(message, m.Subscribe):
            return [await peer.wait(m.Subscribed)]
        await peer.quiet()
        heard, peer.heard = peer.heard, []
        return heard


def outcome(heard: list[m.Message]) -> str:
    """What was answered, in a word."""
    for said in heard:
        if isinstance(said, m.Subscribed):
            return said.streams[0].status
        if isinstance(said, (m.Nack, m.Error)):
            return said.code
        if isinstance(said, m.Ack):
            return said.rejected[0].code if said.rejected else "ok"
        if isinstance(said, m.Result):
            return said.code or "ok"
    return "ok"


class Scene:
    """A notebook of Ann's in which Bob has a role, and notes in every state."""

    def __init__(self, people: Any) -> None:
        self.people = people
        self.batch = 0

    async def begin(self) -> None:
        say = self.people.say
        self.ann, self.bob = await self.people.signed_up("ann"), await self.people.signed_up("bob")
        self.notebook, self.other = new_id(), new_id()
        for notebook in (self.notebook, self.other):
            await say(self.ann, m.Call(1, "create_notebook", {"id": notebook, "name": "N"}))
        self.notes, self.comments = f"{self.notebook}/notes", f"{self.notebook}/comments"
        self.there = await self.written(self.notes)
        self.trashed = await self.written(self.notes, trashed=True)
        self.foreign = await self.written(f"{self.other}/notes")
        self.moved = await self.written(self.notes)
        moved = await say(self.ann, m.Call(2, "move", {"document": self.moved, "notebook": self.other}))
        assert outcome(moved) == "ok"

    async def written(self, stream: str, *, trashed: bool = False) -> str:
        author = self.ann.author
        note, delta = author.note(stream)
        await self.pushed(self.ann, author, stream, delta)
        if trashed:
            await self.pushed(
                self.ann, author, stream, author.edit(stream, note, lambda e: e.set(("trashed_ms",), 5))
            )
        return note

    async def pushed(self, who: Any, author: Author, stream: str, delta: Any) -> str:
        self.batch += 1
        said = outcome(await self.people.say(who, author.push(stream, delta, batch=self.batch)))
        if said == "not_subscribed":
            author.chains[stream].pop()
        return said

    async def role(self, role: str | None) -> None:
        """Give Bob a role, or none."""
        args = {"notebook": self.notebook, "account": self.bob.account, "role": "none"}
        await self.people.say(self.ann, m.Call(3, "set_role", args))
        if role is not None:
            args = {"notebook": self.notebook, "email": self.bob.email, "role": role}
            assert outcome(await self.people.say(self.ann, m.Call(4, "share", args))) == "ok"

    async def does(self, what: str) -> str:
        """Have Bob do something; what he is answered."""
        say, bob = self.people.say, self.bob
        kind, _, about = what.partition(" ")
        if kind == "subscribe":
            stream = f"{self.notebook}/{about}"
            return outcome(await say(bob, m.Subscribe((Wanted(stream, "head", 0, 0, 0, bytes(8)),))))
        if kind == "push":
            return await self.push(about)
        if kind == "pull":
            await say(bob, m.Subscribe((Wanted(self.notes, "content", 0, 0, 0, bytes(8)),)))
            answers = await say(bob, m.Pull(self.notes, 1, 0, (self.there,), id=9))
            return outcome([said for said in answers if isinstance(said, m.Error)])
        if kind == "presence":
            return outcome(await say(bob, m.Presence(self.notes, self.there)))
        if kind == "unsubscribe":
            return outcome(await say(bob, m.Unsubscribe(self.notes)))
        args: dict[str, Any] = {"notebook": self.notebook}
        if kind == "move":
            source = await self.written(f"{self.other}/notes")
            share = {"notebook": self.other, "email": bob.email, "role": "editor"}
            await say(self.ann, m.Call(5, "share", share))
            args["document"] = source
        elif kind == "set_role":
            args["account"] = self.ann.account
            args["role"] = "owner"
        elif kind == "share":
            args |= {"email": self.ann.email, "role": "owner"}
        elif kind == "create_invite":
            args["role"] = "viewer"
        elif kind == "revoke_invite":
            made = await say(self.ann, m.Call(6, "create_invite", {**args, "role": "viewer"}))
            args["id"] = next(said.value["id"] for said in made if isinstance(said, m.Result))
        elif kind == "authors":
            args["rids"] = [self.ann.author.rid]
        elif kind == "rename_notebook":
            args["name"] = "Renamed"
        elif kind == "hide_notebook":
            args["hidden"] = False
        answers = await say(bob, m.Call(7, kind, args))
        if kind == "move":
            taken = {"notebook": self.other, "account": bob.account, "role": "none"}
            await say(self.ann, m.Call(8, "set_role", taken))
        return outcome(answers)

    async def push(self, about: str) -> str:
        author = self.bob.author
        if about == "comment":
            from sync.model.v1 import new_comment

            stamp = author.clock.tick(self.ann.author.clock.high_water.ms)
            made = new_comment(author.rid, stamp, note=self.there, start=None, end=None, quote="q")[1]
            delta = author.numbered(self.comments, new_id(), made)
            return await self.pushed(self.bob, author, self.comments, delta)
        if about == "new":
            return await self.pushed(self.bob, author, self.notes, author.note(self.notes)[1])
        note = getattr(self, about)
        from crdt import Document

        known = self.ann.author.documents[note].encode()
        author.documents[note] = Document.decode(known, author.rid)
        delta = author.type(self.notes, note, "late ")
        return await self.pushed(self.bob, author, self.notes, delta)


async def _play(people: Any, role: str | None) -> None:
    scene = Scene(people)
    await scene.begin()
    for what, expected in MATRIX.items():
        await scene.role(role)
        said = await scene.does(what)
        assert said == expected[ROLES.index(role)], f"{role}: {what}"


@pytest.mark.parametrize("role", ROLES)
def test_every_role_is_answered_as_the_table_says_in_process(tmp_path, role):
    world = SessionWorld(tmp_path)
    asyncio.run(_play(InProcess(world), role))
    world.close()


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.one_database
@pytest.mark.covers(
    "call authors",
    "call create_invite",
    "call hide_notebook",
    "call invites",
    "call leave",
    "call members",
    "call move",
    "call rename_notebook",
    "call revoke_invite",
    "call set_role",
    "call share",
)
def test_every_role_is_answered_as_the_table_says_over_sockets(tmp_path, role):
    async def play():
        async with running_server(tmp_path) as server:
            await _play(OverSockets(server), role)

    run(play())
