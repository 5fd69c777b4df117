from __future__ import annotations

import os
import socket

from sync.server.admin_path import PATH_BYTES_MAX, SOCKET_NAME, reachable


def test_a_short_path_is_used_as_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path if len(os.fsencode(tmp_path)) < 80 else tmp_path.parent
    with reachable(folder) as path:
        assert path == str(folder.resolve() / SOCKET_NAME)


def test_a_deep_folder_is_reached_over_a_short_link(tmp_path):
    deep = tmp_path
    while len(os.fsencode(deep)) < 150:
        deep = deep / "one level deeper"
    deep.mkdir(parents=True)
    with reachable(deep) as path, socket.socket(socket.AF_UNIX) as listening:
        assert len(os.fsencode(path)) <= PATH_BYTES_MAX
        listening.bind(path)
        listening.listen()
        with reachable(deep) as other, socket.socket(socket.AF_UNIX) as asking:
            assert other != path
            asking.connect(other)
    assert (deep / SOCKET_NAME).exists()
    assert not os.path.lexists(path)
