"""
Random sharing and unsharing of one notebook, held against an oracle that is a pure function of the grants in
their order.

Whoever may read at a moment is told what is written, and nobody else is; whoever may write is acked, whoever
may only read is refused, and to everybody else there is no such notebook.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from sync.protocol import messages as m
from tests.support.peer import new_id
from tests.support.session_world import Heard, SessionWorld, Talk

ROLES = ("viewer", "commenter", "editor", "owner")
WRITERS = {"notes": ("editor", "owner"), "comments": ("commenter", "editor", "owner")}
COLLECTIONS = tuple(WRITERS)

Grant = tuple[str, str, Any]
"""("role", person, role or "none"), ("own", person, {collection: role}): what was done, in order."""


def role_of(grants: Sequence[Grant], person: str) -> str | None:
    """The role in the notebook after these grants."""
    given = [what for kind, who, what in grants if kind == "role" and who == person]
    return None if not given or given[-1] == "none" else given[-1]


def role_in(grants: Sequence[Grant], person: str, collection: str) -> str | None:
    """The role in one collection after these grants; what a collection has of its own ends with the role."""
    role = role_of(grants, person)
    if role in (None, "owner"):
        return role
    since = max(
        (
            at
            for at, (kind, who, what) in enumerate(grants)
            if kind == "role" and who == person and what == "none"
        ),
        default=-1,
    )
    own = [what for kind, who, what in grants[since + 1 :] if kind == "own" and who == person]
    return own[-1].get(collection, role) if own else role


class ShareWorld:
    """One notebook of one owner, and people who come and go."""

    def __init__(self, world: SessionWorld, owner: Talk, people: Sequence[Talk], seed: int) -> None:
        self.world = world
        self.owner = owner
        self.people = list(people)
        self.dice = random.Random(seed)
        self.grants: list[Grant] = []
        self.notebook = new_id()
        self.invites: list[dict[str, Any]] = []
        self.spent: set[tuple[str, str]] = set()
        self.number = 0
        owner.call("create_notebook", id=self.notebook, name="Shared")
        owner.heard()

    def stream(self, collection: str) -> str:
        return f"{self.notebook}/{collection}"

    def run(self, steps: int) -> None:
        for _ in range(steps):
            person = self.dice.choice(self.people)
            self.dice.choice(
                (self.give, self.give, self.take, self.own, self.leave, self.invite, self.redeem, self.write)
            )(person)
            self.say_something()
        for talk in self.people:  # nothing of this notebook is left to be told
            self.set_role(talk, "none")

    # --- what is done ----------------------------------------------------------------------------

    def give(self, person: Talk) -> None:
        role = self.dice.choice(ROLES)
        result = self.owner.call("share", notebook=self.notebook, email=person.email, role=role).one(m.Result)
        if result.code == "rate":
            self.world.realm.asking._left.clear()
            return self.give(person)
        assert not result.code, result
        self.grants.append(("role", person.account, role))

    def take(self, person: Talk) -> None:
        self.set_role(person, "none")

    def set_role(self, person: Talk, role: str) -> None:
        self.world.realm.asking._left.clear()
        args = {"notebook": self.notebook, "account": person.account, "role": role}
        result = self.owner.call("set_role", **args).one(m.Result)
        assert result.code == ("" if role_of(self.grants, person.account) else "no_member"), result
        if not result.code:
            self.grants.append(("role", person.account, role))

    def own(self, person: Talk) -> None:
        given = {
            name: self.dice.choice(("none", "viewer", "commenter", "editor"))
            for name in COLLECTIONS
            if self.dice.random() < 0.6
        }
        self.world.realm.asking._left.clear()
        args = {"notebook": self.notebook, "account": person.account, "collections": given}
        result = self.owner.call("set_role", **args).one(m.Result)
        assert result.code == ("" if role_of(self.grants, person.account) else "no_member"), result
        if not result.code:
            self.grants.append(("own", person.account, given))

    def leave(self, person: Talk) -> None:
        result = person.call("leave", notebook=self.notebook).one(m.Result)
        assert result.code == ("" if role_of(self.grants, person.account) else "none"), result
        if not result.code:
            self.grants.append(("role", person.account, "none"))
            self.spent = {pair for pair in self.spent if pair[1] != person.account}

    def invite(self, person: Talk) -> None:
        self.world.realm.asking._left.clear()
        role = self.dice.choice(ROLES[:3])
        made = self.owner.call("create_invite", notebook=self.notebook, role=role).one(m.Result)
        self.invites.append(made.value)

    def redeem(self, person: Talk) -> None:
        if not self.invites:
            return
        self.world.realm.asking._left.clear()
        made = self.dice.choice(self.invites)
        before = role_of(self.grants, person.account)
        result = person.call("redeem", id=made["id"], secret=made["secret"]).all(m.Result)[0]
        pair = (made["id"], person.account)
        if before is not None and ROLES.index(before) >= ROLES.index(made["role"]):
            assert result.value["outcome"] == "already"
        elif before is None and pair in self.spent:
            assert result.code == "invite_spent"
        else:
            assert result.value["outcome"] == ("joined" if before is None else "raised"), result
            self.grants.append(("role", person.account, made["role"]))
            self.spent.add(pair)

    # --- what is told ----------------------------------------------------------------------------

    def write(self, person: Talk) -> None:
        """Somebody writes, and is answered as their role says."""
        collection = self.dice.choice(COLLECTIONS)
        stream = self.stream(collection)
        role = role_in(self.grants, person.account, collection)
        author = person.author
        _, delta = author.note(stream) if collection == "notes" else self.comment(person)
        heard = person.push(stream, delta)
        if role is None or role == "none":
            assert heard.one(m.Nack).code == "not_subscribed"
            author.chains[stream].pop()
            return
        rejected = [row.code for row in heard.one(m.Ack).rejected]
        assert rejected == ([] if role in WRITERS[collection] else ["forbidden"]), (role, collection)
        self.check(person, heard)

    def comment(self, person: Talk) -> Any:
        from sync.model.v1 import new_comment

        author = person.author
        stamp = author.clock.tick(self.world.now_ms)
        made = new_comment(author.rid, stamp, note=new_id(), start=None, end=None, quote="q")
        return None, author.numbered(self.stream("comments"), new_id(), made[1])

    def say_something(self) -> None:
        """The owner writes in every collection; who may read is told, and nobody else."""
        for talk in self.people:
            self.follow(talk)
        for collection in COLLECTIONS:
            self.number += 1
            token = f"token-{self.notebook}-{self.number}"
            stream = self.stream(collection)
            if collection == "notes":
                _, delta = self.owner.author.note(stream, token)
            else:
                _, delta = self.comment(self.owner)
            self.owner.push(stream, delta)
            self.owner.heard()
            for talk in self.people:
                heard = talk.heard()
                self.check(talk, heard)
                role = role_in(self.grants, talk.account, collection)
                told = delta.body in heard.bodies()
                assert told is (role not in (None, "none")), (role, collection)

    def follow(self, talk: Talk) -> None:
        """Ask for every stream, whether one may or not."""
        for collection in COLLECTIONS:
            stream = self.stream(collection)
            row = self.world.opened.core.stream(stream)
            assert row is not None
            granted = talk.subscribe(stream, epoch=row.epoch, cursor=row.head)
            role = role_in(self.grants, talk.account, collection)
            assert granted.status == ("none" if role in (None, "none") else "ok")
            assert granted.role == ("" if role in (None, "none") else role)
        self.check(talk, talk.heard())

    def check(self, talk: Talk, heard: Heard) -> None:
        """Nothing is told of a stream that this person may not read now."""
        for message in heard:
            stream = getattr(message, "stream", "")
            if isinstance(message, (m.Deltas, m.State, m.Presence)) and stream.startswith(self.notebook):
                role = role_in(self.grants, talk.account, stream.partition("/")[2])
                assert role not in (None, "none"), (stream, message)
        for notice in heard.all(m.Notice)[-1:]:
            known = {row.id: row.role for row in notice.notebooks}
            assert known.get(self.notebook) == role_of(self.grants, talk.account)
