"""
Whatever a person does, in whatever order, in the window and on the command line: no word is lost.

Each action writes words that nobody else writes. After each, every word so far is in the library, on the
server, in an export, or in a library that was set aside; so no order of actions leads from unsent edits to a
removed library without an export. Real commands, real windows, a real server.

HYPOTHESIS_PROFILE=soak python -m pytest -o timeout=0 tests/app/test_removal_worlds.py      500 sequences
"""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections import Counter
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from app.dialogs.recovery import RecoveryDialog
from app.library import Library
from app.paths import Profile
from app.removal import mark_of, refused_exported
from app.transfer.archive import Archive
from app.transfer.refused import contents, drop_refused, export_refused
from crdt import Clock, CrdtError, Delta, Document
from sync.client.ticker import Ticker
from sync.storage.client_store import ClientStore
from tests.support.command_line import CommandLine
from tests.support.waiting import wait_for
from tests.support.whole_window import Served, served, started, type_text

PASSWORD = b"correct horse battery\n"
WORD = re.compile(r"w\d+x")
EXAMPLES = {50: 10, 200: 40}
"""Sequences by the examples that other properties get; as many as they where that is more."""
STEPS = 14
WEEKS_MS = 7 * 24 * 3_600_000


def words_of_delta(body: bytes) -> set[str]:
    text, changes = contents(Delta.decode(body))
    return set(WORD.findall(f"{text} {changes}"))


def words_of_state(state: bytes) -> set[str]:
    return set(WORD.findall(repr(Document.decode(state, 5).to_value())))


def words_of_library(path: Path) -> set[str]:
    """What can be read in a library, refused edits included."""
    store = ClientStore.open(path, newest="2.0")
    try:
        names = [name for row in store.streams() for name in store.document_ids(row.id)]
        found = [WORD.findall(repr(store.document(name, 5).to_value())) for name in names]
        return set().union(*found, *(words_of_delta(row.body) for row in store.quarantine()))
    finally:
        store.close()


def words_of_export(folder: Path) -> set[str]:
    """What stands in an export: in names of files and folders, and in what they hold."""
    found: set[str] = set()
    for path in folder.rglob("*"):
        found |= set(WORD.findall(path.name))
        if path.suffix == ".commonplace":
            archive = Archive(path)
            found = found.union(*(words_of_state(archive.state(entry)) for entry in archive.documents))
            archive.close()
        elif path.is_file():
            found |= set(WORD.findall(path.read_text("utf-8")))
    return found


