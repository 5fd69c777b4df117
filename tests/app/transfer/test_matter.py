"""What a note says of itself, out of its document."""

from app.transfer.front_matter import FrontMatter
from app.transfer.matter import matter_of, note_text
from crdt import Stamp
from sync.model.versions import MODELS, chain
from tests.support.libraries import NOW_MS


def test_a_note_says_all_that_it_was_given(library):
    given = {
        "title": " T ", "tags": ["b", "a"], "pinned": True, "archived": True, "icon": "🌱",
        "colours": {"a": "teal"}, "created_ms": 5,
    }  # fmt: skip
    document = library.document(library.new_note(**given))
    assert matter_of(document, library.model) == FrontMatter(**given | {"tags": ["a", "b"]}, ours=True)
    assert note_text(document, "title") == " T "


def test_a_note_that_was_given_nothing_has_nothing_and_no_title_out_of_its_text(library):
    document = library.document(library.new_note(blocks=[([("text", {})], {})]))
    assert matter_of(document, library.model) == FrontMatter(created_ms=NOW_MS, ours=True)


def test_a_note_of_an_older_model_has_what_that_knows():
    old, new = MODELS[0], MODELS[-1]

    document, _ = old.new_note(1, Stamp(1, 0, 1), title="T", created_ms=7)
    document.edit(Stamp(2, 0, 1), lambda edit: (old.set_pinned(edit, True), old.add_tag(edit, "t", 0)))
    expected = FrontMatter("T", ["t"], 7, pinned=True, ours=True)
    assert matter_of(document, old) == expected
    assert matter_of(chain("notes", old.MODEL, new.MODEL).state(document), new) == expected
