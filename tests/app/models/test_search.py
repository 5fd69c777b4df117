"""The newest question wins, whatever is still on its way."""

import threading

from app.models.search import Search
from tests.support.waiting import wait_for
from tests.support.whole_window import started


def test_typing_asks_once_and_stale_answers_go_nowhere(qt_app, tmp_path):
    with started(qt_app, tmp_path / "p") as desk:
        asked, answers, ended = [], [], []
        hold = threading.Event()

        def seek(library, text):
            asked.append(text)
            if text == "slow":
                hold.wait(10)
            return [text]

        search = Search(desk.program.bridge, seek=seek)
        search.answered.connect(lambda text, hits: answers.append((text, hits)))
        search.ended.connect(lambda: ended.append(1))
        search.ask("slow")
        wait_for(lambda: asked)
        for text in ("f", "fa", "fas", "fast "):
            search.ask(text)
        hold.set()
        wait_for(lambda: answers)
        assert answers == [("fast", ["fast"])]
        assert asked == ["slow", "fast"]
        assert search.active
        search.ask("  ")
        assert ended == [1]
        assert not search.active


def test_the_same_question_is_asked_again_when_the_library_changes(qt_app, tmp_path):
    with started(qt_app, tmp_path / "p") as desk:
        asked = []
        search = Search(desk.program.bridge, seek=lambda library, text: asked.append(text) or [])
        search.ask("a")
        search.ask("a")
        wait_for(lambda: asked == ["a"])
        search.again()
        wait_for(lambda: asked == ["a", "a"])


def test_what_a_first_search_needs_is_read_in_pieces_until_there_is_no_more(qt_app, tmp_path, monkeypatch):
    with started(qt_app, tmp_path / "p") as desk:
        pieces = [True, True, False]
        read = []
        store = desk.call(lambda library: library.store)
        monkeypatch.setattr(store, "warm_search", lambda: read.append(1) or pieces[len(read) - 1])
        Search(desk.program.bridge).warm()
        wait_for(lambda: len(read) == 3)
        desk.call(lambda library: None)
        assert len(read) == 3
