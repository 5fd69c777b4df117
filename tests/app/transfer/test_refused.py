"""What a refused edit would have written is readable, and its export has it whole."""

import base64
import json

import pytest

from app.transfer.refused import contents, drop_refused, export_refused, refused_edits
from crdt import Delta
from tests.support.libraries import library_in


@pytest.fixture
def library(tmp_path):
    with library_in(tmp_path / "profile") as opened:
        yield opened


def refused(library, *intents):
    note = library.new_note(title="Garden")
    for intent in intents:
        library.edit(note, intent)
    stream = library.store.load(note).stream
    last = library.store.stream(stream).next_n - 1
    numbers = range(last - len(intents) + 1, last + 1)
    library.store.acknowledge(stream, last, [(number, "schema", "no") for number in numbers], 7)


def test_words_and_other_changes_are_told_apart(library):
    refused(
        library,
        lambda edit: edit.text(("body",)).insert(0, "hello"),
        lambda edit: edit.text(("body",)).delete(0, 2),
        lambda edit: edit.set(("pinned",), True),
    )
    shown = [(edit.title, edit.text, edit.changes) for edit in refused_edits(library)]
    assert [row[0] for row in shown] == ["Garden"] * 3
    assert shown[0][1:] == ("hello", "")
    assert shown[1][1:] == ("", "− 2")
    assert "true" in shown[2][2]
    assert all("Update Commonplace" in edit.reason for edit in refused_edits(library))


def test_the_export_holds_every_edit_whole_and_appears_whole(library, tmp_path):
    refused(library, lambda edit: edit.text(("body",)).insert(0, "héllo"))
    path = tmp_path / "refused.json"
    assert export_refused(library, path) == 1
    found = json.loads(path.read_text())["refused_edits"][0]
    delta = Delta.decode(base64.b64decode(found["edit"]))
    assert contents(delta)[0] == found["text"] == "héllo"
    with pytest.raises(OSError, match=r"."):
        export_refused(library, tmp_path / "no" / "such" / "folder.json")
    for edit in refused_edits(library):
        drop_refused(library, edit.key)
    assert refused_edits(library) == []


def test_an_edit_that_cannot_be_read_is_shown_and_exported_all_the_same(library):
    refused(library, lambda edit: edit.text(("body",)).insert(0, "x"))
    with library.store._writing() as connection:
        connection.execute("UPDATE quarantine SET body = x'ff00'")
    [edit] = refused_edits(library)
    assert (edit.text, edit.changes, edit.delta) == ("", "", None)
