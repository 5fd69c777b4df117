"""A sentence for every error, and the map complete."""

from __future__ import annotations

import ast
import errno
import re
from pathlib import Path

import pytest

import crdt.errors
import sync.errors
from app import wording
from app.refusals import REFUSALS, Refused
from app.wording import rejection, sentence, use_translator
from crdt.errors import CrdtError
from sync.errors import (
    AuthFailed,
    LocalProtocolError,
    RemoteProtocolError,
    StoreUnavailable,
    SyncError,
    UpgradeStopped,
    VersionTooNew,
)

ROOT = Path(wording.__file__).parents[1]
HOLE = re.compile(r"\{(\w+)\}")
NAMED = ("path", "name", "ids", "option", "value", "command", "fields", "address", "version")
COUNTED = ("count", "index", "length", "size_bytes", "size_bytes_max", "lines", "levels")
FACTS = {**dict.fromkeys(NAMED, "x"), **dict.fromkeys(COUNTED, 2), "instead": "Do so."}


def codes_in(doc):
    """The codes that the docstring of an error class names in double backquotes."""
    return {
        word
        for part in re.findall(r"``([a-z_ ]+)``|`([a-z_ ]+)`", doc)
        for words in part
        for word in words.split()
    }


def assert_sentence(text):
    assert text.endswith("."), text
    assert "{" not in text
    assert "?" not in text, "a fact is missing"


def test_every_refusal_has_words_and_no_word_is_left_over():
    assert set(wording.REFUSED) == set(REFUSALS)


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_a_refusal_is_a_sentence(code):
    assert_sentence(sentence(Refused(code, **FACTS)))


def test_every_raise_of_a_refusal_gives_the_facts_that_its_sentence_names():
    missing = []
    for path in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refused":
                (code,) = (argument for argument in node.args if isinstance(argument, ast.Constant))
                holes = set(HOLE.findall(wording.REFUSED[str(code.value)]))
                given = {keyword.arg for keyword in node.keywords}
                if holes - given:
                    missing.append((path.name, node.lineno, code.value, holes - given))
    assert not missing


@pytest.mark.parametrize("reason", sorted(wording.STORE))
def test_a_store_out_of_reach_is_a_sentence(reason):
    assert_sentence(sentence(StoreUnavailable(Path("F"), reason)))


def test_every_reason_and_code_that_errors_document_has_words():
    documented = codes_in(StoreUnavailable.__doc__)
    assert {
        code for code in documented if code not in wording.STORE and code not in {"path", "reason"}
    } == set()
    assert codes_in(AuthFailed.__doc__) - {"auth_state"} <= set(wording.AUTH)
    assert codes_in(RemoteProtocolError.__doc__) <= set(wording.PROTOCOL)
    assert codes_in(LocalProtocolError.__doc__) <= set(wording.LOCAL)
    assert codes_in(UpgradeStopped.__doc__) - {"why"} == set(wording.UPGRADE)


@pytest.mark.parametrize("code", sorted(wording.AUTH))
def test_a_sign_in_that_failed_is_a_sentence(code):
    assert_sentence(sentence(AuthFailed(code, after_ms=1_500)))


def test_waiting_is_told_in_whole_seconds():
    assert " 2 s " in sentence(AuthFailed("rate", after_ms=1_500))


@pytest.mark.parametrize("why", sorted(wording.UPGRADE))
def test_an_upgrade_that_stopped_is_a_sentence(why):
    assert_sentence(sentence(UpgradeStopped(why)))


@pytest.mark.parametrize("code", sorted(wording.PROTOCOL))
def test_a_server_that_errs_is_a_sentence(code):
    assert_sentence(sentence(RemoteProtocolError(code, "x")))


@pytest.mark.parametrize("code", sorted(wording.LOCAL))
def test_what_cannot_be_sent_is_a_sentence(code):
    assert_sentence(sentence(LocalProtocolError(code, "x")))


def classes(module, base):
    return [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, base)]


@pytest.mark.parametrize("kind", classes(crdt.errors, CrdtError))
def test_every_error_of_the_core_has_words_of_its_own(kind):
    assert kind in wording.CRDT
    assert_sentence(sentence(kind("x")))


@pytest.mark.parametrize("kind", classes(sync.errors, SyncError))
def test_every_class_of_sync_errors_is_known(kind):
    samples = {
        StoreUnavailable: lambda: StoreUnavailable(Path("F"), "io"),
        VersionTooNew: lambda: VersionTooNew(Path("F"), 2, 1),
        AuthFailed: lambda: AuthFailed("expired"),
        RemoteProtocolError: lambda: RemoteProtocolError("bad_frame", ""),
        LocalProtocolError: lambda: LocalProtocolError("too_big", ""),
        UpgradeStopped: lambda: UpgradeStopped("disk"),
    }
    assert_sentence(sentence(samples.get(kind, kind)()))


@pytest.mark.parametrize("number", [*sorted(wording.SYSTEM), errno.EBADF, 99_999])
def test_what_the_system_refuses_is_a_sentence(number):
    assert_sentence(sentence(OSError(number, "reason", "F")))


def test_an_error_without_a_number_or_name_is_a_sentence():
    assert_sentence(sentence(TimeoutError()))
    assert_sentence(sentence(OSError("odd")))


@pytest.mark.parametrize("code", [*wording.REJECTED, "never heard of"])
def test_a_refused_edit_has_its_reason(code):
    assert_sentence(rejection(code))


def test_our_own_bugs_have_no_sentence():
    with pytest.raises(AssertionError):
        sentence(KeyError("x"))


def test_sentences_are_translated_before_facts_are_put_in():
    use_translator(lambda text: "Über " + text)
    try:
        assert sentence(Refused("no_note", name="{x}")).startswith("Über There is no note “{x}”")
        assert rejection("schema").startswith("Über ")
    finally:
        use_translator(None)
    assert sentence(Refused("no_note", name="x")).startswith("There")
