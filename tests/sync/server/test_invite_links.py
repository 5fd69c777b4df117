from __future__ import annotations

import pytest

from sync.client.links import link_of, parse_link
from sync.server.invite_links import invite_link
from sync.server.outcome import AdminError
from tests.support.peer import new_id

FINGERPRINT = "AB:" * 31 + "cd"
SECRET = "secret-of-the-invite"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://notes.example.org", "https://notes.example.org"),
        ("https://notes.example.org:8443/place/", "https://notes.example.org:8443/place"),
        ("notes.example.org", "https://notes.example.org"),
        (" wss://notes.example.org/v1/sync ", "https://notes.example.org"),
        ("http://127.0.0.1:8765", "http://127.0.0.1:8765"),
        ("ws://[::1]:8765", "http://[::1]:8765"),
        (f"https://notes.example.org#sha256={FINGERPRINT}", "https://notes.example.org"),
    ],
)
def test_a_link_is_one_that_clients_take_apart(url, address):
    invite = new_id()
    made = invite_link(url, invite, SECRET)
    assert made.startswith(f"{address}/i/{invite}#{SECRET}")
    found = parse_link(made)
    assert (found.id, found.secret) == (invite, SECRET)
    assert link_of(*found) == made
    assert found.server.endswith("#sha256=" + "ab" * 31 + "cd") == ("#" in url)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "https://",
            "/path",
            "ftp://notes.example.org",
            "https://[broken",
            "https://me:pw@notes.example.org",
        ),
        *("https://notes.example.org:x", "https://notes.example.org:0", "https://notes.example.org:70000"),
        *("https://notes.example.org?a=b", "https://notes.example.org#there"),
        "https://notes.example.org#sha256=ab",
    ],
)
def test_an_address_that_no_link_can_lead_to_is_refused(url):
    with pytest.raises(AdminError, match="how others reach the server"):
        invite_link(url, new_id(), SECRET)
