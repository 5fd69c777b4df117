"""A token in a file that only its owner can read."""

import os

from sync.client.tokens import TokenFile


def test_a_token_is_kept_replaced_and_forgotten(tmp_path):
    place = TokenFile(tmp_path / "token")
    assert place.load() is None
    assert place.save("one") == "file"
    assert place.save("two") == "file"
    assert place.load() == ("two", "file")
    assert os.listdir(tmp_path) == ["token"]
    assert (tmp_path / "token").stat().st_mode & 0o777 == 0o600
    place.forget()
    place.forget()
    assert place.load() is None


def test_a_file_that_holds_no_token_is_no_token(tmp_path):
    (tmp_path / "token").write_bytes(b"\xff\xfe")
    assert TokenFile(tmp_path / "token").load() is None
    (tmp_path / "token").write_text("  \n")
    assert TokenFile(tmp_path / "token").load() is None


def test_what_an_interrupted_save_left_is_no_obstacle(tmp_path):
    (tmp_path / "token.new").write_text("half")
    place = TokenFile(tmp_path / "token")
    place.save("whole")
    assert place.load() == ("whole", "file")
