"""What a person calls a server."""

import pytest

from sync.client.address import address_of, is_loopback
from sync.errors import AuthFailed


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("notes.example.org", "wss://notes.example.org/v1/sync"),
        (" https://notes.example.org/ ", "wss://notes.example.org/v1/sync"),
        ("wss://notes.example.org:8443", "wss://notes.example.org:8443/v1/sync"),
        ("localhost:8765", "ws://localhost:8765/v1/sync"),
        ("ws://127.0.0.1:1234", "ws://127.0.0.1:1234/v1/sync"),
        ("http://[::1]:99", "ws://[::1]:99/v1/sync"),
        ("https://example.org/notes/", "wss://example.org/notes"),
        ("ws://127.0.0.1:1234/v1/sync", "ws://127.0.0.1:1234/v1/sync"),
    ],
)
def test_addresses(said, address):
    assert address_of(said) == address
    assert address_of(address) == address


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("ws://notes.example.org", "insecure"),
        ("http://192.168.1.5:8765", "insecure"),
        ("", "offline"),
        ("ftp://example.org", "offline"),
        ("example.org:port", "offline"),
        ("https://", "offline"),
    ],
)
def test_what_is_no_address_or_not_safe_is_refused(said, code):
    with pytest.raises(AuthFailed) as caught:
        address_of(said)
    assert caught.value.code == code


def test_this_computer_has_several_names():
    assert all(is_loopback(host) for host in ("localhost", "127.0.0.1", "127.9.9.9", "::1", "x.localhost"))
    assert not any(
        is_loopback(host) for host in ("10.0.0.1", "example.org", "0.0.0.0", "localhost.example.org")
    )
