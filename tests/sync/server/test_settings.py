from __future__ import annotations

from pathlib import Path

import pytest

from sync.server.settings import Settings


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        ({}, "ws://127.0.0.1:5"),
        ({"host": "::1"}, "ws://[::1]:5"),
        ({"tls_cert": Path("c"), "tls_key": Path("k")}, "wss://127.0.0.1:5"),
    ],
)
def test_the_address_is_one_to_connect_to(settings, url):
    assert Settings(Path("x"), **settings).url(5) == url


def test_only_this_machine_is_listened_to_unless_told_otherwise():
    assert Settings(Path("x")).host == "127.0.0.1"


def test_a_certificate_that_is_none_is_an_error(tmp_path):
    assert Settings(tmp_path).tls() is None
    (tmp_path / "c").write_text("no certificate")
    with pytest.raises(OSError, match=r"the certificate in .*c with the key in .* cannot be used: .*PEM"):
        Settings(tmp_path, tls_cert=tmp_path / "c", tls_key=tmp_path / "c").tls()
