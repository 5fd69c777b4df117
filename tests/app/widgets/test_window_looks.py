"""A window comes back as it was, also from what an earlier program kept of it."""

import pytest
from PySide6.QtWidgets import QApplication

from app.settings import Settings
from app.widgets.window_looks import keep_looks, restore_looks
from tests.support.whole_window import started


def test_size_and_panes_come_back(desk, tmp_path):
    kept = Settings(tmp_path)
    desk.window.resize(700, 500)
    desk.window.panes.restore([210, 290, 320])
    keep_looks(desk.window, desk.window.panes, kept)
    desk.window.resize(650, 400)
    desk.window.panes.restore([160, 200, 280])
    restore_looks(desk.window, desk.window.panes, kept)
    assert desk.window.size().toTuple() == (700, 500)
    assert desk.window.panes.widths() == [210, 290, 320]


@pytest.mark.parametrize(
    ("kept", "widths"),
    [([230, 250, 600, 0], [230, 250, 300]), ([0, 250, 600, 310], [216, 250, 310]), ([], [216, 304, 300])],
)
def test_an_earlier_program_kept_the_note_too_and_nothing_of_what_was_hidden(desk, tmp_path, kept, widths):
    settings = Settings(tmp_path)
    settings.set("panes", kept)
    restore_looks(desk.window, desk.window.panes, settings)
    assert desk.window.panes.widths() == widths


def test_the_first_window_with_its_frame_fits_on_a_small_screen(qt_app, tmp_path):
    with started(qt_app, tmp_path / "p") as desk:
        free = QApplication.primaryScreen().availableGeometry()
        assert desk.window.width() < free.width()
        assert desk.window.height() < free.height()


def test_a_further_window_is_on_the_screen_whole(qt_app, tmp_path):
    with started(qt_app, tmp_path / "p") as desk:
        free = QApplication.primaryScreen().availableGeometry()
        desk.window.move(free.right() - 100, free.bottom() - 100)
        other = desk.program.open_window()
        assert free.contains(other.geometry())
        other.close()
