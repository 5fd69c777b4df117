"""What a library tells on its way to a newer data model."""

from tests.support.library import NOTES


def test_what_a_server_has_of_a_document_grows_with_its_acks_and_stays_when_it_is_folded(desk):
    note = desk.new_note("N", "text")
    assert len(desk.store.confirmed_version(note)) == 0
    desk.store.acknowledge(NOTES, 2, [], 5)
    whole = desk.note(note).version()
    assert desk.store.confirmed_version(note) == whole
    desk.type(note, " unsent")
    assert desk.store.confirmed_version(note) == whole
    desk.store.snapshot(note, desk.store.document(note, 5).encode())
    assert desk.store.confirmed_version(note).dominates(whole)


def test_the_documents_of_new_acks_are_told_by_stream(desk):
    first, second = desk.new_note("A", "a"), desk.new_note("B", "b")
    desk.store.acknowledge(NOTES, 2, [], 5)
    after = {NOTES: 2}
    assert desk.store.acked_since(after) == set()
    desk.store.acknowledge(NOTES, 4, [], 5)
    assert desk.store.acked_since(after) == {second}
    assert desk.store.acked_since({NOTES: 0}) == {first, second}
    assert desk.store.acked_since({}) == set()


def test_notes_are_counted_wherever_they_are(desk):
    note = desk.new_note("A")
    desk.new_note("B")
    desk.edit(note, lambda edit: edit.set(("trashed_ms",), 5))
    assert desk.store.notes_count() == 2


def test_only_what_changed_since_is_worked_out_again(desk):
    notes = [desk.new_note(f"n{number}") for number in range(3)]
    keys = desk.store.to_prepare("2.0")
    desk.store.prepare("2.0", keys)
    desk.type(notes[1], "x")
    assert desk.store.to_prepare("2.0") == [keys[1]]
    assert desk.store.to_prepare("1.0") == []
