"""One random trace fed to a server on each database leads to the same bytes, whatever is pulled."""

from __future__ import annotations

import random
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.model.v1 import MODEL
from sync.protocol.rows import Wanted
from sync.server import subscribing
from sync.server.ingest import Batch
from sync.storage.account_store import AccountRow, NewNotebook
from tests.support.core_world import CoreWorld
from tests.support.peer import Author
from tests.support.postgres import DATABASES, cluster

pytestmark = pytest.mark.one_database

# Each example is two servers with real stores.
FEWER = settings(max_examples=max(4, settings.default.max_examples // 25))

NOTEBOOK = "N" * 21 + "A"
COLLECTIONS = ("notes", "folders", "comments")
ACCOUNTS = [AccountRow(letter * 21 + "A", f"{letter}@x.org", letter, "", "", 1, 0) for letter in "PQR"]


@pytest.fixture(scope="module", autouse=True)
def _cluster():
    cluster()


class Both:
    """Two servers that are told the same, and must say the same."""

    def __init__(self, tmp_path_factory):
        self.worlds = []
        for kind in ("sqlite", "postgresql"):
            DATABASES.kind = kind
            self.worlds.append(CoreWorld(tmp_path_factory.mktemp(kind)))
        for world in self.worlds:
            store = world.opened.accounts
            for number, row in enumerate(ACCOUNTS):
                own = NewNotebook(f"{'O' * 20}{number}A", "Own", [])
                assert store.add_account(row._replace(personal=own.id), own)
            streams = [(f"{NOTEBOOK}/{name}", name, 7, MODEL) for name in COLLECTIONS]
            store.add_notebook(NewNotebook(NOTEBOOK, "Shared", streams), ACCOUNTS[0].id, 2)

    def same(self, ask):
        """What both answer; the test fails where they differ."""
        answers = [ask(world) for world in self.worlds]
        assert answers[0] == answers[1]
        return answers[0]

    def reopen(self):
        for kind, world in zip(("sqlite", "postgresql"), self.worlds, strict=True):
            DATABASES.kind = kind
            world.reopen()

    def close(self):
        for world in self.worlds:
            world.close()
        DATABASES.end()


def _written(batches, now_ms, world):
    """What a group comes to."""
    written = world.opened.core.write(batches, now_ms)
    return [(answer.conn, answer.message, answer.own) for answer in written.answers], written.segments


@FEWER
@given(seed=st.integers(0, 2**32))
def test_one_trace_leads_to_the_same_bytes_whatever_is_pulled(tmp_path_factory, seed):
    chance, both = random.Random(seed), Both(tmp_path_factory)
    try:
        _play(both, chance)
        _compare(both, chance)
    finally:
        both.close()


def _play(both, chance):
    """Groups of batches: good, repeated, broken, of those who may not; roles change; states; restarts."""
    authors = [Author(rid) for rid in (11, 2**62 + 1, 2**63 - 1)]
    notes = f"{NOTEBOOK}/notes"
    known: list[str] = []
    made: dict[int, list[object]] = {author.rid: [] for author in authors}
    for turn in range(chance.randrange(4, 14)):
        now_ms = both.worlds[0].now_ms + turn
        batches = []
        for _ in range(chance.randrange(1, 5)):
            place = chance.randrange(len(authors))
            author = authors[place]
            n0 = len(made[author.rid]) + 1
            for _ in range(chance.randrange(1, 4)):
                made[author.rid].append(_delta(author, notes, known, chance))
            if chance.random() < 0.2:
                n0 = chance.randrange(1, n0 + 1)  # said again
            deltas = tuple(made[author.rid][n0 - 1 :])
            prev = author.chains[notes][n0 - 1]
            account = ACCOUNTS[place].id
            batches.append(Batch(notes, account, author.rid, turn, MODEL, n0, prev, deltas, place, MODEL))
        answers, _ = both.same(partial(_written, batches, now_ms))
        _forget_what_was_not_taken(made, authors, answers, batches)
        if chance.random() < 0.3:
            role = chance.choice(["editor", "viewer", None])
            who = chance.choice(ACCOUNTS[1:]).id
            for world in both.worlds:
                world.opened.people.set_role(NOTEBOOK, who, role)
        if chance.random() < 0.2:
            for world in both.worlds:
                world.opened.core.documents.save(everything=True)
        if chance.random() < 0.2:
            both.reopen()


def _delta(author, stream, known, chance):
    """A new note, typing, or nonsense."""
    mine = list(author.documents)
    if not mine or chance.random() < 0.2:
        note = "".join(chance.choice("AZaz09_-") for _ in range(21)) + "A"
        known.append(note)
        return author.note(stream, chance.choice(["", "ä Title", "\u200f"]), document=note)[1]
    if chance.random() < 0.1:
        return author.numbered_bytes(stream, chance.choice(known), chance.randbytes(9))
    return author.type(stream, chance.choice(mine), chance.choice(["word ", "é", "\U0001f600", "x" * 500]))


def _forget_what_was_not_taken(made, authors, answers, batches):
    """A client whose push was refused says those numbers again, later; here: as if it had never said them."""
    for (_, answer, _), batch in zip(answers, batches, strict=True):
        if type(answer).__name__ == "Nack":
            author = next(author for author in authors if author.rid == batch.rid)
            keep = batch.n0 - 1 if answer.want_n is None else min(batch.n0 - 1, answer.want_n - 1)
            if keep < len(made[author.rid]):
                del made[author.rid][max(keep, 0) :]
                del author.chains[batch.stream][max(keep, 0) + 1 :]


def _compare(both, chance):
    for name in COLLECTIONS:
        stream = f"{NOTEBOOK}/{name}"
        row = both.same(lambda world, s=stream: world.opened.core.stream(s)._replace(key=0, writes=0))
        for after in {0, row.head // 3, row.head - 1, row.head} - {-1}:
            both.same(lambda world, s=stream, after=after: world.opened.core.log_page(s, after))
            both.same(lambda world, s=stream, after=after: world.states(s, after))
        states = both.same(lambda world, s=stream: world.states(s))
        some = [document for document in states if chance.random() < 0.5]
        both.same(lambda world, s=stream, some=some: world.states(s, 0, some))
        for rid in (11, 2**62 + 1, 2**63 - 1):
            for account in ACCOUNTS:
                at = (7, chance.randrange(row.head + 2), chance.randrange(5))
                wanted = Wanted(stream, "content", *at, b"\0" * 8)
                both.same(partial(_decided, account.id, rid, wanted))
    for world in both.worlds:
        world.check()


def _decided(account, rid, wanted, world):
    """What somebody who subscribes is told, and is sent next."""
    decided = subscribing.decide(world.opened.core, world.opened.people, account, rid, MODEL, wanted)
    feed = decided.feed
    return decided._replace(feed=feed and (feed.stream, feed.want, feed.cursor, feed.transfer))


def test_this_would_notice_a_difference(tmp_path_factory):
    both = Both(tmp_path_factory)
    try:
        both.worlds[1].opened.people.set_role(NOTEBOOK, ACCOUNTS[1].id, "viewer")
        with pytest.raises(AssertionError):
            both.same(lambda world: world.opened.people.role(ACCOUNTS[1].id, NOTEBOOK))
    finally:
        both.close()
