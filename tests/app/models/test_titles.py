"""The names of all notes follow the library."""

from app.models.titles import Titles
from tests.support.waiting import wait_for


def titles_of(desk):
    made = Titles(desk.program.bridge, desk.window)
    answers = []
    made.changed.connect(lambda: answers.append(1))
    made.want()
    made.want()
    wait_for(lambda: answers)
    return made


def test_names_come_when_wanted_and_follow_renaming_trash_and_new_notes(desk):
    first = desk.call(lambda library: library.new_note(title="Apple pie"))
    second = desk.call(lambda library: library.new_note(title="Pear tart"))
    titles = titles_of(desk)
    assert [one.row.id for one in titles.find("pie", 5)] == [first]
    assert titles.title_of(second) == "Pear tart"
    workspace = desk.program.workspace
    workspace.open(first, lambda note: note.edit(lambda edit: edit.text(("title",)).insert(0, "Old ")))
    wait_for(lambda: titles.title_of(first) == "Old Apple pie")
    assert titles.latest(2)[0].id == first
    workspace.set_trashed([second], True)
    wait_for(lambda: titles.title_of(second) is None)
    third = desk.call(lambda library: library.new_note(title="Plum"))
    wait_for(lambda: titles.title_of(third) == "Plum")
    assert [row.id for row in titles.named("  old APPLE  pie")] == [first]


def test_recent_notes_come_first_of_equals_and_of_all(desk):
    ids = [desk.call(lambda library: library.new_note(title="Plan")) for _ in range(3)]
    titles = titles_of(desk)
    assert [one.row.id for one in titles.find("plan", 1, [ids[1]])] == [ids[1]]
    assert titles.latest(2, [ids[0], "gone"])[0].id == ids[0]


def test_the_place_of_a_note_is_its_notebook_and_its_folders(desk):
    workspace = desk.program.workspace
    notebook = workspace.shelf.notebooks[0].id
    outer = workspace.new_folder(notebook, "Kitchen")
    inner = workspace.new_folder(notebook, "Cakes", outer)
    note = desk.call(lambda library: library.new_note(title="Pie", folder=inner))
    titles = titles_of(desk)
    row = titles.named("pie")[0]
    assert row.id == note
    wait_for(lambda: titles.place_of(row) == "Personal › Kitchen › Cakes")
    assert titles.place_of(row._replace(folder=None)) == "Personal"
