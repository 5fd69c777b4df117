"""Where a token lives."""

from __future__ import annotations

import sys
import threading

import keyring
import keyring.backend
import pytest
from keyring.errors import KeyringLocked, PasswordDeleteError

from app import tokens
from app.tokens import TokenStore


class Memory(keyring.backend.KeyringBackend):
    """A keyring that works."""

    priority = 1

    def __init__(self):
        super().__init__()
        self.kept = {}

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password

    def delete_password(self, service, username):
        if (service, username) not in self.kept:
            raise PasswordDeleteError("none")
        del self.kept[service, username]


class Locked(Memory):
    """A keyring that refuses."""

    def get_password(self, service, username):
        raise KeyringLocked("locked")

    def set_password(self, service, username, password):
        raise KeyringLocked("locked")


@pytest.fixture
def use_keyring():
    before = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(before)


def test_without_a_keyring_the_token_is_in_a_file_that_only_its_owner_reads(tmp_path):
    store = TokenStore(tmp_path / "token")
    assert store.load() is None
    assert store.save("secret-1") == "file"
    assert store.save("secret-2") == "file"
    assert TokenStore(tmp_path / "token").load() == ("secret-2", "file")
    if sys.platform != "win32":
        assert (tmp_path / "token").stat().st_mode & 0o777 == 0o600
    store.forget()
    assert store.load() is None
    store.forget()


def test_a_keyring_keeps_the_tokens_of_profiles_apart(tmp_path, use_keyring):
    use_keyring(Memory())
    one, two = TokenStore(tmp_path / "one"), TokenStore(tmp_path / "two")
    assert one.save("a") == "keyring"
    assert two.load() is None
    assert one.load() == ("a", "keyring")
    assert not (tmp_path / "one").exists()
    one.forget()
    assert one.load() is None


def test_a_keyring_that_is_locked_counts_as_absent(tmp_path, use_keyring):
    use_keyring(Locked())
    assert TokenStore(tmp_path / "token").save("a") == "file"


def test_a_keyring_that_never_answers_counts_as_absent_in_time(tmp_path, use_keyring, monkeypatch):
    release = threading.Event()

    class Waiting(Memory):
        def get_password(self, service, username):
            release.wait(60)
            return None

    use_keyring(Waiting())
    monkeypatch.setattr(tokens, "KEYRING_SECONDS", 0.1)
    assert TokenStore(tmp_path / "token").load() is None
    release.set()
    for thread in threading.enumerate():
        if thread.name == "keyring":
            thread.join(10)


def test_a_token_that_moves_into_the_keyring_leaves_the_file(tmp_path, use_keyring):
    TokenStore(tmp_path / "token").save("old")
    use_keyring(Memory())
    assert TokenStore(tmp_path / "token").save("new") == "keyring"
    assert not (tmp_path / "token").exists()
