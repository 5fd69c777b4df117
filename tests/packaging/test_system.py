"""What the system lacks is found without the package tool, and asked for in one line."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig

import pytest

import system

ALL_OF_OFFSCREEN = [
    "libglib2.0-0",
    "libegl1",
    "libgl1",
    "libxkbcommon0",
    "libfontconfig1",
    "libdbus-1-3",
]


@pytest.fixture
def linux_with_fonts(monkeypatch):
    """A Linux that has a font, whatever runs the tests."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(system, "has_font", lambda: True)


@pytest.fixture
def commands(monkeypatch):
    """The commands that would have been run; all of them succeed."""
    ran = []
    monkeypatch.setattr(system, "logged", lambda command, what, env=None: ran.append(" ".join(command)))
    return ran


def test_a_library_that_is_there_loads_and_an_invented_one_does_not():
    assert system.can_load("libc.so.6") == sys.platform.startswith("linux")
    assert not system.can_load("libcommonplace-has-no-such-library.so.0")


def test_a_system_without_libraries_asks_for_each_package_once(linux_with_fonts, monkeypatch):
    monkeypatch.setattr(system, "can_load", lambda library: False)

    assert system.missing_qt_packages() == ALL_OF_OFFSCREEN


def test_a_window_asks_for_its_platform_in_addition(linux_with_fonts, monkeypatch):
    monkeypatch.setattr(system, "can_load", lambda library: "cursor" not in library)

    assert system.missing_qt_packages() == []
    assert system.missing_qt_packages(["xcb"]) == ["libxcb-cursor0"]
    assert system.missing_qt_packages(["xcb", "wayland"]) == ["libxcb-cursor0", "libwayland-cursor0"]
    assert system.missing_qt_packages(["vnc"]) == []


def test_a_complete_system_asks_for_nothing(linux_with_fonts, monkeypatch):
    monkeypatch.setattr(system, "can_load", lambda library: True)

    assert system.missing_qt_packages(["xcb"]) == []


def test_without_a_font_one_is_asked_for(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(system, "can_load", lambda library: True)
    monkeypatch.setattr(system, "has_font", lambda: False)

    assert system.missing_qt_packages() == ["fonts-dejavu-core"]


def test_other_systems_bring_their_libraries_themselves(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(system, "can_load", lambda library: False)

    assert system.missing_qt_packages(["xcb"]) == []


def test_a_system_without_a_compiler_asks_for_one_and_for_headers(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))
    headers = f"python{sys.version_info[0]}.{sys.version_info[1]}-dev"

    assert system.missing_compiler_packages() == ["gcc", "libc6-dev", headers]
    (tmp_path / "Python.h").touch()
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/cc")
    assert system.missing_compiler_packages() == []
    monkeypatch.setattr(sys, "platform", "darwin")
    assert system.missing_compiler_packages() == []


def test_a_system_without_the_tools_of_a_desktop_asks_for_them(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert system.missing_desktop_packages() == ["desktop-file-utils", "xdg-utils"]
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/xdg-open" if name == "xdg-open" else None)
    assert system.missing_desktop_packages() == ["desktop-file-utils"]
    monkeypatch.setattr(sys, "platform", "darwin")
    assert system.missing_desktop_packages() == []


def test_a_system_without_postgresql_asks_for_it(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr("glob.glob", lambda pattern: [])
    assert system.missing_database_packages() == ["postgresql"]
    monkeypatch.setattr("glob.glob", lambda pattern: ["/usr/lib/postgresql/15/bin/initdb"])
    assert system.missing_database_packages() == []
    monkeypatch.setattr("glob.glob", lambda pattern: [])
    monkeypatch.setattr(shutil, "which", lambda name: "/opt/bin/initdb" if name == "initdb" else None)
    assert system.missing_database_packages() == []
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert system.missing_database_packages() == []


@pytest.mark.parametrize("root", [True, False])
def test_packages_can_be_provided_where_that_asks_for_no_password(monkeypatch, root):
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None)
    monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000)
    assert system.can_provide() is root
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert not system.can_provide()


def test_a_font_is_found_at_any_depth(tmp_path):
    assert not system.has_font([str(tmp_path), str(tmp_path / "absent")])
    (tmp_path / "truetype" / "sans").mkdir(parents=True)
    (tmp_path / "truetype" / "README").touch()
    assert not system.has_font([str(tmp_path)])
    (tmp_path / "truetype" / "sans" / "Sans.TTF").touch()
    assert system.has_font([str(tmp_path)])


def test_an_interpreter_without_ensurepip_needs_the_venv_package(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "ensurepip" else object())

    assert system.missing_venv_packages() == [f"python3.{sys.version_info[1]}-venv"]


def test_a_whole_interpreter_needs_no_venv_package(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())

    assert system.missing_venv_packages() == []


def test_nothing_missing_runs_nothing(commands):
    system.provide([])

    assert commands == []


def test_root_installs_after_reading_the_lists(monkeypatch, commands, capsys):
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    system.provide(["libegl1", "libgl1"])

    update, install = commands
    assert update.startswith("env DEBIAN_FRONTEND=noninteractive apt-get")
    assert update.endswith(" update")
    assert install.endswith(" install -y --no-install-recommends libegl1 libgl1")
    assert capsys.readouterr().err == "Installing system packages: libegl1 libgl1\n"


@pytest.mark.parametrize("sudo_asks", [False, True])
def test_sudo_is_used_only_where_it_asks_nothing(monkeypatch, commands, sudo_asks):
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    answer = subprocess.CompletedProcess([], returncode=int(sudo_asks))
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: answer)

    if sudo_asks:
        with pytest.raises(system.Refusal, match=r"apt-get install -y \S+ libegl1'$"):
            system.provide(["libegl1"])
        assert commands == []
    else:
        system.provide(["libegl1"])
        assert [command.split()[:2] for command in commands] == [["/usr/bin/sudo", "-n"]] * 2


def test_a_system_without_apt_is_told_what_to_install(monkeypatch, commands):
    monkeypatch.setattr("shutil.which", lambda name: None)

    with pytest.raises(system.Refusal, match="libegl1, libgl1"):
        system.provide(["libegl1", "libgl1"])
    assert commands == []


@pytest.fixture
def log(tmp_path, monkeypatch):
    """The installation log, in a checkout of its own."""
    monkeypatch.setattr(system, "ROOT", tmp_path)
    monkeypatch.setattr(system, "DEV", tmp_path / ".dev")
    monkeypatch.setattr(system, "LOG", tmp_path / ".dev" / "install.log")
    return system.LOG


def test_output_of_a_step_is_kept_in_the_log(log):
    system.logged([sys.executable, "-c", "print('did it')"], "The step")

    assert "did it\n" in log.read_text()


def test_a_failed_step_shows_its_own_last_lines(log):
    system.logged([sys.executable, "-c", "print('the step before')"], "The step")

    with pytest.raises(system.Refusal, match=r"(?s)^The step failed.*no space on disk") as refusal:
        system.logged([sys.executable, "-c", "raise SystemExit('no space on disk')"], "The step")
    assert "the step before" not in str(refusal.value)


def test_a_step_without_network_says_so_in_one_line(log):
    line = "raise SystemExit('connect: Network is unreachable')"

    with pytest.raises(system.Refusal, match=r"^The step needs the network, [^\n]*\.dev/install\.log[^\n]*$"):
        system.logged([sys.executable, "-c", line], "The step")
