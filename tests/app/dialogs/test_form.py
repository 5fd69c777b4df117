"""Forms name their fields for everybody."""

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton

from app.dialogs.form import WIDTH_PX, Form, Page, main_button


def test_a_field_has_its_label_as_name_and_as_buddy(appearance):
    form = Form(None, "Title", "why")
    field = form.add_field("Password", secret=True, example="…")
    assert field.accessibleName() == "Password"
    assert field.echoMode() == QLineEdit.EchoMode.Password
    assert any(label.buddy() is field for label in form.findChildren(QLabel))


def test_a_problem_takes_no_room_until_there_is_one(appearance):
    form = Form(None, "Title")
    form.add_problem()
    form.add_buttons(QPushButton("No"), main_button("Yes"))
    assert form.problem.isHidden()
    form.say_problem("Oh")
    assert not form.problem.isHidden()
    form.say_problem("")
    assert form.problem.isHidden()


def test_what_does_not_fit_the_screen_is_scrolled_and_the_buttons_stay(appearance):
    for lines in (3, 60):
        form = Form(None, "Title")
        page = form.add_page()
        for number in range(lines):
            page.addWidget(QLabel(f"Line {number}. " * 12, wordWrap=True))
        close = main_button("Close")
        form.add_buttons(close)
        form.show()
        (area,) = form.findChildren(Page)
        screen = form.screen().availableGeometry()
        fits = lines == 3
        assert form.height() <= screen.height()
        assert form.rect().contains(close.geometry())
        assert (area.verticalScrollBar().maximum() == 0) == fits
        assert (form.height() == screen.height()) != fits
        for label in page.parentWidget().findChildren(QLabel):
            assert label.height() >= label.heightForWidth(label.width())
        form.close()


def test_however_small_the_screen_nothing_of_it_is_cut(appearance):
    form = Form(None, "Title", "Words that wrap. " * 12)
    for number in range(11):
        form.column.addWidget(QLabel(f"Line {number}. " * 12, wordWrap=True))
    form.add_buttons(main_button("Yes"))
    screen = form.screen().availableGeometry()
    needed = form.column.totalHeightForWidth(WIDTH_PX)
    assert screen.height() * 2 / 3 < needed < screen.height()
    form.show()
    assert form.height() == needed
    form.say_problem("Oh")
    assert form.height() == needed
    form.close()


def test_what_grows_while_it_is_shown_stays_on_the_screen(appearance):
    form = Form(None, "Title")
    form.add_problem()
    form.add_buttons(main_button("Close"))
    form.show()
    free = form.screen().availableGeometry()
    form.move(
        free.right() - form.frameGeometry().width() - 10, free.bottom() - form.frameGeometry().height() - 10
    )
    before = form.x()
    form.say_problem("Something long is wrong. " * 20)
    QTest.qWait(0)
    assert free.contains(form.frameGeometry())
    assert form.x() == before, "it moves no farther than it must"
    form.close()
