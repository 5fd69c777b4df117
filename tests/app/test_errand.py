"""Words of a start that ask for the window, and what they ask of it."""

import pytest

from app.commands.arguments import COMMANDS
from app.errand import PATHS_MAX, SHOWN_MAX, TEXT_LENGTH_MAX, Errand, Start, decode, understood

NOTE = "A7IdrPDLmpr8Y8CJzTU10A"


def errand(folder, *words):
    start = understood(words, folder)
    return start.errand if start is not None else None


def test_without_words_there_is_nothing_to_do(tmp_path):
    assert understood([], tmp_path) == Start(Errand(), None, None, ())


def test_options_stand_in_both_spellings_and_what_is_for_qt_behind_the_dashes(tmp_path):
    words = ["--profile", "a", "--data-model=1", "--new", "--open", "Plan", "--", "-platform", "offscreen"]
    expected = Start(Errand(new=True, note="Plan"), "a", "1", ("-platform", "offscreen"))
    assert understood(words, tmp_path) == expected
    assert errand(tmp_path, "--open=Plan of May") == Errand(note="Plan of May")


@pytest.mark.parametrize(
    "link", ["note:{}", "commonplace:note/{}", "commonplace://note/{}", "commonplace://note/{}/"]
)
def test_a_link_to_a_note_shows_it(tmp_path, link):
    assert errand(tmp_path, link.format(NOTE)) == Errand(note=NOTE)
    assert errand(tmp_path, link.format("short")) is None


def test_a_link_to_a_heading_shows_that(tmp_path):
    expected = Errand(note=NOTE, place="In May")
    assert errand(tmp_path, f"commonplace://note/{NOTE}#In%20May") == expected
    assert errand(tmp_path, "--link", f"commonplace://note/{NOTE}#In%20May") == expected


@pytest.mark.parametrize("link", ["https://notes.example.org/i/abc#secret", "ws://127.0.0.1:9/i/abc#s"])
def test_an_invitation_is_one(tmp_path, link):
    assert errand(tmp_path, link) == Errand(link=link)
    assert errand(tmp_path, link.partition("#")[0]) is None


def test_files_that_are_there_are_imported_and_a_command_is_never_a_file(tmp_path):
    (tmp_path / "sub").mkdir()
    for name in ("a.md", "list", "sub/b.html"):
        (tmp_path / name).write_text("x")
    expected = tuple(str(tmp_path / name) for name in ("a.md", "sub/b.html", "./list"))
    assert errand(tmp_path, "a.md", "sub/b.html", "./list") == Errand(paths=expected)
    assert errand(tmp_path, "list") is None
    assert errand(tmp_path, "missing.md") is None
    assert errand(tmp_path, "sub") is None, "a bare word is a command, right or wrong"


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ([], Errand()),
        ([f"commonplace://note/{NOTE}"], Errand(note=NOTE)),
        ([f"COMMONPLACE:note/{NOTE}/"], Errand(note=NOTE)),
        (["https://notes.example.org/i/abc#secret"], Errand(link="https://notes.example.org/i/abc#secret")),
        (["commonplace://note/short"], Errand(note="commonplace://note/short")),
        (["x" * SHOWN_MAX], Errand(note="x" * SHOWN_MAX)),
        (["x" * (SHOWN_MAX + 1)], Errand(note="x" * SHOWN_MAX)),
        (["--profile", "/evil", "--", "-platform"], Errand(note="--profile /evil -- -platform")),
        (
            ["https://x.org/i/a#" + "b" * TEXT_LENGTH_MAX],
            Errand(note=("https://x.org/i/a#" + "b" * 200)[:200]),
        ),
    ],
)
def test_what_another_program_gives_is_one_link_and_never_an_option(tmp_path, words, wanted):
    expected = Start(wanted, "mine", None, ())
    assert understood(["--profile", "mine", "--link", *words], tmp_path) == expected


@pytest.mark.parametrize("words", [["--open"], ["--what"], ["--profile"], ["--new=1"], ["-h"], ["nonsense"]])
def test_what_is_not_understood_is_for_the_command_line_to_say(tmp_path, words):
    assert understood(words, tmp_path) is None


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_left_to_the_command_line(tmp_path, command):
    assert understood([command], tmp_path) is None
    assert understood(["--profile", "x", command, "--json"], tmp_path) is None


def test_an_errand_comes_back_as_it_was():
    one = Errand(True, "Plan", ("/a", "/b"), "https://x.org/i/a#b", "token", "Heading")
    assert decode(one.encode()) == one
    assert decode(Errand().encode()) == Errand()


@pytest.mark.parametrize(
    "change",
    [{"new": 1}, {"note": None}, {"paths": "x"}, {"paths": [1]}, {"link": 3}, {"activation": 3},
     {"place": 3},
     {"note": "x" * (TEXT_LENGTH_MAX + 1)}, {"paths": ["x"] * (PATHS_MAX + 1)}],
)  # fmt: skip
def test_what_another_program_sends_is_looked_at(change):
    with pytest.raises(ValueError, match=r"an errand|are texts"):
        decode(Errand().encode() | change)
    with pytest.raises(ValueError, match="an errand"):
        decode([])


def test_the_largest_errand_is_taken():
    decode(Errand(note="x" * TEXT_LENGTH_MAX, paths=("x",) * PATHS_MAX).encode())
