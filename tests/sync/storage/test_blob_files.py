from __future__ import annotations

import hashlib
import os

import pytest

from sync.errors import StoreUnavailable
from sync.storage.blob_files import BlobFiles, digest_of

BODY = os.urandom(300_000)
SHA = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def files(tmp_path):
    return BlobFiles(tmp_path)


def test_pieces_become_a_file_only_when_they_are_whole_and_right(files):
    assert files.append(SHA, "ann", 0, BODY[:100_000]) == 100_000
    assert files.size(SHA) is None
    assert files.append(SHA, "ann", 100_000, BODY[100_000:]) == len(BODY)
    assert files.finish(SHA, "ann")
    assert files.path(SHA).read_bytes() == BODY
    assert files.size(SHA) == len(BODY)
    assert list(files.whole()) == [SHA]
    assert files.begun(SHA, "ann") == 0


def test_a_piece_that_begins_elsewhere_is_left_out(files):
    files.append(SHA, "ann", 0, BODY[:10])
    assert files.append(SHA, "ann", 0, BODY[:10]) == 10
    assert files.append(SHA, "ann", 11, BODY[:10]) == 10
    assert files.begun(SHA, "ann") == 10


def test_other_bytes_than_the_hash_says_are_dropped(files):
    files.append(SHA, "ann", 0, b"something else")
    assert not files.finish(SHA, "ann")
    assert files.begun(SHA, "ann") == 0
    assert files.size(SHA) is None


def test_uploads_of_two_people_do_not_meet(files):
    files.append(SHA, "ann", 0, b"wrong")
    files.append(SHA, "ben", 0, BODY)
    assert files.finish(SHA, "ben")
    assert not files.finish(SHA, "ann")
    assert files.path(SHA).read_bytes() == BODY


def test_what_is_not_here_is_missing(files):
    with pytest.raises(StoreUnavailable) as caught:
        files.read(SHA, 0, 10)
    assert caught.value.reason == "missing"
    assert files.remove(SHA) == 0


def test_parts_are_read_from_any_place(files):
    files.append(SHA, "ann", 0, BODY)
    files.finish(SHA, "ann")
    assert files.read(SHA, 5, 7) == BODY[5:12]
    assert files.read(SHA, len(BODY) - 3, 100) == BODY[-3:]
    assert digest_of(files.path(SHA)) == SHA


def test_old_beginnings_are_forgotten_and_fresh_ones_kept(files):
    files.append(SHA, "ann", 0, b"x")
    assert files.forget_old(0) == 0
    assert files.forget_old(2**40) == 1
    assert files.begun(SHA, "ann") == 0


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_named(files):
    files.folder.mkdir()
    files.folder.chmod(0o500)
    with pytest.raises(StoreUnavailable) as caught:
        files.append(SHA, "ann", 0, b"x")
    files.folder.chmod(0o700)
    assert caught.value.reason == "read_only"
