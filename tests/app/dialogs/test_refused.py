"""Refused edits are shown with their reason, copied, tried again and exported, and never just dropped."""

import json

from PySide6.QtGui import QGuiApplication

from app.removal import only_here
from tests.support.waiting import wait_for
from tests.support.whole_window import type_text


def refuse_last(library, note, count=1, code="forbidden"):
    """As a server would: the last deltas of a note's stream are refused, the others taken."""
    stream = library.store.load(note).stream
    last = library.store.stream(stream).next_n - 1
    numbers = range(last - count + 1, last + 1)
    library.store.acknowledge(stream, last, [(number, code, "no") for number in numbers], 1_795_424_897_053)


def with_refused(desk, text="refused words", count=1):
    """A note whose last typing was refused, shown in the window; the open document knows."""
    note = desk.call(lambda library: library.new_note(title="Garden"))
    desk.call(
        lambda library: [
            library.edit(note, lambda e: e.text(("body",)).insert(len(e.text(("body",))), text))
            for _ in range(count)
        ]
    )
    desk.call(lambda library: refuse_last(library, note, count))
    desk.browsing.open(note)
    wait_for(lambda: desk.view.note is not None and desk.view.note.id == note)
    desk.window.status.refused_asked.emit()
    dialog = desk.window.refused.dialog
    wait_for(lambda: dialog.list.count() == count)
    return note, dialog


def test_a_refused_edit_says_whose_it_is_why_and_what_is_in_it(desk):
    _, dialog = with_refused(desk)
    assert dialog.list.item(0).text().startswith("Garden")
    assert dialog.text.toPlainText() == "refused words"
    assert "may not change this notebook" in dialog.problem.text()
    assert not dialog.off.isEnabled()
    dialog.copy.click()
    assert QGuiApplication.clipboard().text() == "refused words"
    dialog.close()


def test_edits_tried_again_are_what_they_were_and_wait_to_be_sent(desk):
    note, dialog = with_refused(desk, "one ", count=2)
    assert desk.view.edit.toPlainText() == ""
    for left in (1, 0):
        dialog.again.click()
        wait_for(lambda left=left: dialog.list.count() == left)
    assert desk.view.edit.toPlainText() == "one one "
    assert desk.call(lambda library: library.store.quarantine_count()) == 0
    assert desk.call(lambda library: library.store.outbox_documents())[note] == 2
    assert not dialog.again.isEnabled()
    dialog.close()


def test_an_edit_that_was_written_over_comes_to_the_end_of_the_note(desk):
    _, dialog = with_refused(desk)
    desk.view.edit.setFocus()
    type_text(desk.view.edit, "since then")
    dialog.again.click()
    wait_for(lambda: dialog.list.count() == 0)
    assert desk.view.edit.toPlainText() == "since then\nrefused words"
    dialog.close()


def test_an_exported_edit_can_be_taken_off_the_list_and_no_other(desk, tmp_path):
    _, dialog = with_refused(desk)
    assert desk.call(lambda library: only_here(library.store).refused) == 1
    path = tmp_path / "refused.json"
    desk.window.refused.choose = lambda window, title, name: (str(path), "")
    dialog.export.click()
    wait_for(dialog.off.isEnabled)
    written = json.loads(path.read_text())["refused_edits"]
    assert [(edit["title"], edit["text"], edit["code"]) for edit in written] == [
        ("Garden", "refused words", "forbidden")
    ]
    assert written[0]["edit"]
    assert desk.call(lambda library: only_here(library.store).refused) == 0
    dialog.off.click()
    wait_for(lambda: dialog.list.count() == 0)
    dialog.close()


def test_what_only_removes_cannot_be_made_again_over_what_was_written_since(desk):
    note = desk.call(lambda library: library.new_note(title="Garden"))
    desk.call(lambda library: library.edit(note, lambda e: e.text(("body",)).insert(0, "weeds")))
    desk.call(lambda library: library.edit(note, lambda e: e.text(("body",)).delete(0, 2)))
    desk.call(lambda library: refuse_last(library, note))
    desk.browsing.open(note)
    wait_for(lambda: desk.view.note is not None and desk.view.note.id == note)
    type_text(desk.view.edit, "more ")
    desk.window.status.refused_asked.emit()
    dialog = desk.window.refused.dialog
    wait_for(lambda: dialog.list.count() == 1)
    assert dialog.text.toPlainText() == "− 2"
    dialog.again.click()
    wait_for(lambda: "changed since" in dialog.problem.text())
    assert dialog.list.count() == 1
    dialog.close()
