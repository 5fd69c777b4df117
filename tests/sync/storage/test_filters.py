"""Each filter keeps what it says, alone, with others, with words and turned round."""

import pytest

from sync.model import v1
from sync.storage.rows import LocalChange, PersonRow, RemoteDelta
from tests.support.library import FOLDERS, FOREIGN, NOTES, foreign_note, named

KITCHEN = "K" * 22
DAY_MS = 86_400_000


def write(*parts):
    """An intent that writes paragraphs with their attributes, and marks over all of them."""

    def intent(edit):
        body = edit.text(("body",))
        for number, (text, marks, attributes) in enumerate(parts):
            body.insert(len(body), ("\n" if number else "") + text)
            for kind, value in marks.items():
                body.format(len(body) - len(text), len(body), kind, value)
            body.set_block(len(body), {"kind": None, "checked": None, "language": None, **attributes})

    return intent


@pytest.fixture
def library(desk):
    """Notes called after what they have."""
    desk.store.add_notebook(KITCHEN, "Kitchen")
    ids = {}
    for title in ("plain", "tagged", "tasks", "finished", "linked", "pictured", "code", "away"):
        ids[title] = desk.new_note(title, "common ")
    desk.edit(ids["tagged"], lambda e: (e.set(("tags", "Home/Garden"), True), e.set(("pinned",), True)))
    box = {"kind": "check", "checked": True}
    desk.edit(ids["tasks"], write(("a", {}, box), ("b", {}, {**box, "checked": False})))
    desk.edit(ids["finished"], write(("a", {}, box)))
    desk.edit(ids["linked"], write(("x", {"link": f"note:{ids['plain']}"}, {})))
    embed = {"type": "image", "src": "attachment:" + "0" * 64}
    desk.edit(ids["pictured"], lambda e: e.text(("body",)).insert_embed(0, embed))
    desk.edit(ids["code"], write(("x", {}, {"kind": "code", "language": "python"})))
    desk.edit(ids["away"], lambda e: e.set(("trashed_ms",), 5))
    desk.ids_by_title = ids
    return desk


def titles(desk, query, **options):
    while desk.store.refresh_projections(50):
        pass
    return sorted(hit.row.title for hit in desk.store.search(query, **options))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("tag:home/garden", ["tagged"]),
        ("tag:HOME", ["tagged"]),
        ("tag:hom", []),
        ("has:tag", ["tagged"]),
        ("has:task", ["finished", "tasks"]),
        ("is:open", ["tasks"]),
        ("is:done", ["finished"]),
        ("has:link", ["linked"]),
        ("has:note", ["linked"]),
        ("has:image", ["pictured"]),
        ("has:attachment", ["pictured"]),
        ("has:file", []),
        ("has:code", ["code"]),
        ("has:table", []),
        ("is:pinned", ["tagged"]),
        ("is:trashed", ["away"]),
        ("in:trash", ["away"]),
        ("in:kitchen", []),
        ("common is:open", ["tasks"]),
        ("common has:task -is:open", ["finished"]),
        ("-has:task -has:tag -has:link -has:image -has:code", ["plain"]),
        ("is:untagged has:link", ["linked"]),
        ("ommo is:open", ["tasks"]),
        ("by:nobody", []),
    ],
)
def test_filters_keep_what_they_say(library, query, expected):
    assert titles(library, query) == expected


def test_in_takes_notebooks_and_folders_with_what_is_in_them(library):
    ids = {}
    for number, (name, parent) in enumerate([("Work", None), ("Plans", 0), ("Plans", None)]):
        ids[number] = named(number, "F")
        up = ids[parent] if parent is not None else None
        stamp = library.ticker.stamp()
        _, delta = v1.new_folder(library.store.rid, stamp, name=name, parent=up)
        library.store.append([LocalChange(FOLDERS, ids[number], delta)])
    for title, number in (("plain", 0), ("tasks", 1), ("code", 2)):
        library.edit(library.ids_by_title[title], lambda e, n=number: e.set(("folder",), ids[n]))
    assert titles(library, "in:work") == ["plain", "tasks"]
    assert titles(library, "in:plans") == ["code", "tasks"]
    assert titles(library, "in:Work/Plans") == ["tasks"]
    assert titles(library, f"in:{ids[2]}") == ["code"]
    assert len(titles(library, "in:personal")) == 7
    assert titles(library, 'in:"Kitchen"') == []


def test_before_and_after_go_by_the_last_edit(library):
    library.wall.ms += 3 * DAY_MS
    library.type(library.ids_by_title["plain"], "late")
    from datetime import datetime

    day = datetime.fromtimestamp(library.wall.ms / 1000).date().isoformat()
    assert titles(library, f"after:{day}") == ["plain"]
    assert "plain" not in titles(library, f"before:{day}")
    assert len(titles(library, f"before:{day}")) == 6
    assert titles(library, "after:9999 common") == []
    assert titles(library, "before:0001") == []


def test_by_knows_me_and_people_by_a_part_of_their_name(library):
    _, bodies = foreign_note("theirs", rid=99)
    library.store.append_remote(NOTES, [RemoteDelta(FOREIGN, body, 0) for body in bodies], 2)
    assert titles(library, "by:ana") == []
    library.store.save_people([PersonRow(99, "a" * 22, "Ana María")])
    assert titles(library, "by:ana") == ["Foreign"]
    assert titles(library, "by:MARÍA") == ["Foreign"]
    assert "Foreign" not in titles(library, "by:me")
    assert len(titles(library, "by:me")) == 7
    note = library.note(FOREIGN)
    delta = note.edit(library.ticker.stamp(), lambda e: e.text(("body",)).insert(0, "mine"))
    library.store.append([LocalChange(NOTES, FOREIGN, delta)])
    assert "Foreign" in titles(library, "by:me by:ana")


def test_is_unsent_follows_acks(library):
    assert len(titles(library, "is:unsent")) == 7
    library.store.acknowledge(NOTES, library.store.stream(NOTES).next_n - 1, [], 5)
    assert titles(library, "is:unsent") == []


def test_without_words_the_latest_come_first(library):
    library.wall.ms += 1_000
    library.type(library.ids_by_title["code"], "x")
    hits = library.store.search("-has:task")
    assert hits[0].row.title == "code"
    assert hits[0].snippet
