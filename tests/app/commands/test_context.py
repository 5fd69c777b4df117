"""What a command works with."""

from __future__ import annotations

import io
from argparse import Namespace
from pathlib import Path

import pytest

from app.commands.context import Context, Streams, counted
from app.paths import Profile


@pytest.fixture
def context():
    streams = Streams(io.StringIO(), io.StringIO(), lambda: b"", Path("/somewhere"))
    return Context(Profile(Path("/p")), None, Namespace(json=False), streams)  # type: ignore[arg-type]  # not used


def test_people_get_words_and_programs_json(context):
    context.give({"id": "ä"}, "made")
    assert context.streams.out.getvalue() == "made\n"
    context.arguments.json = True
    context.give({"id": "ä"}, "made")
    assert context.streams.out.getvalue() == 'made\n{"id":"ä"}\n'


def test_no_words_are_no_line(context):
    context.give([], "")
    assert context.streams.out.getvalue() == ""


def test_paths_begin_where_the_person_is(context):
    assert context.path("a") == Path("/somewhere/a")
    assert context.path("/b") == Path("/b")


def test_progress_is_drawn_only_for_somebody_who_watches(context):
    context.progress(1, 2, "a")
    assert context.streams.err.getvalue() == ""
    context.streams.shows_progress = True
    context.progress(1, 2, "a")
    context.progress(1, 2, "b")
    context.progress(2, 2, "c")
    assert context.streams.err.getvalue() == "\r\x1b[K1 of 2  a\r\x1b[K"


@pytest.mark.parametrize(("count", "said"), [(0, "0 notes"), (1, "1 note"), (2, "2 notes")])
def test_a_number_has_its_word(count, said):
    assert counted(count, "note") == said


def test_a_word_of_another_kind_is_named():
    assert [counted(n, "reply", "replies") for n in (1, 2)] == ["1 reply", "2 replies"]
