from __future__ import annotations

import re
import unicodedata

import argon2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sync.errors import AuthFailed
from sync.limits import EMAIL_LENGTH_MAX, NAME_LENGTH_MAX, PASSWORD_SIZE_MAX, PASSWORD_SIZE_MIN
from sync.protocol.rows import ID_PATTERN
from sync.server import auth


@pytest.fixture(scope="module")
def passwords():
    return auth.Passwords(memory_kib=64, passes=1)


@pytest.mark.parametrize(
    ("email", "normal"),
    [
        ("Ann@Example.org", "ann@example.org"),
        ("  ann@example.org\n", "ann@example.org"),
        ("ａｎｎ@example.org", "ann@example.org"),
        ("STRASSE@example.org", "strasse@example.org"),
        ("straße@example.org", "strasse@example.org"),
        ("a+b@sub.example.org", "a+b@sub.example.org"),
        ("A\u030angstrom@example.org", "ångstrom@example.org"),
        ("\ufb01x@example.org", "fix@example.org"),
        ("\u3000ann\uff20example\uff0eorg\u00a0", "ann@example.org"),
        ("İSTANBUL@example.org", "istanbul@example.org"),
        ("ISTANBUL@example.org", "istanbul@example.org"),
        ("ıstanbul@example.org", "istanbul@example.org"),
        ("ann@BÜCHER.example", "ann@bücher.example"),
        ("ann@xn--bcher-kva.example", "ann@bücher.example"),
        ("ann@example\u3002org.", "ann@example.org"),
        ("анна@пример.рф", "анна@пример.рф"),
        ("李bai@例え.jp", "李bai@例え.jp"),
    ],
)
def test_one_person_has_one_form_of_the_e_mail(email, normal):
    assert auth.normal_email(email) == normal


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=12))
@example("ŉ\u0345")
@example("ẞI\u0307")
def test_the_form_of_an_e_mail_is_its_own_form(name):
    try:
        normal = auth.normal_email(f"{name}@example.org")
    except AuthFailed:
        return
    assert auth.normal_email(normal) == normal
    for written in (normal.upper(), unicodedata.normalize("NFD", normal), f" {normal} "):
        assert auth.normal_email(written) == normal


@pytest.mark.parametrize(
    "email",
    [
        None,
        1,
        "",
        "@",
        "ann",
        "@b",
        "a@",
        "a b@c",
        "a\0@b",
        "a@b\u200b",
        "a@b@c",
        "a@\ud800",
        "\u202ea@b",
        "a@b..c",
        "a@" + "b" * 64,
    ],
)
def test_what_is_no_e_mail_is_refused(email):
    with pytest.raises(AuthFailed, match="bad_email"):
        auth.normal_email(email)


@pytest.mark.parametrize(
    "email",
    [
        "\u0430nn@example.org",  # a Cyrillic a
        "ann@ex\u0430mple.org",
        "\u03bfn@example.org",  # a Greek o
        "a\ufe0fnn@example.org",  # a variation selector
        "a\u034fnn@example.org",
        "ann\u3164@example.org",  # a letter that is drawn as nothing
        "ann\u00ad@example.org",
    ],
)
def test_what_is_made_to_be_taken_for_another_e_mail_is_refused(email):
    with pytest.raises(AuthFailed, match="bad_email"):
        auth.normal_email(email)


@pytest.mark.covers("limit EMAIL_LENGTH_MAX")
def test_an_e_mail_at_its_limit_passes_and_one_past_it_does_not():
    place = "@" + "b" * 10
    assert auth.normal_email("a" * (EMAIL_LENGTH_MAX - len(place)) + place)
    with pytest.raises(AuthFailed):
        auth.normal_email("a" * (EMAIL_LENGTH_MAX - len(place) + 1) + place)


