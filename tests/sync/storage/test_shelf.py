"""What the shelf adds to the modules behind it: one's own writes show at once."""

import subprocess
import sys

from tests.support.library import NOTEBOOK


def test_one_reads_ones_own_writes_without_asking_for_a_refresh(desk):
    desk.new_note("Just now", "a needle")
    assert [row.title for row in desk.store.notes()] == ["Just now"]
    desk.new_note("And again")
    assert [row.title for row in desk.store.find_note("And again")] == ["And again"]
    desk.new_note("Third", "another needle")
    assert len(desk.store.search("needle")) == 2
    assert desk.store.notebooks()[0].notes == 3
    assert desk.store.folders(NOTEBOOK) == []


def test_refreshing_says_how_much_it_did(desk):
    for number in range(7):
        desk.new_note(f"note {number}")
    assert desk.store.dirty_count() == 7
    assert desk.store.refresh_projections(5) == 5
    assert desk.store.refresh_projections(5) == 2
    assert desk.store.refresh_projections(5) == 0


def test_the_place_for_new_notes_is_remembered(desk):
    assert desk.store.personal() == NOTEBOOK
    desk.store.set_personal("O" * 22)
    desk.close()
    desk.open()
    assert desk.store.personal() == "O" * 22


def test_listing_a_clean_library_imports_neither_the_core_nor_the_model(desk):
    desk.new_note("note", "text")
    desk.store.refresh_projections()
    desk.close()
    code = (
        "import sys; from sync.storage.client_store import ClientStore;"
        f"store = ClientStore.open({str(desk.path)!r});"
        "assert store.notes() and store.search('text') and store.notebooks(); store.close();"
        "sys.exit('crdt' in sys.modules or 'sync.model' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    desk.open()
