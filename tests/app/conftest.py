"""What tests of the window share."""

import pytest

from tests.support.whole_window import started


@pytest.fixture
def desk(qt_app, tmp_path):
    """The program on an empty profile, ready."""
    with started(qt_app, tmp_path / "profile") as made:
        yield made


@pytest.fixture
def desktop_folder(tmp_path, monkeypatch):
    """The folder in which a desktop looks for the programs of this person, in a home that is a test's own."""
    for name in ("DATA", "CONFIG"):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    return tmp_path / "DATA"
