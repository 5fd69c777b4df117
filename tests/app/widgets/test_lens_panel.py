"""The note's inside is listed as it is, follows what is written, and is tied to the text both ways."""

from app.widgets.lens_panel import TEXT_LENGTH_MAX, name_of, short, shown
from tests.support.two_writers import NOTE, holiday
from tests.support.waiting import wait_for
from tests.support.whole_window import started, type_text


def rows(section):
    return [[section.child(n).text(column) for column in range(3)] for n in range(section.childCount())]


def test_words_for_ids_and_texts():
    assert name_of(0x1234ABCD) == "abcd"
    assert short(None, "⟨") == "⟨"
    assert short((0x1, 7), "⟨") == "0001:7"
    assert shown("a\nb\ufffc") == "a⏎b▣"
    assert len(shown("x" * (TEXT_LENGTH_MAX + 1))) == TEXT_LENGTH_MAX
    assert shown("x" * TEXT_LENGTH_MAX) == "x" * TEXT_LENGTH_MAX


def test_runs_groups_and_the_way_to_the_server_are_listed_and_tied_to_the_text(qt_app, tmp_path):
    with started(qt_app, holiday(tmp_path / "p")) as desk:
        desk.browsing.open(NOTE)
        wait_for(lambda: desk.browsing.note is not None and desk.browsing.note.id == NOTE)
        desk.window.activateWindow()
        desk.window.actions_.show_lens.trigger()
        panel = desk.window.drawer.panel
        texts = [row[0] for row in rows(panel._runs)]
        assert "3rd" in texts
        tombstone = next(panel._runs.child(n) for n, text in enumerate(texts) if text == "3rd")
        assert tombstone.font(0).strikeOut()
        assert "tombstones" in panel.summary.text()
        assert len(rows(panel._groups)) >= 3
        wait_for(lambda: rows(panel._sent))
        assert {row[2] for row in rows(panel._sent)} == {"waits"}
        visible = next(n for n, text in enumerate(texts) if text.startswith("12th"))
        panel.tree.itemEntered.emit(panel._runs.child(visible), 0)
        (chosen,) = desk.view.edit.extraSelections()
        assert chosen.cursor.selectedText() == texts[visible]
        panel.tree.itemEntered.emit(tombstone, 0)
        assert desk.view.edit.extraSelections() == []
        desk.view.focus_text()
        cursor = desk.view.edit.textCursor()
        cursor.setPosition(16)
        desk.view.edit.setTextCursor(cursor)
        wait_for(lambda: panel.tree.currentItem() is panel._runs.child(visible))
        type_text(desk.view.edit, "!")
        wait_for(lambda: "!" in [row[0] for row in rows(panel._runs)])
        desk.view.edit.selectAll()
        desk.window.format.named["bold"].trigger()
        wait_for(lambda: rows(panel._marks))
        assert rows(panel._marks)[0][0] == "bold = True"
        desk.window.grab()
        desk.window.drawer.close_button.click()
