"""The command line as processes: exit codes, streams, signals, the lock, and what is never imported."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time

import pytest

from app.cli import WITHOUT_LIBRARY, command_named, open_library, run_at_once
from app.commands.arguments import COMMANDS
from app.paths import Profile
from app.profile_lock import ProfileLock
from tests.support.command_line import ROOT, CommandLine, environment, process


@pytest.fixture
def cli(tmp_path):
    return CommandLine(tmp_path / "profile")


def words(cli, *rest):
    return ("--profile", str(cli.profile), *rest)


def test_a_note_made_by_one_process_is_listed_by_the_next(cli):
    made = process("new", "--title", "Tïtle 漢", "--text", "x", "--json", *words(cli))
    assert (made.returncode, made.stderr) == (0, "")
    listed = process(*words(cli, "list", "--json"))
    assert [row["id"] for row in json.loads(listed.stdout)] == [json.loads(made.stdout)["id"]]


@pytest.mark.parametrize("language", ["C", "C.UTF-8"])
def test_every_letter_comes_out_in_every_language(cli, language):
    cli.note("Tïtle 漢 🙂")
    done = subprocess.run(
        [sys.executable, "-m", "app", *words(cli, "list")],
        cwd=ROOT,
        env={**environment(), "LC_ALL": language, "PYTHONUTF8": "0"},
        capture_output=True,
        check=True,
    )
    assert "Tïtle 漢 🙂" in done.stdout.decode("utf-8")


def test_wrong_usage_is_exit_code_2_with_the_usage(cli):
    done = process(*words(cli, "show"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage: commonplace show" in done.stderr
    assert not cli.profile.exists()


def test_help_and_version_are_on_standard_output(cli):
    shown = process("--version").stdout
    assert shown.startswith("commonplace 0.")
    assert "core interpreted" in shown or "core compiled" in shown
    assert "commands:" in process("--help").stdout
    assert "--insert" in process("edit", "--help").stdout


def test_a_refusal_is_exit_code_1_with_a_sentence_and_nothing_on_standard_output(cli):
    done = process(*words(cli, "show", "nothing", "--json"))
    assert (done.returncode, done.stdout) == (1, "")
    assert "There is no note “nothing”." in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_of_qt_and_no_event_loop_is_imported_for_a_list(cli):
    code = (
        "import sys; from app.__main__ import main; code = main(sys.argv[1:])\n"
        "slow = {'PySide6', 'shiboken6', 'asyncio', 'websockets', 'keyring', 'markdown_it', 'nh3'}\n"
        "found = slow & {name.split('.')[0] for name in sys.modules}\n"
        "sys.exit(repr(found) if found else code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words(cli, "list")],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - WITHOUT_LIBRARY))
def test_every_command_is_carried_out_by_something(command):
    assert command_named(command).__doc__


def test_every_module_of_the_command_line_lives_without_qt():
    code = (
        "import sys; sys.modules['PySide6'] = None\n"
        "import app.cli, app.library, app.remote, app.tokens, app.logs, app.settings\n"
        "import app.commands.account, app.commands.notes, app.commands.transfer, app.commands.upkeep\n"
        "import app.commands.versions, app.commands.writing, app.transfer.importing, app.transfer.exporting\n"
        "import app.transfer.html_reader, app.transfer.markdown_reader\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of Unix")
def test_a_reader_that_goes_away_is_no_crash(cli):
    made = cli.note("x", "long enough to fill a pipe " * 20_000)
    producer = subprocess.Popen(
        [sys.executable, "-c", "import sys; from app.__main__ import main; sys.exit(main(sys.argv[1:]))",
         *words(cli, "show", made)],
        cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert producer.stdout is not None
    producer.stdout.close()
    assert producer.stderr is not None
    said = producer.stderr.read().decode()
    producer.stderr.close()
    assert producer.wait(30) == 1
    assert "Traceback" not in said
    assert said.endswith(".\n")


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of Unix")
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_streams_that_were_closed_before_are_no_crash(cli, closed):
    made = cli.note("A")
    done = subprocess.run(
        ["sh", "-c", f'"$@" {closed}', "sh", sys.executable, "-m", "app", *words(cli, "show", made)],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    assert done.stderr == b""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_ctrl_c_during_an_import_stores_what_is_done_and_reports_it(cli, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(3_000):
        (folder / f"{number:05}.md").write_text("# T\n\n" + "word *x* " * 40)
    running = subprocess.Popen(
        [sys.executable, "-m", "app", *words(cli, "import", str(folder), "--json")],
        cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    library = cli.profile / "library.sqlite3-wal"
    deadline = time.monotonic() + 60
    while not (library.exists() and library.stat().st_size > 500_000):
        assert time.monotonic() < deadline
        assert running.poll() is None
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Traceback" not in err
    imported = json.loads(out)["imported"]
    assert 0 < imported < 3_000
    assert len(cli.ok("list", "--json").json) == imported


def test_a_command_waits_for_another_that_has_the_library(cli):
    cli.note("A")
    lock = ProfileLock(Profile(cli.profile).lock)
    lock.take("command")
    waiting = subprocess.Popen(
        [sys.executable, "-m", "app", *words(cli, "list")], cwd=ROOT, env=environment(),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with pytest.raises(subprocess.TimeoutExpired):
        waiting.wait(1.5)
    lock.release()
    out, err = waiting.communicate(timeout=30)
    assert (waiting.returncode, err) == (0, "")
    assert "A" in out


def test_a_command_that_waits_too_long_says_so(cli, monkeypatch):
    cli.note("A")
    monkeypatch.setattr("app.profile_lock.WAIT_SECONDS", 0.1)
    with ProfileLock(Profile(cli.profile).lock) as lock:
        lock.take("command")
        said = cli("list")
    assert said.code == 1
    assert "Another command" in said.err


@pytest.mark.parametrize(
    "body", [b"", b"not a database, only text " * 100, b"SQLite format 3\x00" + b"\xff" * 5_000]
)
def test_a_library_that_is_none_is_told_and_left_as_it_is(cli, body):
    cli.profile.mkdir()
    (cli.profile / "library.sqlite3").write_bytes(body)
    said = cli("list")
    assert (said.code, said.out) == (1, "")
    assert said.err.endswith(".\n")
    assert (cli.profile / "library.sqlite3").read_bytes() == body


def test_a_profile_that_cannot_be_made_is_told(cli):
    cli.profile.parent.joinpath("file").write_text("x")
    cli.profile = cli.profile.parent / "file" / "profile"
    said = cli("list")
    assert said.code == 1
    assert said.err.endswith(".\n")


def test_the_log_names_no_content(cli, tmp_path):
    (tmp_path / "secret-name.md").write_text("# Confidential heading\n\nconfidential text")
    cli.ok("import", str(tmp_path / "secret-name.md"))
    assert "onfidential" not in (cli.profile / "commonplace.log").read_text(encoding="utf-8")


def test_a_library_is_closed_whatever_happens(cli):
    cli.note("A")
    assert cli("show", "none").code == 1
    library = open_library(Profile(cli.profile))
    assert len(library.store.notes()) == 1
    library.store.close()


def test_a_command_that_waits_without_a_loop_is_our_own_mistake():
    class Waits:
        def __await__(self):
            yield

    async def waits():
        await Waits()
        return 0

    with pytest.raises(AssertionError):
        run_at_once(waits())


def test_the_readme_names_every_command():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme[readme.index("## Command line") : readme.index("## Where your notes are")]
    assert [name for name in COMMANDS if not re.search(rf"`{name}\b", table)] == []
