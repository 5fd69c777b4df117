"""An archive taken into a library reaches the server and every other computer of the account."""

from __future__ import annotations

import json

from tests.support.processes import Server, commonplace, processes, sign_in

EMAIL = "ana@example.org"


def test_a_library_that_comes_in_as_an_archive_is_synced_with_its_history(tmp_path):
    old, desktop, laptop = (tmp_path / name for name in ("old", "desktop", "laptop"))
    note = json.loads(commonplace(old, "new", "--title", "Plans", "--text", "one", "--json"))["id"]
    commonplace(old, "edit", note, "--at", "0", "--delete", "3", "--insert", "two")
    commonplace(old, "export", str(tmp_path / "out"), "--format", "archive")
    with processes() as running:
        server = Server(tmp_path / "server")
        running.append(server)
        sign_in(desktop, server, EMAIL, "Ana")
        commonplace(desktop, "import", str(tmp_path / "out"))
        commonplace(desktop, "append", note, "--text", "three")
        status = json.loads(commonplace(desktop, "sync", "--once", "--json"))
        assert (status["outbox"], status["quarantine"]) == (0, 0)
        sign_in(laptop, server, EMAIL)
        commonplace(laptop, "sync", "--once", "--json")
        for profile in (desktop, laptop):
            assert commonplace(profile, "show", note, "--format", "text") == "two\nthree\n"
        assert commonplace(laptop, "show", note, "--json") == commonplace(desktop, "show", note, "--json")
        here, there = (json.loads(commonplace(at, "history", note, "--json")) for at in (desktop, laptop))
        assert here == there
        assert len({burst["replica"] for burst in here}) == 2
