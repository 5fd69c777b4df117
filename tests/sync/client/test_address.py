"""What a person calls a server."""

import pytest

from sync.client.address import address_of, blobs_address_of, is_loopback, pinned
from sync.errors import AuthFailed

PRINT = "0123456789abcdef" * 4
COLONS = ":".join(PRINT[at : at + 2].upper() for at in range(0, 64, 2))


def test_a_pin_is_taken_off_for_the_socket_and_holds_for_attachments_too():
    address = address_of(f"notes.example.org#sha256={PRINT}")
    assert pinned(address) == ("wss://notes.example.org/v1/sync", bytes.fromhex(PRINT))
    assert blobs_address_of(address) == f"wss://notes.example.org/v1/blobs#sha256={PRINT}"
    assert pinned(address_of("notes.example.org")) == ("wss://notes.example.org/v1/sync", None)


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
        (f"notes.example.org#sha256={PRINT}", f"wss://notes.example.org/v1/sync#sha256={PRINT}"),
        (f"https://10.0.0.1:8#sha256={COLONS}", f"wss://10.0.0.1:8/v1/sync#sha256={PRINT}"),
        (f"localhost:8765#sha256={COLONS}", f"wss://localhost:8765/v1/sync#sha256={PRINT}"),
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
        ("notes.example.org#sha256=abcd", "offline"),
        (f"notes.example.org#sha1={PRINT}", "offline"),
        (f"notes.example.org#{PRINT}", "offline"),
        (f"notes.example.org#sha256={'g' * 64}", "offline"),
        (f"ws://127.0.0.1:1234#sha256={PRINT}", "insecure"),
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
