"""Forms name their fields for everybody."""

from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton

from app.dialogs.form import Form, main_button


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