@pytest.mark.covers("limit PASSWORD_SIZE_MIN", "limit PASSWORD_SIZE_MAX")
def test_passwords_have_a_length_in_bytes():
    for fine in ("x" * PASSWORD_SIZE_MIN, "x" * PASSWORD_SIZE_MAX, "é" * (PASSWORD_SIZE_MIN // 2)):
        assert auth.normal_password(fine, fresh=True)
    for wrong in ("x" * (PASSWORD_SIZE_MIN - 1), "x" * (PASSWORD_SIZE_MAX + 1), None, 12345678, "\ud800" * 9):
        with pytest.raises(AuthFailed, match="weak_password"):
            auth.normal_password(wrong, fresh=True)


def test_a_short_password_is_only_wrong_when_signing_in():
    assert auth.normal_password("short", fresh=False) == "short"
    with pytest.raises(AuthFailed, match="bad_credentials"):
        auth.normal_password("x" * (PASSWORD_SIZE_MAX + 1), fresh=False)


def test_a_password_typed_on_another_keyboard_is_the_same():
    assert auth.normal_password("cafe\u0301 cafe", fresh=True) == auth.normal_password(
        "café cafe", fresh=True
    )


def test_a_password_is_checked_and_never_stored(passwords):
    stored = passwords.hash("correct horse")
    assert "correct" not in stored
    assert stored.startswith("$argon2id$")
    assert passwords.check(stored, "correct horse")
    assert not passwords.check(stored, "correct hors")
    assert not passwords.check("no hash at all", "correct horse")
    assert not passwords.check(None, "correct horse")


def test_no_account_costs_as_much_as_a_wrong_password(monkeypatch):
    slow, checked = auth.Passwords(), []
    verify = argon2.PasswordHasher.verify

    def counted(hasher, stored, password):
        checked.append(argon2.extract_parameters(stored))
        return verify(hasher, stored, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", counted)
    assert not slow.check(None, "x")
    assert not slow.check(slow.hash("correct horse"), "x")
    absent, wrong = checked
    assert absent == wrong


def test_names_lose_controls_and_have_a_bound():
    assert auth.normal_name(" A\0n\u202en ", "x") == "Ann"
    assert auth.normal_name("\n", "fallback") == "fallback"
    assert auth.normal_name(None, "fallback") == "fallback"
    assert len(auth.normal_name("x" * 1_000, "")) == NAME_LENGTH_MAX


def test_tokens_and_ids_are_random_and_of_their_form():
    assert len({auth.new_token() for _ in range(50)}) == 50
    assert len(auth.new_token()) == 43
    for _ in range(300):
        made = auth.new_id()
        assert re.fullmatch(ID_PATTERN, made)
        assert not made.startswith("-")
        assert 0 < auth.new_rid() < 2**63
        assert auth.new_epoch() > 0


def test_a_token_is_stored_as_its_hash():
    assert auth.token_hash("t").hex().startswith("e3b98a4da31a127d")
    assert len(auth.token_hash("\ud800")) == 32


def test_one_person_may_try_a_few_times_from_one_address_and_others_still_may():
    door = auth.Door()
    for _ in range(int(auth.ATTEMPTS_EACH.burst)):
        door.knock("ann@example.org", "1.2.3.4", 0, up=False)
    with pytest.raises(AuthFailed) as caught:
        door.knock("ann@example.org", "1.2.3.4", 0, up=False)
    assert caught.value.code == "rate"
    assert caught.value.after_ms > 0
    door.knock("ann@example.org", "9.9.9.9", 0, up=False)
    door.knock("bob@example.org", "1.2.3.4", 0, up=False)
    door.welcome("ann@example.org", "1.2.3.4", 0)
    door.knock("ann@example.org", "1.2.3.4", 0, up=False)


def test_all_together_may_try_only_so_often():
    door = auth.Door()
    for person in range(int(auth.ATTEMPTS_ALL.burst)):
        door.knock(f"{person}@example.org", f"10.0.0.{person}", 0, up=False)
    with pytest.raises(AuthFailed, match="rate"):
        door.knock("ann@example.org", "1.2.3.4", 0, up=False)


def test_one_subscriber_of_ipv6_is_one_address():
    assert auth.address_prefix("2001:db8:1:2:aaaa::1") == auth.address_prefix("2001:db8:1:2:bbbb::2")
    assert auth.address_prefix("2001:db8:1:2::1") != auth.address_prefix("2001:db8:1:3::1")
    assert auth.address_prefix("1.2.3.4") == "1.2.3.4"
