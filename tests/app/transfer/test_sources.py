"""Files that an import finds, and their text."""

from __future__ import annotations

import os
import sys

import pytest

from app.refusals import Refused
from app.transfer import sources
from app.transfer.sources import LINES_MAX, SIZE_MAX, find_sources, read_source

posix = pytest.mark.skipif(sys.platform == "win32", reason="links and pipes of Unix")


def found(*paths):
    """Names of what is found, and codes of what is refused."""
    refused = []
    names = [
        "/".join((*source.folders, source.path.name))
        for source in find_sources(
            list(paths), lambda path, error: refused.append((path.name, code_of(error)))
        )
    ]
    return names, refused


def code_of(error):
    return error.code if isinstance(error, Refused) else type(error).__name__


def refusal(path, body):
    path.write_bytes(body)
    with pytest.raises(Refused) as caught:
        read_source(path)
    return caught.value.code


def test_folders_are_walked_in_the_order_of_names_without_private_files(tmp_path):
    for name in (
        "b.md",
        "a.md",
        ".hidden/x.md",
        ".DS_Store",
        "._b.md",
        ".md",
        "..md",
        "sub/c.txt",
        "Thumbs.db",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert found(tmp_path) == (["..md", "a.md", "b.md", "sub/c.txt"], [])


def test_a_file_can_be_named_itself_and_a_path_twice_is_said(tmp_path):
    (tmp_path / "a.md").write_text("x")
    assert found(tmp_path / "a.md", tmp_path / "a.md") == (["a.md"], [("a.md", "same_path")])
    assert found(tmp_path / "none.md") == ([], [("none.md", "FileNotFoundError")])


@posix
def test_links_out_links_in_circles_and_pipes_are_refused(tmp_path):
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret.md").write_text("x")
    (inside / "real.md").write_text("x")
    (inside / "alias.md").symlink_to("real.md")
    (inside / "out.md").symlink_to("../secret.md")
    (inside / "loop.md").symlink_to("loop.md")
    (inside / "folder").symlink_to(tmp_path)
    (inside / "gone.md").symlink_to("nowhere.md")
    os.mkfifo(inside / "pipe.md")
    names, refused = found(inside)
    assert names == ["alias.md", "real.md"]
    assert sorted(refused) == [
        ("folder", "special_file"),
        ("gone.md", "FileNotFoundError"),
        ("loop.md", "OSError"),
        ("out.md", "outside"),
        ("pipe.md", "special_file"),
    ]


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_entered_is_refused_and_the_rest_is_found(tmp_path):
    (tmp_path / "closed").mkdir(mode=0o000)
    (tmp_path / "a.md").write_text("x")
    assert found(tmp_path) == (["a.md"], [("closed", "PermissionError")])


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"plain \xc3\xa4", "plain ä"),
        (b"\xef\xbb\xbfmarked", "marked"),
        ("zwei\n".encode("utf-16"), "zwei\n"),
        (b"\xfe\xff" + "zwei".encode("utf-16-be"), "zwei"),
        (b"a\r\nb\rc", "a\nb\nc"),
    ],
)
def test_encodings_that_notes_come_in_are_read(tmp_path, body, text):
    (tmp_path / "a.md").write_bytes(body)
    assert read_source(tmp_path / "a.md") == text


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty_file"),
        (b"\xef\xbb\xbf", "empty_file"),
        (b"caf\xe9", "not_encoded"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not_encoded"),
        (b"text with \x00 zero", "not_encoded"),
        (b"\xff\xfe\x00\xd8", "not_encoded"),
        ("x".encode("utf-32"), "not_encoded"),
        (b"\xed\xa0\x80", "not_encoded"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path, body, code):
    assert refusal(tmp_path / "a.md", body) == code


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b'<meta charset="iso-8859-1"><p>caf\xe9 \x93', '<meta charset="iso-8859-1"><p>caf\u00e9 \u201c'),
        (b"<META http-equiv=x content='text/html; charset=Shift_JIS'>\x93\xfa",
         "<META http-equiv=x content='text/html; charset=Shift_JIS'>\u65e5"),
        ('<meta charset="koi8-r">\u00e9'.encode(), '<meta charset="koi8-r">\u00e9'),
    ],
)  # fmt: skip
def test_a_page_that_is_not_utf_8_is_read_as_it_says(tmp_path, body, text):
    (tmp_path / "a.html").write_bytes(body)
    assert read_source(tmp_path / "a.html") == text


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a.md", b"<meta charset=iso-8859-1>\xe9"),
        ("a.html", b"<meta charset=utf-7>\xe9"),
        ("a.html", b"<meta charset=rot13>\xe9"),
        ("a.html", b"<meta charset=gb2312>\xff"),
        ("a.html", b"<p>\xe9"),
    ],
)
def test_other_encodings_are_refused(tmp_path, name, body):
    (tmp_path / name).write_bytes(body)
    with pytest.raises(Refused) as refused:
        read_source(tmp_path / name)
    assert refused.value.code == "not_encoded"


def test_the_size_limit_is_exact(tmp_path):
    (tmp_path / "a.md").write_bytes(b"x" * SIZE_MAX)
    assert len(read_source(tmp_path / "a.md")) == SIZE_MAX
    assert refusal(tmp_path / "a.md", b"x" * (SIZE_MAX + 1)) == "too_large"


def test_the_limit_of_lines_is_exact(tmp_path):
    (tmp_path / "a.md").write_bytes(b"x\n" * LINES_MAX)
    assert read_source(tmp_path / "a.md").count("\n") == LINES_MAX
    assert refusal(tmp_path / "a.md", b"x\n" * LINES_MAX + b"y") == "too_many_lines"


def test_a_huge_file_is_refused_without_being_read(tmp_path):
    with (tmp_path / "a.md").open("wb") as file:
        file.truncate(2 << 30)
    with pytest.raises(Refused) as caught:
        read_source(tmp_path / "a.md")
    assert caught.value.code == "too_large"
    assert caught.value.facts["size_bytes"] == 2 << 30


def test_every_kind_of_note_is_one_kind():
    assert sources.NOTES == sources.MARKDOWN | sources.HTML | sources.TEXT
