from __future__ import annotations

import hashlib
import os

from sync.server.blobs import UPLOADS_KEPT_MS
from tests.support.session_world import SessionWorld


def test_strays_and_beginnings_are_deleted_when_they_are_old(tmp_path):
    world = SessionWorld(tmp_path)
    blobs = world.opened.blobs
    body = b"bytes whose server was killed between the rename and the commit"
    sha256 = hashlib.sha256(body).hexdigest()
    blobs.files.append(sha256, "ann", 0, body)
    assert blobs.files.finish(sha256, "ann")
    blobs.files.append("b" * 64, "ann", 0, b"a beginning")
    now_ms = int(os.stat(blobs.files.path(sha256)).st_mtime * 1000)
    blobs.collect(now_ms + 1)
    assert blobs.files.size(sha256) == len(body)
    assert blobs.files.begun("b" * 64, "ann")
    blobs.collect(now_ms + UPLOADS_KEPT_MS + 60_000)
    assert blobs.files.size(sha256) is None
    assert not blobs.files.begun("b" * 64, "ann")
    world.opened.close()