class ServerWords:
    """What the server's log says, folded: a word that is typed may come in several deltas."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: dict[int, int] = {}
        self._documents: dict[int, Document] = {}
        self._words: set[str] = set()

    def all(self) -> set[str]:
        """Every word that has come there."""
        connection = sqlite3.connect(f"file:{self._path}?mode=ro", uri=True)
        rows = connection.execute(
            "SELECT stream, seq, document, body FROM log ORDER BY stream, seq"
        ).fetchall()
        connection.close()
        changed: dict[int, Document] = {}
        for stream, seq, key, body in rows:
            if seq > self._seen.get(stream, 0):
                self._seen[stream] = seq
                changed[key] = self._folded(key, body)
        self._words.update(*(WORD.findall(repr(document.to_value())) for document in changed.values()))
        return self._words

    def _folded(self, key: int, body: bytes) -> Document:
        document = self._documents.setdefault(key, Document(5))
        if body:  # empty where the document was moved away
            self._words |= words_of_delta(body)
            with suppress(CrdtError):  # what it builds on was moved to another stream's log
                document.apply(Delta.decode(body))
        return document


class Keeping(RuleBasedStateMachine):
    """Ana's profile, her account, and Ben, who shares a note with her."""

    server: ClassVar[Served]
    root: ClassVar[Path]
    app: ClassVar[Any]
    numbers: ClassVar[count[int]] = count(1)
    there: ClassVar[ServerWords]
    seen: ClassVar[Counter[str]] = Counter()
    """How often what happened, over all sequences."""

    def __init__(self) -> None:
        super().__init__()
        number = next(self.numbers)
        self.folder = self.root / f"sequence {number}"
        self.folder.mkdir()
        self.cli, self.ben = CommandLine(self.folder / "here"), CommandLine(self.folder / "ben")
        self.email, self.other = f"ana{number}@example.org", f"ben{number}@example.org"
        self.known: set[str] = set()  # accounts that there are
        self.words: set[str] = set()
        self.elsewhere: set[str] = set()
        self.shared = ""

    @property
    def library(self) -> Path:
        return self.cli.profile / "library.sqlite3"

    @initialize(model=st.sampled_from(("1", "2")), signed_in=st.booleans())
    def begin(self, model: str, signed_in: bool) -> None:
        self.cli.ok("status", "--data-model", model)
        if signed_in:
            self.sign_in()

    def word(self) -> str:
        return f"w{next(self.numbers)}x"

    def opened(self) -> Library:
        """The library as one command has it; whoever calls closes the store."""
        store = ClientStore.open(self.library, newest="2.0")
        clock = Clock(store.rid, store.clock_high_water())
        return Library(store, None, Ticker(clock, lambda: time.time_ns() // 1_000_000))

    def some_note(self, choice: int) -> str | None:
        notes = self.cli.ok("list", "--json").json
        return str(notes[choice % len(notes)]["id"]) if notes else None

    def profile(self) -> Profile:
        return Profile(self.cli.profile)

    # ---- writing ----------------------------------------------------------------------------------------

    @rule()
    def write_new(self) -> None:
        word = self.word()
        self.cli.ok("new", "--title", f"T {word}", "--text", word)
        self.words.add(word)

    @rule(choice=st.integers(0, 20))
    def write_more(self, choice: int) -> None:
        note, word = self.some_note(choice), self.word()
        if note is not None and self.cli("append", note, "--text", word).code == 0:
            self.words.add(word)

    @rule(delete=st.booleans())
    def write_in_a_notebook(self, delete: bool) -> None:
        word, name = self.word(), f"B {next(self.numbers)}"
        self.cli.ok("notebooks", "--make", name)
        self.cli.ok("new", "--title", "T", "--text", word, "--notebook", name)
        self.words.add(word)
        if delete:
            self.cli.ok("notebooks", "--delete", name)

    @rule()
    def write_what_the_server_refuses(self) -> None:
        word, library = self.word(), self.opened()
        try:
            made = library.draft_note(library.personal(), title="refused")

            def fill(edit: Any) -> None:
                edit.text(("body",)).insert(0, word)
                edit.set(("created" if library.store.model == "2.0" else "created_ms",), "no time")

            bad = made.document.edit(library.ticker.stamp(), fill)
            library.submit([*made.changes, made.changes[-1]._replace(delta=bad, summary=None, content=None)])
        finally:
            library.store.close()
        self.words.add(word)

    @rule(choice=st.integers(0, 20))
    def trash(self, choice: int) -> None:
        note = self.some_note(choice)
        if note is not None:
            self.cli("trash", note)

    # ---- the account ------------------------------------------------------------------------------------

    def login(self, cli: CommandLine, email: str) -> int:
        words = ("login", "--server", self.server.url, "--email", email, "--password-stdin")
        new = () if email in self.known else ("--sign-up", "--name", "N")
        said = cli(*words, *new, stdin=PASSWORD)
        if said.code == 0 or new:
            self.known.add(email)
        return said.code

    @rule()
    def sign_in(self) -> None:
        if self.email in self.known:
            self.server.administer("user disable", email=self.email, disabled=False)
        self.login(self.cli, self.email)

    @rule()
    def sign_in_as_another(self) -> None:
        if self.email in self.known and self.belongs_to_somebody():
            self.be_there_as_ben()
            assert self.login(self.cli, self.other) != 0
            self.seen["other account refused"] += 1

    def belongs_to_somebody(self) -> bool:
        library = self.opened()
        try:
            return library.store.meta("account") is not None
        finally:
            library.store.close()

    @rule(how=st.sampled_from(("session expire", "session revoke", "user disable")))
    def lose_the_sign_in(self, how: str) -> None:
        if self.email in self.known:
            what = (
                {"email": self.email, "disabled": True} if how == "user disable" else {"session": self.email}
            )
            self.server.administer(how, **what)

    @rule()
    def sync(self) -> None:
        self.cli("sync", "--once", "--timeout", "10")

    @rule()
    def sign_out(self) -> None:
        self.cli("logout")

    @rule(after=st.sampled_from(("nothing", "sync", "md", "archive")))
    def sign_out_and_remove(self, after: str) -> None:
        if after == "sync":
            self.sync()
        elif after != "nothing":
            self.export(after)
        self.removed()

    def removed(self) -> bool:
        """Sign out and ask for the library to be removed; whether it was."""
        code = self.cli("logout", "--remove").code
        assert self.library.exists() == (code != 0)
        self.seen["removed" if code == 0 else "not removed"] += 1
        return code == 0

    @rule()
    def write_export_and_remove(self) -> None:
        """What was just written keeps the library; an export of everything lets it go."""
        self.write_new()
        assert not self.removed()
        self.export("archive")
        self.export_what_was_refused(then_drop=False)
        assert self.removed()

    # ---- others -----------------------------------------------------------------------------------------

    def be_there_as_ben(self) -> None:
        if self.other not in self.known:
            assert self.login(self.ben, self.other) == 0

    @rule()
    def be_given_a_note(self) -> None:
        if self.email in self.known and not self.shared:
            self.be_there_as_ben()
            note = self.ben.note("Shared", "by Ben")
            to = ("--note", "--role", "editor", "--email", self.email, "--json")
            said = self.ben("share", note, *to)
            if said.code == 0:  # a disabled account is nobody
                self.shared = str(said.json["notebook"])
                self.sync()

    @rule(role=st.sampled_from(("viewer", "editor", "none")))
    def be_given_a_role(self, role: str) -> None:
        if self.shared:
            self.ben("share", self.shared, "--email", self.email, "--role", role)

    @rule()
    def leave(self) -> None:
        if self.shared:
            self.cli("leave", self.shared)

    # ---- out and away -----------------------------------------------------------------------------------

    @rule(format=st.sampled_from(("md", "json", "html", "archive")))
    def export(self, format: str) -> None:
        folder = self.folder / f"export {next(self.numbers)}"
        self.cli("export", str(folder), "--format", format)
        self.elsewhere |= words_of_export(folder)

    @rule(then_drop=st.booleans())
    def export_what_was_refused(self, then_drop: bool) -> None:
        library, path = self.opened(), self.folder / f"refused {next(self.numbers)}.json"
        try:
            export_refused(library, path)
            held = refused_exported(library.store)
            for row in library.store.quarantine() if then_drop else []:
                assert mark_of(row) in held
                drop_refused(library, row.key)
                self.seen["refused edit taken off"] += 1
        finally:
            library.store.close()
        self.elsewhere |= set(WORD.findall(json.dumps(json.loads(path.read_text()))))

    @rule()
    def back_up(self) -> None:
        self.cli.ok("backup")

    @rule(way=st.sampled_from(("restore", "rescue", "begin")))
    def recover(self, way: str) -> None:
        if not self.library.exists():
            return
        dialog = RecoveryDialog(None, self.profile(), "Something is wrong.")
        over: list[bool] = []
        dialog.recovered.connect(lambda: over.append(True))
        dialog.show()
        button = getattr(dialog, way)
        if button.isVisible():
            button.click()
            wait_for(dialog.open_button.isVisible, 60)
            dialog.open_button.click()
            wait_for(lambda: over)
            self.seen[way] += 1
        else:
            dialog.close()
        for aside in self.cli.profile.glob("library-damaged-*.sqlite3"):
            self.elsewhere |= words_of_library(aside)

    @rule()
    def upgrade(self) -> None:
        if self.cli("upgrade", "--yes").code == 0:
            self.seen["upgraded"] += 1

    @rule()
    def weeks_pass(self) -> None:
        """What was acknowledged is folded into states, and numbers are free again."""
        library = self.opened()
        try:
            for when in (1, 40 * WEEKS_MS):
                library.store.tidy(when)
                library.store.forget_departed(when)
            unsent = library.store.outbox_documents()
            for row in library.store.streams():
                for name in library.store.document_ids(row.id):
                    if name not in unsent:
                        library.store.snapshot(name, library.store.document(name, 5).encode())
        finally:
            library.store.close()

    # ---- the window -------------------------------------------------------------------------------------

    @rule(then=st.sampled_from(("remove", "export and remove", "remove and type")))
    def sign_out_in_the_window(self, then: str) -> None:
        self.sign_in()
        self.use_the_window(then)

    @rule(then=st.sampled_from(("close", "keep", "remove")))
    def use_the_window(self, then: str) -> None:
        with started(self.app, self.cli.profile) as desk:
            if desk.notes.rowCount():
                desk.browsing.open(desk.notes.row_at(0).id)
            elif desk.view.note is None:
                desk.window.actions_.new_note.trigger()
            wait_for(lambda: desk.view.note is not None)
            self.type_word(desk)
            if then == "close" or desk.status.auth == "local_only":
                return
            desk.window.account.ask_sign_out()
            dialog = desk.window.account.leaving
            wait_for(lambda: dialog.why.text())
            if then.startswith("export"):
                self.export_from(desk, dialog)
            dialog.remove.setChecked(then != "keep" and dialog.remove.isEnabled())
            removes = dialog.remove.isChecked()
            dialog._go()
            if then == "remove and type":
                self.type_word(desk)
            wait_for(lambda: desk.status.auth == "local_only" or desk.codes)
            if removes:
                wait_for(lambda: desk.codes or desk.view.banners.first() is not None)
        self.seen["window: removed" if not self.library.exists() else "window: kept"] += 1

    def type_word(self, desk: Any) -> None:
        word = self.word()
        type_text(desk.view.edit, word)
        if word in desk.view.edit.toPlainText():
            self.words.add(word)

    def export_from(self, desk: Any, dialog: Any) -> None:
        folder = self.folder / f"export {next(self.numbers)}"
        desk.window.transfer.choose = lambda window, title: str(folder)
        ended: list[bool] = []
        desk.window.transfer.exported.connect(lambda: ended.append(True))
        dialog.export_asked.emit()
        wait_for(lambda: ended)
        self.elsewhere |= words_of_export(folder)

    # ---- what must hold ---------------------------------------------------------------------------------

    @invariant()
    def every_word_is_somewhere(self) -> None:
        missing = self.words - self.elsewhere
        if missing and self.library.exists():
            missing -= words_of_library(self.library)
        if missing:
            missing -= self.there.all()
        assert not missing, f"lost: {sorted(missing)}"


@pytest.mark.one_database
@pytest.mark.timeout(0 if settings().max_examples > 200 else 900)
def test_no_order_of_actions_removes_what_is_only_here(qt_app, tmp_path):
    with served(tmp_path / "server", data_model="2.0") as server:
        Keeping.server, Keeping.root, Keeping.app = server, tmp_path, qt_app
        Keeping.there = ServerWords(tmp_path / "server" / "server.sqlite3")
        examples = EXAMPLES.get(settings().max_examples, settings().max_examples)
        run_state_machine_as_test(
            Keeping,
            settings=settings(
                max_examples=examples,
                stateful_step_count=STEPS,
                phases=[Phase.explicit, Phase.generate],
            ),
        )
        alone = Keeping()
        alone.begin("1", signed_in=True)
        alone.write_export_and_remove()
        alone.every_word_is_somewhere()
