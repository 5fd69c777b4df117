"""A moment looks as the note does, cannot be written in, and follows the theme."""

from PySide6.QtGui import QColor

from app.models.past import Past, Tint
from app.widgets.past_view import TINTS_MAX, PastView
from tests.support.whole_window import type_text

PAST = Past(
    [([("Title 🙂", {})], {"kind": "heading", "level": 1}), ([("old", {"strike": True}), ("new", {})], {})],
    [Tint(8, 11, "deleted"), Tint(11, 14, "inserted")],
    3,
    3,
)


def test_text_formats_and_tints_are_shown_and_nothing_can_be_written(appearance):
    view = PastView(appearance, lambda rid: QColor("#336699"))
    view.show_past(PAST)
    type_text(view.text, "x")
    assert view.text.toPlainText() == "Title 🙂\noldnew"
    chosen = view.text.extraSelections()
    assert [one.cursor.selectedText() for one in chosen] == ["old", "new"]
    assert chosen[0].format.background() != chosen[1].format.background()
    appearance.set_mode("dark")
    assert view.text.toPlainText() == "Title 🙂\noldnew"
    appearance.set_mode("light")
    view.deleteLater()


def test_authors_have_their_colours_and_only_so_many_stretches_are_tinted(appearance):
    view = PastView(appearance, lambda rid: QColor(rid, 0, 0))
    text = "ab" * (TINTS_MAX + 1)
    tints = [Tint(n, n + 1, 10 + n % 2) for n in range(TINTS_MAX + 1)]
    view.show_past(Past([([(text, {})], {})], tints, 0, 0))
    chosen = view.text.extraSelections()
    assert len(chosen) == TINTS_MAX
    assert chosen[0].format.background().color().red() == 10
    view.deleteLater()


def test_it_asks_by_its_buttons(appearance):
    view = PastView(appearance, lambda rid: QColor())
    asked = []
    view.restore_asked.connect(lambda: asked.append("restore"))
    view.copy_asked.connect(lambda: asked.append("copy"))
    view.now_asked.connect(lambda: asked.append("now"))
    view.say("Tue", "Ana: +1", writable=False)
    for control in (view.restore, view.copy, view.now):
        control.click()
    assert asked == ["copy", "now"]
    view.deleteLater()


def test_what_is_tinted_is_said_whole_in_a_narrow_view(appearance):
    view = PastView(appearance, lambda rid: QColor())
    view.say("30 November 2026, 21:13", "You and somebody else: +7,000 added, −5,000 removed", writable=True)
    assert view.minimumSizeHint().width() < 380
    view.resize(380, 500)
    view.show()
    assert view.what.height() >= view.what.heightForWidth(view.what.width())
    view.deleteLater()
