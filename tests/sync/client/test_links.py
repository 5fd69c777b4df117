from __future__ import annotations

import pytest

from sync.client.address import address_of
from sync.client.links import LINK_LENGTH_MAX, Link, link_of, parse_link
from sync.errors import AuthFailed

ID, SECRET = "Abcdefghijklmnopqrst_-", "s3cret-_s3cret"


@pytest.mark.parametrize(
    "server",
    [
        "wss://notes.example.org",
        "ws://127.0.0.1:8765",
        "https://[2001:db8::1]:99",
        "localhost",
        "https://10.0.0.1:8/notes/v1/sync#sha256=" + "0123456789abcdef" * 4,
    ],
)
def test_a_link_leads_back_to_its_server_and_invite(server):
    address = address_of(server)
    assert parse_link(link_of(address, ID, SECRET)) == Link(address, ID, SECRET)


def test_a_link_is_a_web_address_whose_secret_no_server_sees():
    assert link_of("wss://n.example.org/v1/sync", ID, SECRET) == f"https://n.example.org/i/{ID}#{SECRET}"
    assert link_of("ws://127.0.0.1:5/v1/sync", ID, SECRET) == f"http://127.0.0.1:5/i/{ID}#{SECRET}"


def test_spaces_around_a_link_and_a_folder_before_it_are_fine():
    found = parse_link(f"  https://n.example.org/notes/i/{ID}/#{SECRET}\n")
    assert found == Link("wss://n.example.org/notes/v1/sync", ID, SECRET)
    assert found.plain() == {"id": ID, "secret": SECRET}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        f"https://n.example.org/i/{ID}",
        f"https://n.example.org/i/short#{SECRET}",
        f"https://n.example.org/#{SECRET}",
        f"n.example.org/i/{ID}#{SECRET}",
        f"ftp://n.example.org/i/{ID}#{SECRET}",
        f"https://n.example.org/i/{ID}#" + "a b",
        f"https:///i/{ID}#{SECRET}",
        f"https://n.example.org/i/{ID}#{SECRET}~",
        f"https://n.example.org/i/{ID}#{SECRET}~abcd",
        f"https://[::1/i/{ID}#{SECRET}",
        f"https://n.example.org:x/i/{ID}#{SECRET}",
        "https://n.example.org/i/" + "x" * LINK_LENGTH_MAX,
    ],
)
def test_what_is_no_link_is_refused(text):
    with pytest.raises(AuthFailed) as refused:
        parse_link(text)
    assert refused.value.code == "bad_link"


def test_a_link_to_an_unencrypted_server_elsewhere_is_refused():
    with pytest.raises(AuthFailed) as refused:
        parse_link(f"http://n.example.org/i/{ID}#{SECRET}")
    assert refused.value.code == "insecure"
