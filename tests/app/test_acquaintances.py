"""Whose the replicas are is asked once, kept, and there offline."""

import asyncio
from types import SimpleNamespace

import pytest

from app.acquaintances import Acquaintances, owner_of, people_of
from sync.errors import AuthFailed
from sync.storage.rows import PersonRow, RemoteDelta
from tests.support.library import FOREIGN, NOTEBOOK, NOTES, Desk, foreign_note


@pytest.fixture
def store(tmp_path):
    desk = Desk(tmp_path / "library.sqlite3")
    _, bodies = foreign_note(rid=99)
    desk.store.append_remote(NOTES, [RemoteDelta(FOREIGN, body, 0) for body in bodies], 2)
    desk.store.set_account_notebooks([(NOTEBOOK, "Personal", "owner")])
    desk.store.refresh_projections()
    yield desk.store
    desk.crash()


class Server:
    """A client with a server behind it that knows everybody."""

    def __init__(self, answer=None, link="live"):
        self.asked = []
        self.link = link
        self.answer = answer
        self.members = [["b" * 22, "bob@x.org", "viewer", "Bob"], ["a" * 22, "ana@x.org", "owner", " Ana "]]

    def status(self):
        return SimpleNamespace(link=self.link)

    async def call(self, name, args):
        self.asked.append((name, args["notebook"], args.get("rids")))
        if name == "members":
            return SimpleNamespace(value={"members": self.members})
        if isinstance(self.answer, Exception):
            raise self.answer
        return SimpleNamespace(value={"authors": [[rid, "a" * 22, "Ana"] for rid in args["rids"]]})


def meet(store, server, monkeypatch, times=1):
    monkeypatch.setattr("app.acquaintances.WAIT_SECONDS", 0)
    told = []

    async def live():
        known = Acquaintances(store, server, lambda: told.append(1))
        for _ in range(times):
            known.ask_soon()
            known.ask_soon()
            while known._task is not None:
                await asyncio.sleep(0)

    asyncio.run(live())
    return told


def test_strangers_are_asked_for_once_and_remembered(store, monkeypatch):
    server = Server()
    assert meet(store, server, monkeypatch, times=2) == [1]
    assert server.asked == [("authors", NOTEBOOK, [99])]
    assert store.people() == {99: PersonRow(99, "a" * 22, "Ana")}
    row = store.find_note(FOREIGN)[0]
    assert (row.who, row.seen) == ("Ana", True)
    store.save_look(FOREIGN, 5, {})
    assert not store.find_note(FOREIGN)[0].seen
    store.save_look(FOREIGN, 1_790_000_000_000, {})
    assert store.find_note(FOREIGN)[0].seen


def test_who_is_asked_for_when_the_connection_has_ended_meanwhile_is_asked_for_next_time(store, monkeypatch):
    monkeypatch.setattr("app.acquaintances.WAIT_SECONDS", 0)
    server = Server()

    async def live():
        known = Acquaintances(store, server, lambda: None)
        known.ask_soon()
        server.link = "off"
        while known._task is not None:
            await asyncio.sleep(0)
        assert server.asked == []
        await known.ask()

    asyncio.run(live())
    assert server.asked == [("authors", NOTEBOOK, [99])]


def test_nobody_is_asked_offline_and_a_server_that_does_not_know_is_not_asked_again(store, monkeypatch):
    offline = Server(link="waiting")
    meet(store, offline, monkeypatch)
    assert offline.asked == []
    old = Server(AuthFailed("unknown_call"))
    assert meet(store, old, monkeypatch, times=2) == []
    assert len(old.asked) == 1


@pytest.mark.parametrize(
    "value",
    [None, 7, {}, {"authors": 7}, {"authors": [7, [1], ["1", "a", "n"], [0, "a", "n"], [1 << 63, "a", "n"]]}],
)
def test_an_answer_that_makes_no_sense_names_nobody(value):
    assert people_of(value) == []


def test_rows_of_an_answer_may_have_more_than_is_known_here():
    assert people_of({"authors": [[5, "acc", "Ana", "later"]]}) == [PersonRow(5, "acc", "Ana")]


SHARED = "S" * 22


def share(store, role="viewer"):
    store.set_account_notebooks([(NOTEBOOK, "Personal", "owner"), (SHARED, "Personal", role)])


def test_whose_a_shared_notebook_is_is_asked_once_and_there_offline(store, monkeypatch):
    share(store)
    assert [row.owner for row in store.notebooks()] == [None, ""]
    server = Server()
    assert meet(store, server, monkeypatch, times=2) == [1, 1]
    assert server.asked == [("members", SHARED, None), ("authors", NOTEBOOK, [99])]
    assert [row.owner for row in store.notebooks()] == [None, "Ana"]
    again = Server()
    assert meet(store, again, monkeypatch) == []
    assert again.asked == []
    share(store, "owner")
    assert [row.owner for row in store.notebooks()] == [None, None]


def test_an_answer_without_an_owner_is_none(store, monkeypatch):
    share(store)
    server = Server()
    server.members = [["b" * 22, "bob@x.org", "viewer", "Bob"]]
    meet(store, server, monkeypatch, times=3)
    assert server.asked.count(("members", SHARED, None)) == 1
    assert [row.owner for row in store.notebooks()] == [None, ""]


@pytest.mark.parametrize(
    ("value", "owner"),
    [
        (None, ""),
        ({"members": 7}, ""),
        ({"members": [7, [1], ["a", 1, "owner", 2]]}, ""),
        ({"members": [["a", "ana@x.org", "owner", " "]]}, "ana@x.org"),
        ({"members": [["b", "b@x.org", "editor", "Bob"], ["a", "ana@x.org", "owner", "Ana"]]}, "Ana"),
    ],
)
def test_an_owner_has_a_name_or_an_email(value, owner):
    assert owner_of(value) == owner
