"""The engine's side tells lists what changed, and leaves a keyring alone where nobody ever signed in."""

import asyncio

import pytest

from app.engine_room import PROJECT_MAX, EngineRoom, Outlets, TokenOnceKnown, client_of
from app.open_note import BODY
from app.paths import Profile
from crdt import CrdtError
from sync.client.tokens import TokenFile
from sync.errors import StoreUnavailable
from sync.storage.rows import LocalChange


class Told:
    """Outlets that keep what they are told."""

    def __init__(self):
        self.news = []
        self.room = None

    def outlets(self):
        def tell(name):
            return lambda *facts: self.news.append((name, *facts))

        names = ("status", "remote", "reset", "notebooks", "presence", "replica", "raised", "changed")
        return Outlets(**{name: tell(name) for name in names}, edit=lambda *edit: self.room.edit(*edit))


@pytest.fixture
def told():
    return Told()


@pytest.fixture
def room(tmp_path, told):
    profile = Profile(tmp_path)
    made = told.room = EngineRoom(profile, "", told.outlets(), TokenFile(profile.token_file))
    loop = asyncio.new_event_loop()
    yield made
    loop.run_until_complete(made.close())
    loop.close()


def test_a_new_profile_opens_with_one_notebook_and_no_note(room):
    assert [row.name for row in room.opening.notebooks] == ["Personal"]
    assert room.opening.folders == {room.opening.notebooks[0].id: []}
    assert room.opening.first is None


def test_the_note_shown_last_comes_with_the_opening(tmp_path, told):
    profile = Profile(tmp_path)
    first = told.room = EngineRoom(profile, "", told.outlets(), TokenFile(profile.token_file))
    note_id = first.library.new_note(title="a")
    asyncio.run(first.close())
    for asked, found in ((note_id, note_id), ("x" * 22, None)):
        room = told.room = EngineRoom(profile, asked, told.outlets(), TokenFile(profile.token_file))
        assert (room.opening.first[0] if room.opening.first else None) == found
        asyncio.run(room.close())


def test_single_changes_are_told_as_rows(room, told):
    note_id = room.library.new_note(title="a")
    assert [row.title for row in room.project().rows] == ["a"]
    assert room.project().rows == []
    room.edit(note_id, lambda edit: edit.text(BODY).insert(0, "words"))
    changes = room.project()
    assert [row.preview for row in changes.rows] == ["words"]
    assert not changes.many
    assert ("changed",) in told.news


def test_many_changes_are_told_as_many(room):
    for number in range(PROJECT_MAX + 1):
        room.library.new_note(title=str(number))
    changes = room.project()
    assert changes.many
    assert changes.rows == []


def test_a_folder_has_no_row_so_the_places_are_asked_again(room):
    notebook = room.opening.notebooks[0].id
    change = room.library.draft_folder(notebook, "Work", None, "f" * 22)
    room.submit([change])
    assert room.project().many


def test_a_large_edit_is_stored_in_portions(room):
    note_id = room.library.new_note(title="a")
    room.edit(note_id, lambda edit: edit.text(BODY).insert(0, "x" * 200_000))
    assert room.library.document(note_id).text(BODY).text() == "x" * 200_000


def test_an_impossible_edit_and_a_missing_note_are_errors_of_the_world(room):
    note_id = room.library.new_note(title="a")
    with pytest.raises(CrdtError):
        room.edit(note_id, lambda edit: edit.text(BODY).insert(9, "x"))
    with pytest.raises(StoreUnavailable):
        room.edit("x" * 22, lambda edit: None)


def test_the_client_of_a_window_is_there(room):
    assert client_of(room.library).status().auth == "local_only"


def test_starting_and_closing_listens_and_stops(tmp_path, told):
    profile = Profile(tmp_path)
    room = told.room = EngineRoom(profile, "", told.outlets(), TokenFile(profile.token_file))

    async def live():
        await room.start()
        there = profile.socket.exists()
        await room.drain(0)
        return there, await room.close()

    assert asyncio.run(live()) == (True, 0)
    assert not profile.socket.exists()
    assert any(news[0] == "status" for news in told.news)


def test_unsent_edits_are_counted_at_the_end(tmp_path, told):
    profile = Profile(tmp_path)
    room = told.room = EngineRoom(profile, "", told.outlets(), TokenFile(profile.token_file))
    room.library.new_note(title="a")
    assert asyncio.run(room.close()) == 1


class Keyring:
    """Counts how often it was asked."""

    def __init__(self):
        self.asked = 0
        self.token = None

    def load(self):
        self.asked += 1
        return (self.token, "keyring") if self.token else None

    def save(self, token):
        self.token = token
        return "keyring"

    def forget(self):
        self.token = None


def test_a_keyring_is_not_asked_where_nobody_ever_signed_in():
    keyring = Keyring()
    place = TokenOnceKnown(keyring, known=False)
    assert place.load() is None
    assert keyring.asked == 0
    assert place.save("t") == "keyring"
    assert place.load() == ("t", "keyring")
    place.forget()
    assert TokenOnceKnown(keyring, known=True).load() is None


def test_a_change_made_elsewhere_is_stored_with_the_others(room):
    note = room.library.draft_note(room.library.personal(), title="x")
    room.submit([LocalChange(*change[:3]) for change in note.changes])
    assert [row.title for row in room.project().rows] == ["x"]


def test_closing_waits_for_nothing_where_nobody_is_signed_in(tmp_path, told):
    profile = Profile(tmp_path)
    room = told.room = EngineRoom(profile, "", told.outlets(), TokenFile(profile.token_file))
    room.library.new_note(title="unsent")

    async def live():
        await room.start()
        await room.drain(3_600)
        return await room.close()

    assert asyncio.run(live()) == 1


def test_the_library_is_copied_when_the_last_copy_is_old_and_something_was_written(room, tmp_path):
    loop = asyncio.new_event_loop()

    def copied():
        return loop.run_until_complete(room.copy_if_due())

    room.library.new_note(title="a")
    assert copied()
    assert not copied(), "it is not due"
    for copy in (tmp_path / "backups").iterdir():
        copy.rename(copy.with_name("library-20200101-000000-000.sqlite3"))
    assert not copied(), "nothing was written since"
    room.library.new_note(title="b")
    assert copied()
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
