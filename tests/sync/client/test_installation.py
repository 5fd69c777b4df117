from __future__ import annotations

from sync.client.installation import installation


def test_an_installation_keeps_its_name_and_a_copy_elsewhere_has_another(bench, monkeypatch):
    name = installation(bench.store)
    assert installation(bench.store) == name
    assert bench.store.meta("inst") not in name
    monkeypatch.setattr("platform.node", lambda: "another computer")
    assert installation(bench.store) != name
